"""Weighing: the rules that fired and the weak signs become one tag with a confidence.

Log-odds throughout: positive speaks for a production incident, negative for an application
defect. The numbers are those of ``[weighing]`` below and of data/weak_signals.toml; what each
confidence means is checked on excerpts in tests, see docs/writing-rules.md.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from logtriage.expr.evaluate import Hit
from logtriage.model.verdict import Signal, Tag
from logtriage.packs.compiled import Rule

CURVE: Final = ((0.0, 0.0), (0.3, 0.62), (0.6, 1.27), (1.0, 2.59), (1.5, 3.48), (2.25, 4.2))
"""Log-odds of a weight: 0.3 → 0.65, 0.6 → 0.78, 1.0 → 0.93, 1.5 → 0.97 as a confidence."""

ROOT: Final = 1.5
"""Factor for words of the innermost cause of a chain."""

WRAPPER: Final = 0.5
"""Factor for words of an exception that wraps another."""

CORRELATED: Final = 0.1
"""Share that further rules of the same category add."""

FURTHER: Final = 0.25
"""Share that other categories of the same tag add."""

BONUS: Final = 0.6
"""Most log-odds that rules beside the strongest of a tag add."""

SIGNALS_ALONE: Final = 1.09
"""Most log-odds of weak signs where no rule fired: a confidence of 0.75."""

SIGNALS_BESIDE: Final = 0.3
"""Factor for weak signs beside a rule, which has mostly seen the same words."""

SIGNALS_SHIFT: Final = 0.5
"""Most log-odds of weak signs beside a rule."""

WAITING: Final = 0.3
"""Factor for a rule whose window is not settled yet."""

SUREST: Final = 0.985
"""Highest confidence: something is always unseen."""


WRAPPING: Final = frozenset(
    {"uncaught-exception", "unhandled-rejection", "panic", "crash", "handler-error"}
)
"""Categories that say how an error surfaced, not what it was."""

WRAPPING_WEIGHT: Final = 0.6
"""Up to this weight a rule of such a category only wraps: any other rule decides alone."""

WRAPPING_SHARE: Final = 0.5
"""Share of its log-odds that a wrapping rule keeps beside weak signs."""


class Fired(msgspec.Struct, frozen=True):
    """A rule that fired on a record."""

    rule: Rule
    hits: tuple[Hit, ...]
    factor: float
    """ROOT, WRAPPER or 1, and WAITING."""
    matched: str

    @property
    def weight(self) -> float:
        """As it counts."""
        return self.rule.weight * self.factor

    @property
    def log_odds(self) -> float:
        """With its sign."""
        size = log_odds_of(self.weight)
        return size if self.rule.tag == Tag.INCIDENT else -size

    @property
    def wraps(self) -> bool:
        """It tells that something went wrong, not what: a panic around a refused connection."""
        return self.rule.category in WRAPPING and self.rule.weight <= WRAPPING_WEIGHT


class Weighed(msgspec.Struct, frozen=True):
    """Outcome of the weighing."""

    log_odds: float
    rules: float
    """Part of the rules."""
    signals: float
    """Part of the weak signs, after their limits."""

    @property
    def tag(self) -> Tag:
        """An exact balance is an incident: operations can look at once."""
        return Tag.INCIDENT if self.log_odds >= 0 else Tag.DEFECT

    @property
    def confidence(self) -> float:
        """0.5 to SUREST."""
        return min(SUREST, sigmoid(abs(self.log_odds)))


def log_odds_of(weight: float) -> float:
    """Log-odds of a weight, between the points of CURVE.

    >>> round(log_odds_of(0.8), 2)
    1.93
    """
    for (low, low_odds), (high, high_odds) in itertools.pairwise(CURVE):
        if weight <= high:
            return low_odds + (weight - low) / (high - low) * (high_odds - low_odds)
    return CURVE[-1][1]


def sigmoid(log_odds: float) -> float:
    """Probability of log-odds."""
    return 1.0 / (1.0 + math.exp(-log_odds))


def logit(probability: float) -> float:
    """Log-odds of a probability between 0 and 1."""
    bounded = min(max(probability, 0.001), 0.999)
    return math.log(bounded / (1.0 - bounded))


def weigh(fired: Sequence[Fired], signals: Iterable[Signal]) -> Weighed:
    """Rules and weak signs together."""
    telling = [one for one in fired if not one.wraps]
    rules = _side(telling, Tag.INCIDENT) - _side(telling, Tag.DEFECT)
    total = sum(signal.log_odds for signal in signals)
    if telling:
        shift = max(-SIGNALS_SHIFT, min(SIGNALS_SHIFT, total * SIGNALS_BESIDE))
        if rules and (rules > 0) != (rules + shift > 0):
            # weak signs may make a rule doubtful, they never turn it
            shift = -rules + math.copysign(0.01, rules)
    else:
        rules = WRAPPING_SHARE * sum(one.log_odds for one in fired)
        shift = max(-SIGNALS_ALONE, min(SIGNALS_ALONE, total + rules)) - rules
    return Weighed(rules + shift, rules, shift)


def _side(fired: Sequence[Fired], tag: Tag) -> float:
    by_category: dict[str, list[float]] = {}
    for one in fired:
        if one.rule.tag == tag:
            by_category.setdefault(one.rule.category, []).append(abs(one.log_odds))
    if not by_category:
        return 0.0
    # rules of one category mostly read the same words: the strongest speaks, the others nod
    sides = sorted(
        (max(odds) + CORRELATED * (sum(odds) - max(odds)) for odds in by_category.values()),
        reverse=True,
    )
    strongest = max(abs(one.log_odds) for one in fired if one.rule.tag == tag)
    return min(sides[0] + FURTHER * sum(sides[1:]), strongest + BONUS)
