"""Make a record of its lines: the message without frames, and the exception it tells."""

from collections.abc import Sequence

from logtriage.assemble.traces import Examined, TraceReader
from logtriage.model.head import Head
from logtriage.model.record import ExceptionInfo, Record
from logtriage.model.severity import WARN


def build_record(
    path: str,
    line: int,
    head: Head | None,
    lines: Sequence[str],
    traces: TraceReader,
    *,
    bodies: Sequence[str] | None = None,
    count: int | None = None,
    hinted: bool | None = None,
) -> Record:
    """The record of a head and its lines; a head of None makes an unformatted one.

    ``lines`` are as they stand in the input, ``bodies`` those after the first without wrappers and
    heads (default: the lines themselves), ``count`` how many there were before a cut, ``hinted``
    what `TraceReader.hinted` said of the first.
    """
    if len(lines) == 1 and head is not None and head.exception_text is None:
        message = head.message
        if "\n" not in message:
            if hinted is None:
                hinted = traces.hinted(message, quiet=is_quiet(head))
            exception = traces.read(message) if hinted else None
            return _record(path, line, head, lines[0], message, exception, count or 1)
    first = lines[0] if head is None else head.message
    body = [*first.split("\n"), *(lines[1:] if bodies is None else bodies)]
    inner = head.exception_text if head is not None else None
    examined = _examined(body, inner, traces)
    kept = [part for at, part in enumerate(body) if not at or at not in examined.dropped]
    message = "\n".join(kept).rstrip()
    if inner:
        message = _with_words(message, inner, traces)
    return _record(
        path, line, head, "\n".join(lines), message, examined.exception, count or len(lines)
    )


def is_quiet(head: Head) -> bool:
    """Whether the head states a severity below warning."""
    number = head.severity_number
    return number is not None and number < WARN


def _examined(body: list[str], inner: str | None, traces: TraceReader) -> Examined:
    """The exception of the field of its own if it states one, else of all there is."""
    if inner:
        own = traces.examine(inner.split("\n"))
        if own.exception is not None and traces.states_none(own.exception):
            # where the program was when it logged (zap's stacktrace), not what went wrong
            return traces.examine(body)
        if own.exception is not None:
            return Examined(own.exception, traces.examine(body).dropped)
        return traces.examine([*body, *inner.split("\n")])
    return traces.examine(body)


def _with_words(message: str, inner: str, traces: TraceReader) -> str:
    """The message with those lines of the exception's field that are words and not yet in it."""
    lines = inner.split("\n")
    dropped = traces.examine(lines).dropped
    words = [
        line
        for at, line in enumerate(lines)
        if at not in dropped and line.strip() and line.strip() not in message
    ]
    return "\n".join([message, *words]).strip("\n")


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
    # by position: a call with nineteen keywords takes twice as long
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
