"""From the forest of links to root causes: what is told by silence, by restarts, by triggers."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

from logtriage.correlate.nodes import DEPENDENT, GENERIC, Node
from logtriage.correlate.timeline import NANO, Horizon
from logtriage.correlate.topology import Topology
from logtriage.model.tally import ChangeEvent, Exemplar, InputTally

TRIGGER: Final = 300.0
"""Seconds before an onset in which a change may have set it off."""

RESTARTING: Final = 20.0
"""Seconds that a planned restart may refuse connections."""

_BREAKING: Final = frozenset(
    {"deploy", "restart", "reload", "config-change", "migration", "scale", "failover", "stop"}
)


class Root:
    """A root cause in the making."""

    __slots__ = ("confidence", "evidence", "node", "nodes", "reasons", "silent", "trigger")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.nodes = node.tree()
        self.trigger: ChangeEvent | None = None
        self.silent: str | None = None
        """Component that fell silent at the onset."""
        self.evidence: list[Exemplar] = []
        """Further lines that prove it, beside those of the issue."""
        self.confidence = 0.0
        self.reasons: list[str] = []

    @property
    def errors(self) -> int:
        """Records of the cause and all that followed."""
        return sum(node.issue.count for node in self.nodes)

    @property
    def components(self) -> list[str]:
        """All components it touched, its own first."""
        own = self.node.issue.component
        others = {node.issue.component for node in self.nodes if node.issue.component}
        return [*([own] if own else []), *sorted(others - {own})]


def find_trigger(root: Root, changes: Sequence[ChangeEvent]) -> ChangeEvent | None:
    """The last change of the component, or of what it could not reach, before the onset."""
    node = root.node
    onset = node.span.onset
    if onset is None:
        return None
    concerned = {node.issue.component, node.target}
    best: ChangeEvent | None = None
    for event in changes:
        if event.change.kind not in _BREAKING or event.component not in concerned:
            continue
        if event.exemplar.timestamp is None:
            continue
        ahead = onset - event.exemplar.timestamp / NANO
        if -5.0 <= ahead <= TRIGGER and (best is None or _nearer(event, best, node)):
            best = event
    return best


def _nearer(event: ChangeEvent, best: ChangeEvent, node: Node) -> bool:
    """A deploy tells more than the restarts of its workers; else the later one counts."""

    def rank(change: ChangeEvent) -> tuple[int, int, int]:
        kind = change.change.kind
        own = change.component == node.issue.component
        told = {"deploy": 3, "migration": 3, "config-change": 2, "stop": 2, "failover": 2}
        return (told.get(kind, 1), int(own), change.exemplar.timestamp or 0)

    return rank(event) > rank(best)


def find_silence(
    root: Root, inputs: Mapping[str, InputTally], horizon: Horizon, topology: Topology
) -> str | None:
    """The component that the root names and that stopped logging at about its onset."""
    onset, target = root.node.span.onset, root.node.target
    if onset is None or target is None or target not in topology.components:
        return None
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


def is_restart_noise(root: Root, changes: Sequence[ChangeEvent]) -> bool:
    """Refused connections of the seconds in which a component was being restarted."""
    node = root.node
    span = node.span
    if node.category not in DEPENDENT or span.onset is None or span.end is None or span.firing:
        return False
    for event in changes:
        moment = event.exemplar.timestamp
        if moment is None or event.component != node.target:
            continue
        second = moment / NANO
        if event.change.kind in {"deploy", "restart", "reload", "config-change"} and (
            second - RESTARTING <= span.onset and span.end <= second + RESTARTING
        ):
            return True
    return False


def stop_evidence(root: Root, changes: Sequence[ChangeEvent]) -> list[Exemplar]:
    """Lines by which the component that could not be reached tells of its own end."""
    onset, target = root.node.span.onset, root.node.target
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
    return found[:3]


def adopt_leftovers(roots: list[Root]) -> list[Root]:
    """Fold roots that merely say that something failed into the stronger one they lie within."""
    strong = [root for root in roots if root.node.category not in GENERIC]
    kept: list[Root] = []
    for root in roots:
        host = None
        if root.node.category in GENERIC or root.node.issue.verdict.confidence < 0.6:
            host = max(
                (other for other in strong if other is not root and _within(root, other)),
                key=lambda other: (other.errors, other.node.depth),
                default=None,
            )
        if host is None:
            kept.append(root)
            continue
        root.node.parent, root.node.links = host.node, ("follows",)
        host.node.children.append(root.node)
        host.nodes = host.node.tree()
    return kept


def _within(root: Root, other: Root) -> bool:
    mine, theirs = root.node.span, other.node.span
    if mine.onset is None or theirs.onset is None or mine.end is None or theirs.end is None:
        return root.node.order[1] == other.node.order[1]
    if mine.chronic and not theirs.chronic:
        return False
    reach = max(30.0, 0.2 * (theirs.end - theirs.onset))
    end = max(node.span.end or 0.0 for node in other.nodes)
    return theirs.onset - 2.0 <= mine.onset and mine.onset <= end + reach
