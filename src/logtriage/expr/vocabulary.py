"""Fields and operators of the language: what each holds and what may be asked of it."""

import difflib
from collections.abc import Iterable
from enum import Enum
from typing import Final


class Kind(Enum):
    """What a field holds."""

    TEXT = "text"
    NAME = "name"
    """A text from a known or open list, such as an errno name: no prefix of it means anything."""
    TYPE = "exception type"
    """Compares by full name or by its last segment."""
    NUMBER = "number"
    SEVERITY = "severity"


FIELDS: Final = {
    "message": Kind.TEXT,
    "text": Kind.TEXT,
    "severity": Kind.SEVERITY,
    "component": Kind.TEXT,
    "component_kind": Kind.NAME,
    "logger": Kind.TEXT,
    "host": Kind.TEXT,
    "thread": Kind.TEXT,
    "format": Kind.NAME,
    "path": Kind.TEXT,
    "shape": Kind.NAME,
    "exception": Kind.TYPE,
    "exception.root": Kind.TYPE,
    "exception.any": Kind.TYPE,
    "exception.message": Kind.TEXT,
    "exception.root.message": Kind.TEXT,
    "frame": Kind.TEXT,
    "frame.own": Kind.TEXT,
    "frame.library": Kind.TEXT,
    "frame.top": Kind.NAME,
    "status": Kind.NUMBER,
    "grpc": Kind.NAME,
    "errno": Kind.NAME,
    "sqlstate": Kind.TEXT,
    "code": Kind.TEXT,
    "exit_code": Kind.NUMBER,
    "signal": Kind.NAME,
}

ATTRIBUTES: Final = "attributes."

CHOICES: Final = {
    "frame.top": ("own", "library", "unknown"),
    "shape": ("access", "event", "text"),
}
"""Fields whose values are a closed list that is not in the table of codes."""

OPERATORS: Final = {
    "contains": {Kind.TEXT, Kind.TYPE},
    "startswith": {Kind.TEXT, Kind.TYPE},
    "endswith": {Kind.TEXT, Kind.TYPE},
    "matches": {Kind.TEXT, Kind.TYPE, Kind.NAME},
    "==": set(Kind),
    "!=": set(Kind),
    "in": set(Kind),
    ">=": {Kind.NUMBER, Kind.SEVERITY},
    "<=": {Kind.NUMBER, Kind.SEVERITY},
    ">": {Kind.NUMBER, Kind.SEVERITY},
    "<": {Kind.NUMBER, Kind.SEVERITY},
}

KEYWORDS: Final = ("and", "or", "not", "count", "within", "followed", "absent")

UNPRINTED: Final = {
    "severity",
    "component",
    "component_kind",
    "host",
    "format",
    "path",
    "shape",
    "frame.top",
}
"""Fields that need not stand in the record's own lines: the pre-filter cannot look for them."""


def kind_of(field: str) -> Kind | None:
    """Kind of a field; attributes are text, unknown names None."""
    if field.startswith(ATTRIBUTES) and len(field) > len(ATTRIBUTES):
        return Kind.TEXT
    return FIELDS.get(field)


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """``did you mean 'message'?``, or None where nothing is near."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.7)
    if not near:
        folded = {name.lower(): name for name in known}
        near = [
            folded[name] for name in difflib.get_close_matches(word.lower(), folded, 1, cutoff=0.7)
        ]
    return f"did you mean '{near[0]}'?" if near else None
