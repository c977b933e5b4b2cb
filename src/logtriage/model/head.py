"""One line that begins a record, as its format read it; `parse` makes it, `assemble` uses it."""

from collections.abc import Mapping

import msgspec

from logtriage.model.record import NO_ATTRIBUTES


class Head(msgspec.Struct, frozen=True):
    """Fields of a record's first line; meanings as in `logtriage.model.record.Record`."""

    format: str
    message: str
    timestamp: int | None = None
    precision: int = 0
    severity_number: int | None = None
    severity_text: str | None = None
    component: str | None = None
    component_kind: str | None = None
    host: str | None = None
    logger: str | None = None
    thread: str | None = None
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    trace_id: str | None = None
    span_id: str | None = None
    exception_text: str | None = None
    """A stack trace that the line carries in a field of its own, newlines restored."""
    stream: str | None = None
    """Which of several interleaved streams it belongs to (pod, container, pid); continuation
    lines attach within their own stream. None where there is only one."""
    timestamp_span: tuple[int, int] | None = None
    """Where in the line the timestamp stands: character offsets, end exclusive."""
    partial: bool = False
    """The wrapper says that the next line of the stream goes on with this one (CRI ``P``)."""
