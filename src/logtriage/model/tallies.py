"""The mergeable whole: everything a shard has to say."""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from logtriage.model.tally import (
    EXEMPLARS,
    ISSUES,
    TRACE_IDS,
    ChangeEvent,
    EndpointFact,
    Exemplar,
    IgnoredTally,
    InputTally,
    IssueTally,
)

HOSTS: Final = 16
CHANGES: Final = 500
IGNORED_EXEMPLARS: Final = 3
ENDPOINTS: Final = 500


class Tallies(msgspec.Struct):
    """Counts of a shard; ``Tallies()`` is the neutral element of `merge`."""

    issues: dict[str, IssueTally] = msgspec.field(default_factory=dict)
    ignored: dict[str, IgnoredTally] = msgspec.field(default_factory=dict)
    inputs: dict[str, InputTally] = msgspec.field(default_factory=dict)
    changes: list[ChangeEvent] = msgspec.field(default_factory=list)
    """The CHANGES earliest, sorted."""
    endpoints: list[EndpointFact] = msgspec.field(default_factory=list)
    """Sorted, without duplicates."""
    other: dict[str, int] = msgspec.field(default_factory=dict)
    """Tag to records of issues beyond the cap."""
    threshold: str = "~"
    """Issues whose key is not below it are counted in `other` (keys are hexadecimal)."""
    undated: int = 0
    """Error records without a timestamp."""

    def merge(self, shard: "Tallies") -> None:
        """Take in another shard; ``shard`` must not be used afterwards."""
        for key, issue in shard.issues.items():
            mine = self.issues.get(key)
            if mine is None:
                self.issues[key] = issue
            else:
                merge_issue(mine, issue)
        for rule, ignored in shard.ignored.items():
            known = self.ignored.get(rule)
            if known is None:
                self.ignored[rule] = ignored
            else:
                known.count += ignored.count
                known.exemplars = earliest(
                    [*known.exemplars, *ignored.exemplars], IGNORED_EXEMPLARS
                )
        for path, tally in shard.inputs.items():
            same = self.inputs.get(path)
            if same is None:
                self.inputs[path] = tally
            else:
                merge_input(same, tally)
        if shard.changes:
            self.changes = smallest_changes([*self.changes, *shard.changes])
        if shard.endpoints:
            self.endpoints = smallest_endpoints([*self.endpoints, *shard.endpoints])
        for tag, count in shard.other.items():
            self.other[tag] = self.other.get(tag, 0) + count
        self.undated += shard.undated
        self.threshold = min(self.threshold, shard.threshold)
        self.bound()

    def bound(self, limit: int = ISSUES) -> None:
        """Keep the ``limit`` issues with the smallest keys, count the others.

        The smallest keys of a union are among the smallest keys of its parts, so what is kept is
        counted in full (the argument of k-minimum-values sketches).
        """
        if len(self.issues) > limit:
            self.threshold = min(self.threshold, sorted(self.issues)[limit])
        if self.threshold == "~":
            return
        for key in [key for key in self.issues if key >= self.threshold]:
            gone = self.issues.pop(key)
            tag = str(gone.verdict.tag)
            self.other[tag] = self.other.get(tag, 0) + gone.count


def merge_issue(mine: IssueTally, other: IssueTally) -> None:
    """Fold one tally of an issue into another of the same key."""
    if other.exemplars and (
        not mine.exemplars or other.exemplars[0].order < mine.exemplars[0].order
    ):
        mine.verdict = other.verdict
        mine.exception = other.exception
        mine.component_kind = other.component_kind
    mine.severity_number = max(mine.severity_number, other.severity_number)
    mine.count += other.count
    mine.first = least(mine.first, other.first)
    mine.last = greatest(mine.last, other.last)
    mine.histogram.merge(other.histogram)
    mine.exemplars = earliest([*mine.exemplars, *other.exemplars], EXEMPLARS)
    mine.hosts = sorted({*mine.hosts, *other.hosts})[:HOSTS]
    mine.trace_ids = smallest_ids([*mine.trace_ids, *other.trace_ids])
    for path, count in other.paths.items():
        mine.paths[path] = mine.paths.get(path, 0) + count


def merge_input(mine: InputTally, other: InputTally) -> None:
    """Fold one tally of an input into another of the same path."""
    mine.format = joined(mine.format, other.format)
    mine.component = joined(mine.component, other.component)
    mine.component_kind = joined(mine.component_kind, other.component_kind)
    mine.access = mine.access or other.access
    mine.lines += other.lines
    mine.bytes += other.bytes
    mine.errors += other.errors
    mine.first = least(mine.first, other.first)
    mine.last = greatest(mine.last, other.last)
    mine.volume.merge(other.volume)
    mine.without_format += other.without_format
    mine.cut += other.cut
    mine.problems = sorted({*mine.problems, *other.problems})


def joined(mine: str | None, other: str | None) -> str | None:
    """Union of two comma-separated sets of names, sorted."""
    if mine is None or other is None or mine == other:
        return mine if other is None else other
    return ",".join(sorted({*mine.split(","), *other.split(",")}))


def least(mine: int | None, other: int | None) -> int | None:
    """The smaller of two; None is no value."""
    if mine is None or other is None:
        return mine if other is None else other
    return min(mine, other)


def greatest(mine: int | None, other: int | None) -> int | None:
    """The greater of two; None is no value."""
    if mine is None or other is None:
        return mine if other is None else other
    return max(mine, other)


def earliest(exemplars: Iterable[Exemplar], limit: int) -> list[Exemplar]:
    """The ``limit`` earliest, without duplicates of place."""
    by_place = {exemplar.order: exemplar for exemplar in exemplars}
    return [by_place[order] for order in sorted(by_place)[:limit]]


def id_hash(identity: str) -> bytes:
    """Order of trace ids in a bounded sample: uniform, the same in every process."""
    return hashlib.blake2b(identity.encode(errors="replace"), digest_size=8).digest()


def smallest_ids(identities: Iterable[str]) -> list[str]:
    """The TRACE_IDS ids with the smallest hash."""
    unique = set(identities)
    if len(unique) <= TRACE_IDS:
        return sorted(unique)
    return sorted(sorted(unique, key=id_hash)[:TRACE_IDS])


def smallest_changes(changes: Iterable[ChangeEvent]) -> list[ChangeEvent]:
    """The CHANGES earliest, one for each place and kind."""
    unique = {(event.exemplar.order, event.change.kind): event for event in changes}
    return [unique[key] for key in sorted(unique)[:CHANGES]]


def smallest_endpoints(facts: Iterable[EndpointFact]) -> list[EndpointFact]:
    """Endpoints sorted, without duplicates, bounded."""
    unique = {(fact.component or "", fact.host or "", fact.port): fact for fact in facts}
    return [unique[key] for key in sorted(unique)[:ENDPOINTS]]


def shift_lines(tallies: Tallies, lines: int) -> None:
    """Add the lines of the shards before to all line numbers of a shard of one input."""
    if not lines:
        return

    def shifted(exemplar: Exemplar) -> Exemplar:
        return msgspec.structs.replace(exemplar, line=exemplar.line + lines)

    for issue in tallies.issues.values():
        issue.exemplars = [shifted(exemplar) for exemplar in issue.exemplars]
    for ignored in tallies.ignored.values():
        ignored.exemplars = [shifted(exemplar) for exemplar in ignored.exemplars]
    tallies.changes = [
        msgspec.structs.replace(event, exemplar=shifted(event.exemplar))
        for event in tallies.changes
    ]
