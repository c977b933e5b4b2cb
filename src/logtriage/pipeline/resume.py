"""What came to an input since it was last read, as shards whose counts add up over runs.

A record belongs to where its first line starts. The last record of a run may be carried on later (a
stack trace that was being written); so it is *reopened*: when lines without a head follow it, it is
read again, and what it had been counted as is taken back.
"""

import os
from typing import Final

import msgspec

from logtriage.model.position import Position
from logtriage.pipeline.flow import Shard
from logtriage.pipeline.opened import OVERLAP, Opened
from logtriage.pipeline.reading import Reader
from logtriage.pipeline.tools import Tools
from logtriage.source.identify import Sight, content, head_digest, length, tail_digest
from logtriage.source.locate import Source

TAIL_BYTES: Final = 1 << 20
"""A last record longer than this is not reopened."""

UNFINISHED: Final = 3600 * 1_000_000_000
"""Nanoseconds after which a last line without its newline is taken as it is."""


class Portion(msgspec.Struct, frozen=True):
    """The part of an input to read."""

    source: Source
    """Its ``size`` is where to stop."""
    seen: Sight
    shards: tuple[Shard, ...]
    """In order, without gaps; the engine may cut them further."""
    begin: int
    """Records that start before it were counted by an earlier run, as the position says."""
    tail: int
    """The last record of the input starts here: it may be carried on."""
    lines: int
    """Line ends before the first shard."""
    proof: str = ""
    """Digest of the last bytes that are read: they must be the same afterwards."""


def portion(source: Source, seen: Sight, position: Position, tools: Tools) -> Portion | None:
    """What to read of a file from a position on; None where nothing came that is whole.

    ``source.file`` must lead to the file that ``seen`` describes for as long as it is read.
    """
    begin = position.offset
    if seen.streamed and not begin:
        # what cannot be read from its middle is not written to any more
        return Portion(source, seen, (Shard(source),), 0, NOWHERE, 0)
    stop = length(source) if seen.streamed else last_line_end(source, seen, begin, tools.now)
    if stop <= begin:
        return None
    bounded = msgspec.structs.replace(source, size=stop, modified=seen.modified)
    opened = Opened(bounded, tools, begin)
    survey = opened.survey
    if survey.binary:
        shard = Shard(bounded, begin, None, survey)
        return Portion(bounded, seen, (shard,), begin, NOWHERE, position.lines)
    reader = Reader(bounded, survey, tools)
    first, lines = _first(bounded, seen, position, reader if survey.framed else None)
    tail = NOWHERE
    if not seen.streamed:
        tail = _tail(bounded, seen, reader, first, stop, framed=survey.framed)
    cuts = sorted({first, begin, min(max(tail, first), stop)} - {stop})
    if first > begin:
        cuts = [cut for cut in cuts if cut >= first]
    shards = [
        Shard(bounded, start, end, survey)
        for start, end in zip(cuts, [*cuts[1:], None], strict=True)
    ]
    proof = "" if seen.streamed else tail_digest(source, seen, stop) or ""
    return Portion(bounded, seen, tuple(shards), begin, tail, lines, proof)


def holds(source: Source, seen: Sight, position: Position) -> bool:
    """Whether a file still begins with what was read of it."""
    if seen.streamed or not position.offset:
        return True
    if head_digest(source, seen, position.head_length) != position.head_digest:
        return False
    tail = position.tail_digest
    return not tail or tail_digest(source, seen, position.offset) == tail


def unchanged_since(part: Portion, position: Position) -> bool:
    """Whether what was read is what stands there after the reading."""
    source, seen = part.source, part.seen
    if not part.proof:
        return True
    stop = source.size or 0
    return holds(source, seen, position) and tail_digest(source, seen, stop) == part.proof


NOWHERE: Final = 1 << 62
"""Tail of an input whose end is final."""


def _first(
    source: Source, seen: Sight, position: Position, reader: Reader | None
) -> tuple[int, int]:
    """Where to begin, and the line ends before it: at the open record where it may go on.

    ``reader`` of an input whose records are told by their heads alone, else None.
    """
    begin, stop = position.offset, source.size or 0
    before = position.open_offset
    if reader is None:
        return (begin, position.lines) if before is None else (before, position.open_lines)
    start = max(begin - 1, 0)
    text = content(source, seen, start, min(begin + TAIL_BYTES, stop))
    at_line = begin == 0 or text[:1] == b"\n"
    head = reader.head_pattern().match
    if at_line and (begin == 0 or head(text, 1)):
        return begin, position.lines
    if before is not None:
        return before, position.open_lines
    # the rest of a record too long to be reopened
    at = text.find(b"\n", 0 if at_line else 1) + 1
    while at and not head(text, at):
        at = text.find(b"\n", at) + 1
    if not at:
        return stop, position.lines
    return start + at, position.lines + text.count(b"\n", begin - start, at)


def last_line_end(source: Source, seen: Sight, begin: int, now: int) -> int:
    """Where the last whole line ends; ``begin`` where there is none after it.

    A line that was left without its end for long is taken as it is: nobody will end it.
    """
    if now - seen.modified > UNFINISHED:
        return seen.size
    end = seen.size
    while end > begin:
        start = max(begin, end - (1 << 16))
        newline = content(source, seen, start, end).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return begin


def line_ends(source: Source, begin: int, end: int) -> int:
    """Line ends in a range of a plain file."""
    descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        count = 0
        while begin < end:
            chunk = os.pread(descriptor, min(1 << 20, end - begin), begin)
            if not chunk:
                break
            count += chunk.count(b"\n")
            begin += len(chunk)
        return count
    finally:
        os.close(descriptor)


def _tail(
    source: Source, seen: Sight, reader: Reader, first: int, stop: int, *, framed: bool
) -> int:
    """Where the last record, or the first of several that are still open, starts."""
    if framed:
        begin = max(first, stop - TAIL_BYTES)
        found = _last_head(content(source, seen, begin, stop), reader)
        if found is None:
            # one record from the start, or one too long to be reopened
            return first if begin == first else stop
        return begin + found
    begin = max(first, stop - 4 * OVERLAP)
    text = content(source, seen, begin, stop)
    skipped = 0 if begin == first else text.find(b"\n") + 1
    lines = text[skipped:].split(b"\n")
    if not lines[-1]:
        lines.pop()
    assembler = reader.assembler()
    for _ in reader.records(1, [line.decode(errors="replace") for line in lines], assembler):
        pass
    still_open = [record.line for record in assembler.flush()]
    if not still_open:
        return stop
    return begin + skipped + sum(len(line) + 1 for line in lines[: min(still_open) - 1])


def _last_head(text: bytes, reader: Reader) -> int | None:
    """Offset of the last line that begins a record; the text begins anywhere."""
    head = reader.head_pattern().match
    position = len(text)
    while position > 0:
        position = text.rfind(b"\n", 0, position - 1) + 1
        if position and head(text, position):
            return position
    return None
