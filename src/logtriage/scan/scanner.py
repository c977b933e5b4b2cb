"""Chooses the engine: native where there is one, else its plain twin."""

import importlib.util
import os
from collections.abc import Callable, Sequence
from typing import Protocol

from logtriage.scan.patterns import Pattern


class Scanner(Protocol):
    """Finds the lines of a block that any of a set of patterns matches."""

    def scan(self, block: bytes, begin: int = 0) -> list[int]:
        """End offsets of matches, ascending, at least one in each line that matches."""
        ...


def native_engine() -> bool:
    """Whether the native engine is there and wanted."""
    return os.environ.get("LOGTRIAGE_SCAN") != "plain" and bool(
        importlib.util.find_spec("hyperscan")
    )


def make_scanner(
    name: str,
    patterns: Sequence[Pattern] | Callable[[], Sequence[Pattern]],
    *,
    native: bool | None = None,
    key: str | None = None,
) -> Scanner:
    """A scanner for patterns; ``name`` tells its cached database from others.

    ``native`` None takes the native engine where it is installed; ``LOGTRIAGE_SCAN=plain`` in the
    environment asks for the twin. With a ``key`` that changes whenever the patterns do, patterns
    given as a function are made only where the compiled database is not in the cache.
    """
    if native is None:
        native = native_engine()

    def unique() -> list[Pattern]:
        return sorted(set(patterns() if callable(patterns) else patterns))

    if native and (key is not None or unique()):
        from logtriage.scan.native import NativeScanner  # noqa: PLC0415 - the heavy import

        return NativeScanner(name, unique, key)
    from logtriage.scan.plain import PlainScanner  # noqa: PLC0415 - only where it is used

    return PlainScanner(unique())
