"""Which rules may fire on a text: those of whose literals at least one stands in it.

Each literal is filed under one of its four-character pieces, a rare one; the pieces of a text
are then looked up in one set operation, and only the literals filed under a piece that occurs are
searched for. Time is linear in the text, whatever the number of rules
(benches/test_classify.py compares it with a search for each literal).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

PIECE: Final = 4


class LiteralIndex:
    """Literals in lower case, each with the rules that need it."""

    def __init__(
        self, literals: Sequence[str], rules: Sequence[Sequence[int]], always: Iterable[int]
    ) -> None:
        self._literals = literals
        self._rules = rules
        self._always = frozenset(always)
        self._short = [n for n, literal in enumerate(literals) if len(literal) < PIECE]
        pieces = Counter(piece for literal in literals for piece in _pieces(literal))
        self._filed: dict[str, list[int]] = {}
        for number, literal in enumerate(literals):
            if len(literal) >= PIECE:
                rarest = min(_pieces(literal), key=lambda piece: (pieces[piece], piece))
                self._filed.setdefault(rarest, []).append(number)
        self._keys = self._filed.keys()

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
