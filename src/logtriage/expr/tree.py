"""The frozen tree of an expression; it goes to the cache as msgpack, tagged by one letter."""

from typing import Literal

import msgspec

Operator = Literal[
    "contains", "startswith", "endswith", "matches", "==", "!=", ">=", "<=", ">", "<", "in"
]


class Test(msgspec.Struct, frozen=True, tag="t", array_like=True):
    """One comparison: a field, an operator, and the values of which any may fit."""

    field: str
    operator: Operator
    values: tuple[str, ...]
    """Text as written; for ``matches`` the regular expression."""
    caseless: bool = False
    """Of a regular expression: ``/…/i``."""
    at: int = 0
    """0-based character of the field in the source."""
    value_at: int = 0
    """0-based character of the value in the source."""
    literals: tuple[str, ...] = ()
    """Of ``matches``: texts in lower case of which one stands in all that it matches."""


class Not(msgspec.Struct, frozen=True, tag="n", array_like=True):
    """True where the inner node is false."""

    inner: "Node"


class Both(msgspec.Struct, frozen=True, tag="a", array_like=True):
    """True where all parts are."""

    parts: tuple["Node", ...]


class Either(msgspec.Struct, frozen=True, tag="o", array_like=True):
    """True where any part is."""

    parts: tuple["Node", ...]


class Window(msgspec.Struct, frozen=True, tag="w", array_like=True):
    """A condition on the issue that the record belongs to, settled when all logs are read."""

    kind: Literal["count", "followed", "absent"]
    count: int = 0
    """For ``count``: how many records at least."""
    seconds: int = 0
    """For ``count`` and ``absent``: how long."""
    category: str = ""
    """For ``followed``: category of an issue that begins afterwards."""
    at: int = 0


Node = Test | Not | Both | Either | Window


class Anchor(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One of the texts without which an expression cannot be true.

    A record's raw lines hold at least one of an expression's anchors, or it is false.
    """

    text: str
    """A literal; a regular expression where `regex`."""
    caseless: bool = False
    regex: bool = False
    literal: str = ""
    """Of a regular expression: a literal in all that it matches, too common for the scan of raw
    lines, but good enough to find candidates among rules."""


class Expression(msgspec.Struct, frozen=True, array_like=True):
    """A checked expression."""

    source: str
    node: Node | None
    """Without its windows; None where nothing but windows was written."""
    windows: tuple[Window, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    """Empty where none can be derived: the expression must be tried on every record."""
    groups: tuple[str, ...] = ()
    """Names that its regular expressions capture."""
