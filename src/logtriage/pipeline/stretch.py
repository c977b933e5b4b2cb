"""Which stretch of a large input a window of time lies in: found by bisecting its timestamps."""

import os
from typing import Final, NamedTuple

from logtriage.pipeline.reading import Reader
from logtriage.pipeline.survey import Survey
from logtriage.pipeline.tools import Tools
from logtriage.source.locate import Source

LARGE: Final = 256 << 20
"""Bytes of input below which all of it is read: quick enough, and lines keep their numbers."""

DISORDER: Final = 60 * 1_000_000_000
"""Nanoseconds by which lines may stand out of order: buffers of writers, several clocks."""

SPOTS: Final = 64
"""Places whose timestamps must rise, or the input counts as out of order."""

REACH: Final = 1 << 18
"""Bytes in which a line with a timestamp must be found."""

LINE: Final = 4096

CLOSE: Final = 1 << 20
"""Bytes to which a place is narrowed down."""


class Stretch(NamedTuple):
    """Offsets of the bytes to read."""

    begin: int = 0
    end: int | None = None


def stretch_of(source: Source, survey: Survey, tools: Tools) -> Stretch:
    """The bytes outside of which no record lies in the window of time that was asked for."""
    since, until = tools.settings.since, tools.settings.until
    size = source.size or 0
    if (since is None and until is None) or size < LARGE or not survey.formats:
        return Stretch()
    descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        clock = Clock(descriptor, size, Reader(source, survey, tools))
        if not clock.rises():
            return Stretch()
        begin = 0 if since is None else clock.bisect(since - DISORDER, undated_is_older=False)[0]
        end = size if until is None else clock.bisect(until + DISORDER, undated_is_older=True)[1]
        return Stretch(begin, end if end < size else None)
    finally:
        os.close(descriptor)


class Clock:
    """Tells the time at an offset of a file."""

    def __init__(self, descriptor: int, size: int, reader: Reader) -> None:
        self._descriptor = descriptor
        self._size = size
        self._reader = reader

    def at(self, offset: int) -> int | None:
        """Nanoseconds since the epoch of the first dated line that starts after an offset."""
        block = os.pread(self._descriptor, REACH, offset)
        start = block.find(b"\n") + 1 if offset else 0
        while 0 <= start < len(block):
            stop = block.find(b"\n", start)
            line = block[start : min(stop if stop >= 0 else len(block), start + LINE)]
            head = self._reader.read(line.decode(errors="replace"))
            if head is not None and head.timestamp is not None:
                return head.timestamp
            if stop < 0:
                break
            start = stop + 1
        return None

    def rises(self) -> bool:
        """Whether timestamps rise over the file, as far as some spots show."""
        last = -(1 << 62)
        for spot in range(SPOTS):
            moment = self.at(self._size * spot // SPOTS)
            if moment is None or moment < last - DISORDER:
                return False
            last = max(last, moment)
        return True

    def bisect(self, moment: int, *, undated_is_older: bool) -> tuple[int, int]:
        """Offsets close to each other: lines before the first are older, after the second not."""
        low, high = 0, self._size
        while high - low > CLOSE:
            middle = (low + high) // 2
            found = self.at(middle)
            if undated_is_older if found is None else found < moment:
                low = middle
            else:
                high = middle
        return low, high
