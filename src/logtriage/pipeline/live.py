"""Inputs that grow, read as they do: records to counts, in a window of time that moves on."""

import time
from collections import deque
from collections.abc import Iterable
from typing import Final

import msgspec

from logtriage.frame.records import Framer
from logtriage.group.counting import Counter
from logtriage.model.record import Record
from logtriage.model.tallies import Tallies
from logtriage.model.tally import InputTally
from logtriage.pipeline.opened import whole_lines
from logtriage.pipeline.reading import Reader
from logtriage.pipeline.scanning import staged_scanner
from logtriage.pipeline.survey import Survey, sample_file, survey
from logtriage.pipeline.tools import Tools
from logtriage.pipeline.volume import Volume
from logtriage.source.lines import LONGEST
from logtriage.source.locate import Source
from logtriage.source.read import SNIFF

SLICES: Final = 30
"""Parts of the window that age out one by one."""

ISSUES: Final = 1000
"""Most issues of one slice; the rest are counted as others."""

BURST: Final = 1 << 15
"""Bytes that came at once from which on whole records are counted natively, as a scan does."""

IDLE: Final = 0.3
"""Seconds of silence after which the last record of an input is taken for complete."""

_SURVEYS: Final = (1, 4096, SNIFF)
"""Bytes of an input at which it is looked at, again and again."""


class Live:
    """One input that grows."""

    _tally: InputTally
    _counter: Counter
    _framer: Framer | None

    def __init__(self, source: Source, tools: Tools, line: int = 1) -> None:
        """``line`` is the 1-based number of the next line."""
        self.source = source
        self._tools = tools
        self._line = line
        self._carry = b""
        self._sample = b""
        self._bytes = 0
        self._judge = tools.judge()
        self._wrote = 0.0
        self._open = False
        self.touched = False
        """Something may be there to take."""
        self._held = Tallies()
        self._use(self._surveyed())

    def begin_anew(self) -> None:
        """The file was replaced or cut: its lines are counted from 1 again."""
        self._note(self._assembler.flush())
        self._carry = b""
        self._line = 1

    def feed(self, chunk: bytes) -> None:
        """Read what came."""
        self._wrote = time.monotonic()
        self._open = True
        before, self._bytes = self._bytes, self._bytes + len(chunk)
        if len(self._sample) < SNIFF:
            self._sample += chunk[: SNIFF - len(self._sample)]
        if any(before < size <= self._bytes for size in _SURVEYS):
            found = self._surveyed()
            if (found.formats, found.framed) != (self._found.formats, self._found.framed):
                self._note(self._assembler.flush())
                self._held = self.take()
                self._use(found)
        self._tally.bytes += len(chunk)
        rest = self._carry + chunk
        if self._framer is not None and len(rest) >= BURST:
            rest = self._frames(rest, self._framer)
        pieces = rest.split(b"\n")
        # an endless line is cut: nobody writes a record of a megabyte
        self._carry = pieces.pop()[:LONGEST]
        lines = [piece[:LONGEST].decode(errors="replace").rstrip("\r") for piece in pieces]
        self._note(self._reader.records(self._line, lines, self._assembler), named=True)
        self._line += len(lines)
        self._tally.lines += len(lines)

    def _frames(self, text: bytes, framer: Framer) -> bytes:
        """Count the whole records of a burst natively; what is left of it, for line by line."""
        begin = framer.first_head(text, 0)
        if begin is None:
            return text
        # lines before it carry on the record that is open
        lines = [line.decode(errors="replace").rstrip("\r") for line in text[:begin].split(b"\n")]
        self._note(self._reader.records(self._line, lines[:-1], self._assembler), named=True)
        self._note(self._assembler.flush())
        self._line += len(lines) - 1
        self._tally.lines += len(lines) - 1
        frame, rest = framer.whole(text[begin:], self._bytes)
        count = frame.block.count(b"\n", 0, frame.size)
        self._counter.count(frame.block, frame.spans, self._line)
        self._volume.sample(frame.block, frame.offset, frame.size)
        self._line += count
        self._tally.lines += count
        self._tally.cut += frame.cut
        return rest

    def settle(self) -> None:
        """After a while without new lines the last record is complete."""
        if self._open and time.monotonic() - self._wrote > IDLE:
            self._open = False
            self._note(self._assembler.flush())

    def end(self) -> None:
        """The input has ended: a last line without its newline counts."""
        if self._carry:
            carry, self._carry = self._carry, b""
            self.feed(carry + b"\n")
        self._open = False
        self._note(self._assembler.flush())

    def take(self) -> Tallies:
        """What was counted since the last time."""
        self.touched = False
        taken = self._held
        taken.merge(self._counter.take())
        tally = self._tally
        self._tally = self._fresh_tally()
        tally.errors = self._counter.errors
        self._counter.errors = 0
        taken.merge(Tallies(inputs={tally.path: tally}))
        self._held = Tallies()
        return taken

    def _surveyed(self) -> Survey:
        sample = self._sample
        if self.source.regular:
            try:
                sample = sample_file(self.source)
            except OSError:
                sample = self._sample
        return survey(self.source, whole_lines(sample), self._tools)

    def _use(self, found: Survey) -> None:
        self._found = found
        self._reader = Reader(self.source, self._found, self._tools)
        self._assembler = self._reader.assembler()
        self._tally = self._fresh_tally()
        self._counter = Counter(
            self.source.path,
            self._reader.read_span,
            self._tools.classifier.classify,
            self._reader.second_of,
        )
        self._framer = None
        if self._found.framed:
            scanner = staged_scanner(self._found, self._tools, None)
            self._framer = Framer([scanner], self._reader.head_pattern(), scanner.confirm)

    def _fresh_tally(self) -> InputTally:
        tally = InputTally(
            path=self.source.path,
            format=",".join(sorted(self._found.formats)) or None,
            component=self._found.component,
            component_kind=self._reader.kind,
            access=self._found.access,
        )
        self._volume = Volume(tally, self._reader)
        return tally

    def _note(self, records: Iterable[Record], *, named: bool = False) -> None:
        self.touched = True
        for each in records:
            record = each if named else self._reader.named(each)
            self._volume.note(record.timestamp)
            found = self._judge.judge(record, self._counter.told)
            if found.verdict or found.ignored or found.change or found.endpoints:
                self._counter.add(record, found)


class Window:
    """The counts of the last while; what is older ages out, so that weeks take no more memory."""

    def __init__(self, seconds: float) -> None:
        self._step = seconds / SLICES
        self._past: deque[bytes] = deque(maxlen=SLICES - 1)
        self._now = Tallies()
        self._begun = time.monotonic()

    def add(self, tallies: Tallies) -> None:
        """Take in what was counted just now; ``tallies`` must not be used afterwards."""
        self._now.merge(tallies)
        self._now.bound(ISSUES)

    def age(self) -> bool:
        """Let time pass; whether a slice was closed."""
        passed = int((time.monotonic() - self._begun) / self._step)
        for _ in range(min(passed, SLICES)):
            self._past.append(msgspec.msgpack.encode(self._now))
            self._now = Tallies()
        self._begun += passed * self._step
        return passed > 0

    def total(self) -> Tallies:
        """Everything in the window, as one; a copy."""
        total = Tallies()
        for part in (*self._past, msgspec.msgpack.encode(self._now)):
            total.merge(msgspec.msgpack.decode(part, type=Tallies))
        return total
