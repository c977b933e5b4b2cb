"""Do two issues come in the same moments, more often than chance would have it?"""

from collections.abc import Sequence
from typing import Final

from logtriage.correlate.nodes import Node

FINE: Final = 2
"""Seconds within which an effect is in the same moment as its cause."""

INSTANT: Final = 500_000_000
"""Nanoseconds within which an effect is in the same instant as its cause."""

MOMENTS: Final = 4
"""Moments that both must have."""


def together(cause: Node, effect: Node) -> bool:
    """Nearly each record of the effect comes right after one of the cause, and not by chance."""
    exact = _to_the_instant(cause, effect)
    if exact is not None:
        return exact
    mine, theirs = cause.issue.histogram, effect.issue.histogram
    fine = mine.step == theirs.step <= FINE
    if not fine or min(len(mine.counts), len(theirs.counts)) < MOMENTS:
        return False
    reach = max(1, FINE // mine.step)
    near = {bucket + later for bucket in mine.counts for later in range(reach + 1)}
    share = sum(1 for bucket in theirs.counts if bucket in near) / len(theirs.counts)
    first, last = min(theirs.counts), max(theirs.counts)
    covered = sum(1 for bucket in near if first <= bucket <= last) / (last - first + 1)
    return share >= 0.8 and share - covered >= 0.3


def _to_the_instant(cause: Node, effect: Node) -> bool | None:
    """The same by the moments of the first records; None where these do not tell."""
    span = cause.span
    if span.onset is None or span.end is None:
        return None
    mine = [one.timestamp for one in cause.issue.exemplars if one.timestamp]
    theirs = [one.timestamp for one in effect.issue.exemplars if one.timestamp]
    if min(len(mine), len(theirs)) < 3 or not (_split(mine) and _split(theirs)):
        return None
    theirs = [moment for moment in theirs if moment <= mine[-1] + INSTANT]
    if len(theirs) < 3:
        return None
    near = sum(1 for at in theirs if any(0 <= at - moment <= INSTANT for moment in mine))
    covered = cause.issue.count / max(span.end - span.onset, 1.0) * INSTANT / 1e9
    return near == len(theirs) and covered <= 0.5


def _split(moments: Sequence[int]) -> bool:
    """The clock that dated them tells parts of a second."""
    return any(moment % 1_000_000_000 for moment in moments)
