"""The quick look for a few short texts that goes before the exact scan, see `staged`."""

from collections.abc import Callable, Sequence

import hyperscan

from logtriage.scan.cache import cached, content_key
from logtriage.scan.native import load, serialise
from logtriage.scan.patterns import Pattern


class Sieve:
    """The quick look: patterns that are sure, and pieces that only hint."""

    def __init__(
        self, key: str, parts: Callable[[], tuple[Sequence[Pattern], Sequence[Pattern]]]
    ) -> None:
        """``parts`` gives the sure patterns and the pieces; ``key`` stands for both."""

        def build() -> bytes:
            sure, pieces = parts()
            return len(sure).to_bytes(8, "little") + serialise([*sure, *pieces])

        version: str = hyperscan.__version__  # type: ignore[attr-defined]
        stored = cached("sieve", content_key([version, key]), build)
        self._sure = int.from_bytes(stored[:8], "little")
        self._database = load(stored[8:], lambda: build()[8:])

    def scan(self, block: bytes, begin: int = 0) -> list[int]:
        """Ends of matches, ascending by their amount; negative where they are mere hints."""
        del begin
        ends: list[int] = []
        append, sure = ends.append, self._sure

        def found(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append(end if number < sure else -end)

        self._database.scan(block, match_event_handler=found)
        return ends
