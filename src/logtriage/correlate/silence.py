"""What the silence of a component tells, and its own last words."""

import itertools
from collections.abc import Mapping, Sequence

from logtriage.correlate.roots import Root
from logtriage.correlate.timeline import NANO, Horizon
from logtriage.correlate.topology import Topology
from logtriage.model.tally import ChangeEvent, Exemplar, InputTally


def find_silence(
    root: Root, inputs: Mapping[str, InputTally], horizon: Horizon, topology: Topology
) -> str | None:
    """The component that the root names and that stopped logging at about its onset.

    Where it names but an address that nobody is known to have, the only one that fell silent then.
    """
    onset, target = root.node.span.onset, root.target
    if onset is None or not root.node.client or not root.node.unreachable:
        return None
    if target is None or target not in topology.components:
        mute = {
            tally.component
            for tally in inputs.values()
            if tally.component not in root.components and gap_at(tally, onset, horizon.last)
        }
        unknown = target is None or ":" in target
        return mute.pop() if unknown and len(mute) == 1 else None
    for tally in inputs.values():
        if target not in (tally.component or "").split(",") or tally.last is None:
            continue
        gap = gap_at(tally, onset, horizon.last)
        if gap:
            return target
    return None


def gap_at(tally: InputTally, moment: float, last: float | None) -> float:
    """Seconds that an input was silent around a moment, where that is unusual for it; else 0."""
    step = tally.volume.step
    buckets = sorted(tally.volume.counts)
    if len(buckets) < 10 or last is None:
        return 0.0
    gaps = sorted((b - a) * step for a, b in itertools.pairwise(buckets))
    usual = gaps[int(len(gaps) * 0.95)]
    before = [bucket for bucket in buckets if bucket * step <= moment + 5]
    after = [bucket for bucket in buckets if bucket * step > moment + 5]
    if not before:
        return 0.0
    until = after[0] * step if after else last
    gap = until - before[-1] * step
    return gap if gap > max(5 * usual, 15.0) else 0.0


def stop_evidence(root: Root, changes: Sequence[ChangeEvent]) -> list[Exemplar]:
    """Lines by which the component that could not be reached tells of its own end."""
    onset, target = root.node.span.onset, root.target
    if onset is None or target is None:
        return []
    found = [
        event.exemplar
        for event in changes
        if event.component == target
        and event.change.kind == "stop"
        and event.exemplar.timestamp is not None
        and -30.0 <= onset - event.exemplar.timestamp / NANO <= 60.0
    ]
    found.sort(key=lambda line: (abs(onset - (line.timestamp or 0) / NANO), line.order))
    nearest = (found[0].timestamp or 0) if found else 0
    near = [line for line in found[:3] if abs((line.timestamp or 0) - nearest) <= 5 * NANO]
    return sorted(near, key=lambda line: line.order)
