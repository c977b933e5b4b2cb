"""The scan in two steps, for large inputs.

A quick look for a few short texts is followed by the exact look at the lines that hold one. What
is found is the same as without the first step, only sooner.
"""

from collections.abc import Callable, Sequence
from typing import Final

from logtriage.scan.scanner import Scanner

WORTH: Final = 16 << 20
"""Bytes of input below which making the quick look ready costs more than it saves."""

ENOUGH: Final = 4 << 20
"""Bytes after which it shows whether the quick look pays."""

TOO_MANY: Final = 500
"""Lines in a MiB looked at in vain from which the exact look alone is quicker."""


class Staged:
    """One scanner of several, whose hints its user confirms."""

    def __init__(
        self, exact: Sequence[Scanner], sieve: Callable[[], Scanner] | None, size: int | None
    ) -> None:
        """``sieve`` makes the quick look; ``size`` is that of the input, None where not known."""
        self._exact = exact
        self._make = sieve
        self._sieve: Scanner | None = None
        self._seen = 0
        self._vain = 0
        if size is not None and size >= WORTH:
            self._begin()

    def _begin(self) -> None:
        if self._make is not None:
            self._sieve, self._make = self._make(), None

    def scan(self, block: bytes, begin: int = 0) -> list[int]:
        """End offsets of matches, ascending by their amount; negative ones must be confirmed."""
        del begin
        self._seen += len(block)
        if self._sieve is None:
            if self._make is not None and self._seen >= WORTH:
                self._begin()
        elif self._seen > ENOUGH and self._vain > TOO_MANY * (self._seen >> 20):
            # this input is full of what is rare elsewhere
            self._sieve = None
        if self._sieve is not None:
            return self._sieve.scan(block)
        if len(self._exact) == 1:
            return self._exact[0].scan(block)
        return sorted({end for scanner in self._exact for end in scanner.scan(block)})

    def confirm(self, line: bytes) -> bool:
        """Whether a line with a hint matches."""
        for scanner in self._exact:
            if scanner.scan(line):
                return True
        self._vain += 1
        return False
