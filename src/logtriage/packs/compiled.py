"""What packs compile to: the values that go to the cache."""

from typing import Literal

import msgspec

from logtriage.expr.tree import Anchor, Either, Node, Window
from logtriage.expr.written import written

RuleKind = Literal["rule", "change", "endpoint", "signal"]


class Rule(msgspec.Struct, frozen=True, array_like=True):
    """One rule, change, endpoint or weak signal, checked; meanings as in `packs.schema`."""

    id: str
    kind: RuleKind
    name: str
    pack: str
    tag: str = ""
    """Of a change: its kind."""
    category: str = ""
    weight: float = 1.0
    """Of a weak signal: its log-odds."""
    title: str = ""
    severity: int | None = None
    component_kind: str | None = None
    any_level: bool = False
    where: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    settle: str | None = None
    causes: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    runbook: str | None = None
    refs: tuple[str, ...] = ()
    node: Node | None = None
    windows: tuple[Window, ...] = ()
    groups: tuple[str, ...] = ()
    failure: bool = False
    excuse: bool = False
    writer: bool = False
    alone: bool = False
    own: bool = False
    """From a folder of the user's: it silences built-in rules that fire beside it."""
    expires: str = ""
    """ISO date of its last day; empty where it has none."""

    @property
    def source(self) -> str:
        """The expression as text that compiles to the same tree."""
        terms = [written(term) for term in (self.node, *self.windows) if term is not None]
        if len(terms) > 1 and isinstance(self.node, Either):
            terms[0] = f"({terms[0]})"
        return " and ".join(terms)


class CompiledPack(msgspec.Struct, frozen=True, array_like=True):
    """One file, compiled."""

    name: str
    title: str
    rules: tuple[Rule, ...]
    anchors: tuple[tuple[Anchor, ...], ...]
    """Of each rule."""
    categories: tuple["Category", ...]
    problems: tuple[str, ...]
    """Of tables that were left out."""


class Category(msgspec.Struct, frozen=True, array_like=True):
    """A kind of trouble and what it commonly brings about."""

    name: str
    tag: str
    title: str
    explains: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    """What correlation may make of it, as in `packs.schema.Trait`."""


class RuleTable(msgspec.Struct, frozen=True, array_like=True):
    """Everything about rules but the patterns of the scan: read when a record is classified."""

    rules: list[msgspec.Raw]
    """`Rule` each, decoded when it is asked for."""
    index: msgspec.Raw
    """`packs.index.StoredIndex` of the literals."""
    codes: msgspec.Raw
    """`expr.codetable.CodeTable`."""


class PatternTable(msgspec.Struct, frozen=True, array_like=True):
    """Patterns of the native scan: read when a scanner is not in the cache."""

    expressions: str
    """One a line, sorted."""
    flags: bytes
    """Of each: 1 caseless, 2 needed also where lines state a level."""
    users: msgspec.Raw
    """Of each a list of the rules that need it."""
    failures: str
    """Patterns of the wording of failure, one a line, for lines that state no level."""
    failure_flags: bytes


class PackTable(msgspec.Struct, frozen=True, array_like=True):
    """What every run needs of all packs together."""

    ids: list[str]
    """Of each rule; unique."""
    categories: dict[str, Category]
    problems: list[str]
    expiring: dict[str, str] = {}
    """ISO date of the last day of rules that have one, by id."""


class Tables(msgspec.Struct, frozen=True, array_like=True):
    """All three."""

    packs: PackTable
    rules: RuleTable
    patterns: PatternTable
