"""Reads documents: JSON lines, logfmt, CSV rows; flattened first, then read by lists of keys."""

import csv
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from logtriage.model.head import Head
from logtriage.model.severity import ERROR, INFO
from logtriage.parse.fields import FormatFields
from logtriage.parse.schema import KeyLists

REMEMBERED: Final = 2000
"""Most sets of keys whose plan is kept."""

_PAIR: Final = re.compile(
    r'([A-Za-z_@][^\s="]*)=(?:"((?:[^"\\]|\\.)*)"?|\'([^\']*)\'|([^\s]*))', re.ASCII
)
_decode: Final = msgspec.json.Decoder().decode


def decoded(line: str) -> dict[str, Any] | None:
    """The JSON object that a line holds; None where it holds something else."""
    try:
        document = _decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return document if type(document) is dict else None


def flattened(line: str) -> dict[str, Any] | None:
    """The JSON object that a line holds, nested objects as dotted keys."""
    document = decoded(line)
    return None if document is None else flat(document)


def flat(document: dict[str, Any]) -> dict[str, Any]:
    """Nested objects as dotted keys; an object without any nested one is given back as it is."""
    for value in document.values():
        if type(value) is dict:
            break
    else:
        return document
    result: dict[str, Any] = {}
    # a stack of our own: a hostile document may be nested deeper than Python calls can be
    pending: list[tuple[str, dict[str, Any]]] = [("", document)]
    while pending:
        prefix, table = pending.pop()
        for key, value in table.items():
            if type(value) is dict and value:
                pending.append((f"{prefix}{key}.", value))
            else:
                result.setdefault(f"{prefix}{key}", value)
    return result


def as_text(value: object) -> str:
    """A value as text: strings as they are, everything else as JSON writes it."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return msgspec.json.encode(value).decode("utf-8", "replace")


def pairs(line: str) -> dict[str, str]:
    """The pairs of a logfmt line: ``level=info msg="two words" took=3ms``."""
    found: dict[str, str] = {}
    for key, quoted, single, bare in _PAIR.findall(line):
        if quoted and "\\" in quoted:
            quoted = (  # noqa: PLW2901 - the same value, unescaped
                quoted.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t")
            ).replace("\\\\", "\\")
        found.setdefault(key, quoted or single or bare)
    return found


def row(line: str, columns: tuple[str, ...]) -> dict[str, str]:
    """The named values of a CSV row; a quote that a cut line leaves open closes at its end."""
    try:
        values = next(csv.reader([line]), [])
    except csv.Error:
        values = line.split(",")
    return {name: value for name, value in zip(columns, values, strict=False) if name and value}


class _Plan(msgspec.Struct, frozen=True):
    """Which keys of documents with the same set of keys hold what."""

    timestamp: tuple[str, ...]
    severity: tuple[str, ...]
    message: tuple[str, ...]
    logger: tuple[str, ...]
    component: tuple[str, ...]
    host: tuple[str, ...]
    thread: tuple[str, ...]
    trace_id: tuple[str, ...]
    span_id: tuple[str, ...]
    exception: tuple[str, ...]
    stream: tuple[str, ...]
    status: tuple[str, ...]
    seconds: tuple[str, ...] = ()
    """Two keys, of whole seconds and nanoseconds, that are the timestamp together."""
    streams: tuple[str, ...] = ()
    """Keys that tell the stream together."""


class DocumentReader:
    """Reads flattened documents of one format."""

    def __init__(self, fields: FormatFields) -> None:
        self._fields = fields
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def read(self, flat: Mapping[str, Any], line: str) -> Head | None:
        """The head of a document; None where the document states nothing that a log line has."""
        keys = tuple(flat)
        plan = self._plans.get(keys)
        if plan is None:
            plan = self._learn(keys)
        fields = self._fields
        taken: set[str] = set()

        def first(choices: tuple[str, ...]) -> object:
            for key in choices:
                value = flat[key]
                if value is not None and value != "":
                    taken.add(key)
                    return value
            return None

        timestamp, precision = None, 0
        if plan.seconds:
            moment = fields.clock.read(_of_parts(flat, plan.seconds))
            if moment is not None:
                timestamp, precision = moment
                taken.update(plan.seconds)
        for key in () if timestamp is not None else plan.timestamp:
            value = flat[key]
            if value is None or value == "":
                continue
            moment = fields.clock.read(_moment_text(value))
            if moment is not None:
                timestamp, precision = moment
                taken.add(key)
                break
        number, level = self._severity(flat, plan.severity, taken)
        body = first(plan.message)
        message = (body if type(body) is str else _body_text(body)) if body is not None else ""
        trace = first(plan.exception)
        exception = trace_text(trace) if trace is not None else None
        status_value = first(plan.status)
        status = as_text(status_value) if status_value is not None else ""
        if not (status.isdecimal() and len(status) == 3):
            status = ""
        logger, component = first(plan.logger), first(plan.component)
        host, thread = first(plan.host), first(plan.thread)
        trace_id, span_id = first(plan.trace_id), first(plan.span_id)
        stream = first(plan.stream)
        if plan.streams:
            stream = " ".join(as_text(flat[key]) for key in plan.streams)
        attributes = {
            key: as_text(value)
            for key, value in flat.items()
            if key not in taken and value is not None
        }
        if status:
            attributes["http.response.status_code"] = status
            if number is None:
                number = ERROR if status[0] == "5" else INFO
        if not message:
            message = request_line(attributes, status) or (exception or "").split("\n", 1)[0]
        name = as_text(component) if component is not None else fields.component
        return Head(
            fields.name,
            message or line,
            timestamp,
            precision,
            number,
            level,
            name,
            fields.kind_of(name),
            _text_or_none(host),
            _text_or_none(logger),
            _text_or_none(thread),
            attributes,
            _text_or_none(trace_id),
            _text_or_none(span_id),
            exception,
            _text_or_none(stream),
        )

    def _severity(
        self, flat: Mapping[str, Any], choices: tuple[str, ...], taken: set[str]
    ) -> tuple[int | None, str | None]:
        """Number and text of the first key that holds a level; a status 200 is none."""
        for key in choices:
            value = flat[key]
            if value is None or value == "" or type(value) is bool:
                continue
            text = as_text(value)
            number = self._fields.severity(text)
            if number is not None:
                taken.add(key)
                return number, text
        return None, None

    def _learn(self, keys: tuple[str, ...]) -> _Plan:
        lists = self._fields.keys
        present = set(keys)
        # keys differ in case from program to program: Level, LEVEL, level
        folded = {key.lower(): key for key in reversed(keys)}

        def there(wanted: tuple[str, ...]) -> tuple[str, ...]:
            found = [
                key if key in present else folded[key.lower()]
                for key in wanted
                if key in present or key.lower() in folded
            ]
            return tuple(dict.fromkeys(found))

        def together(wanted: tuple[str, ...]) -> tuple[str, ...]:
            """The parts of the first key that joins several (``a+b``), where all are there."""
            for key in wanted:
                parts = tuple(key.split("+"))
                if len(parts) > 1 and present.issuperset(parts):
                    return parts
            return ()

        plan = _Plan(
            **{name: there(getattr(lists, name)) for name in KeyLists.__struct_fields__[1:]},
            seconds=together(lists.timestamp),
            streams=together(lists.stream),
        )
        if len(self._plans) >= REMEMBERED:
            self._plans.clear()
        self._plans[keys] = plan
        return plan


def _body_text(body: object) -> str:
    """A message that is no string; one given as a list of bytes (journald) as what they spell."""
    if isinstance(body, list) and body and all(type(x) is int and 0 <= x < 256 for x in body):
        return bytes(body).decode("utf-8", "replace")
    return as_text(body)


def trace_text(value: object) -> str:
    """A stack trace that a field carries: text, a list of lines, or a list of frames."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return as_text(value).replace("\r\n", "\n")


def request_line(attributes: Mapping[str, str], status: str) -> str:
    """``GET /path 502`` of a document that says nothing but what request it was."""
    method = path = ""
    for key, value in attributes.items():
        last = key.rsplit(".", 1)[-1].lower()
        if not method and last in _METHOD_KEYS:
            method = value
        elif not path and last in _PATH_KEYS:
            path = value
    if path and method and method in path:
        method = ""
    return " ".join(part for part in (method, path, status) if part) if path else ""


def _text_or_none(value: object) -> str | None:
    return None if value is None else as_text(value)


def _of_parts(flat: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """Whole seconds and nanoseconds as one number, a date and a time of day as one text."""
    seconds, fraction = as_text(flat[keys[0]]), as_text(flat[keys[1]])
    if ":" in fraction and ":" not in seconds:
        return f"{seconds} {fraction}"
    return f"{seconds}.{fraction.zfill(9)}" if fraction.isdecimal() else seconds


def _moment_text(value: object) -> str:
    """A timestamp as text; floats without an exponent."""
    if type(value) is str:
        # as .NET wrote times in JSON
        return value[6:-2] if value.startswith("/Date(") else value
    if type(value) is float:
        digits = repr(value)
        return digits if "e" not in digits else f"{value:.6f}"
    return as_text(value)


_METHOD_KEYS: Final = {"method", "requestmethod", "request_method", "verb", "http_method"}
_PATH_KEYS: Final = {
    *("path", "uri", "url", "request", "requestpath", "request_uri", "requesturi", "target"),
    *("original", "requesturl"),
}
