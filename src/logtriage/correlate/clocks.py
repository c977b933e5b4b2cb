"""Clocks that disagree: how far the moments of each input are off, where the logs show it.

Two things show it for certain. An effect is never logged before its cause: where one input quotes
a server's error again and again some seconds *before* the server's own log has it, its clock is
behind. And two groups of logs that begin and end together but for some half hours are one run in
two zones. A quote that comes late tells nothing: it may have waited.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Final

import msgspec

from logtriage.correlate.links import quotes
from logtriage.correlate.nodes import Node
from logtriage.model.tallies import Tallies
from logtriage.model.tally import ChangeEvent, Histogram, InputTally

NANO: Final = 1_000_000_000

NOTICED: Final = 2.0
"""Seconds of disagreement from which it is worth a word."""

AGREE: Final = 2.0
"""Seconds within which the first and the last quote must show the same disagreement."""

REPEATED: Final = 3
"""Quotes that are needed."""

HALF_HOUR: Final = 1800
FARTHEST: Final = 28
"""Half hours that two zones may lie apart."""

SHORTEST: Final = 120.0
"""Seconds that a log must cover to show its zone."""

MANY: Final = 200
"""Inputs beyond which zones are not looked for: every pair of them is compared."""

ALIGNED: Final = 30.0
"""Seconds within which logs of one run begin and end."""

NEIGHBOUR: Final = 1.5
"""Seconds within which logs begin and end that come from one host, by one clock."""


class Clock(msgspec.Struct, frozen=True):
    """One input's clock against the others'."""

    ahead: float
    """Seconds; negative where it is behind."""
    by: str
    """Input that shows it."""
    zone: bool = False


def clocks_of(nodes: Sequence[Node], inputs: Mapping[str, InputTally]) -> dict[str, Clock]:
    """Path of an input to its clock, of those that are off."""
    found = _zones(inputs)
    if found:
        return found
    shown: dict[str, list[tuple[float, str]]] = {}
    for cause in nodes:
        if not (cause.serves or cause.platform):
            continue
        for effect in nodes:
            behind = _behind(cause, effect)
            if behind is not None:
                path, by = effect.issue.exemplars[0].path, cause.issue.exemplars[0].path
                shown.setdefault(path, []).append((behind, by))
    for path, told in shown.items():
        # slow to import, and most logs never get here
        from statistics import median  # noqa: PLC0415

        ahead = median(seconds for seconds, _ in told)
        found[path] = Clock(round(ahead, 1), min(by for _, by in told))
    return found | _neighbours(found, inputs)


def _behind(cause: Node, effect: Node) -> float | None:
    """Seconds by which quotes come before what they quote; None where they do not."""
    mine, theirs = cause.issue, effect.issue
    if effect.serves or not mine.exemplars or not theirs.exemplars:
        return None
    if mine.exemplars[0].path == theirs.exemplars[0].path or len(mine.paths) > 1:
        return None
    if None in {mine.first, mine.last, theirs.first, theirs.last} or len(theirs.paths) > 1:
        return None
    alike = 0.5 <= mine.count / theirs.count <= 2.0
    if not alike or min(mine.count, theirs.count) < REPEATED:
        return None
    begun = ((theirs.first or 0) - (mine.first or 0)) / NANO
    ended = ((theirs.last or 0) - (mine.last or 0)) / NANO
    if begun > -NOTICED or abs(begun - ended) > AGREE or not quotes(cause, effect):
        return None
    return (begun + ended) / 2


def _neighbours(found: Mapping[str, Clock], inputs: Mapping[str, InputTally]) -> dict[str, Clock]:
    """Inputs that begin and end with one whose clock is off, and not with the one that shows it."""
    more: dict[str, Clock] = {}
    for path, clock in found.items():
        off, right = inputs.get(path), inputs.get(clock.by)
        for other, tally in inputs.items():
            if other in found or other == clock.by or off is None or right is None:
                continue
            if _apart(tally, off, 0.0) <= NEIGHBOUR < _apart(tally, right, 0.0):
                more[other] = Clock(clock.ahead, clock.by)
    return more


def _apart(one: InputTally, other: InputTally, shift: float) -> float:
    """Seconds between the begins, or the ends, whichever lie farther apart, after a shift."""
    if None in {one.first, one.last, other.first, other.last}:
        return float("inf")
    begun = ((one.first or 0) - (other.first or 0)) / NANO - shift
    ended = ((one.last or 0) - (other.last or 0)) / NANO - shift
    return max(abs(begun), abs(ended))


def _zones(inputs: Mapping[str, InputTally]) -> dict[str, Clock]:
    """Inputs of another zone: they begin and end with the others but for some half hours."""
    dated = [tally for tally in inputs.values() if _length(tally) >= SHORTEST]
    if not 2 <= len(dated) <= MANY:
        return {}

    def company(tally: InputTally) -> tuple[int, int, str]:
        together = sum(1 for other in dated if _apart(other, tally, 0.0) <= ALIGNED)
        return (together, tally.lines, tally.path)

    largest = max(dated, key=company)
    here = [tally for tally in dated if _apart(tally, largest, 0.0) <= ALIGNED]
    there = [tally for tally in dated if _apart(tally, largest, 0.0) > ALIGNED]
    if not there or len(there) > len(here) or _names(here) & _names(there):
        return {}
    begun = ((there[0].first or 0) - (largest.first or 0)) / NANO
    halves = round(begun / HALF_HOUR)
    if not 0 < abs(halves) <= FARTHEST:
        return {}
    shift = float(halves * HALF_HOUR)
    if any(_apart(tally, largest, shift) > ALIGNED for tally in there):
        return {}
    return {tally.path: Clock(shift, largest.path, zone=True) for tally in there}


def _length(tally: InputTally) -> float:
    if tally.first is None or tally.last is None:
        return 0.0
    return (tally.last - tally.first) / NANO


def _names(inputs: Iterable[InputTally]) -> set[str]:
    return {name for tally in inputs for name in (tally.component or tally.path).split(",")}


def corrected(tallies: Tallies, clocks: Mapping[str, Clock]) -> Tallies:
    """Inputs and changes as one clock would have dated them; the issues are left as they are."""
    if not clocks:
        return tallies
    return msgspec.structs.replace(
        tallies,
        inputs={
            path: _input_of(tally, clocks[path]) if path in clocks else tally
            for path, tally in tallies.inputs.items()
        },
        changes=[_change_of(event, clocks) for event in tallies.changes],
    )


def _input_of(tally: InputTally, clock: Clock) -> InputTally:
    shift = round(clock.ahead * NANO)
    step = tally.volume.step
    buckets = round(clock.ahead / step)
    return msgspec.structs.replace(
        tally,
        first=None if tally.first is None else tally.first - shift,
        last=None if tally.last is None else tally.last - shift,
        volume=Histogram(
            step, {bucket - buckets: count for bucket, count in tally.volume.counts.items()}
        ),
    )


def _change_of(event: ChangeEvent, clocks: Mapping[str, Clock]) -> ChangeEvent:
    clock = clocks.get(event.exemplar.path)
    if clock is None or event.exemplar.timestamp is None:
        return event
    moment = event.exemplar.timestamp - round(clock.ahead * NANO)
    exemplar = msgspec.structs.replace(event.exemplar, timestamp=moment)
    return msgspec.structs.replace(event, exemplar=exemplar)


def told(clock: Clock) -> str:
    """The clock's fault in words, as a problem of its input."""
    by = PurePath(clock.by).name
    side = "ahead of" if clock.ahead > 0 else "behind"
    if clock.zone:
        hours = abs(clock.ahead) / 3600
        return f"its clock is {hours:g} h {side} that of {by}: another zone? taken into account"
    return f"its clock is about {abs(clock.ahead):.0f} s {side} that of {by}: taken into account"
