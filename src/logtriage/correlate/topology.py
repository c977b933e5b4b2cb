"""Who listens where and by which names components are known."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from logtriage.model.tallies import Tallies
from logtriage.model.tally import EndpointFact

_TABLE: Final = Path(__file__).parents[1] / "data" / "dependencies.toml"

REACH: Final = 3
"""Most dependencies in a row that are followed."""

TOO_COMMON: Final = frozenset(
    "app api web main root server service worker system kernel error info log test user data "
    "java python node http https localhost default admin daemon client".split()
)
"""Component names that are ordinary words of log text: naming them names nobody."""


@cache
def known_services() -> Mapping[str, Mapping[str, list[object]]]:
    """Service name to its well-known ``ports`` and the ``words`` of clients that speak to it."""
    with _TABLE.open("rb") as file:
        services: dict[str, dict[str, list[object]]] = tomllib.load(file)["service"]
    return services


class Topology:
    """Components of the run, their ports, and the words that name them."""

    def __init__(
        self,
        components: Iterable[str],
        endpoints: Iterable[EndpointFact],
        depends_on: Mapping[str, Iterable[str]] | None = None,
        speaking: Iterable[str] = (),
    ) -> None:
        self.components = frozenset(components)
        self.speaking = frozenset(speaking)
        self.depends_on = {name: frozenset(on) for name, on in (depends_on or {}).items()}
        self._ports: dict[int, set[str]] = {}
        self._words: dict[str, set[str]] = {}
        self._labels: dict[int, str] = {}
        self._servers: set[str] = set()
        self._service_of: dict[str, str] = {}
        self._of_category: dict[str, str] = {}
        for fact in endpoints:
            if fact.component:
                self._ports.setdefault(fact.port, set()).add(fact.component)
        learnt = {port for port in self._ports if len(self._ports[port]) == 1}
        for component in self.components:
            word = component.lower()
            if len(word) >= 3 and word not in TOO_COMMON:
                self._words.setdefault(word, set()).add(component)
        for service, facts in known_services().items():
            words = [str(word) for word in facts.get("words", ())]
            ports = [int(str(port)) for port in facts.get("ports", ())]
            for port in ports:
                self._labels.setdefault(port, service)
            for word in [service, *words]:
                self._service_of.setdefault(word, service)
            words += [str(word) for word in facts.get("common", ())]
            for category in facts.get("categories", ()):
                self._of_category[str(category)] = service
            mine = {c for c in self.components if speaks_of(c, [service, *words])}
            self._servers |= mine
            for component in mine:
                for word in [service, *words]:
                    self._words.setdefault(word, set()).add(component)
                for port in ports:
                    if port not in learnt:
                        self._ports.setdefault(port, set()).add(component)

    def steps_to(self, component: str | None, needed: str | None) -> int | None:
        """Configured dependencies from one component to another, at most REACH; None where none."""
        if not self.depends_on or component is None or needed is None or component == needed:
            return None
        seen = {component}
        frontier = {component}
        for step in range(1, REACH + 1):
            frontier = {on for name in frontier for on in self.depends_on.get(name, ())} - seen
            if needed in frontier:
                return step
            seen |= frontier
        return None

    def named(self, words: Iterable[str]) -> set[str]:
        """Components that any of these lower-case words names."""
        found: set[str] = set()
        for word in words:
            if components := self._words.get(word):
                found |= components
        return found

    def services(self, words: Iterable[str]) -> set[str]:
        """Known services that any of these lower-case words names."""
        return {self._service_of[word] for word in words if word in self._service_of}

    def service_of(self, category: str) -> str | None:
        """The service that a category is about, by its component's name where it is in the run."""
        service = self._of_category.get(category)
        mine = sorted(self._words.get(service or "", ()))
        return mine[0] if len(mine) == 1 else service

    def serves(self, component: str | None) -> bool:
        """True of a component that is one of the known services: a database, a cache, a broker."""
        return component in self._servers

    def one_server(self, names: Iterable[str]) -> str | None:
        """The one server among these names; of two names of one service that which has errors."""
        found = sorted(name for name in names if name in self._servers)
        if len(found) > 1 and len({self.kind_of(name) for name in found}) == 1:
            found = sorted(self.speaking & set(found)) or found[:1]
        return found[0] if len(found) == 1 else None

    def kind_of(self, name: str) -> str | None:
        """The known service that a component is, by its name."""
        for service, facts in known_services().items():
            if speaks_of(name, [service, *(str(word) for word in facts.get("words", ()))]):
                return service
        return None

    def is_server(self, name: str | None) -> bool:
        """True of a known server of the run, and of a known service that has no log in it."""
        return name in self._servers or name in known_services()

    def at_port(self, port: int) -> set[str]:
        """Components known to listen at a port."""
        return self._ports.get(port, set())

    def label(self, port: int) -> str | None:
        """Service that a well-known port belongs to."""
        return self._labels.get(port)


def speaks_of(component: str, words: Iterable[str]) -> bool:
    """True where a component's name begins with one of the words: ``redis-cache`` is a redis."""
    name = component.lower()
    return any(len(word) >= 3 and name.startswith(word) for word in words)


def topology_of(
    tallies: Tallies, components: Iterable[str | None], depends_on: Mapping[str, Iterable[str]]
) -> Topology:
    """Topology that the logs and the configuration show."""
    speaking = {component for component in components if component}
    names = set(speaking)
    for tally in tallies.inputs.values():
        names |= set((tally.component or "").split(",")) - {""}
    return Topology(names, tallies.endpoints, depends_on, speaking)
