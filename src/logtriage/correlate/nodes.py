"""Issues as nodes of the cause graph: when they began, what they name, how deep they lie."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from logtriage.correlate.naming import read_names, target_of
from logtriage.correlate.timeline import Horizon, Span, span_of
from logtriage.correlate.topology import Topology
from logtriage.model.tally import UNDATED, IssueTally
from logtriage.packs.compiled import Category


class Node:
    """One issue with what links need to know of it."""

    __slots__ = (
        "category",
        "children",
        "depth",
        "endpoints",
        "explains",
        "identities",
        "issue",
        "links",
        "names",
        "parent",
        "server",
        "serves",
        "services",
        "span",
        "target",
        "text",
        "traits",
        "victims",
    )

    def __init__(
        self, issue: IssueTally, span: Span, traits: Collection[str] = frozenset()
    ) -> None:
        self.issue = issue
        self.span = span
        self.traits = traits
        """Of its category, see `packs.schema.Trait`."""
        self.category = issue.verdict.category
        self.explains: dict[str, int] = {}
        """Category to the number of causal steps to it."""
        self.depth = 0
        self.text = ""
        self.names: frozenset[str] = frozenset()
        """Other components that its text names."""
        self.endpoints: frozenset[str] = frozenset()
        """``host:port``, host names and addresses that its text names."""
        self.target: str | None = None
        """Component, service or endpoint that it could not reach."""
        self.server: str | None = None
        """The known server that it is about: itself, or whom it asked in vain."""
        self.serves = False
        """Written by a known server: what it says of itself is not a client's word."""
        self.identities = frozenset(issue.trace_ids)
        self.services: frozenset[str] = frozenset()
        """Known services that its text names."""
        self.victims: frozenset[str] = frozenset()
        """Pods, containers and units that a platform speaks of."""
        self.parent: Node | None = None
        self.links: tuple[str, ...] = ()
        self.children: list[Node] = []

    @property
    def path(self) -> str:
        """Of its first exemplar."""
        return self.issue.exemplars[0].path if self.issue.exemplars else ""

    @property
    def order(self) -> tuple[int, str, int, str]:
        """Earliest onset first, undated last, then by place."""
        onset, exemplars = self.span.onset, self.issue.exemplars
        moment = UNDATED if onset is None else int(onset * 1e9)
        return (moment, self.path, exemplars[0].line if exemplars else 0, self.issue.key)

    @property
    def root(self) -> "Node":
        """The top of its tree."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    @property
    def proxy(self) -> bool:
        """Written by something that hands requests on: its errors are those of what is behind."""
        kind, name = self.issue.component_kind, self.issue.component
        return kind in _PROXIES or bool(name and _PROXY_NAME.match(name.lower()))

    @property
    def platform(self) -> bool:
        """Written by what runs the others: it tells of them, by the names of their units."""
        return self.issue.component_kind in _PLATFORMS

    @property
    def client(self) -> bool:
        """It tells of a failed conversation from the asking side."""
        return self.dependent and (
            self.target is not None
            or self.transient
            or self.proxy
            or (self.unreachable and not self.serves)
        )

    @property
    def asked(self) -> set[str]:
        """Names of the hosts that its text names: ``cart`` of ``cart.shop.svc``."""
        hosts = {endpoint.partition(":")[0] for endpoint in self.endpoints}
        return {host.partition(".")[0] for host in hosts if not host.replace(".", "").isdigit()}

    @property
    def dependent(self) -> bool:
        """It speaks of something beyond the component that logs it."""
        return "dependent" in self.traits

    @property
    def unreachable(self) -> bool:
        """By it a client says that its server does not answer."""
        return "unreachable" in self.traits

    @property
    def transient(self) -> bool:
        """A single failed attempt."""
        return "transient" in self.traits

    @property
    def refusal(self) -> bool:
        """Somebody was kept out, as the one who wrote it should."""
        return "refusal" in self.traits

    @property
    def generic(self) -> bool:
        """It says that something failed and hardly why."""
        return "generic" in self.traits

    @property
    def diagnosis(self) -> bool:
        """Told by a watcher some time after the trouble began."""
        return "diagnosis" in self.traits

    @property
    def ending(self) -> bool:
        """It ends its program: few records may explain many failures."""
        return "ending" in self.traits

    @property
    def subject(self) -> str | None:
        """The thing that failed, where it is not merely the writer or its host."""
        subject = self.issue.verdict.subject
        own = {self.issue.component, *self.issue.hosts}
        return None if subject in own else subject

    def elsewhere(self, other: "Node") -> bool:
        """Both tell of a host, and not of the same one."""
        mine, theirs = set(self.issue.hosts), set(other.issue.hosts)
        return bool(mine) and bool(theirs) and not mine & theirs

    def tree(self) -> list["Node"]:
        """The node and all that follows from it."""
        found, waiting = [], [self]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting.extend(node.children)
        return sorted(found, key=lambda node: node.order)


_PLATFORMS: Final = frozenset({
    "kernel", "service-manager", "container-platform", "hypervisor", "cloud", "configuration",
})  # fmt: skip
_PROXIES: Final = frozenset({"proxy", "web-server", "load-balancer", "ingress", "gateway"})
_PROXY_NAME: Final = re.compile(r"(?:nginx|haproxy|envoy|traefik|httpd|apache|caddy|ingress)")


def make_nodes(
    issues: Sequence[IssueTally],
    horizon: Horizon,
    topology: Topology,
    categories: Mapping[str, Category],
    limit: int,
) -> tuple[list[Node], list[Node]]:
    """Nodes of the ``limit`` weightiest issues, which take part in links, and of the rest."""
    traits = {name: frozenset(category.traits) for name, category in categories.items()}
    nothing: frozenset[str] = frozenset()
    nodes = [
        Node(issue, span_of(issue, horizon), traits.get(issue.verdict.category, nothing))
        for issue in issues
    ]
    nodes.sort(key=lambda node: (-weight_of(node), node.order))
    linked, rest = nodes[:limit], nodes[limit:]
    steps = causal_steps(categories)
    for node in linked:
        node.explains = dict(steps.get(node.category, {}))
        for category in node.issue.verdict.causes:
            node.explains[category] = 1
        node.depth = len(node.explains)
        _read_names(node, topology)
    _resolve_addresses(linked)
    for node in linked:
        about = node.issue.component if node.serves else node.target
        node.server = about if topology.is_server(about) else None
    return sorted(linked, key=lambda n: n.order), sorted(rest, key=lambda n: n.order)


def weight_of(node: Node) -> float:
    """How much an issue matters before anything is linked."""
    issue = node.issue
    return issue.verdict.confidence * 2 + min(issue.count, 1000) / 1000 + issue.severity_number / 24


def causal_steps(categories: Mapping[str, Category]) -> dict[str, dict[str, int]]:
    """For each category, those it brings about in one, two or three steps."""
    found: dict[str, dict[str, int]] = {}
    for name in categories:
        reached: dict[str, int] = {}
        frontier = [name]
        for step in (1, 2, 3):
            following: list[str] = []
            for category in frontier:
                known = categories.get(category)
                for effect in known.explains if known else ():
                    direct = effect in categories and "direct" in categories[effect].traits
                    if direct and step > 1:
                        continue
                    if effect not in reached and effect != name:
                        reached[effect] = step
                        following.append(effect)
            frontier = following
        found[name] = reached
    return found


def _read_names(node: Node, topology: Topology) -> None:
    issue = node.issue
    named = read_names(issue, topology, platform=node.platform)
    node.text = named.text
    node.serves = topology.serves(issue.component)
    node.names = named.components
    node.services = named.services
    node.victims = named.victims
    node.endpoints = named.endpoints
    if node.dependent:
        node.target = target_of(named, issue.component, node.category, topology)


def _resolve_addresses(nodes: Sequence[Node]) -> None:
    """Give a target to nodes that name a bare address at which others say who lives there."""
    living: dict[str, set[str]] = {}
    for node in nodes:
        for endpoint in node.endpoints:
            host, _, port = endpoint.partition(":")
            if port and node.target is not None:
                living.setdefault(host, set()).add(node.target)
    for node in nodes:
        if node.target is None and node.dependent and not node.serves:
            at = {name for host in node.endpoints for name in living.get(host, ())}
            if len(at) == 1:
                node.target = at.pop()
