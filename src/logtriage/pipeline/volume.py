"""How much an input says over time, from a sample of its lines: silence and gaps show in it."""

from typing import Final

from logtriage.model.tallies import greatest, least
from logtriage.model.tally import InputTally
from logtriage.pipeline.reading import Reader

LONGEST: Final = 4096
"""Bytes of a line that are looked at."""

NEAR: Final = 64
"""Bytes before a timestamp that is found again by its place."""

_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")

_STEPS = ((1 << 18, 128), (1 << 20, 1 << 10), (1 << 26, 1 << 14))


def step_at(offset: int) -> int:
    """Bytes between sampled lines: few at the start of an input, so that small ones are exact."""
    return next((step for limit, step in _STEPS if offset < limit), 1 << 17)


class Volume:
    """Samples the lines of one input at offsets that depend on nothing but the input."""

    def __init__(self, tally: InputTally, reader: Reader) -> None:
        self._tally = tally
        self._reader = reader
        self._place = (b"", 0, 0, b"")
        """What stands before the timestamp, where it stands, and how it is written."""

    def sample(self, block: bytes, offset: int, size: int) -> None:
        """Sample the first bytes of a block, whole records that stand at an offset of the input."""
        position = -(-offset // step_at(offset)) * step_at(offset)
        end = offset + size
        done = -1
        while position < end:
            start = block.rfind(b"\n", 0, position - offset) + 1
            if start > done:
                done = start
                self._sample_line(block, start)
            position += step_at(position)

    def note_end(self, block: bytes) -> None:
        """Note the last dated line of the input's last block."""
        end = len(block)
        for _ in range(50):
            if end <= 0:
                return
            start = block.rfind(b"\n", 0, end - 1) + 1
            if self._sample_line(block, start, count=False):
                return
            end = start

    def _sample_line(self, block: bytes, start: int, *, count: bool = True) -> bool:
        stop = block.find(b"\n", start, start + LONGEST)
        line = block[start : stop if stop >= 0 else start + LONGEST]
        timestamp = self._glance(line)
        if timestamp is None:
            timestamp = self._read(line)
        if timestamp is None:
            return False
        self.note(timestamp, count=count)
        return True

    def _glance(self, line: bytes) -> int | None:
        """The timestamp of a line that has one of the same form in the same place as before."""
        before, begin, end, form = self._place
        if not form or line[begin:end].translate(_ZEROS) != form or line[: len(before)] != before:
            return None
        return self._reader.moment_of(line[begin:end].decode())

    def _read(self, line: bytes) -> int | None:
        text = line.decode(errors="replace")
        head = self._reader.read(text)
        if head is None:
            return None
        where = self._reader.timestamp_span(text, head)
        if where is not None and text.isascii():
            begin, end = where
            form = line[begin:end].translate(_ZEROS)
            if b"0" not in line[:begin].translate(_ZEROS) and begin <= NEAR:
                self._place = (line[:begin], begin, end, form)
        return head.timestamp

    def note(self, timestamp: int | None, *, count: bool = True) -> None:
        """Note one record's time."""
        if timestamp is None:
            return
        tally = self._tally
        tally.first = least(tally.first, timestamp)
        tally.last = greatest(tally.last, timestamp)
        if count:
            tally.volume.add(timestamp // 1_000_000_000)
