"""From the forest of links to root causes: what is told by silence, by restarts, by triggers."""

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from logtriage.correlate.nodes import Node
from logtriage.correlate.timeline import NANO, Horizon
from logtriage.correlate.topology import Topology
from logtriage.model.tally import ChangeEvent, Exemplar, InputTally

TRIGGER: Final = 300.0
"""Seconds before an onset in which a change may have set it off."""

FIRST: Final = 15.0
"""Seconds from the begin of its log in which a start is that log's begin, not a change."""

MOMENT: Final = 2.0
"""Seconds in which several lines tell of one event."""

TOGETHER: Final = 60.0
"""Seconds in which a whole system is started."""

_BREAKING: Final = frozenset(
    {"deploy", "restart", "reload", "config-change", "migration", "scale", "failover", "stop"}
)


_RELEASES: Final = frozenset({"deploy", "migration", "config-change"})

SHORTLY: Final = 60.0
"""Seconds in which a release of another component may have set it off."""

_STARTS: Final = frozenset({"deploy", "restart", "reload", "scale"})

STRAGGLERS: Final = 0.1
"""Share of the errors that must still come for a trouble to be called still firing."""


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
    def face(self) -> Node:
        """The node that tells the cause best: of like ones in the same moment the surest."""
        node, onset = self.node, self.node.span.onset
        like = [
            other
            for other in self.nodes
            if other.category == node.category
            and other.issue.component == node.issue.component
            and onset is not None
            and other.span.onset is not None
            and other.span.onset - onset <= MOMENT
        ]
        return max([node, *like], key=lambda other: (other.issue.verdict.confidence, other is node))

    @property
    def target(self) -> str | None:
        """The server that could not be reached, by most components that asked for one."""
        if self.node.target is not None:
            return self.node.target
        if self.node.serves and self.node.unreachable:
            return self.node.issue.component
        if not self.node.client:
            return None
        asked: dict[str, set[str | None]] = {}
        for node in self.nodes:
            if node.client and node.unreachable and node.target is not None:
                asked.setdefault(node.target, set()).add(node.issue.component)
        own = self.node.issue.component
        named = [name for name in asked if own in asked[name]] or list(asked)
        return min(named, key=lambda name: (-len(asked[name]), name), default=None)

    @property
    def absent(self) -> str | None:
        """The server that does not answer, where more than one sign tells so."""
        target = self.target
        if target is None or not self.node.unreachable:
            return None
        if not self.node.client and not (self.node.serves and self.evidence):
            return None
        asked = {
            node.issue.component for node in self.nodes if node.client and node.target == target
        }
        return target if self.evidence or self.silent or len(asked) > 1 else None

    @property
    def endpoint(self) -> str | None:
        """``host:port`` at which clients asked for the server."""
        target = self.target
        found: dict[str, int] = {}
        for node in self.nodes:
            if node.client and node.target == target:
                for endpoint in node.endpoints:
                    if ":" in endpoint:
                        found[endpoint] = found.get(endpoint, 0) + node.issue.count
        return min(found, key=lambda name: (-found[name], name), default=None)

    @property
    def firing(self) -> bool | None:
        """Still going on at the end of the logs: the cause itself, or what followed from it."""
        told = [node for node in self.nodes if node.span.firing is not None]
        if not told:
            return None
        if self.node.span.firing:
            return True
        # a handful of stragglers among many does not make a trouble go on
        errors = sum(node.issue.count for node in told if node.span.firing)
        return errors >= STRAGGLERS * sum(node.issue.count for node in told)

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


def restarts_of(
    components: Collection[str | None], changes: Sequence[ChangeEvent]
) -> list[ChangeEvent]:
    """Dated restarts of these components, planned or not."""
    kinds = {"deploy", "restart", "reload", "config-change"}
    return [
        event
        for event in changes
        if event.component in components
        and event.change.kind in kinds
        and event.exemplar.timestamp is not None
    ]


def real_changes(
    changes: Sequence[ChangeEvent], inputs: Mapping[str, InputTally], horizon: Horizon
) -> list[ChangeEvent]:
    """Changes without the first start of each log, when everything is only being started."""
    begun: dict[str | None, float] = {}
    for tally in inputs.values():
        if tally.first is not None:
            for name in (tally.component or "").split(","):
                begun[name] = min(begun.get(name, math.inf), tally.first / NANO)
    found = []
    for event in changes:
        moment = event.exemplar.timestamp
        if event.change.kind in _STARTS and moment is not None and horizon.first is not None:
            second = moment / NANO
            mine = inputs.get(event.exemplar.path)
            opened = mine.first / NANO if mine is not None and mine.first is not None else second
            opened = min(opened, begun.get(event.component, opened))
            if second - opened <= FIRST and second - horizon.first <= TOGETHER:
                continue
        found.append(event)
    return found


def find_trigger(root: Root, changes: Sequence[ChangeEvent]) -> ChangeEvent | None:
    """The last change of the component, or of what it could not reach, before the onset."""
    node = root.node
    onset = node.span.onset
    if onset is None:
        return None
    concerned = {node.issue.component, root.target} - {None}
    best: ChangeEvent | None = None
    for event in changes:
        if event.change.kind not in _BREAKING or event.exemplar.timestamp is None:
            continue
        ahead = onset - event.exemplar.timestamp / NANO
        if event.component not in concerned:
            # a new version of a component that it touched counts too: its statements fail elsewhere
            released = event.change.version is not None or event.change.kind in _RELEASES
            if not released or event.component not in root.components or not 0 <= ahead <= SHORTLY:
                continue
        if -5.0 <= ahead <= TRIGGER and (best is None or _nearer(event, best, node)):
            best = event
    return best


def _nearer(event: ChangeEvent, best: ChangeEvent, node: Node) -> bool:
    """A deploy tells more than the restarts of its workers; else the later one counts."""

    def rank(change: ChangeEvent) -> tuple[int, int, int]:
        kind = change.change.kind
        own = change.component == node.issue.component
        told = {"deploy": 3, "migration": 3, "config-change": 2, "stop": 2, "failover": 2}
        rank = 3 if change.change.version is not None else told.get(kind, 1)
        return (rank, int(own), change.exemplar.timestamp or 0)

    return rank(event) > rank(best)


def find_silence(
    root: Root, inputs: Mapping[str, InputTally], horizon: Horizon, topology: Topology
) -> str | None:
    """The component that the root names and that stopped logging at about its onset."""
    onset, target = root.node.span.onset, root.target
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
