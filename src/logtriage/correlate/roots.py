"""From the forest of links to root causes: what is told by silence, by restarts, by triggers."""

from typing import TYPE_CHECKING, Final

from logtriage.correlate.nodes import Node

if TYPE_CHECKING:
    from logtriage.model.tally import ChangeEvent, Exemplar

MOMENT: Final = 2.0
"""Seconds in which several lines tell of one event."""

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
