"""A few short texts that stand for thousands of patterns.

A scan for thousands of literals and expressions costs twice to four times as much as one for some
short literals. So each pattern is stood for by a piece of eight characters of a text that it cannot
do without: pieces that many patterns share, and that ordinary lines do not hold. A line with such a
piece is only then looked at with the patterns themselves.

The pieces are chosen once for all inputs; those that an input is full of are changed for others.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from logtriage.scan.patterns import Pattern, for_scan

LENGTH: Final = 8
"""Characters of a piece: the native engine looks at no more of a literal at once."""

SHORTEST: Final = 4

ORDINARY: Final = 2
"""Occurrences in the ordinary lines at hand beyond which a piece is no good."""

ORDINARY_OF_EXPRESSIONS: Final = 100
"""The same for pieces that stand for a regular expression."""

WEIGHT: Final = 0.3
"""What an occurrence in ordinary lines costs, measured in pieces that are saved."""

CASELESS: Final = 1.15
"""What a piece costs whose case does not matter, against one whose case does."""

HOT: Final = 0.01
"""Share of an input's lines that must not be flagged by a piece."""

LINES: Final = 250
"""About so many lines of a sample are looked at."""

CHARACTERS: Final = 1000
"""Of each line so many."""

_ZEROS: Final = str.maketrans("123456789", "000000000")

Piece = tuple[str, bool]
"""Text, in lower case where the case does not matter (True)."""


class Plan(msgspec.Struct, frozen=True, array_like=True):
    """What to look for instead of a set of patterns."""

    patterns: list[Pattern]
    """All of them."""
    whole: list[int]
    """Numbers of those that no piece can stand for."""
    pieces: list[Piece]
    literals: list[list[tuple[str, bool, list[int]]]]
    """Of each piece: the texts that it stands for, and the numbers of their patterns."""


def plan_of(
    patterns: Sequence[Pattern],
    literals_of: Callable[[str], Sequence[str]],
    ordinary: str,
) -> Plan:
    """Choose pieces.

    ``literals_of`` gives texts of which one stands in all that an expression matches;
    ``ordinary`` is text of usual lines.
    """
    common = Counts(ordinary)
    users: dict[Piece, list[int]] = {}
    whole: list[int] = []
    for number, pattern in enumerate(patterns):
        texts = literals_of(for_scan(pattern.expression))
        # a text is looked for as quickly as its piece is, an expression is not
        most = ORDINARY if _is_text(pattern.expression) else ORDINARY_OF_EXPRESSIONS
        usable = texts and all(
            text.isascii() and len(text) >= SHORTEST and common.least(text) <= most
            for text in texts
        )
        if not usable:
            whole.append(number)
            continue
        for text in texts:
            literal = (text.lower(), True) if pattern.caseless else (text, False)
            users.setdefault(literal, []).append(number)
    literals = sorted(users)
    chosen = _cover(literals, lambda piece: 1 + WEIGHT * common.of(piece[0]), common.of)
    return Plan(
        list(patterns),
        whole,
        sorted(chosen),
        [[(*literal, users[literal]) for literal in chosen[piece]] for piece in sorted(chosen)],
    )


def _is_text(expression: str) -> bool:
    return re.search(r"(?<!\\)(?:\\\\)*(?:[\[(.^$|?*+{]|\\[A-Za-z0-9])", expression) is None


class Counts:
    """How often pieces stand in ordinary lines; a digit is as good as another."""

    def __init__(self, text: str) -> None:
        self._text = text.lower().translate(_ZEROS)
        last = len(self._text) - LENGTH + 1
        self._counts = Counter(self._text[at : at + LENGTH] for at in range(last))

    def of(self, text: str) -> int:
        """Occurrences of a text of at most LENGTH characters."""
        text = text.lower().translate(_ZEROS)
        return self._counts[text] if len(text) == LENGTH else self._text.count(text)

    def least(self, text: str) -> int:
        """Occurrences of the rarest piece of a text."""
        return min(map(self.of, pieces_of(text)))


def pieces_of(text: str) -> list[str]:
    """The pieces of a text; all of it where it is short."""
    return [text[at : at + LENGTH] for at in range(max(len(text) - LENGTH, 0) + 1)]


def _cover(
    literals: Iterable[Piece], cost: Callable[[Piece], float], count: Callable[[str], int]
) -> dict[Piece, list[Piece]]:
    """Cheap pieces such that each literal holds one, and the literals of each."""
    holders: defaultdict[Piece, list[Piece]] = defaultdict(list)
    for literal in literals:
        text, caseless = literal
        most = max(ORDINARY, min(map(count, pieces_of(text))))
        for piece in dict.fromkeys(pieces_of(text)):
            if count(piece) <= most:
                holders[piece.lower(), True].append(literal)
                if not caseless:
                    holders[piece, False].append(literal)
    costs = {piece: cost(piece) * (CASELESS if piece[1] else 1) for piece in holders}
    left = set(literals)
    chosen: dict[Piece, list[Piece]] = {}
    # the cheapest for each literal first; what is left for a piece to stand for only shrinks
    buckets: defaultdict[int, list[Piece]] = defaultdict(list)
    for candidate in sorted(holders):
        buckets[_step(costs[candidate] / len(holders[candidate]))].append(candidate)
    step = min(buckets, default=0)
    while left:
        for candidate in buckets.pop(step, ()):
            held = [literal for literal in holders[candidate] if literal in left]
            now = _step(costs[candidate] / len(held)) if held else step
            if now > step:
                buckets[now].append(candidate)
            elif held:
                chosen[candidate] = held
                left.difference_update(held)
        step += 1
    return chosen


def _step(price: float) -> int:
    """Prices in steps of four per cent: greedy enough, and no heap of half a million pieces."""
    return round(math.log(price) * 25)


class Shapes:
    """What a sample of an input's lines looks like, numbers aside."""

    def __init__(self, lines: Sequence[str]) -> None:
        few = lines[:: max(len(lines) // LINES, 1)]
        self._counts = Counter(line[:CHARACTERS].lower().translate(_ZEROS) for line in few)
        self._text = "\n".join(self._counts)
        self._hot = max(HOT * self._counts.total(), 2)

    def holds(self, text: str) -> bool:
        """Whether any line holds the text."""
        return text.lower().translate(_ZEROS) in self._text

    def is_hot(self, text: str) -> bool:
        """Whether many lines do."""
        text = text.lower().translate(_ZEROS)
        if text not in self._text:
            return False
        return sum(n for line, n in self._counts.items() if text in line) >= self._hot


def hot_pieces(pieces: Sequence[Piece], shapes: Shapes) -> list[int]:
    """Numbers of the pieces that many lines of a sample hold."""
    return [number for number, (text, _) in enumerate(pieces) if shapes.is_hot(text)]


def adapted(plan: Plan, hot: Sequence[int], shapes: Shapes) -> tuple[list[Pattern], list[Pattern]]:
    """Patterns to look for whole, and pieces, none of which many lines of a sample hold."""
    whole = set(plan.whole)
    kept = [piece for number, piece in enumerate(plan.pieces) if number not in set(hot)]
    homeless: dict[Piece, list[int]] = {}
    for number in hot:
        for text, caseless, users in plan.literals[number]:
            homeless.setdefault((text, caseless), []).extend(users)
    others = _others(homeless, shapes)
    for literal, users in homeless.items():
        if literal not in others:
            whole.update(users)
    kept = sorted({*kept, *others.values()})
    return (
        [plan.patterns[number] for number in sorted(whole)],
        [Pattern(re.escape(text), caseless) for text, caseless in kept],
    )


def _others(literals: Mapping[Piece, list[int]], shapes: Shapes) -> dict[Piece, Piece]:
    """For each literal another piece that the sample does not hold, where it has one."""
    found: dict[Piece, Piece] = {}
    chosen: set[Piece] = set()
    for literal in literals:
        text, caseless = literal
        choice = [
            (piece.lower() if caseless else piece, caseless)
            for piece in pieces_of(text)
            if not shapes.holds(piece)
        ]
        if choice:
            known = next((piece for piece in choice if piece in chosen), choice[len(choice) // 2])
            chosen.add(known)
            found[literal] = known
    return found
