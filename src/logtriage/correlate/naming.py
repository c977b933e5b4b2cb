"""Whom an issue's text names: components, endpoints, and the server that it could not reach."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from logtriage.correlate.topology import Topology
from logtriage.model.tally import IssueTally

TEXT: Final = 6000
"""Characters of an issue's exemplars that are searched for names."""

_ENDPOINT: Final = re.compile(
    r"(?<![\w.])((?:\d{1,3}\.){3}\d{1,3}|localhost|\[[0-9a-fA-F:]{2,39}\]"
    r"|[A-Za-z][\w-]*(?:\.[\w-]+)*):(\d{2,5})(?!\w|[.:]\w)"
)
_HOST_AND_PORT: Final = re.compile(
    r"\b(?:host=|server at )[\"']?([\w.-]{1,200})[\"']?,?"
    r"(?: \([\w.:]{1,60}\))?,? ?port[= ](\d{2,5})\b"
)
"""As HTTP clients of Python and libpq write an endpoint."""

_ADDRESS: Final = re.compile(r"(?<![\w.:/])((?:\d{1,3}\.){3}\d{1,3})(?![\w.:])")
_PORT_WORD: Final = re.compile(r"\bport[ =:]+(\d{2,5})\b", re.IGNORECASE)
_URL_HOST: Final = re.compile(r"\b[a-z][a-z0-9+]{1,12}://(?:[^\s/@\"']+@)?([A-Za-z][\w.-]*)")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{2,}")

_FIRST_PART: Final = re.compile(r"([A-Z]{3,12}(?=[A-Z][a-z])|[A-Z][a-z]{3,14}(?=[A-Z]))")

_OF_THE_REQUEST: Final = re.compile(
    r"\[client [^\]\n]{1,80}\]"
    r"|\b(?:client: [^,\n]{1,80}|server: [^,\n]{1,80}|host: \"[^\"\n]{0,200}\""
    r"|referrer: \"[^\"\n]{0,400}\")"
    r"|\b(?:client|remote|peer|from|src|rip|remote_addr|remote_ip|remoteAddress)"
    r"[=: \"]{1,4}(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?"
    r"|(?:\d{1,3}\.){3}\d{1,3}:\d{2,5} ?->"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?:| \S{1,60} \S{1,60}|:\d{2,5}) \[\d"
)
"""Parts of a line that name who asked, not who failed to answer."""

_SOURCE: Final = re.compile(r"\.(?:java|py|js|ts|go|rb|php|cs|rs|c|cc|cpp|kt|scala|ex|exs)$")


_NO_HOSTS: Final = frozenset(
    "line row column col char position offset pid tid uid gid error errno code status port".split()
)
"""Words before a colon and a number that name no host."""


_VICTIM: Final = re.compile(
    r"\b(?:pod|container|containerName|deployment|statefulset|replica set|replicaset|daemonset|unit"
    r"|service)s?[\"\\]{0,4}[=:/ ]{1,2}[\"\\\[']{0,4}(?:[a-z0-9-]{1,63}/)?([a-z][a-z0-9-]{2,62})"
)
"""Of what a platform writes: ``pod="shop/cart-7f8d9c-x7v2k"``, ``pod/cart-…``."""

_GENERATED: Final = re.compile(
    r"(?:-(?=[a-z]{0,9}[0-9])[a-z0-9]{3,10})?-(?=[a-z0-9]*[a-z0-9])[bcdfghjklmnpqrstvwxz2456789]{5}$"
    r"|-\d{1,3}$|-(?=[a-f]{0,9}\d)[a-f0-9]{4,10}$"
)
"""What Kubernetes adds to the name of a pod: its template's hash and five random characters."""


class Named(msgspec.Struct, frozen=True):
    """What a text names."""

    text: str
    components: frozenset[str]
    """Other components of the run."""
    endpoints: frozenset[str]
    """``host:port``, host names of URLs, bare addresses."""
    ports: tuple[int, ...]
    services: frozenset[str]
    """Known services, whether or not they have a log of their own: ``ldap``, ``postgres``."""
    victims: frozenset[str] = frozenset()
    """Whom a platform speaks of, without what it adds to their names."""


def read_names(issue: IssueTally, topology: Topology, *, platform: bool) -> Named:
    """Names in the text of an issue; ``platform``: its writer speaks of others, by unit names."""
    text = "\n".join(exemplar.text[: TEXT // 2] for exemplar in issue.exemplars[:3])[:TEXT]
    # documents write quotes with a backslash
    text = text.replace('\\"', '"')
    told = _OF_THE_REQUEST.sub(" ", text)
    endpoints: set[str] = set()
    ports: set[int] = set()
    for host, digits in [*_ENDPOINT.findall(told), *_HOST_AND_PORT.findall(told)]:
        if host.lower() not in _NO_HOSTS and not _SOURCE.search(host) and 0 < int(digits) < 65_536:
            endpoints.add(f"{host.lower()}:{digits}")
            ports.add(int(digits))
    ports.update(int(port) for port in _PORT_WORD.findall(told) if int(port) < 65_536)
    endpoints |= {host.lower() for host in _URL_HOST.findall(told)}
    endpoints |= set(_ADDRESS.findall(told))
    words = words_of(told, parts=platform)
    names = set(topology.named(words))
    for port in sorted(ports):
        names |= topology.at_port(port)
    names.discard(issue.component or "")
    return Named(
        text=text,
        components=frozenset(names),
        endpoints=frozenset(endpoints),
        ports=tuple(sorted(ports)),
        services=frozenset(topology.services(words)),
        victims=frozenset(
            {_GENERATED.sub("", name) for name in _VICTIM.findall(told)} if platform else ()
        ),
    )


def words_of(text: str, *, parts: bool = False) -> set[str]:
    """Lower-case words; ``RedisTimeoutError`` gives redis too, with ``parts`` unit names theirs."""
    found = set(_WORD.findall(text))
    words = {word.lower() for word in found}
    # `AMQPQueueException`, `RedisTimeoutError`: the first part names the product
    words |= {match[1].lower() for word in found if (match := _FIRST_PART.match(word))}
    if parts:
        words |= {part for word in words if "-" in word for part in word.split("-")}
    return words


def target_of(named: Named, own: str | None, category: str, topology: Topology) -> str | None:
    """The component, else the service or endpoint, that a failed conversation was meant for."""
    about = topology.service_of(category)
    if about is not None:
        return None if topology.serves(own) else about
    if any(own in topology.at_port(port) for port in named.ports):
        # a server that tells of one of its own conversations
        return None
    for port in named.ports:
        at = sorted(topology.at_port(port) - {own or ""})
        if at:
            return at[0]
    for endpoint in sorted(named.endpoints):
        host, _, digits = endpoint.partition(":")
        if host in topology.components and host != own:
            return host
        if digits:
            return topology.label(int(digits)) or endpoint
    if topology.serves(own):
        return None
    servers = {name for name in named.components if topology.serves(name)} - {own}
    if servers:
        return topology.one_server(servers)
    return _only(named.services)


def _only(names: Iterable[str]) -> str | None:
    found: Sequence[str] = sorted(names)
    return found[0] if len(found) == 1 else None
