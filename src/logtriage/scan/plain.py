"""The plain twin of the native scan, in `re`: slower, everywhere available, the same lines."""

import re
from collections.abc import Sequence

from logtriage.scan.patterns import Pattern, for_scan


class PlainScanner:
    """Finds the lines of a block that any of the patterns matches."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        groups = []
        for caseless in (False, True):
            texts = [for_scan(p.expression) for p in patterns if p.caseless is caseless]
            if texts:
                flags = "(?i:" if caseless else "(?:"
                groups.append(f"{flags}{'|'.join(f'(?:{text})' for text in texts)})")
        self._pattern = re.compile("|".join(groups).encode(), re.MULTILINE) if groups else None

    def scan(self, block: bytes, begin: int = 0) -> list[int]:
        """End offsets of matches, ascending, at least one in each line that matches."""
        ends: list[int] = []
        if self._pattern is None:
            return ends
        search, position, size = self._pattern.search, begin, len(block)
        while position < size:
            found = search(block, position)
            if found is None:
                break
            ends.append(max(found.end(), found.start() + 1))
            newline = block.find(b"\n", found.end())
            if newline < 0:
                break
            position = newline + 1
        return ends


def strip_names(expression: str) -> str:
    """Named groups made anonymous: joined patterns may use a name twice."""
    return re.sub(r"\(\?P<\w+>", "(?:", expression)
