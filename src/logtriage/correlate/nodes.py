"""Issues as nodes of the cause graph: when they began, what they name, how deep they lie."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from logtriage.correlate.timeline import Horizon, Span, span_of
from logtriage.correlate.topology import Topology
from logtriage.model.tally import UNDATED, IssueTally
from logtriage.packs.compiled import Category

TEXT: Final = 6000
"""Characters of an issue's exemplars that are searched for names."""

_ENDPOINT: Final = re.compile(
    r"(?<![\w.])((?:\d{1,3}\.){3}\d{1,3}|localhost|\[[0-9a-fA-F:]{2,39}\]"
    r"|[A-Za-z][\w-]*(?:\.[\w-]+)*):(\d{2,5})(?![\w.:])"
)
_HOST_AND_PORT: Final = re.compile(
    r"\b(?:host=|server at )[\"']?([\w.-]{1,200})[\"']?,?"
    r"(?: \([\w.:]{1,60}\))?,? ?port[= ](\d{2,5})\b"
)
"""As HTTP clients of Python and libpq write an endpoint."""

_PORT_WORD: Final = re.compile(r"\bport[ =:]+(\d{2,5})\b", re.IGNORECASE)
_URL_HOST: Final = re.compile(r"\b[a-z][a-z0-9+]{1,12}://(?:[^\s/@\"']+@)?([A-Za-z][\w.-]*)")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{2,}")

_FIRST_PART: Final = re.compile(r"([A-Z]{3,12}(?=[A-Z][a-z])|[A-Z][a-z]{3,14}(?=[A-Z]))")

_OF_THE_REQUEST: Final = re.compile(
    r"\b(?:client: [^,\n]{1,80}|server: [^,\n]{1,80}|host: \"[^\"\n]{0,200}\""
    r"|referrer: \"[^\"\n]{0,400}\")"
)
"""Parts of a proxy's line that name who asked, not who failed to answer."""

_SOURCE: Final = re.compile(r"\.(?:java|py|js|ts|go|rb|php|cs|rs|c|cc|cpp|kt|scala|ex|exs)$")


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
        "order",
        "parent",
        "serves",
        "span",
        "target",
        "text",
    )

    def __init__(self, issue: IssueTally, span: Span) -> None:
        self.issue = issue
        self.span = span
        self.category = issue.verdict.category
        self.explains: dict[str, int] = {}
        """Category to the number of causal steps to it."""
        self.depth = 0
        self.text = ""
        self.names: frozenset[str] = frozenset()
        """Other components that its text names."""
        self.endpoints: frozenset[str] = frozenset()
        """``host:port`` and host names that its text names."""
        self.target: str | None = None
        """Component or endpoint that it could not reach."""
        self.serves = False
        """Written by a known server: what it says of itself is not a client's word."""
        self.identities = frozenset(issue.trace_ids)
        self.parent: Node | None = None
        self.links: tuple[str, ...] = ()
        self.children: list[Node] = []
        first = issue.exemplars[0] if issue.exemplars else None
        place = (first.path, first.line) if first else ("", 0)
        moment = UNDATED if span.onset is None else int(span.onset * 1e9)
        self.order = (moment, *place, issue.key)

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
    def client(self) -> bool:
        """It tells of a failed conversation from the asking side."""
        return self.category in DEPENDENT and (
            self.target is not None
            or self.category in TRANSIENT
            or self.proxy
            or (self.category in UNREACHABLE and not self.serves)
        )

    def tree(self) -> list["Node"]:
        """The node and all that follows from it."""
        found, waiting = [], [self]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting.extend(node.children)
        return sorted(found, key=lambda node: node.order)


DEPENDENT: Final = frozenset({
    "connection-refused", "connection-reset", "connection-timeout", "connection-failed", "timeout",
    "dns-failure", "backend-down", "no-healthy-upstream", "upstream-error", "upstream-timeout",
    "http-5xx", "dependency-down", "database-down", "database-recovering", "cache-down",
    "broker-down", "heartbeat-lost", "node-down", "pool-exhausted", "slow-database", "probe-failed",
    "tls-handshake-failed", "rate-limited", "network-unreachable", "replica-lost",
    "cloud-service-fault", "authentication-failed", "write-failed", "job-failed",
    "retry-storm", "lock-contention", "statement-timeout",
})  # fmt: skip
"""Categories that speak of something beyond the component that logs them."""

GENERIC: Final = frozenset({
    "http-5xx", "upstream-error", "uncaught-exception", "unhandled-rejection", "crash", "panic",
    "job-failed", "write-failed", "process-killed", "backend-down", "connection-failed",
    "unclassified", "unclassified-defect", "unclassified-incident", "handler-error",
    "service-failed-to-start", "crash-loop", "probe-failed", "timeout",
})  # fmt: skip
"""Categories that say that something failed and hardly why."""

TRANSIENT: Final = frozenset({
    "connection-refused", "connection-reset", "connection-timeout", "connection-failed", "timeout",
    "dns-failure", "upstream-error", "upstream-timeout", "http-5xx", "backend-down",
    "no-healthy-upstream", "heartbeat-lost", "tls-handshake-failed", "rate-limited",
})  # fmt: skip
"""Categories of a single failed attempt: it explains what fails with it, nothing later."""

DIRECT: Final = frozenset({"authentication-failed", "certificate-expired"})
"""Categories of a server that answers: only their direct causes bring them about."""

UNREACHABLE: Final = frozenset({
    "connection-refused", "connection-reset", "connection-timeout", "connection-failed", "timeout",
    "backend-down", "no-healthy-upstream", "upstream-timeout", "dependency-down", "database-down",
    "cache-down", "broker-down",
})  # fmt: skip
"""Categories by which a client says that its server does not answer."""

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
    nodes = [Node(issue, span_of(issue, horizon)) for issue in issues]
    nodes.sort(key=lambda node: (-weight_of(node), node.order))
    linked, rest = nodes[:limit], nodes[limit:]
    steps = causal_steps(categories)
    for node in linked:
        node.explains = dict(steps.get(node.category, {}))
        for category in node.issue.verdict.causes:
            node.explains[category] = 1
        node.depth = len(node.explains)
        _read_names(node, topology)
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
                    if effect in DIRECT and step > 1:
                        continue
                    if effect not in reached and effect != name:
                        reached[effect] = step
                        following.append(effect)
            frontier = following
        found[name] = reached
    return found


def _read_names(node: Node, topology: Topology) -> None:
    issue = node.issue
    text = "\n".join(exemplar.text[: TEXT // 2] for exemplar in issue.exemplars[:3])[:TEXT]
    # documents write quotes with a backslash
    text = text.replace('\\"', '"')
    node.text = text
    node.serves = topology.serves(issue.component)
    text = _OF_THE_REQUEST.sub(" ", text)
    endpoints: set[str] = set()
    ports: set[int] = set()
    for host, digits in [*_ENDPOINT.findall(text), *_HOST_AND_PORT.findall(text)]:
        if not _SOURCE.search(host) and 0 < int(digits) < 65_536:
            endpoints.add(f"{host.lower()}:{digits}")
            ports.add(int(digits))
    ports.update(int(port) for port in _PORT_WORD.findall(text) if int(port) < 65_536)
    hosts = {host.lower() for host in _URL_HOST.findall(text)}
    endpoints |= hosts
    found = set(_WORD.findall(text))
    words = {word.lower() for word in found}
    # `AMQPQueueException`, `RedisTimeoutError`: the first part names the product
    words |= {match[1].lower() for word in found if (match := _FIRST_PART.match(word))}
    names = set(topology.named(words))
    for port in sorted(ports):
        names |= topology.at_port(port)
    names.discard(issue.component or "")
    node.names = frozenset(names)
    node.endpoints = frozenset(endpoints)
    if node.category in DEPENDENT:
        node.target = _target(node, topology, sorted(ports))


def _target(node: Node, topology: Topology, ports: Sequence[int]) -> str | None:
    """The component, else the endpoint, that a failed conversation was meant for."""
    own = node.issue.component
    if any(own in topology.at_port(port) for port in ports):
        # a server that tells of one of its own conversations
        return None
    for port in ports:
        at = sorted(topology.at_port(port) - {own or ""})
        if at:
            return at[0]
    for endpoint in sorted(node.endpoints):
        host, _, digits = endpoint.partition(":")
        if host in topology.components and host != own:
            return host
        if digits:
            return topology.label(int(digits)) or endpoint
    servers = sorted(name for name in node.names if topology.serves(name) and name != own)
    return servers[0] if len(servers) == 1 and not topology.serves(own) else None
