"""How far a long run is, on standard error, only where that is a terminal."""

import mmap
import os
import time
from collections.abc import Callable
from typing import Final, TextIO

from logtriage.report.cells import fitted
from logtriage.report.figures import duration, size

FIRST: Final = 1.0
"""Seconds a run may take before it tells how far it is."""

EVERY: Final = 0.2
"""Seconds between two tellings."""

BAR: Final = 20

SLOTS: Final = 256
"""Counters in shared memory, one for each process that reads."""

_ERASE: Final = "\r\x1b[K"


class Progress:
    """A line that is written over and erased in the end.

    Silent where the stream is no terminal, and for runs of less than a second. Processes forked
    after it was made add to one sum, and whichever is due tells it.
    """

    def __init__(
        self,
        stream: TextIO,
        total: int | None = None,
        *,
        width: int = 80,
        ascii_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._total = total
        self._width = width
        self._full, self._empty = ("#", ".") if ascii_only else ("█", "░")
        self._clock = clock
        self._begun = self._told = clock()
        self.enabled = stream.isatty()
        self._read = memoryview(mmap.mmap(-1, 8 * SLOTS)).cast("Q") if self.enabled else None

    def add(self, count: int) -> None:
        """So many more bytes were read."""
        if self._read is not None:
            # neighbouring process numbers never share a slot, so no count is lost
            self._read[os.getpid() % SLOTS] += count
            if self._due():
                self.update(sum(self._read))

    def _due(self) -> bool:
        now = self._clock()
        return now - self._begun >= FIRST and now - self._told >= EVERY

    def update(self, done: int) -> None:
        """Bytes read so far; cheap enough to be called for every block."""
        if not self.enabled or not self._due():
            return
        now = self._clock()
        self._told = now
        words = self.line(done, now - self._begun)
        self._stream.write(_ERASE + fitted(words, self._width - 1))
        self._stream.flush()

    def line(self, done: int, seconds: float) -> str:
        """``███░░░  38 %  1.2 GB of 3.1 GB  310 MB/s  6 s left``."""
        rate = done / seconds if seconds > 0 else 0.0
        speed = f"{size(int(rate))}/s"
        if not self._total:
            return f"{size(done)}  {speed}"
        share = min(done / self._total, 1.0)
        full = int(share * BAR)
        bar = self._full * full + self._empty * (BAR - full)
        left = duration((self._total - done) / rate) if rate and done < self._total else ""
        parts = [bar, f"{share:4.0%}".replace("%", " %"), f"{size(done)} of {size(self._total)}"]
        parts += [speed, f"{left} left" if left else ""]
        return "  ".join(part for part in parts if part)

    def close(self) -> None:
        """Erase the line, whichever process wrote it."""
        if self.enabled and self._clock() - self._begun >= FIRST:
            self._stream.write(_ERASE)
            self._stream.flush()
