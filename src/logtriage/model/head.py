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
    text: str | None = None
    """The line without its wrappers (Docker JSON, CRI, ``pod | ``), where it had any: what the
    program itself wrote. Traces are read from it, not from the raw line."""
    continuation: bool = False
    """A line transport (Docker, CRI, kubectl …) was peeled, but no format read what it holds:
    treat `text` as a line without a head, within `stream`; timestamp and the like are the
    wrapper's, for the case that it begins an unformatted record."""
    joins: bool = False
    """It carries on the record that its stream began before, although a format reads it: DETAIL,
    HINT and STATEMENT lines of PostgreSQL."""
    incomplete: bool = False
    """The head goes on in the next line of its stream: java.util.logging writes time and class on
    one line, ``SEVERE: message`` on the next. Where that line reads as a head without a timestamp,
    its level and message complete this one; else the line itself is the message."""
    fielded: bool = False
    """The lines that follow are its fields, ``NAME=value`` each (journalctl -o verbose, export)."""
