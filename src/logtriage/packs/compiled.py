"""What packs compile to: the values that go to the cache."""

from typing import Literal

import msgspec

from logtriage.expr.codetable import CodeTable
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
    alone: bool = False
    own: bool = False
    """From a folder of the user's: it silences built-in rules that fire beside it."""

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


class PackTable(msgspec.Struct, frozen=True, array_like=True):
    """All packs together, as they are stored: rules stay msgpack until one is asked for."""

    rules: list[msgspec.Raw]
    """`Rule` each."""
    ids: list[str]
    """Of each rule; unique."""
    kinds: list[RuleKind]
    literals: list[str]
    """Lower case, sorted, without duplicates."""
    literal_rules: list[list[int]]
    """Of each literal: the rules that may fire where it stands."""
    filed: dict[str, list[int]]
    """Literals by piece, see `packs.index`."""
    always: list[int]
    """Rules without a literal: tried on every record."""
    patterns: list[tuple[str, bool, bool]]
    """Of the native scan: expression, caseless, needed where lines state a level."""
    pattern_rules: list[list[int]]
    """Of each pattern: the rules that need it."""
    failures: list[tuple[str, bool]]
    """Patterns of the wording of failure, for lines that state no level."""
    categories: dict[str, Category]
    codes: CodeTable
    problems: list[str]
