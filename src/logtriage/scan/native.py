"""The native scan: Hyperscan or Vectorscan, the one door to the ``hyperscan`` package."""

from collections.abc import Callable, Sequence

import hyperscan

from logtriage.errors import PackError
from logtriage.scan.cache import cached, content_key
from logtriage.scan.patterns import Pattern, for_scan


class NativeScanner:
    """Finds the lines of a block that any of the patterns matches, at native speed."""

    def __init__(
        self, name: str, patterns: Callable[[], Sequence[Pattern]], key: str | None = None
    ) -> None:
        """``key`` stands for the patterns; without one it is made of them."""
        version: str = hyperscan.__version__  # type: ignore[attr-defined]
        parts = [key] if key is not None else [f"{p.caseless:d}{p.expression}" for p in patterns()]
        key = content_key([version, *parts])
        stored = cached(f"scan-{name}", key, lambda: serialise(patterns()))
        self._database = load(stored, lambda: serialise(patterns()))
        self._scan = self._database.scan

    def scan(self, block: bytes, begin: int = 0) -> list[int]:
        """End offsets of matches, ascending; those before ``begin`` are left to the caller."""
        del begin
        ends: list[int] = []
        append = ends.append

        def found(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append(end)

        self._scan(block, match_event_handler=found)
        return ends


def serialise(patterns: Sequence[Pattern]) -> bytes:
    """Compile patterns to a database in its portable form; PackError names the bad one."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    base = hyperscan.HS_FLAG_MULTILINE
    try:
        database.compile(
            expressions=[for_scan(p.expression).encode() for p in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[base | (hyperscan.HS_FLAG_CASELESS if p.caseless else 0) for p in patterns],
        )
    except hyperscan.error as error:
        raise PackError(
            "the native scan cannot take a pattern", reason=f"{error}", where=guilty(patterns)
        ) from error
    return bytes(hyperscan.dumpb(database))


def guilty(patterns: Sequence[Pattern]) -> str | None:
    """The first pattern that does not compile by itself."""
    for pattern in patterns:
        if reason := refusal(pattern):
            return f"/{pattern.expression}/ ({reason})"
    return None


def refusal(pattern: Pattern) -> str | None:
    """Why the linear engine does not take this pattern; None where it does."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[for_scan(pattern.expression).encode()],
            flags=[hyperscan.HS_FLAG_MULTILINE],
        )
    except hyperscan.error as error:
        return str(error)
    return None


def load(stored: bytes, build: Callable[[], bytes]) -> hyperscan.Database:
    """A database ready to scan; one that this engine does not understand is built again."""
    try:
        database = hyperscan.loadb(stored, hyperscan.HS_MODE_BLOCK)
    except hyperscan.error:
        database = hyperscan.loadb(build(), hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database
