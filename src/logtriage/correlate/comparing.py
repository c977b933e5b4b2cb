"""Two reports compared: which issues are new, gone, grown or shrunk, and what likely made it so."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from logtriage.model.comparison import (
    SCHEMA,
    Amount,
    Comparison,
    Difference,
    Side,
    VersionChange,
)
from logtriage.model.report import (
    Evidence,
    Issue,
    Report,
    ReportedChange,
    RootCause,
    Trigger,
)

RATIO: Final = 2.0
"""Times its former rate from which an issue counts as grown; its inverse for shrunk."""

SIGMAS: Final = 3.0
"""Standard deviations by which the counts must differ from an equal rate."""

EXPECTED: Final = 3.0
"""Errors expected from the other side's rate, of which none came, that make an absence certain
(Poisson: 5 % chance)."""

RECENT: Final = 900.0
"""Seconds before the first error within which a change may have set it off."""

ORDER: Final = ("new", "grown", "shrunk", "gone")

CAUSES_OF_CHANGE: Final = frozenset({"deploy", "config-change", "migration", "reload", "restart"})

Pair = tuple[Issue | None, Issue | None]


def compare(before: Report, after: Report) -> Comparison:
    """What differs, issues matched by fingerprint, else by tag, category and template."""
    hours = (hours_of(before), hours_of(after))
    pairs = matched(before.issues, after.issues)
    versions = version_changes(before.changes, after.changes)
    found = []
    same = 0
    for pair in pairs:
        difference = difference_of(pair, hours, before, after, versions)
        if difference is None:
            same += 1
        else:
            found.append(difference)
    return Comparison(
        schema=SCHEMA,
        generated_at=after.generated_at,
        before=side_of(before, hours[0]),
        after=side_of(after, hours[1]),
        differences=tuple(sorted(found, key=lambda each: importance(each, before, after))),
        versions=tuple(versions.values()),
        same=same,
        interrupted=before.interrupted or after.interrupted,
    )


def hours_of(report: Report) -> float | None:
    """Length of a report's window; None where it has none."""
    first, last = _second(report.window.first), _second(report.window.last)
    if first is None or last is None or last - first < 1:
        return None
    return (last - first) / 3600


def _second(timestamp: str | None) -> float | None:
    return dt.datetime.fromisoformat(timestamp).timestamp() if timestamp else None


def side_of(report: Report, hours: float | None) -> Side:
    """What is told of a side as a whole."""
    return Side(
        paths=tuple(each.path for each in report.inputs),
        window=report.window,
        hours=None if hours is None else round(hours, 4),
        errors=report.totals.errors,
        issues=len(report.issues),
        root_causes=len(report.root_causes),
    )


def matched(before: Sequence[Issue], after: Sequence[Issue]) -> list[Pair]:
    """Each issue with its twin on the other side, or with None.

    A file may have another name, and so its component: what fingerprints leave over is matched by
    what the errors say, where that leaves no choice.
    """
    left = {issue.fingerprint: issue for issue in before}
    right = {issue.fingerprint: issue for issue in after}
    pairs: list[Pair] = [(left[key], right[key]) for key in left if key in right]
    lone_left = _by_words(issue for key, issue in left.items() if key not in right)
    lone_right = _by_words(issue for key, issue in right.items() if key not in left)
    for words in dict.fromkeys([*lone_left, *lone_right]):
        mine, theirs = lone_left.get(words, []), lone_right.get(words, [])
        if len(mine) == len(theirs) == 1:
            pairs.append((mine[0], theirs[0]))
        else:
            pairs += [(issue, None) for issue in mine]
            pairs += [(None, issue) for issue in theirs]
    return pairs


def _by_words(issues: Iterable[Issue]) -> dict[tuple[str, ...], list[Issue]]:
    found: dict[tuple[str, ...], list[Issue]] = {}
    for issue in issues:
        thrown = issue.exception
        culprit = (thrown.type, thrown.culprit or "") if thrown else ()
        found.setdefault((issue.tag, issue.category, issue.template, *culprit), []).append(issue)
    return found


def status_of(
    counts: tuple[int, int], hours: tuple[float | None, float | None]
) -> tuple[str | None, bool]:
    """What became of an issue, and whether that is certain; None for about the same."""
    mine, theirs = counts
    share = after_share(hours)
    if not mine:
        return "new", theirs * (1 - share) / share >= EXPECTED
    if not theirs:
        return "gone", mine * share / (1 - share) >= EXPECTED
    ratio = theirs / mine * (1 - share) / share
    total = mine + theirs
    spread = math.sqrt(total * share * (1 - share))
    if abs(theirs - total * share) < SIGMAS * spread or 1 / RATIO < ratio < RATIO:
        return None, True
    return ("grown" if ratio > 1 else "shrunk"), True


def after_share(hours: tuple[float | None, float | None]) -> float:
    """The share of all errors that AFTER would have at one constant rate."""
    mine, theirs = hours
    if not mine or not theirs:
        return 0.5
    return min(max(theirs / (mine + theirs), 1e-6), 1 - 1e-6)


def difference_of(
    pair: Pair,
    hours: tuple[float | None, float | None],
    before: Report,
    after: Report,
    versions: Mapping[str, VersionChange],
) -> Difference | None:
    """What became of a pair; None where it is about the same."""
    mine, theirs = pair
    shown = theirs or mine
    if shown is None:
        return None
    counts = (mine.count if mine else 0, theirs.count if theirs else 0)
    status, certain = status_of(counts, hours)
    if status is None:
        return None
    amounts = (_amount(mine, hours[0]), _amount(theirs, hours[1]))
    ratio = None
    if mine and theirs and amounts[0].per_hour and amounts[1].per_hour:
        ratio = round(amounts[1].per_hour / amounts[0].per_hour, 3)
    report = after if theirs else before
    causes = {cause.id: cause for cause in report.root_causes}
    cause = causes.get(shown.root_cause or "")
    if cause and cause.issue == shown.id and status in {"new", "gone"}:
        # one line may be the cause of thousands: what followed from it counts too
        whole = (0, cause.errors) if status == "new" else (cause.errors, 0)
        certain = certain or status_of(whole, hours)[1]
    rising = status in {"new", "grown"}
    return Difference(
        status=status,
        certain=certain,
        fingerprint=shown.fingerprint,
        tag=shown.tag,
        confidence=shown.confidence,
        category=shown.category,
        severity=shown.severity,
        title=cause.title if cause and cause.issue == shown.id else shown.title,
        component=shown.component,
        before=amounts[0],
        after=amounts[1],
        ratio=ratio,
        first_seen=shown.first_seen,
        last_seen=shown.last_seen,
        evidence=evidence_of(shown, cause),
        root_cause=cause.id if cause else None,
        follows=cause is not None and cause.issue != shown.id,
        trigger=trigger_of(shown, cause, [*before.changes, *after.changes], versions)
        if rising
        else None,
    )


def _amount(issue: Issue | None, hours: float | None) -> Amount:
    count = issue.count if issue else 0
    return Amount(
        count=count,
        per_hour=None if hours is None else round(count / hours, 3),
        issue=issue.id if issue else None,
    )


def evidence_of(issue: Issue, cause: RootCause | None) -> Evidence | None:
    """The line that shows it best."""
    if cause is not None and cause.issue == issue.id and cause.evidence:
        return cause.evidence[0]
    if not issue.exemplars:
        return None
    first = issue.exemplars[0]
    return Evidence(first.path, first.line, first.timestamp, first.text.partition("\n")[0])


def trigger_of(
    issue: Issue,
    cause: RootCause | None,
    changes: Sequence[ReportedChange],
    versions: Mapping[str, VersionChange],
) -> Trigger | None:
    """The root cause's own trigger; else a change of the component shortly before, or its release.

    The nearest change before the first error is taken, those of a new version before others.
    """
    if cause is not None and cause.trigger is not None:
        return cause.trigger
    since = _second(issue.first_seen)
    if since is None or issue.component is None:
        return None
    near = [
        (change.version is not None, at, change)
        for change in changes
        if change.component == issue.component
        and change.kind in CAUSES_OF_CHANGE
        and (at := _second(change.timestamp)) is not None
        and (0 <= since - at <= RECENT or _is_release(change, versions))
        and at <= since
    ]
    if not near:
        return None
    change = max(near, key=lambda each: each[:2])[2]
    return Trigger(
        change.kind,
        change.timestamp,
        change.path,
        change.line,
        change.text,
        component=change.component,
        version=change.version,
    )


def _is_release(change: ReportedChange, versions: Mapping[str, VersionChange]) -> bool:
    known = versions.get(change.component or "")
    return known is not None and change.version == known.after


def version_changes(
    before: Sequence[ReportedChange], after: Sequence[ReportedChange]
) -> dict[str, VersionChange]:
    """Components whose last version in AFTER is not their last one in BEFORE."""
    old, new = _versions(before), _versions(after)
    return {
        name: VersionChange(name, old[name], new[name])
        for name in sorted(old)
        if name in new and new[name] != old[name]
    }


def _versions(changes: Sequence[ReportedChange]) -> dict[str, str]:
    told = sorted(
        (change for change in changes if change.component and change.version),
        key=lambda change: change.timestamp or "",
    )
    return {change.component or "": change.version or "" for change in told}


def importance(difference: Difference, before: Report, after: Report) -> tuple[object, ...]:
    """Sorts: by status, then root causes by rank, each before its symptoms, then the rest."""
    report = before if difference.status == "gone" else after
    ranks = {cause.id: cause.rank for cause in report.root_causes}
    rank = ranks.get(difference.root_cause or "", len(ranks) + 1)
    count = max(difference.before.count, difference.after.count)
    return (
        ORDER.index(difference.status),
        rank,
        difference.follows,
        not difference.certain,
        -count,
        difference.fingerprint,
    )


def comparison_schema() -> dict[str, object]:
    """JSON Schema of a comparison, from the model itself."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "title": SCHEMA, **msgspec.json.schema(Comparison)}
