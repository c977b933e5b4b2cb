"""Tells which of many whole-line expressions match one line, at native speed.

A program that tried hundreds of regular expressions one after the other on every line it does not
know, and compiled them all at start, would be slow; one native database answers in microseconds.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from logtriage.scan.cache import cached, content_key
from logtriage.scan.plain import strip_names
from logtriage.scan.scanner import native_engine


class LineMatcher(Protocol):
    """Numbers the expressions that match a line."""

    def matching(self, line: bytes) -> list[int]:
        """Indices of the expressions that match, ascending."""
        ...


def make_line_matcher(
    name: str, expressions: Sequence[str], *, native: bool | None = None
) -> LineMatcher:
    """A matcher for anchored expressions; ``name`` tells its cached database from others."""
    shortened = [without_tail(expression) for expression in expressions]
    if native is None:
        native = native_engine()
    if native and shortened:
        return NativeLineMatcher(name, shortened)
    return PlainLineMatcher(shortened)


def without_tail(expression: str) -> str:
    """The expression without a rest that matches anything: fewer states, the same answer."""
    return strip_names(re.sub(r"\((?:\?P<\w+>|\?:)?\.\*\)\$$", "", expression))


class NativeLineMatcher:
    """One native database of all expressions."""

    def __init__(self, name: str, expressions: Sequence[str]) -> None:
        import hyperscan  # noqa: PLC0415 - only where there are lines to match

        key = content_key([getattr(hyperscan, "__version__", ""), *expressions])

        def build() -> bytes:
            return _serialise(hyperscan, expressions)

        try:
            database = hyperscan.loadb(cached(name, key, build), hyperscan.HS_MODE_BLOCK)
        except hyperscan.error:
            database = hyperscan.loadb(build(), hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        self._database = database

    def matching(self, line: bytes) -> list[int]:
        """Indices of the expressions that match, ascending."""
        found: list[int] = []
        append = found.append

        def note(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            append(number)

        self._database.scan(line, match_event_handler=note)
        found.sort()
        return found


def _serialise(
    hyperscan: Any,  # noqa: ANN401 - the package is imported late
    expressions: Sequence[str],
) -> bytes:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_ALLOWEMPTY
    database.compile(
        expressions=[expression.encode() for expression in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[flags] * len(expressions),
    )
    return bytes(hyperscan.dumpb(database))


class PlainLineMatcher:
    """The plain twin: one expression after the other, each compiled when first needed."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self._expressions = [expression.encode() for expression in expressions]
        self._compiled: list[re.Pattern[bytes]] = []

    def matching(self, line: bytes) -> list[int]:
        """Indices of the expressions that match, ascending."""
        if not self._compiled:
            self._compiled = [re.compile(expression) for expression in self._expressions]
        return [number for number, pattern in enumerate(self._compiled) if pattern.match(line)]
