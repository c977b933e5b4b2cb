"""The issues of a whole input, those of one final template folded into one."""

from collections import Counter, defaultdict

from logtriage.group.fingerprint import (
    endpoint_signature,
    folded_key,
    known_by_place,
    severity_class,
)
from logtriage.group.templates import cluster
from logtriage.model.tallies import Tallies, merge_issue
from logtriage.model.tally import IssueTally

Kin = tuple[str, ...]


def fold(tallies: Tallies) -> list[IssueTally]:
    """Issues sorted by key; those alike in all but a variable word are one.

    Only issues of the same tag, category, component, severity class and endpoint can meet. The
    issues of ``tallies`` are taken over and must not be used afterwards. A function of what was
    read, not of its order.
    """
    folded: dict[str, IssueTally] = {}
    kin: defaultdict[Kin, list[IssueTally]] = defaultdict(list)
    for key in sorted(tallies.issues):
        issue = tallies.issues[key]
        if known_by_place(issue.exception, issue.verdict):
            folded[key] = issue
        else:
            kin[_kin(issue)].append(issue)
    for issues in kin.values():
        _fold_kin(issues, folded)
    return [folded[key] for key in sorted(folded)]


def _kin(issue: IssueTally) -> Kin:
    verdict = issue.verdict
    return (
        str(verdict.tag),
        verdict.category,
        issue.component or "",
        severity_class(issue.severity_number),
        endpoint_signature(verdict.subject),
        issue.exception.root.type if issue.exception else "",
    )


def _fold_kin(issues: list[IssueTally], folded: dict[str, IssueTally]) -> None:
    counts: Counter[str] = Counter()
    for issue in issues:
        counts[issue.template] += issue.count
    final = cluster(counts, codes=True)
    for issue in issues:
        template = final[issue.template]
        if template != issue.template:
            issue.key = folded_key(issue, template)
            issue.template = template
        known = folded.get(issue.key)
        if known is None:
            folded[issue.key] = issue
        else:
            merge_issue(known, issue)
