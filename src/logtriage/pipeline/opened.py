"""One input opened: its bytes, and what a first look at them shows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from logtriage.pipeline.survey import Survey, sample_file, survey
from logtriage.pipeline.tools import Tools
from logtriage.source.locate import Source
from logtriage.source.read import SNIFF, ReadRange, encoding, packing, read_chunks

IDLE_SECONDS: Final = 0.25
"""A pipe that is silent for so long has finished its last record."""


OVERLAP: Final = 1 << 16
"""Bytes that inputs read line by line are read before and after a shard: a record belongs to the
shard where its first line starts, but what came before tells where lines belong."""


class Opened:
    """Bytes of an input from an offset, and its survey; InputError where it cannot be opened."""

    def __init__(
        self,
        source: Source,
        tools: Tools,
        begin: int = 0,
        *,
        eager: bool = False,
        known: Survey | None = None,
    ) -> None:
        """``eager`` takes the first bytes of a pipe as the sample, without waiting for more.

        ``known`` spares the survey of an input that was looked at before.
        """
        self.problems: list[str] = []
        self.back: Callable[[int], bool] | None = None
        """Asks for bytes again, see `logtriage.frame.records.Framer.frames`."""
        sample = b""
        self.chunks: Iterator[bytes]
        if source.regular:
            sample = sample_file(source)
        self.seekable = source.regular and not packing(sample) and not encoding(sample)
        if self.seekable:
            self.survey = known or survey(source, whole_lines(sample), tools)
            self.begin = begin if self.survey.framed else max(begin - OVERLAP, 0)
            window = ReadRange(source.file, self.begin, source.size or 0)
            self.chunks, self.back = iter(window), window.back
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
            self.survey = known or survey(source, whole_lines(sample), tools)
            self.begin = begin if self.survey.framed else max(begin - OVERLAP, 0)
            self.chunks = without_first(chained(gathered, chunks), self.begin)
        if tools.on_read is not None:
            self.chunks = noted(self.chunks, tools.on_read)
        self.empty = not sample


def without_first(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The chunks without their first ``count`` bytes."""
    for chunk in chunks:
        if count < len(chunk) or not chunk:
            yield chunk[count:]
        count = max(count - len(chunk), 0)


def until(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """The chunks up to the one in which ``count`` bytes are reached."""
    for chunk in chunks:
        yield chunk
        count -= len(chunk)
        if count <= 0:
            return


class Marks:
    """Chunks on their way, and how many lines start before certain offsets of the input."""

    def __init__(self, chunks: Iterator[bytes], begin: int, marks: Sequence[int]) -> None:
        """``begin`` is the offset of the first chunk."""
        self._chunks = chunks
        self._position = begin
        self._marks = sorted(marks)
        self._lines = 1
        self.started: dict[int, int] = {}
        """Mark to lines that start before it, once the mark has gone by."""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._note(chunk)
            yield chunk

    def _note(self, chunk: bytes) -> None:
        end = self._position + len(chunk)
        while self._marks and self._marks[0] <= end:
            # a line starts behind each line end; the mark itself may be such a start
            before = chunk.count(b"\n", 0, max(self._marks[0] - 1 - self._position, 0))
            at_start = self._marks[0] <= self._position
            self.started[self._marks.pop(0)] = (0 if at_start else self._lines) + before
        self._lines += chunk.count(b"\n")
        self._position = end


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
