"""Reads head lines by their regular expressions."""

import re
from collections.abc import Callable
from typing import Final

from logtriage.model.head import Head
from logtriage.model.record import NO_ATTRIBUTES
from logtriage.model.severity import ERROR, INFO
from logtriage.parse.fields import FormatFields, priority_severity
from logtriage.parse.levels import declared_number
from logtriage.parse.schema import FIELDS, FormatLine

STATUS: Final = "http.response.status_code"

ReadLine = Callable[[str], Head | None]


def line_reader(  # noqa: PLR0915 - what is decided here is not decided for every line
    pattern: re.Pattern[str], line: FormatLine, fields: FormatFields, *, access: bool
) -> ReadLine:
    """A function from a line to its head; None where the line has another shape.

    All that can be decided once for the shape is decided here: the function runs for every line.
    """
    group = dict(pattern.groupindex)
    timestamp_group = group.get("timestamp", 0)
    dated = bool(timestamp_group)
    split_date = not dated and "date" in group and "time" in group
    date_group, time_group = group.get("date", 0), group.get("time", 0)
    severity_group = group.get("severity", 0)
    priority_group = group.get("pri", 0)
    message_group = group.get("message", 0)
    main = tuple(
        group.get(name, 0)
        for name in ("host", "component", "logger", "thread", "trace_id", "span_id", "exception")
    )
    stated = tuple(bool(number) for number in main)
    has_main = any(stated)
    stream_group = group.get("stream", 0)
    others = [
        (number, fields.attribute_names.get(name, name))
        for name, number in group.items()
        if name not in FIELDS and not (split_date and name in {"date", "time"})
    ]
    fixed = declared_number(line.severity, where=fields.name) if line.severity is not None else None
    default = '"{request}" {status}' if access and "message" not in group else None
    template = line.message or default
    names = tuple(group)
    match, read_time, severity_of = pattern.match, fields.clock.read, fields.severity
    kind_of, name, component = fields.kind_of, fields.name, fields.component
    own_kind = kind_of(component)
    joins, partial, incomplete = line.joins, line.partial, line.incomplete
    fielded = line.fields
    status_group = group.get("status", 0)

    def read(text: str) -> Head | None:
        found = match(text)
        if found is None:
            return None
        values = found.groups()
        timestamp, precision, span = None, 0, None
        if dated:
            stamp = values[timestamp_group - 1]
            if stamp is not None:
                span = found.span(timestamp_group)
                moment = read_time(stamp)
                if moment is not None:
                    timestamp, precision = moment
        elif split_date:
            moment = read_time(f"{values[date_group - 1]} {values[time_group - 1]}")
            if moment is not None:
                timestamp, precision = moment
        level, number = None, fixed
        if severity_group:
            level = values[severity_group - 1]
            if level:
                number = severity_of(level)
            else:
                level = None
        if number is None and priority_group and values[priority_group - 1]:
            number = priority_severity(values[priority_group - 1])
        attributes = NO_ATTRIBUTES
        if others:
            attributes = {
                key: value
                for at, key in others
                if (value := values[at - 1]) is not None and value != "-"
            }
        if number is None and (status_group or access):
            status = values[status_group - 1] if status_group else None
            number = ERROR if status and status[0] == "5" else INFO
        message = values[message_group - 1] if message_group else None
        if template:
            message = filled(template, names, values)
        if message is None:
            message = text if not message_group else ""
        host = logger = thread = trace_id = span_id = exception = None
        program, kind = component, own_kind
        if has_main:
            host, program, logger, thread, trace_id, span_id, exception = [
                (values[at - 1] or None) if there and values[at - 1] != "-" else None
                for at, there in zip(main, stated, strict=True)
            ]
            program = program or component
            kind = kind_of(program)
        return Head(
            name,
            message,
            timestamp,
            precision,
            number,
            level,
            program,
            kind,
            host,
            logger,
            thread,
            attributes,
            trace_id,
            span_id,
            exception,
            values[stream_group - 1] if stream_group else None,
            span,
            partial,
            None,
            False,
            joins,
            incomplete,
            fielded,
        )

    return read


def filled(template: str, names: tuple[str, ...], values: tuple[str | None, ...]) -> str:
    """A message made of groups; one that did not take part leaves nothing."""
    by_name = {name: value or "" for name, value in zip(names, values, strict=True)}
    return re.sub(r"\{(\w+)\}", lambda found: by_name.get(found[1], ""), template).strip()
