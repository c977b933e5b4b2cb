"""From what a run learnt to what a report says first: new, regressed, still there, resolved."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from logtriage.model.delta import Delta, Entry, Sighting
from logtriage.model.record import rfc3339
from logtriage.model.report import Issue, Report, RootCause
from logtriage.state.memory import DAY, HOUR, Known, Learnt, Memory
from logtriage.state.mutes import Mute, mutes_of

GROWN: Final = 5.0
"""Times its usual hour at which an ongoing trouble is news again."""

GROWN_COUNT: Final = 20
"""Errors in that hour below which it is not."""

REMIND: Final = 23 * HOUR
"""After so long an urgent trouble that goes on is news again: a daily report names it each day."""

URGENT: Final = frozenset({"P1", "P2"})

SAME_HOUR_DAYS: Final = 5
"""Days known from which on an hour is compared with the same hour of other days."""

OBSERVED: Final = 24
"""Hours that must have been seen before any hour is called usual."""


class Story(msgspec.Struct, frozen=True):
    """A root cause with all that follows from it, or an issue on its own."""

    root: Known
    members: frozenset[int]
    cause: RootCause | None
    count: int


def delta_of(
    report: Report, learnt: Learnt, memory: Memory, connection: sqlite3.Connection, *, now: int
) -> Delta:
    """What changed, against the memory after it took in the report."""
    mutes = mutes_of(connection, now=now)
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    told: list[int] = []
    stories = _stories(report, learnt, memory)
    for story in stories:
        entry = _entry(story, learnt, connection, now=now)
        mute = _mute(mutes, connection, story.root)
        if mute is not None and mute.active(now):
            muted = rfc3339(mute.until) if mute.until else "ever"
            entries["muted"].append(
                msgspec.structs.replace(entry, news=False, muted_until=muted, why=mute.why)
            )
            continue
        if mute is not None and entry.status == "ongoing" and _unmuted(mute, story.root):
            entry = msgspec.structs.replace(entry, news=True)
        entries[entry.status].append(entry)
        told.append(story.root.id)
    for known in learnt.resolved:
        mute = _mute(mutes, connection, known)
        if mute is None or not mute.active(now):
            entries["resolved"].append(_resolved(known))
    kinds = {kind: tuple(sorted(each, key=_urgency)) for kind, each in entries.items()}
    delta = Delta(
        subject=subject_of(kinds),
        since=_since(connection),
        new=kinds.get("new", ()),
        regressed=kinds.get("regressed", ()),
        still=kinds.get("ongoing", ()),
        resolved=kinds.get("resolved", ()),
        muted=kinds.get("muted", ()),
    )
    if delta.news:
        _note_told(connection, told, stories, learnt, now=now)
    return delta


def looked_back(delta: Delta) -> Delta:
    """The delta of a look at a time that is over: all of it was asked for, nothing is of today."""

    def over(entries: Sequence[Entry]) -> tuple[Entry, ...]:
        return tuple(
            msgspec.structs.replace(entry, news=True, today=0, usual=None, times_usual=None)
            for entry in entries
        )

    return msgspec.structs.replace(delta, since=None, new=over(delta.new), still=over(delta.still))


def with_status(report: Report, learnt: Learnt, delta: Delta) -> Report:
    """The report with the delta, and with the status of each issue."""
    status = {
        sighting.fingerprint: (
            "new"
            if identity in learnt.new
            else "regressed"
            if identity in learnt.regressed
            else "ongoing"
        )
        for identity, sighting in learnt.seen.items()
    }
    issues = tuple(
        msgspec.structs.replace(issue, status=status.get(issue.fingerprint))
        for issue in report.issues
    )
    return msgspec.structs.replace(report, issues=issues, delta=delta)


def subject_of(kinds: Mapping[str, Sequence[Entry]]) -> str:
    """``1 new incident, 2 new defects, 1 resolved``; ``nothing new`` where nothing changed."""
    parts = []
    for kind, word in (("new", "new"), ("regressed", "returned")):
        for tag, noun in (("production-incident", "incident"), ("application-defect", "defect")):
            count = sum(entry.tag == tag for entry in kinds.get(kind, ()))
            if count:
                parts.append(f"{count} {word} {noun}{'' if count == 1 else 's'}")
    grown = sum(
        entry.news and (entry.times_usual or 0) >= GROWN for entry in kinds.get("ongoing", ())
    )
    if grown:
        parts.append(f"{grown} worse")
    still = len(kinds.get("ongoing", ())) - grown
    if still:
        parts.append(f"{still} ongoing")
    if kinds.get("resolved"):
        parts.append(f"{len(kinds['resolved'])} resolved")
    return ", ".join(parts) or "nothing new"


def _stories(report: Report, learnt: Learnt, memory: Memory) -> list[Story]:
    """What was seen, each issue under its root cause, also one that an earlier run named."""
    rows = memory.known(learnt.seen)
    rows |= memory.known({row.cause for row in rows.values() if row.cause is not None} - {*rows})
    causes = _causes(report)
    sheets = {issue.fingerprint: issue for issue in report.issues}
    members: defaultdict[int, set[int]] = defaultdict(set)
    for identity in learnt.seen:
        above = rows[identity].cause
        members[above if above in rows else identity].add(identity)
    stories = []
    for root, mine in members.items():
        sightings = [learnt.seen[each] for each in mine]
        cause = _cause_of(root, mine, learnt.seen, causes)
        stories.append(
            Story(rows[root], frozenset({root, *mine}), cause, _count(sightings, sheets))
        )
    return stories


def _causes(report: Report) -> dict[str, RootCause]:
    """Root causes by the fingerprint of their issue."""
    by_id = {issue.id: issue.fingerprint for issue in report.issues}
    return {by_id[cause.issue]: cause for cause in report.root_causes if cause.issue in by_id}


def _cause_of(
    root: int, members: Iterable[int], seen: Mapping[int, Sighting], causes: Mapping[str, RootCause]
) -> RootCause | None:
    ordered = [root, *sorted(each for each in members if each != root)]
    fingerprints = [seen[each].fingerprint for each in ordered if each in seen]
    return next((causes[each] for each in fingerprints if each in causes), None)


def _count(sightings: Iterable[Sighting], sheets: Mapping[str, Issue]) -> int:
    return sum(
        sheets[sighting.fingerprint].count
        for sighting in sightings
        if sighting.fingerprint in sheets
    )


def _entry(story: Story, learnt: Learnt, connection: sqlite3.Connection, *, now: int) -> Entry:
    root = story.root
    fresh, back = root.id in learnt.new, learnt.regressed.get(root.id)
    status = "new" if fresh else "regressed" if back is not None else "ongoing"
    usual, times, peak = _usual(story, learnt, connection)
    grown = (times or 0.0) >= GROWN and peak >= GROWN_COUNT
    news = status != "ongoing" or root.told_at is None
    if grown and (root.grown_at is None or now - root.grown_at > DAY):
        news = True
    if root.told_at is not None and now - root.told_at > REMIND and root.priority in URGENT:
        news = True
    return Entry(
        status=status,
        fingerprint=root.fingerprint,
        tag=root.tag,
        category=root.category,
        title=root.title,
        component=root.component,
        priority=root.priority,
        confidence=root.confidence,
        since=rfc3339(back if back is not None else root.first_seen),
        last=rfc3339(max([root.last_seen, *_lasts(story, learnt)])),
        count=story.count,
        today=_sum(connection, story.members, (now // DAY) * 24, 1 << 40),
        usual=usual,
        times_usual=times,
        root_cause=story.cause.id if story.cause else None,
        news=news,
    )


def _lasts(story: Story, learnt: Learnt) -> list[int]:
    return [learnt.seen[each].last for each in story.members if each in learnt.seen]


def _resolved(known: Known) -> Entry:
    return Entry(
        status="resolved",
        fingerprint=known.fingerprint,
        tag=known.tag,
        category=known.category,
        title=known.title,
        component=known.component,
        priority=known.priority,
        confidence=known.confidence,
        since=rfc3339(known.first_seen),
        last=rfc3339(known.last_seen),
        count=0,
        today=0,
        # what nobody was told about needs no end either
        news=known.told_at is not None,
    )


def _usual(
    story: Story, learnt: Learnt, connection: sqlite3.Connection
) -> tuple[float | None, float | None, int]:
    """Errors of the usual hour, how many times that the fullest hour of this run has, and those."""
    hours: set[int] = set()
    for each in story.members:
        if each in learnt.seen:
            hours.update(learnt.seen[each].hours)
    if not hours:
        return None, None, 0
    begin, first = min(hours), story.root.first_seen // HOUR
    counts = {hour: _sum(connection, story.members, hour, hour + 1) for hour in hours}
    peak = max(counts, key=lambda hour: counts[hour])
    span = min(begin - first, 14 * 24)
    if span < OBSERVED:
        return None, None, counts[peak]
    days = [peak - 24 * day for day in range(1, 29) if first <= peak - 24 * day < begin]
    if len(days) >= SAME_HOUR_DAYS:
        usual = sum(_sum(connection, story.members, hour, hour + 1) for hour in days) / len(days)
    else:
        usual = _sum(connection, story.members, begin - span, begin) / span
    if usual <= 0:
        return 0.0, None, counts[peak]
    return round(usual, 2), round(counts[peak] / usual, 1), counts[peak]


def _sum(connection: sqlite3.Connection, issues: Iterable[int], begin: int, end: int) -> int:
    total = 0
    for issue in issues:
        (count,) = connection.execute(
            "SELECT coalesce(sum(count), 0) FROM hour WHERE issue = ? AND hour >= ? AND hour < ?",
            (issue, begin, end),
        ).fetchone()
        total += count
    return total


def _since(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM fact WHERE name = 'last_run'").fetchone()
    return rfc3339(int(row[0])) if row else None


def _urgency(entry: Entry) -> tuple[bool, str, int, str]:
    return (entry.confidence < 0.6, entry.priority or "P9", -entry.count, entry.fingerprint)


def _mute(mutes: Mapping[str, Mute], connection: sqlite3.Connection, known: Known) -> Mute | None:
    if not mutes:
        return None
    keys = connection.execute("SELECT key FROM member WHERE issue = ?", (known.id,)).fetchall()
    names = [known.fingerprint, *(f"v1:{key[:16]}" for (key,) in keys)]
    return next((mutes[name] for name in names if name in mutes), None)


def _unmuted(mute: Mute, known: Known) -> bool:
    """Whether a mute ended since somebody was last told."""
    return mute.until is not None and (known.told_at or 0) < mute.until


def _note_told(
    connection: sqlite3.Connection,
    told: Iterable[int],
    stories: Iterable[Story],
    learnt: Learnt,
    *,
    now: int,
) -> None:
    told = set(told)
    for story in stories:
        if story.root.id not in told:
            continue
        _, times, peak = _usual(story, learnt, connection)
        grown = (times or 0.0) >= GROWN and peak >= GROWN_COUNT
        connection.execute(
            "UPDATE issue SET told_at = ?, grown_at = CASE WHEN ? THEN ? ELSE grown_at END"
            " WHERE id = ?",
            (now, grown, now, story.root.id),
        )
