"""What is known about each issue: since when, how often, whether it is over.

An issue is known by the keys of its records, which are the same in every run; the template that a
run folds alike records into depends on what that run saw, and so decides only for keys never seen.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from logtriage.model.delta import Sighting

NANO: Final = 1_000_000_000
HOUR: Final = 3600 * NANO
DAY: Final = 24 * HOUR

KIN: Final = 200
"""Known issues of one tag, category and component whose templates are compared."""

HOURS_KEPT: Final = 35 * 24
DAYS_KEPT: Final = 400
ISSUES_KEPT: Final = 50_000

INCIDENT_QUIET: Final = 60 * NANO
"""An incident of several errors is over once the log went on for so long without one."""

SINGLE_QUIET: Final = 600 * NANO
"""The same for one or two errors, which show no rhythm."""

DEFECT_QUIET: Final = HOUR
"""A defect is not mended because nobody met it for a minute."""

RHYTHM: Final = 3
"""Times the longest gap between two errors that must pass without one."""

LONGEST_QUIET: Final = 7 * DAY

UNHEARD: Final = DAY
"""An issue whose logs fell silent is over when it was not seen for so long."""


class Known(msgspec.Struct, frozen=True):
    """A row of the memory."""

    id: int
    fingerprint: str
    tag: str
    category: str
    title: str
    component: str | None
    priority: str | None
    confidence: float
    count: int
    first_seen: int
    last_seen: int
    seen_at: int
    longest_gap: int
    resolved_at: int | None
    cause: int | None
    sets: tuple[str, ...]
    told_at: int | None
    grown_at: int | None

    @property
    def quiet(self) -> int:
        """Nanoseconds without it after which it is over."""
        least = DEFECT_QUIET
        if self.tag == "production-incident":
            least = SINGLE_QUIET if self.count < 3 else INCIDENT_QUIET
        return min(max(least, RHYTHM * self.longest_gap), LONGEST_QUIET)


_COLUMNS: Final = ", ".join(Known.__struct_fields__)


class Learnt(msgspec.Struct, frozen=True):
    """What a run changed in the memory."""

    new: frozenset[int]
    regressed: Mapping[int, int]
    """Issue to the moment it came back."""
    seen: Mapping[int, Sighting]
    resolved: tuple[Known, ...]
    """Root causes that are over, with all that followed from them."""


class Memory:
    """The issues of a state, inside a transaction."""

    def __init__(self, connection: sqlite3.Connection, *, now: int) -> None:
        """``now`` in nanoseconds since the epoch."""
        self._connection = connection
        self._now = now

    def learn(
        self, sightings: Sequence[Sighting], taken_back: Mapping[str, int] | None = None
    ) -> Learnt:
        """Take in what a run saw; ``taken_back`` are records counted before that read otherwise."""
        for key, count in (taken_back or {}).items():
            self._take_back(key, count)
        new: set[int] = set()
        regressed: dict[int, int] = {}
        seen: dict[int, Sighting] = {}
        for sighting in sightings:
            known = self._find(sighting)
            if known is None:
                identity = self._insert(sighting)
                new.add(identity)
            else:
                identity = known.id
                if known.resolved_at is not None:
                    regressed[identity] = sighting.first
                self._update(known, sighting)
            self._count(identity, sighting)
            seen[identity] = sighting
        self._link(seen)
        resolved = self._resolve(seen)
        self._prune()
        return Learnt(frozenset(new), regressed, seen, tuple(resolved))

    def recall(self, sightings: Sequence[Sighting], *, since: int) -> Learnt:
        """What is known of issues that are looked at again; new are those first seen ``since``."""
        new: set[int] = set()
        seen: dict[int, Sighting] = {}
        for sighting in sightings:
            known = self._find(sighting)
            identity = self._insert(sighting) if known is None else known.id
            if known is None or known.first_seen >= since:
                new.add(identity)
            seen[identity] = sighting
        self._link(seen)
        return Learnt(frozenset(new), {}, seen, ())

    def known(self, identities: Iterable[int]) -> dict[int, Known]:
        """Rows by id."""
        rows = {}
        for identity in identities:
            row = self._connection.execute(
                f"SELECT {_COLUMNS} FROM issue WHERE id = ?",  # noqa: S608 - constant names
                (identity,),
            ).fetchone()
            if row:
                rows[identity] = _known(row)
        return rows

    def alive(self) -> list[Known]:
        """Issues that are not over."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM issue WHERE resolved_at IS NULL"  # noqa: S608 - as above
        )
        return [_known(row) for row in rows]

    def find(self, fingerprint: str) -> Known | None:
        """The issue with a fingerprint, or one of whose records has it."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM issue WHERE fingerprint = ? OR id IN"  # noqa: S608 - as above
            " (SELECT issue FROM member WHERE key LIKE ? || '%')",
            (fingerprint, fingerprint.partition(":")[2] or fingerprint),
        ).fetchone()
        return _known(row) if row else None

    def _find(self, sighting: Sighting) -> Known | None:
        rows: list[Known] = []
        identities: set[int] = set()
        for key in sighting.keys:
            row = self._connection.execute(
                "SELECT issue FROM member WHERE key = ?", (key,)
            ).fetchone()
            if row:
                identities.add(row[0])
        named = self._connection.execute(
            "SELECT id FROM issue WHERE fingerprint = ?", (sighting.fingerprint,)
        ).fetchone()
        if named:
            identities.add(named[0])
        if not identities and not sighting.by_place:
            identities.update(self._kin(sighting))
        rows = sorted(self.known(identities).values(), key=lambda each: (each.first_seen, each.id))
        if not rows:
            return None
        for other in rows[1:]:
            self._merge(rows[0].id, other)
        return self.known([rows[0].id])[rows[0].id]

    def _kin(self, sighting: Sighting) -> list[int]:
        rows = self._connection.execute(
            "SELECT id, template FROM issue WHERE tag = ? AND category = ? AND component IS ?"
            " AND NOT by_place ORDER BY last_seen DESC LIMIT ?",
            (sighting.tag, sighting.category, sighting.component, KIN),
        ).fetchall()
        mine = sighting.template
        return [row[0] for row in rows if covers(row[1], mine) or covers(mine, row[1])][:1]

    def _merge(self, identity: int, other: Known) -> None:
        """What were two issues turned out to be one."""
        run = self._connection.execute
        for table, column in (("hour", "hour"), ("day", "day")):
            run(
                f"INSERT INTO {table} SELECT ?, {column}, count FROM {table} WHERE issue = ?"  # noqa: S608 - constant names
                " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                (identity, other.id),
            )
        run("UPDATE member SET issue = ? WHERE issue = ?", (identity, other.id))
        run("UPDATE issue SET cause = ? WHERE cause = ?", (identity, other.id))
        run(
            "UPDATE issue SET count = count + ?, first_seen = min(first_seen, ?),"
            " last_seen = max(last_seen, ?), cause = nullif(cause, id),"
            " resolved_at = CASE WHEN ? IS NULL THEN NULL ELSE resolved_at END WHERE id = ?",
            (other.count, other.first_seen, other.last_seen, other.resolved_at, identity),
        )
        run("DELETE FROM issue WHERE id = ?", (other.id,))

    def _insert(self, sighting: Sighting) -> int:
        cursor = self._connection.execute(
            "INSERT INTO issue (fingerprint, tag, category, title, component, template, by_place,"
            " priority, confidence, count, first_seen, last_seen, seen_at, longest_gap, sets)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            (
                sighting.fingerprint,
                sighting.tag,
                sighting.category,
                sighting.title,
                sighting.component,
                sighting.template,
                sighting.by_place,
                sighting.priority,
                sighting.confidence,
                sighting.first,
                sighting.last,
                self._now,
                sighting.longest_gap,
                json.dumps(sighting.sets),
            ),
        )
        return int(cursor.lastrowid or 0)

    def _update(self, known: Known, sighting: Sighting) -> None:
        priority = sighting.priority or known.priority
        if known.resolved_at is None and known.priority:
            # a trouble stays as urgent as it ever was, until it is over
            priority = min(known.priority, priority or known.priority)
        gap = max(known.longest_gap, sighting.longest_gap, sighting.first - known.last_seen)
        self._connection.execute(
            "UPDATE issue SET title = ?, priority = ?, confidence = ?,"
            " first_seen = min(first_seen, ?), last_seen = max(last_seen, ?), seen_at = ?,"
            " longest_gap = ?, sets = ?, resolved_at = NULL WHERE id = ?",
            (
                # a symptom keeps the words that it had as a root cause
                sighting.title if sighting.priority or not known.priority else known.title,
                priority,
                sighting.confidence,
                sighting.first,
                sighting.last,
                self._now,
                gap,
                json.dumps(sighting.sets or known.sets),
                known.id,
            ),
        )

    def _count(self, identity: int, sighting: Sighting) -> None:
        run = self._connection.execute
        run("UPDATE issue SET count = count + ? WHERE id = ?", (sighting.count, identity))
        days: defaultdict[int, int] = defaultdict(int)
        for hour, count in sighting.hours.items():
            run(
                "INSERT INTO hour VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                (identity, hour, count),
            )
            days[hour // 24] += count
        for day, count in days.items():
            run(
                "INSERT INTO day VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                (identity, day, count),
            )
        for key in sighting.keys:
            run("INSERT OR REPLACE INTO member VALUES (?, ?)", (key, identity))

    def _take_back(self, key: str, count: int) -> None:
        row = self._connection.execute("SELECT issue FROM member WHERE key = ?", (key,)).fetchone()
        if row is None:
            return
        (identity,) = row
        for table, column in (("hour", "hour"), ("day", "day")):
            left = count
            # the record was the last one read
            for at, counted in self._connection.execute(
                f"SELECT {column}, count FROM {table} WHERE issue = ? ORDER BY {column} DESC",  # noqa: S608 - constant names
                (identity,),
            ).fetchall():
                gone = min(left, counted)
                self._connection.execute(
                    f"UPDATE {table} SET count = count - ? WHERE issue = ? AND {column} = ?",  # noqa: S608 - as above
                    (gone, identity, at),
                )
                left -= gone
                if not left:
                    break
        self._connection.execute(
            "UPDATE issue SET count = count - ? WHERE id = ?", (count, identity)
        )
        self._connection.execute("DELETE FROM issue WHERE id = ? AND count <= 0", (identity,))

    def _link(self, seen: Mapping[int, Sighting]) -> None:
        """Note which issue follows from which root cause."""
        by_fingerprint = {sighting.fingerprint: identity for identity, sighting in seen.items()}
        known = self.known(seen)
        for identity, sighting in seen.items():
            cause = by_fingerprint.get(sighting.cause or "")
            if cause is not None and cause != identity:
                self._connection.execute(
                    "UPDATE issue SET cause = ? WHERE id = ?", (cause, identity)
                )
                # the cause of a cause stands on its own from now on
                self._connection.execute("UPDATE issue SET cause = NULL WHERE id = ?", (cause,))
            elif known[identity].cause is not None and not self._is_alive(known[identity].cause):
                self._connection.execute("UPDATE issue SET cause = NULL WHERE id = ?", (identity,))

    def _is_alive(self, identity: int | None) -> bool:
        row = self._connection.execute(
            "SELECT resolved_at IS NULL FROM issue WHERE id = ?", (identity,)
        ).fetchone()
        return bool(row and row[0])

    def _resolve(self, seen: Mapping[int, Sighting]) -> list[Known]:
        """Root causes of which nothing was seen for long enough while their logs went on."""
        read_until = dict(self._connection.execute("SELECT * FROM progress").fetchall())
        stories: defaultdict[int, list[Known]] = defaultdict(list)
        alive = {each.id: each for each in self.alive()}
        for each in alive.values():
            stories[each.cause if each.cause in alive else each.id].append(each)
        over = []
        for root, members in stories.items():
            if any(each.id in seen for each in members):
                continue
            if not all(self._is_over(each, read_until) for each in members):
                continue
            over.append(alive[root])
            for each in members:
                self._connection.execute(
                    "UPDATE issue SET resolved_at = ? WHERE id = ?", (self._now, each.id)
                )
        return over

    def _is_over(self, known: Known, read_until: Mapping[str, int]) -> bool:
        until = [read_until[name] for name in known.sets if name in read_until]
        if until and min(until) > known.last_seen + known.quiet:
            return True
        return self._now > known.seen_at + max(UNHEARD, 2 * known.quiet)

    def _prune(self) -> None:
        run = self._connection.execute
        run("DELETE FROM hour WHERE hour < ? OR count <= 0", (self._now // HOUR - HOURS_KEPT,))
        run("DELETE FROM day WHERE day < ? OR count <= 0", (self._now // DAY - DAYS_KEPT,))
        run(
            "DELETE FROM issue WHERE id IN (SELECT id FROM issue WHERE resolved_at IS NOT NULL"
            " ORDER BY last_seen DESC LIMIT -1 OFFSET ?)",
            (ISSUES_KEPT,),
        )


def covers(template: str, other: str) -> bool:
    """Whether every word of ``other`` is that of ``template`` or stands where that varies."""
    mine, theirs = template.split(), other.split()
    if len(mine) != len(theirs):
        return False
    same = 0
    for one, two in zip(mine, theirs, strict=True):
        if one == two:
            same += "<*>" not in one
        elif one != "<*>":
            return False
    return 2 * same >= len(mine)


def _known(row: tuple[object, ...]) -> Known:
    named = dict(zip(Known.__struct_fields__, row, strict=True))
    named["sets"] = tuple(json.loads(str(named["sets"])))
    return msgspec.convert(named, Known)
