"""Layers around a line: what a transport adds to it, and how the two readings become one.

The wrappers themselves are formats (``wraps`` in their file): a shape whose message is read again.
"""

import re
from typing import Final

import msgspec

from logtriage.model.head import Head
from logtriage.model.record import NO_ATTRIBUTES
from logtriage.parse.catalog import Catalog

MOST_LAYERS: Final = 6
"""A line nested deeper is taken as it is."""

QUARTER: Final = 900
"""Seconds: zones differ by multiples of a quarter of an hour."""

CLOSE: Final = 90
"""Seconds that a transport may take to stamp a line, for telling a zone from a delay."""

SECOND: Final = 1_000_000_000

INNER_HINT: Final = re.compile(
    r"\s*(?:(?:@cee: ?)?\{\s*\"|<\d{1,3}>"
    r"|\[?\d{4}[-/]\d\d[-/]\d\d[ T]|\d\d:\d\d:\d\d|\[?\d\d/\w{3}/\d{4}:"
    r"|[A-Za-z_.]+=(?:\"|\S+ [A-Za-z_.]+=)"
    r"|[\[(<|]?(?i:trace|debug|info|notice|warn(?:ing)?|error|err|crit(?:ical)?|fatal|severe|panic)"
    r"[\])>|]?(?:[\s:\-|]|$)"
    r"|[IWEF]\d{4} \d\d:|\[\d{4}-|\d{6} {1,2}\d{1,2}:|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "
    r"|\S+ \S+ \S+ \[\d\d/\w{3}/\d{4}:|\d+:[MSCX] \d)",
    re.ASCII,
)
"""What a message that is a line of another format begins with; a cheap first look."""


COOKIE: Final = "@cee:"
"""What syslog puts before JSON (https://www.rsyslog.com/doc/configuration/modules/mmjsonparse.html)."""


def merged(outer: Head, inner: Head, catalog: Catalog, text: str | None = None) -> Head:
    """One head of both: the content says what happened, the wrapper where."""
    timestamp, precision, span = _moment(outer, inner)
    component, kind = _component(outer, inner, catalog)
    attributes = inner.attributes
    if outer.attributes:
        attributes = {**outer.attributes, **inner.attributes}
    stream = outer.stream
    if inner.stream is not None:
        stream = inner.stream if stream is None else f"{stream} {inner.stream}"
    stated = inner.severity_number is not None
    return Head(
        format=inner.format,
        message=inner.message,
        timestamp=timestamp,
        precision=precision,
        severity_number=inner.severity_number if stated else outer.severity_number,
        severity_text=inner.severity_text if stated else outer.severity_text,
        component=component,
        component_kind=kind,
        host=inner.host or outer.host,
        logger=inner.logger or outer.logger,
        thread=inner.thread or outer.thread,
        attributes=attributes or NO_ATTRIBUTES,
        trace_id=inner.trace_id or outer.trace_id,
        span_id=inner.span_id or outer.span_id,
        exception_text=inner.exception_text or outer.exception_text,
        stream=stream,
        timestamp_span=span,
        partial=outer.partial,
        text=inner.text or text,
        continuation=inner.continuation,
        joins=inner.joins,
        incomplete=inner.incomplete,
    )


def only_level(inner: Head) -> bool:
    """Whether a reading of a message found nothing but a level at its begin."""
    return (
        inner.timestamp is None
        and inner.logger is None
        and inner.component is None
        and not inner.attributes
    )


def with_level(outer: Head, inner: Head) -> Head:
    """The record's own head, with the level that its message begins with (``error: …`` of sshd)."""
    if outer.severity_number is not None and outer.severity_text is not None:
        return outer
    return msgspec.structs.replace(
        outer, severity_number=inner.severity_number, severity_text=inner.severity_text
    )


def unread(outer: Head, text: str) -> Head:
    """The head of a transport whose content no format reads."""
    return msgspec.structs.replace(outer, message=text, text=text, continuation=True)


def _moment(outer: Head, inner: Head) -> tuple[int | None, int, tuple[int, int] | None]:
    """The content's own time, unless it is off by a zone that it does not state."""
    if inner.timestamp is None:
        return outer.timestamp, outer.precision, outer.timestamp_span
    if outer.timestamp is not None:
        apart = abs(inner.timestamp - outer.timestamp) // SECOND
        beyond = apart % QUARTER
        if apart > CLOSE and min(beyond, QUARTER - beyond) <= CLOSE:
            return outer.timestamp, outer.precision, outer.timestamp_span
    return inner.timestamp, inner.precision, None


def _component(outer: Head, inner: Head, catalog: Catalog) -> tuple[str | None, str | None]:
    """A name that the content states, else the wrapper's, else the one its format stands for."""
    if inner.component is None or outer.component is None:
        name = inner.component or outer.component
    elif inner.component == catalog.get(inner.format).component:
        name = outer.component
    else:
        name = inner.component
    return name, inner.component_kind or outer.component_kind
