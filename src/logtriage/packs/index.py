"""Which rules may fire on a text: those of whose literals at least one stands in it.

Each literal is filed under one of its four-character pieces, a rare one; the pieces of a text
are then looked up in one set operation, and only the literals filed under a piece that occurs are
searched for. Time is linear in the text, whatever the number of rules
(benches/test_classify.py compares it with a search for each literal).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

PIECE: Final = 4


def file_literals(literals: Sequence[str]) -> dict[str, list[int]]:
    """Numbers of literals by their rarest piece; those too short for one are under ``""``."""
    pieces = Counter(piece for literal in literals for piece in _pieces(literal))
    filed: dict[str, list[int]] = {}
    for number, literal in enumerate(literals):
        rarest = min(
            _pieces(literal), key=lambda piece: (" " in piece, pieces[piece], piece), default=""
        )
        filed.setdefault(rarest, []).append(number)
    return filed


class LiteralIndex:
    """Literals in lower case, each with the rules that need it."""

    def __init__(
        self,
        literals: Sequence[str],
        rules: Sequence[Sequence[int]],
        filed: Mapping[str, Sequence[int]],
        always: Iterable[int] = (),
    ) -> None:
        """``rules`` holds the rules of each literal, ``filed`` comes from `file_literals`."""
        self._literals = literals
        self._rules = rules
        self._filed = filed
        self._short = filed.get("", ())
        self._keys = filed.keys()
        self._always = frozenset(always)

    def candidates(self, text: str) -> list[int]:
        """Numbers of the rules that may fire on a lower-case text, ascending."""
        found = set(self._always)
        literals, rules, filed = self._literals, self._rules, self._filed
        for piece in self._keys & _pieces(text):
            for number in filed[piece]:
                if literals[number] in text:
                    found.update(rules[number])
        for number in self._short:
            if literals[number] in text:
                found.update(rules[number])
        return sorted(found)


def _pieces(text: str) -> set[str]:
    return set(map("".join, zip(text, text[1:], text[2:], text[3:], strict=False)))
