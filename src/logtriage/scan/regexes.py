"""Compiled regular expressions, from the cache.

Packs, formats and dialects hold thousands of expressions and a run needs a hundred or two of them;
compiling these is half of the time that a small scan takes. What they compile to is a list of
numbers, which is kept like the other tables. ``re`` has no public way to take such a list, so the
private one is used where it works as it is known to, and ``re.compile`` everywhere else: the
patterns are the same.
"""

import atexit
import os
import re
import sys
from array import array
from contextlib import suppress
from functools import cache
from typing import Any, Final

import msgspec

from logtriage.scan.cache import cached, content_key, replace_cached

MOST: Final = 4000
"""Most expressions kept; the built-in ones that any one user meets are fewer."""


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """The arguments of ``_sre.compile``."""

    flags: int
    code: bytes
    """Array of "I"."""
    groups: int
    names: dict[str, int]


def compiled(expression: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile`` makes of a text pattern."""
    found = _store().get(f"s{int(flags)} {expression}", expression, flags)
    return found or re.compile(expression, flags)


def compiled_bytes(expression: str, flags: int = 0) -> re.Pattern[bytes]:
    """What ``re.compile`` makes of a pattern for bytes, which is given as text."""
    encoded = expression.encode()
    found = _store().get(f"b{int(flags)} {expression}", encoded, flags)
    return found or re.compile(encoded, flags)


class Store:
    """The expressions of all runs so far; new ones are written when the program ends."""

    def __init__(self) -> None:
        self._stored: dict[str, msgspec.Raw] = {}
        self._patterns: dict[str, Any] = {}
        self._fresh: dict[str, Compiled] = {}
        self._broken = True
        with suppress(ImportError, AttributeError):
            import _sre  # type: ignore[import-not-found] # noqa: PLC0415
            from re import _compiler, _parser  # type: ignore[attr-defined] # noqa: PLC0415

            if array("I").itemsize == _sre.CODESIZE:
                self._sre, self._compiler, self._parser = _sre, _compiler, _parser
                self._key = content_key([sys.version, str(_sre.MAGIC)])
                self._broken = False
        if not self._broken:
            stored = cached("regexes", self._key, lambda: msgspec.msgpack.encode({}))
            with suppress(msgspec.MsgspecError):
                self._stored = msgspec.msgpack.decode(stored, type=dict[str, msgspec.Raw])

    def get(self, key: str, expression: str | bytes, flags: int) -> Any:  # noqa: ANN401 - str or bytes
        """The pattern of an expression; None where only ``re.compile`` can tell."""
        known = self._patterns.get(key)
        if known is not None or self._broken:
            return known
        try:
            raw = self._stored.get(key)
            if raw is None:
                parts = self._fresh[key] = self._compile(expression, flags)
            else:
                parts = msgspec.msgpack.decode(raw, type=Compiled)
            names: list[str | None] = [None] * (parts.groups + 1)
            for name, group in parts.names.items():
                names[group] = name
            # the interpreter validates the code before it runs it
            pattern = self._sre.compile(
                expression,
                parts.flags,
                array("I", parts.code).tolist(),
                parts.groups,
                parts.names,
                tuple(names),
            )
        except Exception:  # noqa: BLE001 - whatever a private interface does, `re` tells the rest
            self._fresh.pop(key, None)
            return None
        self._patterns[key] = pattern
        if len(self._fresh) == 1:
            atexit.register(self._save, os.getpid())
        return pattern

    def _compile(self, expression: str | bytes, flags: int) -> Compiled:
        tree = self._parser.parse(expression, flags)
        code = self._compiler._code(tree, flags)  # noqa: SLF001 - see the docstring of the module
        return Compiled(
            flags | tree.state.flags,
            array("I", code).tobytes(),
            tree.state.groups - 1,
            dict(tree.state.groupdict),
        )

    def _save(self, process: int) -> None:
        if os.getpid() != process or len(self._stored) >= MOST:
            return
        fresh = {key: msgspec.msgpack.encode(parts) for key, parts in self._fresh.items()}
        together = self._stored | {key: msgspec.Raw(value) for key, value in fresh.items()}
        replace_cached("regexes", self._key, msgspec.msgpack.encode(together))


@cache
def _store() -> Store:
    return Store()
