"""When an issue began, against its own background, and whether it was still there at the end."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from logtriage.model.tally import Histogram, InputTally, IssueTally

NANO: Final = 1_000_000_000

JUMP: Final = 3.0
"""Times its former rate at which a chronic error counts as a new burst."""

EVIDENCE: Final = 6.0
"""Log-likelihood gain that a change of rate must bring to be believed (p below 0.001)."""

BREATH: Final = 5.0
"""Seconds without an error within one burst."""

CHANCE: Final = 0.05
"""Odds below which errors just before a rise belong to it."""

NEAR: Final = 60.0
"""Seconds before a rise in which its first errors are looked for."""

QUIET_END: Final = 60.0
"""Seconds without the error before the end of the logs after which it counts as over."""


class Span(msgspec.Struct, frozen=True):
    """Life of one issue; times in seconds since the epoch, None where nothing is dated."""

    onset: float | None
    end: float | None
    chronic: bool = False
    """It ran all along at about one rate."""
    before: int = 0
    """Errors before the onset."""
    firing: bool | None = None


class Horizon(msgspec.Struct, frozen=True):
    """What the logs cover, in seconds since the epoch."""

    first: float | None
    last: float | None
    last_of: Mapping[str, float]
    """Input path to its own last second."""

    @property
    def length(self) -> float:
        """Seconds; 0 where nothing is dated."""
        if self.first is None or self.last is None:
            return 0.0
        return self.last - self.first

    def seen_by(self, ahead: float) -> "Horizon":
        """The same as a clock shows it that is so many seconds ahead."""
        if self.first is None or self.last is None:
            return self
        last_of = {path: second + ahead for path, second in self.last_of.items()}
        return Horizon(self.first + ahead, self.last + ahead, last_of)


def horizon_of(
    inputs: Mapping[str, InputTally],
    issues: Sequence[IssueTally],
    *,
    since: int | None = None,
    until: int | None = None,
) -> Horizon:
    """First and last moment of all inputs together, within what was asked for (nanoseconds)."""
    firsts = [tally.first for tally in inputs.values() if tally.first is not None]
    lasts = [tally.last for tally in inputs.values() if tally.last is not None]
    firsts += [issue.first for issue in issues if issue.first is not None]
    lasts += [issue.last for issue in issues if issue.last is not None]
    if not firsts or not lasts:
        return Horizon(None, None, {})
    first = max(min(firsts), min(firsts) if since is None else since)
    last = min(max(lasts), max(lasts) if until is None else until)
    if first > last:
        return Horizon(None, None, {})
    return Horizon(
        first=first / NANO,
        last=last / NANO,
        last_of={
            path: min(tally.last, last) / NANO
            for path, tally in inputs.items()
            if tally.last is not None
        },
    )


def span_of(issue: IssueTally, horizon: Horizon) -> Span:
    """Onset of the issue's burst, and whether it is mere background."""
    if issue.first is None or horizon.first is None or horizon.last is None:
        return Span(onset=None, end=None)
    first, last = issue.first / NANO, (issue.last or issue.first) / NANO
    ends = [horizon.last_of[path] for path in issue.paths if path in horizon.last_of]
    end = max(ends, default=horizon.last)
    firing = end - last <= _patience(issue, first, last)
    split = change_point(issue.histogram, horizon.first, end)
    if split is not None:
        onset, before = split
        return Span(onset=max(onset, first), end=last, before=before, firing=firing)
    return Span(
        onset=first, end=last, chronic=_is_chronic(issue, first, last, horizon), firing=firing
    )


def corrected_span(issue: IssueTally, horizon: Horizon, ahead: float) -> Span:
    """Onset and end by the right clock of an issue that was logged by one that is ahead."""
    span = span_of(issue, horizon.seen_by(ahead))
    if span.onset is None or span.end is None:
        return span
    return msgspec.structs.replace(span, onset=span.onset - ahead, end=span.end - ahead)


def _patience(issue: IssueTally, first: float, last: float) -> float:
    gap = (last - first) / max(issue.count - 1, 1)
    least = QUIET_END if issue.count < 3 else BREATH * 2
    return min(max(least, 5 * gap), 3600.0)


def _is_chronic(issue: IssueTally, first: float, last: float, horizon: Horizon) -> bool:
    """From near the beginning to near the end of the logs, more than a few times."""
    length = horizon.length
    if issue.count < 4 or length < 30 or horizon.first is None or horizon.last is None:
        return False
    return first - horizon.first < 0.15 * length and horizon.last - last < 0.2 * length


def change_point(histogram: Histogram, first: float, last: float) -> tuple[float, int] | None:
    """Second at which the rate rose for good, and the count before; None where it did not.

    The split of the counts into two Poisson rates with the greatest likelihood; it must beat one
    rate by EVIDENCE and rise by JUMP. Only rises are looked for: an onset is never a fall.
    """
    buckets = sorted(histogram.counts.items())
    if len(buckets) < 3:
        return None
    step = histogram.step
    start, stop = first, max(last, (buckets[-1][0] + 1) * step)
    total = sum(count for _, count in buckets)
    whole = stop - start
    if whole <= 0:
        return None
    best, where, before_best = 0.0, 0.0, 0
    before = 0
    for bucket, count in buckets:
        at = float(bucket * step)
        left, right = at - start, stop - at
        if before and left > 0 and right > 0:
            rate, later = before / left, (total - before) / right
            if later >= JUMP * rate:
                gain = before * math.log(rate) + (total - before) * math.log(later)
                gain -= total * math.log(total / whole)
                if gain > best:
                    best, where, before_best = gain, at, before
        before += count
    # against nothing before the first error and one rate from there on: no background at all
    first_at = float(buckets[0][0] * step)
    sudden = total * math.log(total / max(stop - first_at, 1.0)) - total * math.log(total / whole)
    if best <= EVIDENCE or best <= sudden + EVIDENCE:
        return None
    return _begin(buckets, step, where, before_best, start)


def _begin(
    buckets: Sequence[tuple[int, int]], step: int, where: float, before: int, start: float
) -> tuple[float, int]:
    """The burst's begin: the errors before its rise that chance would hardly have put so near.

    Of ``before`` errors spread at random from ``start`` on, the odds that some of them fall within
    the last seconds are those of a binomial; where they are below CHANCE these errors belong to it.
    """
    begin, left = where, before
    whole, seen = where - start, 0
    for bucket, count in reversed(buckets):
        at = float(bucket * step)
        if at >= where:
            continue
        seen += count
        expected = before * (where - at) / whole if whole > 0 else math.inf
        if where - at > NEAR:
            break
        if _at_least(seen, expected) < CHANCE:
            begin, left = at, before - seen
    return begin, left


def _at_least(count: int, expected: float) -> float:
    """Odds of so many events or more where so many are expected (Poisson)."""
    if expected >= count:
        return 1.0
    term = total = math.exp(-expected)
    for number in range(1, min(count, 200)):
        term *= expected / number
        total += term
    return max(1.0 - total, 0.0)
