"""Records one by one, as JSON lines or as text, for ``parse``, ``tag`` and ``patterns``."""

import msgspec

from logtriage.model.record import ExceptionInfo, Frame, Record, place_of, rfc3339
from logtriage.model.severity import severity_name
from logtriage.model.verdict import Tag, Verdict
from logtriage.report.redact import Redaction
from logtriage.report.safe import json_text


class FrameLine(msgspec.Struct, frozen=True):
    """A stack frame."""

    function: str | None
    file: str | None
    line: int | None
    module: str | None
    own: bool | None


class ExceptionLine(msgspec.Struct, frozen=True):
    """An exception as ``parse`` prints it; ``type`` is the outermost one, the chain ends inside."""

    type: str
    message: str | None
    culprit: str | None
    chain: tuple[str, ...]
    root_type: str
    root_message: str | None
    frames: tuple[FrameLine, ...]
    """Of the outermost exception, innermost call first."""
    root_frames: tuple[FrameLine, ...]


class ParsedLine(msgspec.Struct, frozen=True):
    """One line of ``parse --output jsonl``."""

    path: str
    line: int
    lines: int
    format: str | None
    timestamp: str | None
    severity: str | None
    severity_number: int | None
    component: str | None
    host: str | None
    logger: str | None
    thread: str | None
    message: str
    attributes: dict[str, str]
    trace_id: str | None
    span_id: str | None
    exception: ExceptionLine | None
    text: str


class TaggedLine(msgspec.Struct, frozen=True):
    """One line of ``tag --output jsonl``."""

    path: str
    line: int
    lines: int
    timestamp: str | None
    severity: str | None
    severity_number: int | None
    component: str | None
    host: str | None
    tag: str
    confidence: float
    category: str
    fingerprint: str
    rules: tuple[str, ...]
    message: str
    text: str


_encode = msgspec.json.Encoder().encode


def parsed_line(record: Record, redaction: Redaction | None = None) -> bytes:
    """One JSON object, without the newline."""
    number = record.severity_number
    line = ParsedLine(
        record.path,
        record.line,
        record.lines,
        record.format,
        rfc3339(record.timestamp, record.precision),
        severity_name(number),
        number,
        record.component,
        record.host,
        record.logger,
        record.thread,
        record.message,
        dict(record.attributes) if record.attributes else {},
        record.trace_id,
        record.span_id,
        exception_line(record.exception) if record.exception else None,
        record.text,
    )
    return _encoded(line, redaction)


def _encoded(line: "ParsedLine | TaggedLine", redaction: Redaction | None) -> bytes:
    """Without secrets. What fields hold stands in the text, so one look at it is mostly enough."""
    names = line.attributes if isinstance(line, ParsedLine) else ()
    if redaction is not None and redaction.touches(line.text, names):
        return json_text(_encode(redaction.fields(msgspec.to_builtins(line))))
    return json_text(_encode(line))


def exception_line(exception: ExceptionInfo) -> ExceptionLine:
    """The exception with its chain."""
    outermost, root = exception.outermost, exception.root
    return ExceptionLine(
        type=outermost.type,
        message=outermost.message,
        culprit=exception.culprit,
        chain=tuple(link.type for link in exception.links),
        root_type=root.type,
        root_message=root.message,
        frames=tuple(_frame(frame) for frame in outermost.frames),
        root_frames=tuple(_frame(frame) for frame in root.frames),
    )


def _frame(frame: Frame) -> FrameLine:
    return FrameLine(frame.function, frame.file, frame.line, frame.module, frame.own)


def parsed_text(record: Record) -> str:
    """One readable line for a record: time, level, component, message."""
    time = rfc3339(record.timestamp, min(record.precision, 6)) or "-"
    level = (severity_name(record.severity_number) or "-").upper()
    more = f"  (+{record.lines - 1} lines)" if record.lines > 1 else ""
    first = record.message.partition("\n")[0]
    return f"{time}  {level:<8}  {record.component or '-'}  {first}{more}"


def tagged_line(
    record: Record, verdict: Verdict, fingerprint: str, redaction: Redaction | None = None
) -> bytes:
    """One JSON object, without the newline."""
    number = max(record.severity_number or 17, verdict.severity_floor or 0)
    line = TaggedLine(
        path=record.path,
        line=record.line,
        lines=record.lines,
        timestamp=rfc3339(record.timestamp, record.precision),
        severity=severity_name(number),
        severity_number=number,
        component=record.component,
        host=record.host,
        tag=verdict.tag.value,
        confidence=round(verdict.confidence, 3),
        category=verdict.category,
        fingerprint=fingerprint,
        rules=tuple(hit.id for hit in verdict.rules),
        message=record.message,
        text=record.text,
    )
    return _encoded(line, redaction)


def tagged_text(record: Record, verdict: Verdict) -> str:
    """One readable line for an error: time, tag, category, confidence, component, message."""
    time = (rfc3339(record.timestamp, 3) or "-")[11:23] if record.timestamp is not None else "-"
    tag = "DEFECT" if verdict.tag is Tag.DEFECT else "INCIDENT"
    first = record.message.partition("\n")[0]
    exception = record.exception
    if exception is not None and exception.root.frames:
        frame = next((f for f in exception.root.frames if f.own), exception.root.frames[0])
        said = " ".join((exception.root.message or "").partition("\n")[0].split())
        said = f": {said}" if said else ""
        first = f"{exception.root.type}{said} at {place_of(frame)}"
    more = f"  ↳ {record.lines} lines" if record.lines > 1 else ""
    return (
        f"{time:<12}  {tag:<8}  {verdict.category:<20}  {verdict.confidence:.2f}  "
        f"{record.component or '-':<10}  {first}{more}"
    )
