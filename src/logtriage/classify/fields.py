"""A record as the fields that expressions ask for, each made when it is first asked for."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final

from logtriage.classify.codes import Codes
from logtriage.classify.wording import wordings
from logtriage.expr.codetable import CodeTable
from logtriage.expr.vocabulary import ATTRIBUTES
from logtriage.model.record import ExceptionLink, Frame, Record

SEARCHED: Final = 8192
"""Longest text that regular expressions see whole; of a longer one each line is cut."""

SEARCHED_LINE: Final = 1024
"""Characters of a line that are searched where the text is longer than SEARCHED."""


class RecordFields:
    """One record; see docs/expressions.md for what each field holds."""

    def __init__(self, record: Record, table: CodeTable) -> None:
        self.record = record
        self._table = table
        self._values: dict[str, tuple[str, ...]] = {}
        self._lowered: dict[str, tuple[str, ...]] = {}
        self._searchable: dict[str, tuple[str, ...]] = {}
        self._searchable_lowered: dict[str, tuple[str, ...]] = {}

    def values(self, field: str) -> Sequence[str]:
        """Values as written."""
        known = self._values.get(field)
        if known is None:
            known = self._make(field)
            self._values[field] = known
        return known

    def lowered(self, field: str) -> Sequence[str]:
        """The same values in lower case."""
        known = self._lowered.get(field)
        if known is None:
            known = tuple(lower(value) for value in self.values(field))
            self._lowered[field] = known
        return known

    def searchable(self, field: str, *, lowered: bool = False) -> Sequence[str]:
        """The same values with the ends of giant lines cut off."""
        cache = self._searchable_lowered if lowered else self._searchable
        known = cache.get(field)
        if known is None:
            values = self.lowered(field) if lowered else self.values(field)
            known = cache[field] = tuple(clip(value) for value in values)
        return known

    def numbers(self, field: str) -> Sequence[float]:
        """Values of a number field, or those of a text field that are numbers."""
        if field == "severity":
            number = self.record.severity_number
            return () if number is None else (float(number),)
        if field == "status":
            return self.codes.status
        if field == "exit_code":
            return self.codes.exit_code
        return tuple(number for number in map(_number, self.values(field)) if number is not None)

    def printed_code(self, code: str) -> str | None:
        """Words that state a vendor's code."""
        return self.codes.printed(code)

    @cached_property
    def codes(self) -> Codes:
        """Codes of the record's text."""
        lowered = self.lowered("text")
        return Codes(
            self._table,
            self.record.text,
            lowered[0] if lowered else "",
            self.record.attributes,
        )

    @cached_property
    def haystack(self) -> str:
        """Everything that anchors may stand in, in lower case."""
        record = self.record
        parts = [record.text]
        if record.message not in record.text:
            # escapes of a wrapper are undone in the fields only
            parts.append(record.message)
            parts += record.attributes.values()
        if record.exception is not None:
            for link in record.exception.links:
                parts.append(link.type)
                if link.message and link.message not in record.text:
                    parts.append(link.message)
        return lower("\n".join(parts))

    def _make(self, field: str) -> tuple[str, ...]:
        maker = _MAKERS.get(field)
        if maker is not None:
            return tuple(value for value in maker(self) if value)
        if field.startswith(ATTRIBUTES):
            return self._attribute(field.removeprefix(ATTRIBUTES))
        number = self.numbers(field) if field in {"status", "exit_code", "severity"} else ()
        return tuple(f"{value:g}" for value in number)

    def _attribute(self, name: str) -> tuple[str, ...]:
        attributes = self.record.attributes
        value = attributes.get(name)
        if value is None:
            folded = name.lower()
            value = next((v for k, v in attributes.items() if k.lower() == folded), None)
        return () if value is None else (value,)

    @cached_property
    def links(self) -> tuple[ExceptionLink, ...]:
        """Exceptions, outermost first; where no trace was read, those that the text names."""
        exception = self.record.exception
        if exception is None:
            return named_exceptions(self.values("message"))
        # a wrapper often quotes its cause: "…; nested exception is java.io.IOException: full"
        known = {link.type for link in exception.links}
        quoted = named_exceptions((exception.root.message or "",))
        return (*exception.links, *(link for link in quoted if link.type not in known))

    def frames(self, own: bool | None) -> list[str]:
        """Function, file and module of frames; ``own`` None takes all of them."""
        return [
            part
            for link in self.links
            for frame in link.frames
            if own is None or frame.own is own
            for part in (frame.function, frame.file, frame.module)
            if part
        ]

    @property
    def top(self) -> str | None:
        """Whose the frame is that threw the root cause: own, library, unknown."""
        for link in reversed(self.links):
            if link.frames:
                return _whose(link.frames[0])
        return None

    @property
    def shape(self) -> str:
        """access: a request that was answered; event: any other that a format read; text."""
        record = self.record
        if record.format is None:
            return "text"
        keys = {key.lower() for key in record.attributes}
        if (
            # readers give lines of access logs a number by their status, but they state no level
            record.severity_text is None
            and keys & _STATUS
            and keys & _REQUEST
            and self.codes.status
        ):
            return "access"
        return "event"


_STATUS: Final = {
    *("status", "status_code", "sc-status", "sc_status", "http.status_code", "response_code"),
    *("http.response.status_code", "statuscode", "response", "code"),
}
_REQUEST: Final = {
    *("method", "request", "verb", "uri", "url", "path", "cs-method", "cs_method", "http.method"),
    *("http.request.method", "cs-uri-stem", "request_method", "requestmethod", "request.method"),
    *("http.request.line", "url.path", "url.original", "url.full", "path_and_query"),
}


_NAMED = re.compile(
    r"(?<![\w.\\:/$-])(?P<type>(?:[A-Za-z_]\w{0,60}(?:\.|::|\\)){0,10}"
    r"[A-Z]\w{0,60}(?:Exception|Error|Fault|Interrupt|Failure))"
    r"(?::[ \t]+(?P<message>[^\n]{1,500})|(?=[:(,;)\]}\x27\"]|[ \t]*$|[ \t]+-|(?P<prose>[ \t.])))",
    re.MULTILINE,
)


def named_exceptions(texts: Sequence[str]) -> tuple[ExceptionLink, ...]:
    """Exceptions that texts name outside of any trace: of the first that names any, at most four.

    A bare word needs a colon, a bracket or the line's end after it: a class name that stands in
    the middle of prose is no exception.
    """
    return next(filter(None, map(_named_in, texts)), ())


def _named_in(text: str) -> tuple[ExceptionLink, ...]:
    text = text[:SEARCHED]
    if not any(word in text for word in ("Exception", "Error", "Fault", "Interrupt", "Failure")):
        return ()
    found: dict[str, ExceptionLink] = {}
    position = 0
    while len(found) < 4 and (match := _NAMED.search(text, position)):
        if match["prose"] is None or re.search(r"[.:\\]", match["type"]):
            found.setdefault(match["type"], ExceptionLink(match["type"], match["message"]))
        # a message may quote the next exception
        position = match.end("type")
    return tuple(found.values())


def _whose(frame: Frame) -> str:
    return {True: "own", False: "library", None: "unknown"}[frame.own]


def lower(text: str) -> str:
    """Lower case of the same length, so that offsets stay those of the text."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def clip(text: str) -> str:
    """The text with long lines cut, so that no regular expression sees a giant one."""
    if len(text) <= SEARCHED:
        return text
    return "\n".join(line[:SEARCHED_LINE] for line in text.split("\n"))


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


_MAKERS: Final[dict[str, Callable[["RecordFields"], Iterable[str | None]]]] = {
    "message": lambda fields: wordings(fields.record),
    "text": lambda fields: (fields.record.text,),
    "component": lambda fields: (fields.record.component,),
    "component_kind": lambda fields: (fields.record.component_kind,),
    "logger": lambda fields: (fields.record.logger,),
    "host": lambda fields: (fields.record.host,),
    "thread": lambda fields: (fields.record.thread,),
    "format": lambda fields: (fields.record.format,),
    "path": lambda fields: (fields.record.path,),
    "shape": lambda fields: (fields.shape,),
    "exception": lambda fields: tuple(link.type for link in fields.links[:1]),
    "exception.root": lambda fields: tuple(link.type for link in fields.links[-1:]),
    "exception.any": lambda fields: tuple(link.type for link in fields.links),
    "exception.message": lambda fields: tuple(link.message or " " for link in fields.links),
    "exception.root.message": lambda fields: tuple(link.message for link in fields.links[-1:]),
    "frame": lambda fields: fields.frames(None),
    "frame.own": lambda fields: fields.frames(True),
    "frame.library": lambda fields: fields.frames(False),
    "frame.top": lambda fields: (fields.top,),
    "grpc": lambda fields: fields.codes.grpc,
    "errno": lambda fields: fields.codes.errno,
    "sqlstate": lambda fields: fields.codes.sqlstate,
    "code": lambda fields: fields.codes.codes,
    "signal": lambda fields: fields.codes.signal,
}
