"""Changes that may have set a trouble off: deploys, restarts, reloads, configuration runs."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from logtriage.correlate.nodes import Node
from logtriage.correlate.roots import Root
from logtriage.correlate.timeline import NANO, Horizon
from logtriage.model.tally import ChangeEvent, InputTally

TRIGGER: Final = 300.0
"""Seconds before an onset in which a change may have set it off."""

FIRST: Final = 15.0
"""Seconds from the begin of its log in which a start is that log's begin, not a change."""

TOGETHER: Final = 60.0
"""Seconds in which a whole system is started."""

SHORTLY: Final = 60.0
"""Seconds in which a release of another component may have set it off."""

_BREAKING: Final = frozenset(
    {"deploy", "restart", "reload", "config-change", "migration", "scale", "failover", "stop"}
)
_RELEASES: Final = frozenset({"deploy", "migration", "config-change"})
_STARTS: Final = frozenset({"deploy", "restart", "reload", "scale"})

_UNIT: Final = re.compile(
    r"(?:Start|Restart|Reload|Stopp|Stop)(?:ed|ing) (?:service )?([A-Za-z][\w@.-]{1,60}?)"
    r"(?:\.(?:service|socket|scope))?(?: - |\.{0,3}$)"
)
"""Of whom a service manager speaks."""


def unit_of(event: ChangeEvent) -> str | None:
    """Who was changed: the unit that a service manager names, else the writer."""
    found = _UNIT.search(event.exemplar.message.partition("\n")[0])
    return found[1] if found else event.component


def restarts_of(
    components: Collection[str | None], changes: Sequence[ChangeEvent]
) -> list[ChangeEvent]:
    """Dated restarts of these components, planned or not."""
    kinds = {"deploy", "restart", "reload", "config-change"}
    return [
        event
        for event in changes
        if (event.component in components or unit_of(event) in components)
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


def find_trigger(
    root: Root, changes: Sequence[ChangeEvent], inputs: Mapping[str, InputTally]
) -> ChangeEvent | None:
    """The last change of the component, or of what it could not reach, before the onset."""
    node = root.node
    onset = node.span.onset
    if onset is None:
        return None
    concerned = {node.issue.component, root.target} - {None}
    hosts = asked_hosts(root)
    best: ChangeEvent | None = None
    for event in changes:
        if event.change.kind not in _BREAKING or event.exemplar.timestamp is None:
            continue
        ahead = onset - event.exemplar.timestamp / NANO
        if not {event.component, unit_of(event)} & concerned:
            # a new version of a component that it touched counts too: its statements fail elsewhere
            released = event.component in root.components and _is_release(event, inputs)
            rebuilt = event.host in hosts and event.change.kind in {"reload", "config-change"}
            if not (released or rebuilt) or not 0 <= ahead <= SHORTLY:
                continue
        if -5.0 <= ahead <= TRIGGER and (best is None or _nearer(event, best, node)):
            best = event
    return best


def asked_hosts(root: Root) -> set[str | None]:
    """Hosts that could not be reached, by their short names."""
    return {host for node in root.nodes if node.client for host in node.asked}


def _is_release(event: ChangeEvent, inputs: Mapping[str, InputTally]) -> bool:
    if event.change.kind in _RELEASES:
        return True
    # every start states a version; where a log begins with it nothing tells that it is a new one
    mine = inputs.get(event.exemplar.path)
    if event.change.version is None or mine is None or mine.first is None:
        return False
    return (event.exemplar.timestamp or 0) - mine.first > FIRST * NANO


def _nearer(event: ChangeEvent, best: ChangeEvent, node: Node) -> bool:
    """A deploy tells more than the restarts of its workers; else the later one counts."""

    def rank(change: ChangeEvent) -> tuple[int, int, int]:
        kind = change.change.kind
        own = node.issue.component in {change.component, unit_of(change)}
        told = {"deploy": 3, "migration": 3, "config-change": 2, "stop": 2, "failover": 2}
        rank = 3 if change.change.version is not None else told.get(kind, 1)
        return (rank, int(own), change.exemplar.timestamp or 0)

    return rank(event) > rank(best)
