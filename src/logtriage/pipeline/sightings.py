"""What a run saw of each issue, in the form the state learns from."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Final

import msgspec

from logtriage.group.fingerprint import fingerprint_text, known_by_place
from logtriage.model.delta import Sighting
from logtriage.model.report import Report
from logtriage.model.tallies import Tallies, greatest, least
from logtriage.model.tally import IssueTally
from logtriage.source.identify import rotated_set

HOUR: Final = 3600 * 1_000_000_000


class Part(msgspec.Struct, frozen=True):
    """An issue before the whole picture folds it into others."""

    issue: IssueTally
    """The object itself: folding gives it its final key."""
    key: str
    count: int
    first: int | None
    last: int | None
    hours: dict[int, int]
    seconds: tuple[int, ...]
    sets: frozenset[str]


def parts_of(tallies: Tallies) -> list[Part]:
    """To be asked before the tallies are concluded, which folds alike issues into one."""
    return [
        Part(
            issue=issue,
            key=key,
            count=issue.count,
            first=issue.first,
            last=issue.last,
            hours=_hours(issue),
            seconds=tuple(
                bucket * issue.histogram.step for bucket in sorted(issue.histogram.counts)
            ),
            sets=frozenset(rotated_set(path) for path in issue.paths),
        )
        for key, issue in tallies.issues.items()
    ]


def _hours(issue: IssueTally) -> dict[int, int]:
    hours: Counter[int] = Counter()
    for bucket, count in issue.histogram.counts.items():
        hours[bucket * issue.histogram.step // 3600] += count
    return dict(hours)


def sightings(parts: list[Part], report: Report, now: int) -> list[Sighting]:
    """One for each issue of the concluded report; undated records count at ``now``."""
    by_fingerprint: defaultdict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_fingerprint[fingerprint_text(part.issue.key)].append(part)
    causes = {cause.id: cause for cause in report.root_causes}
    by_id = {issue.id: issue for issue in report.issues}
    root_of = {
        cause.id: by_id[cause.issue].fingerprint
        for cause in report.root_causes
        if cause.issue in by_id
    }
    found = []
    for issue in report.issues:
        mine = by_fingerprint.get(issue.fingerprint, [])
        hours: Counter[int] = Counter()
        for part in mine:
            hours.update(part.hours)
        undated = issue.count - hours.total()
        if undated > 0:
            hours[now // HOUR] += undated
        first = last = None
        for part in mine:
            first, last = least(first, part.first), greatest(last, part.last)
        cause = causes.get(issue.root_cause or "")
        is_root = cause is not None and cause.issue == issue.id
        found.append(
            Sighting(
                fingerprint=issue.fingerprint,
                keys=tuple(sorted(part.key for part in mine)),
                tag=issue.tag,
                category=issue.category,
                title=cause.title if cause is not None and is_root else issue.title,
                component=issue.component,
                template=issue.template,
                by_place=any(
                    known_by_place(part.issue.exception, part.issue.verdict) for part in mine
                ),
                confidence=cause.confidence if cause is not None and is_root else issue.confidence,
                count=issue.count,
                first=now if first is None else first,
                last=now if last is None else last,
                longest_gap=_longest_gap(mine),
                hours=dict(hours),
                sets=tuple(sorted(set[str]().union(*(part.sets for part in mine)))),
                cause=root_of.get(issue.root_cause or ""),
                priority=cause.priority if cause is not None and is_root else None,
            )
        )
    return found


def _longest_gap(parts: list[Part]) -> int:
    seconds = sorted({second for part in parts for second in part.seconds})
    return max((after - before for before, after in pairwise(seconds)), default=0) * 1_000_000_000
