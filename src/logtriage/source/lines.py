"""From chunks of bytes to numbered lines of text."""

from collections.abc import Iterable, Iterator
from typing import Final

LONGEST: Final = 1 << 20
"""Bytes of one line beyond which the rest is dropped; `Lines.cut` counts how often."""


class Lines:
    """Numbered lines of an input; complete ones come as soon as their newline is read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.count = 0
        """Lines so far; a last one without a newline counts."""
        self.bytes = 0
        self.cut = 0

    def batches(self) -> Iterator[list[str]]:
        """The lines that each chunk completes: text without the line end, bad bytes as U+FFFD.

        An empty batch tells that the input is idle.
        """
        carry = b""
        dropping = False
        for chunk in self._chunks:
            if not chunk:
                yield []
                continue
            self.bytes += len(chunk)
            newline = chunk.find(b"\n")
            if newline < 0:
                if not dropping:
                    carry += chunk
                    dropping = len(carry) > LONGEST
                continue
            data = carry + (chunk[newline:] if dropping else chunk)
            dropping = False
            pieces = data.split(b"\n")
            carry = pieces.pop()
            self.count += len(pieces)
            yield [self._text(piece) for piece in pieces]
        if carry:
            self.count += 1
            yield [self._text(carry)]

    def _text(self, line: bytes) -> str:
        if len(line) > LONGEST:
            line = line[:LONGEST]
            self.cut += 1
        return line.decode(errors="replace").rstrip("\r")
