"""Runs only what came since the last run, file by file, and says how far each was read."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from logtriage.engine.local import SHARD_BYTES, Failure, Run, jobs_for, outcomes
from logtriage.errors import InputError
from logtriage.model.position import Position
from logtriage.model.tallies import Tallies, greatest, shift_lines
from logtriage.pipeline.flow import Shard
from logtriage.pipeline.matching import Found, absolute, match, standing
from logtriage.pipeline.resume import Portion, holds, line_ends, portion, unchanged_since
from logtriage.pipeline.tools import Tools
from logtriage.source.identify import HEAD, content, digest, rotated_set, tail_digest
from logtriage.source.locate import Source
from logtriage.source.read import WINDOW

TOGETHER: Final = 128
"""Files that are held open at once."""


class ResumedRun(Run):
    """What came since the last run; nothing of it is kept until the state commits."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: list[Position] = []
        """Where each file now stands."""
        self.taken_back: Counter[str] = Counter()
        """Issue keys to records that an earlier run counted and that now read otherwise."""
        self.read_until: dict[str, int] = {}
        """Rotated set to the latest timestamp read of it, nanoseconds since the epoch."""
        self.problems: list[tuple[str, str]] = []

    def note_problems(self) -> None:
        """Take what is wrong with files into the report."""
        for path, problem in self.problems:
            self._note(path, problem)


def run_resumed(
    sources: Sequence[Source], tools: Tools, positions: Iterable[Position]
) -> ResumedRun:
    """Tally what came to the files since ``positions``; streams and URLs are read whole."""
    result = ResumedRun()
    positions = list(positions)
    before = standing(source for source in sources if source.regular)
    matching = match([source for source in sources if source.regular], positions)
    result.problems += matching.problems
    streams = [source for source in sources if not source.regular and source.member is None]
    members = [source for source in sources if source.member is not None]
    if members:
        parts = match(members, [each for each in positions if "::" in each.path])
        matching = msgspec.structs.replace(matching, found=(*matching.found, *parts.found))
        result.problems += parts.problems
    changed: defaultdict[str, list[Found]] = defaultdict(list)
    for found in matching.found:
        if found.unchanged:
            same = msgspec.structs.replace(found.position, path=absolute(found.source))
            result.positions.append(same)
        else:
            changed[rotated_set(absolute(found.source))].append(found)
    for names in _batches(changed):
        some = [found for name in names for found in changed[name]]
        _run_some(some, tools, result, before, set(matching.unsettled))
    for source in streams:
        _run_stream(source, tools, result)
    return result


def _batches(changed: Mapping[str, Sequence[Found]]) -> Iterator[list[str]]:
    """Rotated sets, each whole, of some TOGETHER files."""
    names: list[str] = []
    count = 0
    for name, found in changed.items():
        names.append(name)
        count += len(found)
        if count >= TOGETHER:
            yield names
            names, count = [], 0
    if names:
        yield names


def _run_some(
    found: Sequence[Found],
    tools: Tools,
    result: ResumedRun,
    before: Mapping[str, object],
    unsettled: set[str],
) -> None:
    """Read some files; those of a set that was rotated meanwhile are left to the next run."""
    with ExitStack() as stack:
        readings = []
        nothing_new = []
        for each in found:
            begun = _begin(each, tools, stack, result)
            if begun is None:
                unsettled.add(rotated_set(absolute(each.source)))
            elif isinstance(begun, Position):
                nothing_new.append((each, begun))
            else:
                readings.append(begun)
        jobs = jobs_for(sum(reading.bytes for reading in readings), tools)
        labelled = [
            (reading, shard) for reading in readings for shard in _cut(reading.portion, jobs)
        ]
        results = outcomes([shard for _, shard in labelled], tools, jobs)
        for (reading, _), (shard, outcome) in zip(labelled, results, strict=True):
            result.interrupted |= outcome.interrupted
            if outcome.failure:
                reading.failure = outcome.failure
            if outcome.tallies is not None:
                reading.add(shard, outcome.tallies)
        for reading in readings:
            # before the check: a position must not be made of what came after it
            reading.look()
            if not unchanged_since(reading.portion, reading.found.position):
                unsettled.add(reading.rotated_set)
        after = standing(each.source for each in found)
        for name in {rotated_set(absolute(each.source)) for each in found}:
            if before.get(name) != after.get(name) and not result.interrupted:
                unsettled.add(name)
        for reading in readings:
            if reading.rotated_set not in unsettled:
                reading.finish(result)
        for each, position in nothing_new:
            if rotated_set(absolute(each.source)) not in unsettled:
                result.positions.append(position)


def _run_stream(source: Source, tools: Tools, result: ResumedRun) -> None:
    for _, outcome in outcomes([Shard(source)], tools, 1):
        result.interrupted |= outcome.interrupted
        if outcome.failure:
            result.failures.append(outcome.failure)
        if outcome.tallies is not None:
            result.tallies.merge(outcome.tallies)


class _Standing(msgspec.Struct, frozen=True):
    """What a file held when it was read to its end."""

    head: bytes = b""
    tail_digest: str = ""
    lines: int = 0
    """Line ends since the last run's offset."""
    open_lines: int = 0
    """Line ends from the last record on, where that may go on."""


class _Reading:
    """One file while it is read."""

    def __init__(self, found: Found, part: Portion) -> None:
        self.found = found
        self.portion = part
        self.failure: Failure | None = None
        self._tallies = Tallies()
        self._reopened = Tallies()
        self._again: Counter[str] = Counter()
        self._tail: Counter[str] = Counter()
        self._lines = part.lines
        self._standing = _Standing()

    @property
    def rotated_set(self) -> str:
        """Name of the rotated set that the file belongs to."""
        return rotated_set(absolute(self.found.source))

    @property
    def bytes(self) -> int:
        """What is to be read."""
        return max((self.portion.source.size or 0) - self.portion.begin, 0)

    def add(self, shard: Shard, tallies: Tallies) -> None:
        """Take in the next shard of the file."""
        part = self.portion
        tally = tallies.inputs[part.source.path]
        shift_lines(tallies, self._lines)
        self._lines += tally.lines
        counts = {key: issue.count for key, issue in tallies.issues.items()}
        if shard.begin >= part.tail:
            self._tail.update(counts)
        if shard.begin < part.begin:
            self._again.update(counts)
            self._reopened.merge(tallies)
        else:
            self._tallies.merge(tallies)

    def look(self) -> None:
        """Take the marks of what was read, by which the next run will know the file."""
        part, position = self.portion, self.found.position
        source, seen = part.source, part.seen
        if seen.streamed:
            # proof enough for what is final; unpacking it all again would cost as much as reading
            self._standing = _Standing(head=content(source, seen, 0, HEAD))
            return
        offset = source.size or 0
        self._standing = _Standing(
            head=content(source, seen, 0, min(HEAD, offset)),
            tail_digest=tail_digest(source, seen, offset) or "",
            lines=line_ends(source, position.offset, offset),
            open_lines=line_ends(source, part.tail, offset) if part.tail < offset else 0,
        )

    def finish(self, result: ResumedRun) -> None:
        """Hand over what was counted and the new position; nothing after a failure."""
        if self.failure is not None:
            result.failures.append(self.failure)
            return
        position, path = self.found.position, self.portion.source.path
        before = position.open_counts
        reopened = bool(self._reopened.inputs)
        if reopened and self._again == Counter(before):
            self._tallies.merge(Tallies(inputs=self._reopened.inputs))
        else:
            if reopened:
                result.taken_back.update(before)
            self._tallies.merge(self._reopened)
        tally = self._tallies.inputs.get(path)
        if tally is None:
            return
        if reopened:
            # lines and bytes of the open record were counted when it was first read
            tally.lines -= position.lines - position.open_lines
            tally.bytes -= position.offset - (position.open_offset or 0)
            tally.errors -= sum(self._again.values()) if self._again == Counter(before) else 0
        read, last = tally.bytes, tally.last
        result.tallies.merge(self._tallies)
        if not result.interrupted:
            result.positions.append(self._position(read, last))
            if last is not None:
                name = self.rotated_set
                result.read_until[name] = max(last, result.read_until.get(name, last))

    def _position(self, read: int, last: int | None) -> Position:
        part, position = self.portion, self.found.position
        source, seen = part.source, part.seen
        standing_now = self._standing
        if seen.streamed:
            offset, lines = position.offset + read, self._lines
        else:
            offset = source.size or 0
            lines = position.lines + standing_now.lines
        head = standing_now.head[:offset]
        is_open = part.tail < offset
        return msgspec.structs.replace(
            position,
            path=absolute(self.found.source),
            device=seen.device,
            inode=seen.inode,
            # a file with an unfinished line is looked at again though nothing is written to it
            size=seen.size if seen.streamed or offset == seen.size else -1,
            modified=seen.modified,
            head_length=len(head),
            head_digest=digest(head),
            offset=offset,
            lines=lines,
            tail_digest=standing_now.tail_digest,
            last=greatest(position.last, last),
            open_offset=part.tail if is_open else None,
            open_lines=lines - standing_now.open_lines if is_open else lines,
            open_counts=_counts(self._tail) if is_open else {},
        )


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    return {key: count for key, count in sorted(counts.items()) if count}


def _begin(
    found: Found, tools: Tools, stack: ExitStack, result: ResumedRun
) -> "_Reading | Position | None":
    """Open a file so that a rotation cannot put another in its place.

    The position where nothing is to be read; None where the file is not the one that was found.
    """
    source = found.source
    try:
        if source.member is None:
            descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, descriptor)
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) != (found.seen.device, found.seen.inode):
                return None
            held = f"/proc/self/fd/{descriptor}"
            if Path(held).exists():
                source = msgspec.structs.replace(source, file=held)
            if not holds(source, found.seen, found.position):
                return None
        part = portion(source, found.seen, found.position, tools)
    except FileNotFoundError:
        return None
    except (OSError, InputError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        result.failures.append(Failure(found.source.path, reason.lower()))
        return found.position
    return _nothing_new(found) if part is None else _Reading(found, part)


def _nothing_new(found: Found) -> Position:
    """The position of a file under its present name; one with an unfinished line stays news."""
    seen, position = found.seen, found.position
    complete = seen.streamed or seen.size == position.offset
    return msgspec.structs.replace(
        position,
        path=absolute(found.source),
        device=seen.device,
        inode=seen.inode,
        size=seen.size if complete else -1,
        modified=seen.modified,
    )


def _cut(part: Portion, jobs: int) -> Iterator[Shard]:
    """The shards, long ones cut for several processes."""
    for shard in part.shards:
        stop = shard.end if shard.end is not None else part.source.size
        long = stop is not None and stop - shard.begin > 2 * SHARD_BYTES
        if jobs < 2 or not long or part.seen.streamed or stop is None:
            yield shard
            continue
        step = -(-(stop - shard.begin) // jobs // WINDOW) * WINDOW
        first = -(-shard.begin // WINDOW) * WINDOW + step
        bounds = [shard.begin, *range(first, stop, step), shard.end]
        for begin, end in pairwise(bounds):
            yield msgspec.structs.replace(shard, begin=begin, end=end)
