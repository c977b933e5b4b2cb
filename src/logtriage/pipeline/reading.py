"""From bytes and lines to records: parse and assemble, composed for one input."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from logtriage.assemble.records import Assembler, continuation_pattern
from logtriage.group.counting import Reading
from logtriage.model.head import Head
from logtriage.model.record import Record
from logtriage.parse.reader import LineReader
from logtriage.pipeline.survey import Survey
from logtriage.pipeline.tools import Tools, zone_of
from logtriage.source.locate import Source

READ_CHARACTERS: Final = 65_536
"""Of a head line only so much is matched against formats."""


_TIMESTAMP: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
    r"|(?<![\d.])\d{10}(?:\d{3}(?:\d{3}(?:\d{3})?)?|\.\d{1,9})?(?![\d.])"
    r"|\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?"
)


class Reader:
    """Reads the records of one input, from spans of bytes or line by line."""

    def __init__(self, source: Source, survey: Survey, tools: Tools) -> None:
        asked = tools.reading(source)
        self.path = source.path
        self._component = survey.component
        self._forced_component = asked.component
        self.kind = tools.kind_of(survey.component)
        self._traces = tools.traces
        self._dialects = tools.dialects
        self._continues = continuation_pattern(tools.dialects).match
        self._lines = LineReader(
            tools.catalog_of(source),
            survey.formats,
            zone=zone_of(asked.zone),
            year=asked.year,
            reference=source.modified or tools.now,
            strict=tools.forced_format(source) is not None,
        )
        self._batched = survey.batched
        self.second_of = self._lines.second_of
        self.moment_of = self._lines.moment_of
        self.read = self._lines.read

    def head_pattern(self) -> re.Pattern[bytes]:
        """Matches at the start of a line that begins a record.

        Traces that begin a record of their own are left in the span of the head before them: only
        that head tells whether it announces them, and they inherit its time and place.
        """
        return self._lines.head_pattern()

    def read_span(self, span: bytes, line: int) -> Reading:
        """The records in a span that begins at a 1-based line number; at least one."""
        text = span.decode(errors="replace")
        lines = [part.removesuffix("\r") for part in text.split("\n")]
        head = self._lines.read(lines[0][:READ_CHARACTERS])
        assembler = self.assembler()
        records = [*assembler.feed(line, lines[0], head)]
        if len(lines) > 1:
            continues = self._continues
            for number, part in enumerate(lines[1:], line + 1):
                inner = None if continues(part.encode()) else self._inner(part)
                records.extend(assembler.feed(number, part, inner))
        records.extend(assembler.flush())
        named = [self.named(record) for record in records]
        where = self.timestamp_span(lines[0], head) if head is not None else None
        if where is not None and not lines[0].isascii():
            first = lines[0]
            where = (len(first[: where[0]].encode()), len(first[: where[1]].encode()))
        return Reading(named, where)

    def timestamp_span(self, line: str, head: Head) -> tuple[int, int] | None:
        """Where the timestamp stands; documents do not say, so it is looked for by its value."""
        if head.timestamp_span is not None or head.timestamp is None:
            return head.timestamp_span
        second = head.timestamp // 1_000_000_000
        for found in _TIMESTAMP.finditer(line[:READ_CHARACTERS]):
            if self.second_of(found[0]) == second:
                return found.span()
        return None

    def _inner(self, line: str) -> Head | None:
        """Head of a line of another format inside a span; it must at least bear a time."""
        head = self._lines.read(line[:READ_CHARACTERS])
        return head if head is not None and head.timestamp is not None else None

    def assembler(self) -> Assembler:
        """A fresh assembler for this input."""
        return Assembler(self.path, self._traces, self._dialects, reread=self._lines.read)

    def named(self, record: Record) -> Record:
        """The record with the component that options or the file's name give it."""
        if self._forced_component is not None:
            return msgspec.structs.replace(record, component=self._forced_component)
        if record.component is None and self._component is not None:
            return msgspec.structs.replace(
                record,
                component=self._component,
                component_kind=record.component_kind or self.kind,
            )
        return record

    def records(self, number: int, lines: list[str], assembler: Assembler) -> Iterator[Record]:
        """Records that these lines complete; the first has the 1-based ``number``."""
        read, feed = self._lines.read, assembler.feed
        for at, line in enumerate(lines, number):
            if self._batched and (batch := self._lines.members(line)):
                for piece in batch:
                    for record in feed(at, piece, read(piece)):
                        yield self.named(record)
                continue
            head = read(line if len(line) < READ_CHARACTERS else line[:READ_CHARACTERS])
            for record in feed(at, line, head):
                yield self.named(record)
