"""One input opened: its bytes, and what a first look at them shows."""

from collections.abc import Callable, Iterator
from typing import Final

from logtriage.pipeline.survey import Survey, sample_file, survey
from logtriage.pipeline.tools import Tools
from logtriage.source.locate import Source
from logtriage.source.read import SNIFF, encoding, packing, read_chunks, read_range

IDLE_SECONDS: Final = 0.25
"""A pipe that is silent for so long has finished its last record."""


class Opened:
    """Bytes of an input from an offset, and its survey; InputError where it cannot be opened."""

    def __init__(
        self, source: Source, tools: Tools, begin: int = 0, *, eager: bool = False
    ) -> None:
        """``eager`` takes the first bytes of a pipe as the sample, without waiting for more."""
        self.problems: list[str] = []
        sample = b""
        self.chunks: Iterator[bytes]
        if source.regular:
            sample = sample_file(source)
        if source.regular and not packing(sample) and not encoding(sample):
            self.chunks = read_range(source.file, begin, source.size or 0)
        else:
            chunks = read_chunks(source, self.problems.append, idle=IDLE_SECONDS if eager else None)
            gathered: list[bytes] = []
            while sum(map(len, gathered)) < SNIFF:
                chunk = next(chunks, b"")
                if not chunk:
                    break
                gathered.append(chunk)
                if eager and b"\n" in chunk:
                    break
            sample = b"".join(gathered)[:SNIFF]
            self.chunks = chained(gathered, chunks)
        if tools.on_read is not None:
            self.chunks = noted(self.chunks, tools.on_read)
        self.empty = not sample
        self.survey: Survey = survey(source, whole_lines(sample), tools)


def whole_lines(sample: bytes) -> bytes:
    """Without a last line that is cut off."""
    return sample[: sample.rfind(b"\n") + 1] or sample


def chained(gathered: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    """First what was gathered, then the rest."""
    yield from gathered
    yield from rest


def noted(chunks: Iterator[bytes], on_read: Callable[[int], None]) -> Iterator[bytes]:
    """The chunks, the length of each told when it was worked on."""
    for chunk in chunks:
        yield chunk
        on_read(len(chunk))
