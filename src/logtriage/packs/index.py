"""Which rules may fire on a text: those of whose literals at least one stands in it.

Each literal is filed under one of its four-character pieces, a rare one; the pieces of a text
are then looked up in one set operation, and only the literals filed under a piece that occurs are
searched for. Time is linear in the text, whatever the number of rules
(benches/test_classify.py compares it with a search for each literal).
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

PIECE: Final = 4


class StoredIndex(msgspec.Struct, frozen=True, array_like=True):
    """The index as it is kept: few large values, for many small ones take long to read."""

    literals: str
    """Lower case, one a line, those of a piece side by side."""
    rule_offsets: bytes
    """Of each literal, and of the end: where its rules begin in `rules` (array of "I")."""
    rules: bytes
    """Numbers of rules (array of "I")."""
    pieces: str
    """One a line; the empty one holds the literals that are too short for a piece."""
    piece_offsets: bytes
    """Of each piece, and of the end: where its literals begin (array of "I")."""
    always: tuple[int, ...]
    """Rules without a literal: tried on every record."""


def store_index(rules: Mapping[str, Sequence[int]], always: Iterable[int] = ()) -> StoredIndex:
    """The index of literals, each with its rules; literals hold no line ends."""
    counts = Counter(piece for literal in rules for piece in _pieces(literal))
    filed: dict[str, list[str]] = {}
    for literal in sorted(rules):
        rarest = min(
            _pieces(literal), key=lambda piece: (" " in piece, counts[piece], piece), default=""
        )
        filed.setdefault(rarest, []).append(literal)
    pieces = sorted(filed)
    literals = [literal for piece in pieces for literal in filed[piece]]
    return StoredIndex(
        "\n".join(literals),
        _offsets(rules[literal] for literal in literals),
        array("I", [rule for literal in literals for rule in rules[literal]]).tobytes(),
        "\n".join(pieces),
        _offsets(filed[piece] for piece in pieces),
        tuple(sorted(always)),
    )


def _offsets(groups: Iterable[Sequence[object]]) -> bytes:
    offsets = array("I", [0])
    for group in groups:
        offsets.append(offsets[-1] + len(group))
    return offsets.tobytes()


class LiteralIndex:
    """Finds the rules of which a literal stands in a text."""

    def __init__(self, stored: StoredIndex) -> None:
        self.literals: Final = stored.literals.split("\n") if stored.literals else []
        self._rule_offsets = array("I", stored.rule_offsets)
        self._rules = array("I", stored.rules)
        self._always = frozenset(stored.always)
        self._piece_offsets = array("I", stored.piece_offsets)
        pieces = stored.pieces.split("\n") if self.literals else []
        self._filed = dict(zip(pieces, range(len(pieces)), strict=True))
        self._short = self._of_piece(self._filed.pop("")) if "" in self._filed else range(0)
        self._keys = self._filed.keys()

    def _of_piece(self, number: int) -> range:
        return range(self._piece_offsets[number], self._piece_offsets[number + 1])

    def candidates(self, text: str) -> list[int]:
        """Numbers of the rules that may fire on a lower-case text, ascending."""
        found = set(self._always)
        literals, filed = self.literals, self._filed
        numbers = [number for number in self._short if literals[number] in text]
        for piece in self._keys & _pieces(text):
            numbers += [n for n in self._of_piece(filed[piece]) if literals[n] in text]
        offsets, rules = self._rule_offsets, self._rules
        for number in numbers:
            found.update(rules[offsets[number] : offsets[number + 1]])
        return sorted(found)


def _pieces(text: str) -> set[str]:
    return set(map("".join, zip(text, text[1:], text[2:], text[3:], strict=False)))
