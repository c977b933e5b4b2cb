"""From lines to records: which lines belong together, and what the record is.

A line with a head begins a record; what has none carries on the record before it in its stream.
Text without any heads (a crash on standard error) is cut by what the dialects of traces know.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from logtriage.assemble.dialects import Dialects
from logtriage.assemble.traces import TraceReader
from logtriage.model.head import Head
from logtriage.model.record import ExceptionInfo, Record
from logtriage.model.severity import ERROR

LINES: Final = 2000
"""Most lines of one record."""

BYTES: Final = 1 << 20
"""Most characters of one record."""

_EXCEPTION_LINE: Final = re.compile(r"[\w.$:\\]*[A-Za-z]\w*(?::\s|\s*$)")
_PYTHON_LINK: Final = ("The above exception was", "During handling of the above")
_CALL: Final = re.compile(r"[\w./*()$-]+\(.*\)$|\[signal |created by ")
_UNINDENTED: Final = ("panic:", "fatal error:", "goroutine ", "runtime:", "[signal")
_NO_MATCH: Final = r"[^\s\S]"

_FULL: Final = 1 << 62

Match = Callable[[str], object]


class Patterns(NamedTuple):
    """What the dialects know of lines, compiled."""

    continues: Match
    carries: Match
    loud: Match
    opens: Match
    pairs: tuple[tuple[Match, Match], ...]


def patterns_of(dialects: Dialects) -> Patterns:
    """The patterns of all dialects joined; made once for each set of dialects."""
    known = _MADE.get(id(dialects))
    if known is None or known[0] is not dialects:

        def joined(expressions: Sequence[str]) -> Match:
            return re.compile(_alternatives([anonymous(e) for e in expressions])).match

        patterns = Patterns(
            joined(dialects.every("continues")),
            joined(dialects.every("carries")),
            joined(dialects.every("loud")),
            joined(dialects.every("starts")),
            tuple(
                (re.compile(pair.first).search, re.compile(pair.next).match)
                for dialect in dialects.dialects
                for pair in dialect.pair
            ),
        )
        known = _MADE[id(dialects)] = (dialects, patterns)
    return known[1]


_MADE: Final[dict[int, tuple[Dialects, Patterns]]] = {}


def _alternatives(expressions: Sequence[str]) -> str:
    return "|".join(f"(?:{expression})" for expression in expressions) or _NO_MATCH


def anonymous(expression: str) -> str:
    """The expression without group names, so that many can be joined."""
    return re.sub(r"\(\?P<\w+>", "(?:", expression)


def continuation_pattern(dialects: Dialects) -> re.Pattern[bytes]:
    """Matches at a line that carries on the record before it, whatever the format."""
    expressions = [anonymous(e) for e in dialects.every("continues")]
    return re.compile(_alternatives(expressions).encode())


def stray_pattern(dialects: Dialects) -> re.Pattern[bytes]:
    """Matches at a line that may begin a record of its own although no format reads it."""
    expressions = [anonymous(e) for e in dialects.every("loud")]
    return re.compile(_alternatives(expressions).encode())


def trace_head_patterns(dialects: Dialects) -> list[str]:
    """Expressions of the native scan that find lines which begin or announce a trace."""
    return dialects.every("scan")


def build_record(
    path: str, line: int, head: Head | None, lines: Sequence[str], traces: TraceReader
) -> Record:
    """The record of a head and its lines; a head of None makes an unformatted one."""
    first = lines[0]
    if len(lines) == 1 and head is not None and head.exception_text is None and head.text is None:
        message = head.message
        exception = traces.read(message) if traces.hinted(message) else None
        return _record(path, line, head, first, message, exception, 1)
    own = list(lines)
    if head is not None and head.text is not None:
        own[0] = head.text
    body = list(own)
    if head is not None:
        body[0] = head.message
    if head is not None and head.exception_text:
        body += head.exception_text.split("\n")
    examined = traces.examine(body)
    kept = [part for at, part in enumerate(body) if at not in examined.dropped or not at]
    message = "\n".join(kept).rstrip()
    return _record(path, line, head, "\n".join(lines), message, examined.exception, len(lines))


def _record(
    path: str,
    line: int,
    head: Head | None,
    text: str,
    message: str,
    exception: ExceptionInfo | None,
    count: int,
) -> Record:
    if head is None:
        return Record(path, line, count, text, message, exception=exception)
    return Record(
        path,
        line,
        count,
        text,
        message,
        None if head.continuation else head.format,
        head.timestamp,
        head.precision,
        head.severity_number,
        head.severity_text,
        head.component,
        head.component_kind,
        head.host,
        head.logger,
        head.thread,
        head.attributes,
        head.trace_id,
        head.span_id,
        exception,
    )


class _Open:
    """A record that may go on."""

    __slots__ = ("blanks", "count", "head", "line", "lines", "partial", "size", "tracing")

    def __init__(self, line: int, text: str, head: Head | None) -> None:
        self.line = line
        self.lines = [text]
        self.head = head
        self.size = len(text)
        self.count = 1
        self.blanks = 0
        self.tracing = False
        """Within a trace whose exception is stated after its frames."""
        self.partial = head is not None and head.partial


class Assembler:
    """Cuts the lines of one input into records, each stream by itself."""

    def __init__(
        self,
        path: str,
        traces: TraceReader,
        *,
        max_lines: int = LINES,
        max_bytes: int = BYTES,
    ) -> None:
        self.cut = 0
        """Records cut at the limits."""
        self._path = path
        self._traces = traces
        self._max_lines, self._max_bytes = max_lines, max_bytes
        self._open: dict[str | None, _Open] = {}
        self._current: str | None = None
        self._patterns = patterns_of(traces.dialects)

    def feed(self, number: int, line: str, head: Head | None) -> Iterator[Record]:
        """Take the next line (1-based number); give the records that it completes."""
        stream = self._current if head is None else head.stream
        opened = self._open.get(stream)
        if head is not None and not head.continuation:
            if opened is not None and self._carried(opened, head):
                self._append(opened, self._line_of(head, line))
                return
            if opened is not None:
                yield self._close(stream)
            self._begin(number, line, head, stream)
            return
        text = line if head is None or head.text is None else head.text
        if opened is None:
            self._begin(number, line, head, stream)
            return
        if opened.partial and head is not None:
            opened.lines[-1] += text
            opened.partial = head.partial
            return
        if self._goes_on(opened, text):
            self._append(opened, text)
            return
        inherited = self._inherited(opened, head)
        yield self._close(stream)
        self._begin(number, line, inherited, stream)

    def flush(self) -> Iterator[Record]:
        """The records that are still open, in the order of their first lines."""
        for stream in sorted(self._open, key=lambda key: self._open[key].line):
            yield self._close(stream)
        self._current = None

    def _begin(self, number: int, line: str, head: Head | None, stream: str | None) -> None:
        opened = _Open(number, line, head)
        body = line if head is None else head.message
        opened.tracing = "Traceback (most recent call last)" in body
        self._open[stream] = opened
        self._current = stream

    def _line_of(self, head: Head, line: str) -> str:
        return head.message if head.joins or head.text is not None else line

    def _append(self, opened: _Open, text: str) -> None:
        opened.count += 1
        if not text.strip():
            opened.blanks += 1
        else:
            opened.blanks = 0
        if len(opened.lines) >= self._max_lines or opened.size >= self._max_bytes:
            self.cut += opened.size < _FULL
            opened.size = _FULL
            return
        opened.lines.append(text)
        opened.size += len(text) + 1
        if "Traceback (most recent call last)" in text:
            opened.tracing = True
        elif opened.tracing and text[:1] not in {" ", "\t", "", "|", "+"}:
            # the line that states the exception ends a Python trace
            opened.tracing = text.startswith(_PYTHON_LINK)

    def _carried(self, opened: _Open, head: Head) -> bool:
        """A line with a head of its own that yet carries on the record before it."""
        if opened.head is None:
            return False
        if head.joins:
            return True
        return (
            bool(head.message)
            and opened.head.format == head.format
            and opened.head.component == head.component
            and self._patterns.carries(head.message) is not None
        )

    def _goes_on(self, opened: _Open, text: str) -> bool:
        """Whether a line without a head belongs to the open record."""
        if opened.head is not None and not opened.head.continuation:
            quiet = (opened.head.severity_number or ERROR) < ERROR
            announced = opened.count > 1 or opened.lines[0].rstrip().endswith(":")
            return not (quiet and not announced and self._patterns.loud(text))
        if not text.strip():
            return opened.blanks < 2
        if self._patterns.continues(text) is not None:
            return True
        if opened.tracing and _EXCEPTION_LINE.match(text):
            return True
        if self._patterns.opens(opened.lines[0]) and opened.lines[0].startswith(_UNINDENTED):
            # goroutines: `main.main()` above its indented place
            return bool(_CALL.match(text) or text.startswith("goroutine "))
        begin = opened.lines[0]
        return any(first(begin) and following(text) for first, following in self._patterns.pairs)

    def _inherited(self, opened: _Open, head: Head | None) -> Head | None:
        """A head for a line without one: the time and the place of the record before it."""
        if head is not None or opened.head is None:
            return head
        before = opened.head
        return Head(
            format=before.format,
            message=opened.lines[0],
            timestamp=before.timestamp,
            precision=before.precision,
            component=before.component,
            component_kind=before.component_kind,
            host=before.host,
            stream=before.stream,
            continuation=True,
        )

    def _close(self, stream: str | None) -> Record:
        opened = self._open.pop(stream)
        while len(opened.lines) > 1 and not opened.lines[-1].strip():
            opened.lines.pop()
        head = opened.head
        return build_record(self._path, opened.line, head, opened.lines, self._traces)
