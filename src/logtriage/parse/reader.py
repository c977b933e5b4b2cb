"""One line to its head. Reading is pure: the answer never depends on the lines before."""

import datetime as dt
import re
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from logtriage.model.head import Head
from logtriage.parse.batches import members
from logtriage.parse.catalog import Catalog
from logtriage.parse.documents import DocumentReader, decoded, flat, pairs, row
from logtriage.parse.fields import FormatFields
from logtriage.parse.level_scan import group_span
from logtriage.parse.schema import Format
from logtriage.parse.text import ReadLine, line_reader
from logtriage.parse.timestamp import TimestampReader
from logtriage.parse.wrappers import (
    COOKIE,
    INNER_HINT,
    MOST_LAYERS,
    merged,
    only_level,
    unread,
    with_level,
)
from logtriage.scan.patterns import within_line
from logtriage.scan.plain import strip_names
from logtriage.scan.regexes import compiled_bytes

CUT_BY_DOCKER: Final = 16_000
"""Characters: json-file cuts a line at 16 KiB, and only what ends a line ends in a newline."""

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class LineReader:
    """Reads the lines of one input."""

    def __init__(
        self,
        catalog: Catalog,
        formats: Sequence[str] = (),
        *,
        zone: dt.tzinfo | None = None,
        year: int | None = None,
        reference: int | None = None,
        strict: bool = False,
    ) -> None:
        """``formats`` are tried first, and alone where ``strict``.

        ``reference`` is in epoch nanoseconds: no timestamp without year or date lies after it.
        """
        self._catalog = catalog
        self._formats = tuple(formats)
        self._strict = strict
        self._zone = zone
        self._year = year
        self._reference = time.time_ns() if reference is None else reference
        self._fields: dict[str, FormatFields] = {}
        self._clocks: dict[object, TimestampReader] = {}
        self._readers: dict[int, tuple[Format, ReadLine]] = {}
        self._documents: dict[str, DocumentReader] = {}
        numbers = [n for name in dict.fromkeys(formats) for n in catalog.shapes_of(name)]
        numbers.sort(key=catalog.ranks.__getitem__)
        self._first = [self._reader(number) for number in numbers]
        self._names = frozenset(formats)
        self._layers: list[str] | None = None

    def read(self, line: str) -> Head | None:
        """The head of a line without its newline; None: a continuation or a foreign line."""
        if "\x1b" in line or (line and (line[-1] == "\r" or line[0] in "\ufeff\0")):
            plain = cleaned(line)
            head = self._read(plain, 0)
            if head is not None and head.text is None:
                head = msgspec.structs.replace(head, text=plain, timestamp_span=None)
            return head
        return self._read(line, 0)

    def read_layers(self, line: str) -> tuple[list[str], Head | None]:
        """The names of the wrappers around a line, outermost first, and its head."""
        layers: list[str] = []
        self._layers = layers
        try:
            return layers, self.read(line)
        finally:
            self._layers = None

    def members(self, line: str) -> list[str]:
        """The records that a line is a batch of, as documents; none where it is a record itself."""
        if line[:1] != "{" or (document := decoded(line)) is None:
            return []
        made = self._catalog.document_format(flat(document))
        return members(document, made.records) if made is not None and made.records else []

    def _read(self, line: str, depth: int) -> Head | None:
        if line[:1] == "{" and (document := decoded(line)) is not None:
            return self._read_document(document, line, depth)
        for made, read in self._first:
            head = read(line)
            if head is not None:
                return self._opened(head, made, depth) if made.wraps else head
        for number in self._catalog.matching(line):
            made, read = self._reader(number)
            if self._strict and made.wraps != "lines":
                continue
            head = read(line)
            if head is not None:
                return self._opened(head, made, depth) if made.wraps else head
        return None

    def _read_document(self, document: dict[str, object], line: str, depth: int) -> Head | None:
        values = flat(document)
        made = self._catalog.document_format(values)
        if made is None:
            return None
        if self._strict and made.name not in self._names and made.wraps != "lines":
            return None
        reader = self._documents.get(made.name)
        if reader is None:
            reader = self._documents[made.name] = DocumentReader(self._fields_of(made))
        head = reader.read(values, line)
        return self._opened(head, made, depth) if head is not None and made.wraps else head

    def _opened(self, head: Head, made: Format, depth: int) -> Head | None:
        """The head with what its message holds, read as a line of its own."""
        if depth >= MOST_LAYERS:
            return head
        if made.wraps == "records":
            if INNER_HINT.match(head.message) is None:
                return head
            inner = self._inner(head.message.removeprefix(COOKIE).lstrip(" "), depth)
            if inner is None:
                return head
            if only_level(inner) and head.message.endswith(inner.message):
                return with_level(head, inner)
            if self._layers is not None:
                self._layers.insert(0, made.name)
            return merged(head, inner, self._catalog)
        if self._layers is not None:
            self._layers.append(made.name)
        text = head.message
        if text[-1:] in {"\n", "\r"}:
            text = text.rstrip("\r\n")
        if "\x1b" in text:
            text = _ESCAPES.sub("", text)
        if made.kind == "json" and len(text) >= CUT_BY_DOCKER and text == head.message:
            head = msgspec.structs.replace(head, partial=True)
        inner = self._inner(text, depth)
        return unread(head, text) if inner is None else merged(head, inner, self._catalog, text)

    def _inner(self, text: str, depth: int) -> Head | None:
        if self._strict and not any(not self._catalog.get(name).wraps for name in self._formats):
            # only the wrapper was asked for: what is inside may be anything
            read = self._loose._read  # noqa: SLF001 - the same class
        else:
            read = self._read
        head = read(text, depth + 1)
        if head is not None or "\n" not in text:
            return head
        # several lines in one: the first is the head, as it would be in a file
        first, _, rest = text.partition("\n")
        head = read(first, depth + 1)
        if head is None:
            return None
        return msgspec.structs.replace(head, message=f"{head.message}\n{rest}", text=text)

    @property
    def _loose(self) -> "LineReader":
        return LineReader(
            self._catalog, (), zone=self._zone, year=self._year, reference=self._reference
        )

    def head_pattern(self) -> re.Pattern[bytes]:
        """Tells, matched at the begin of a line, whether it begins a record of these formats."""
        parts = []
        for name in self._formats:
            made = self._catalog.get(name)
            if made.kind == "json":
                parts.append(r"\{")
            for line in made.lines:
                if not line.joins:
                    shortened = telling_part(line.regex)
                    parts.append(strip_names(within_line(shortened)).removeprefix("^"))
        # an empty alternation would match everywhere
        joined = "|".join(f"(?:{part.removesuffix('$')})" for part in dict.fromkeys(parts))
        return compiled_bytes(joined or r"[^\s\S]")

    def second_of(self, text: str) -> int | None:
        """Epoch second of a timestamp of these formats, its fraction cut off or not."""
        for name in self._formats:
            second = self._fields_of(self._catalog.get(name)).clock.second(text)
            if second is not None:
                return second
        return None

    def moment_of(self, text: str) -> int | None:
        """Nanoseconds since the epoch of a timestamp of these formats."""
        for name in self._formats:
            found = self._fields_of(self._catalog.get(name)).clock.read(text)
            if found is not None:
                return found[0]
        return None

    def _reader(self, number: int) -> tuple[Format, ReadLine]:
        known = self._readers.get(number)
        if known is None:
            place = self._catalog.shapes[number]
            made = self._catalog.formats[place.format]
            read = self._line_reader(number, made)
            known = self._readers[number] = made, read
        return known

    def _line_reader(self, number: int, made: Format) -> ReadLine:
        pattern = self._catalog.pattern(number)
        fields = self._fields_of(made)
        if made.kind in {"logfmt", "csv"}:
            documents = DocumentReader(fields)
            split: Callable[[str], dict[str, str]] = (
                pairs if made.kind == "logfmt" else lambda line: row(line, made.columns)
            )

            def read(line: str) -> Head | None:
                return documents.read(split(line), line) if pattern.match(line) else None

            return read
        line = made.lines[self._catalog.shapes[number].line]
        return line_reader(pattern, line, fields, access=made.kind == "access")

    def _fields_of(self, made: Format) -> FormatFields:
        fields = self._fields.get(made.name)
        if fields is None:
            clock = self._clocks.get(made.hints)
            if clock is None:
                clock = self._clocks[made.hints] = TimestampReader(
                    self._reference, zone=self._zone, year=self._year, hints=made.hints
                )
            fields = self._fields[made.name] = FormatFields(
                made, clock, self._catalog.component_kinds
            )
        return fields


def cleaned(line: str) -> str:
    """A line without terminal escapes, byte order mark, leading NULs and carriage return."""
    if "\x1b" in line:
        line = _ESCAPES.sub("", line)
    return line.lstrip("\ufeff\0").rstrip("\r")


def telling_part(regex: str) -> str:
    r"""What of a head's expression tells that a line is one: to the level where a time precedes it.

    The rest would cost most of the time of a test and hardly ever decide.

    >>> telling_part(r"^(?P<timestamp>\S+) (?P<severity>[A-Z]+) {1,3}(?P<logger>\S+): .*$")
    '^(?P<timestamp>\\S+) (?P<severity>[A-Z]+)'
    """
    level = group_span(regex, "severity")
    if level is not None:
        end = level[1] + 1
        before = regex[:end]
        # an optional level, or one within another group, tells nothing by itself
        dated = "(?P<timestamp>" in before or "(?P<time>" in before
        if dated and regex[end : end + 1] not in {*"?*{+", ""} and _is_whole(before):
            return before
    return re.sub(r"\(\?P<\w+>\.\*\)\$$", "", regex)


def _is_whole(regex: str) -> bool:
    try:
        re.compile(regex)
    except re.error:
        return False
    return not re.search(r"\(\?[=!<][=!]?", regex)
