"""Candidate records in a stream of blocks: only what the native scan flagged is looked at.

A record belongs to where its first line starts, and its bounds depend on the text alone; so neither
the size of blocks nor the cut between shards can change what is found.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

LONGEST: Final = 1 << 20
"""Bytes of one record beyond which it is cut."""


class Scanner(Protocol):
    """See `logtriage.scan.scanner.Scanner`."""

    def scan(self, block: bytes, begin: int = 0) -> list[int]:
        """End offsets of matches, ascending by their amount.

        A negative one is a hint: its line matches only if it is confirmed.
        """
        ...


class Frame(NamedTuple):
    """A piece of the input with whole records, and which of them are candidates.

    The frames of an input follow each other without gap or overlap.
    """

    block: bytes
    """Whole records, and after `size` bytes the begin of what follows."""
    size: int
    offset: int
    """Of the block's first byte in the input."""
    spans: list[tuple[int, int]]
    """Start and end (without the last newline) of each candidate record in the block."""
    cut: int
    """Candidate records that were cut at LONGEST."""


class Framer:
    """Finds the candidate records of one input."""

    def __init__(
        self,
        scanners: Sequence[Scanner],
        head: re.Pattern[bytes],
        confirm: Callable[[bytes], bool] | None = None,
    ) -> None:
        """``head`` matches at the start of a line that begins a record.

        ``confirm`` tells whether a line with a hint matches; without it the scanners give none.
        """
        self._scanners = scanners
        self._head = head
        self._confirm = confirm or (lambda _line: True)

    def frames(
        self,
        chunks: Iterable[bytes],
        offset: int = 0,
        stop: int | None = None,
        *,
        back: Callable[[int], bool] | None = None,
    ) -> Iterator[Frame]:
        """Frames of consecutive chunks that begin at ``offset`` of the input.

        With ``stop``, records that start at or after it are left to the next shard, and the chunks
        must go on beyond it; without, all belong here. At ``offset`` > 0 the lines before the
        first head belong to the shard before. ``back`` asks for the last bytes of a chunk to come
        again at the begin of the next, and is False where there is none.
        """
        carry = b""
        at = offset
        skipping = offset > 0

        # a file is read again from an unfinished record on: its bytes need not be joined
        def kept(rest: bytes) -> bytes:
            return b"" if back is not None and back(len(rest)) else rest

        for chunk in chunks:
            block = carry + chunk if carry else chunk
            if skipping:
                begin = self.first_head(block, 0)
                if begin is None:
                    # all of it continues a record of the shard before
                    past = max(block.rfind(b"\n") + 1, len(block) - LONGEST)
                    at += past
                    carry = kept(block[past:])
                    if stop is not None and at >= stop:
                        return
                    continue
                skipping = False
                at += begin
                block = block[begin:]
            if stop is not None and at >= stop:
                return
            hold = self._hold(block)
            if not hold:
                carry = kept(block)
                continue
            finished = stop is not None and at + hold >= stop
            if finished and stop is not None:
                hold = self._shard_end(block, hold, stop - at)
            yield self._frame(block, hold, at)
            if finished:
                return
            carry = kept(block[hold:]) if hold < len(block) else b""
            at += hold
        if carry and not skipping and (stop is None or at < stop):
            end = len(carry)
            if stop is not None and at + end > stop:
                end = self._shard_end(carry, end, stop - at)
            yield self._frame(carry, end, at)

    def _shard_end(self, block: bytes, hold: int, stop: int) -> int:
        """End of the last record that starts before ``stop`` (an offset in the block)."""
        line = block.find(b"\n", max(stop - 1, 0)) + 1
        if line == 0:
            return hold
        head = self.first_head(block, line)
        return hold if head is None else min(head, hold)

    def first_head(self, block: bytes, begin: int) -> int | None:
        """Offset of the first line at or after ``begin`` (a line start) that begins a record."""
        while begin < len(block):
            if self._head.match(block, begin):
                return begin
            newline = block.find(b"\n", begin)
            if newline < 0:
                return None
            begin = newline + 1
        return None

    def whole(self, block: bytes, offset: int) -> tuple[Frame, bytes]:
        """The whole records of a block that begins with a head, and what may go on after it."""
        hold = self._hold(block)
        return self._frame(block, hold, offset), block[hold:]

    def _hold(self, block: bytes) -> int:
        """Where the last record of the block starts: it may go on in the next."""
        end = len(block)
        lowest = max(end - LONGEST, 0)
        position = block.rfind(b"\n", lowest, end) + 1
        while position > lowest:
            if self._head.match(block, position):
                return position
            position = block.rfind(b"\n", lowest, position - 1) + 1
        # one record longer than the limit: cut it at a line end if there is one
        if end >= 2 * LONGEST:
            return block.rfind(b"\n", 0, end - LONGEST) + 1 or end - LONGEST
        return 0

    def _frame(self, block: bytes, size: int, offset: int) -> Frame:
        if len(self._scanners) == 1:
            ends = self._scanners[0].scan(block)
        else:
            ends = sorted({end for scanner in self._scanners for end in scanner.scan(block)})
        while ends and abs(ends[-1]) > size:
            ends.pop()
        spans, cut = self.spans(block, ends, size)
        return Frame(block, size, offset, spans, cut)

    def spans(
        self, block: bytes, ends: Iterable[int], size: int
    ) -> tuple[list[tuple[int, int]], int]:
        """Record bounds around match ends (ascending by their amount), and how many were cut.

        The hot loop of the program (benches/test_scan.py): two searches and one or two head tests
        a record.
        """
        head, find, rfind = self._head.match, block.find, block.rfind
        done, cut = 0, 0
        passed, known = 0, -1
        spans: list[tuple[int, int]] = []
        add = spans.append
        for end in ends:
            if end < 0:
                end = -end  # noqa: PLW2901 - a hint
                if end <= done or end <= passed:
                    continue
                start = rfind(b"\n", done, end - 1) + 1 or done
                newline = find(b"\n", end - 1)
                passed = size if newline < 0 else newline
                if not self._confirm(block[start:passed]):
                    continue
            else:
                if end <= done:
                    continue
                start = rfind(b"\n", done, end - 1) + 1 or done
                newline = find(b"\n", end - 1)
            # `known` is a head already, found at the end of the record before
            while start > done and start != known and not head(block, start):
                start = rfind(b"\n", done, start - 1) + 1 or done
            while 0 <= newline < size - 1:
                if head(block, newline + 1):
                    known = newline + 1
                    break
                newline = find(b"\n", newline + 1)
            stop = newline if 0 <= newline < size else size
            done = stop + 1
            if stop - start > LONGEST:
                stop = start + LONGEST
                cut += 1
            add((start, stop))
        return spans, cut
