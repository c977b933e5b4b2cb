"""Compile packs: one file at a time, then all of them into the table that is kept."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from logtriage.errors import ExpressionError, PackError
from logtriage.expr.codetable import code_table
from logtriage.expr.compile import compile_expression
from logtriage.expr.regexes import SHORTEST, size
from logtriage.expr.tree import Anchor, Expression
from logtriage.model.severity import NUMBER_BY_NAME
from logtriage.packs.compiled import (
    Category,
    CompiledPack,
    PackTable,
    PatternTable,
    Rule,
    Tables,
)
from logtriage.packs.compiled import RuleTable as CompiledRules
from logtriage.packs.index import store_index
from logtriage.packs.patterns import scan_pattern
from logtriage.packs.read import read_pack
from logtriage.packs.schema import (
    CategoryTable,
    ChangeTable,
    EndpointTable,
    PackFile,
    RuleTable,
    SignalTable,
)


def compile_file(path: Path, *, own: bool) -> CompiledPack:
    """One pack; tables with problems are left out and told in ``problems``."""
    pack, problems = read_pack(path)
    if pack is None:
        return CompiledPack(path.stem, path.stem, (), (), (), tuple(map(str, problems)))
    rules: list[Rule] = []
    anchors: list[tuple[Anchor, ...]] = []
    for table in tables_of(pack):
        if isinstance(table, RuleTable) and table.status == "draft":
            continue
        name = table.name if isinstance(table, SignalTable) else table.id
        try:
            expression = compile_expression(table.when, where=f"{path} {name} when")
        except ExpressionError as error:
            problems.append(error)
            continue
        rules.append(make_rule(table, expression, pack.pack.name, own=own))
        anchors.append(expression.anchors)
    return CompiledPack(
        pack.pack.name,
        pack.pack.title,
        tuple(rules),
        tuple(anchors),
        tuple(make_category(table) for table in pack.category),
        tuple(map(str, problems)),
    )


AnyTable = RuleTable | ChangeTable | EndpointTable | SignalTable


def tables_of(pack: PackFile) -> Iterable[AnyTable]:
    """Everything in a pack that has an expression."""
    return (*pack.rule, *pack.change, *pack.endpoint, *pack.signal)


def make_category(table: CategoryTable) -> Category:
    """The compiled form of a ``[[category]]``."""
    return Category(table.name, table.tag, table.title, table.explains, table.traits)


def make_rule(table: AnyTable, expression: Expression, pack: str, *, own: bool) -> Rule:
    """The compiled form of a table."""
    rule: Rule
    match table:
        case RuleTable():
            rule = Rule(
                table.id,
                "rule",
                table.name,
                pack,
                tag=table.tag,
                category=table.category,
                weight=table.weight,
                title=table.title,
                severity=NUMBER_BY_NAME[table.severity] if table.severity else None,
                component_kind=table.component_kind,
                any_level=table.any_level,
                where=table.where,
                next=table.next,
                settle=table.settle,
                causes=table.causes,
                overrides=table.overrides,
                runbook=table.runbook,
                refs=table.refs,
                expires=table.expires or "",
            )
        case ChangeTable():
            rule = Rule(
                table.id,
                "change",
                table.name,
                pack,
                tag=table.kind,
                component_kind=table.component_kind,
                any_level=True,
                refs=table.refs,
            )
        case EndpointTable():
            rule = Rule(
                table.id,
                "endpoint",
                table.name,
                pack,
                any_level=True,
                refs=table.refs,
            )
        case SignalTable():
            rule = Rule(
                f"signal:{table.name}",
                "signal",
                table.name,
                pack,
                category=table.category or "",
                weight=table.log_odds,
                settle=table.settle,
                failure=table.failure,
                excuse=table.excuse,
                writer=table.writer,
                alone=table.alone,
                any_level=table.any_level,
            )
    return replace(
        rule,
        node=expression.node,
        windows=expression.windows,
        groups=expression.groups,
        own=own,
    )


def build_tables(packs: Sequence[CompiledPack]) -> Tables:
    """All packs together; a rule of a later pack replaces an earlier one of the same id."""
    chosen: dict[str, tuple[Rule, tuple[Anchor, ...]]] = {}
    problems = [problem for pack in packs for problem in pack.problems]
    for pack in packs:
        for rule, anchors in zip(pack.rules, pack.anchors, strict=True):
            known = chosen.get(rule.id)
            if known is not None and known[0].own == rule.own:
                problems.append(
                    str(
                        PackError(
                            f"the id {rule.id} is taken",
                            where=f"{rule.pack} {rule.name}",
                            reason=f"{known[0].pack} has it for {known[0].name}",
                        )
                    )
                )
                continue
            chosen[rule.id] = (rule, anchors)
    categories = {category.name: category for pack in packs for category in pack.categories}
    return _index([*chosen.values()], categories, problems)


def _index(
    rows: Sequence[tuple[Rule, tuple[Anchor, ...]]],
    categories: dict[str, Category],
    problems: list[str],
) -> Tables:
    literals: dict[str, list[int]] = {}
    patterns: dict[tuple[str, bool], list[int]] = {}
    failures: set[tuple[str, bool]] = set()
    spoken: set[tuple[str, bool]] = set()
    always: list[int] = []
    for index, (rule, anchors) in enumerate(rows):
        keys = index_literals(anchors)
        for literal in keys:
            literals.setdefault(literal, []).append(index)
        if not keys:
            always.append(index)
        scanned = {scan_pattern(anchor) for anchor in anchors}
        if rule.kind == "signal" and not rule.any_level:
            failures |= scanned if rule.failure else set()
            continue
        for pattern in scanned:
            patterns.setdefault(pattern, []).append(index)
        if rule.any_level and rule.tag != "ignore":
            spoken |= scanned
    rules = CompiledRules(
        [_raw(rule) for rule, _ in rows], _raw(store_index(literals, always)), _raw(code_table())
    )
    return Tables(
        PackTable(
            [rule.id for rule, _ in rows],
            categories,
            problems,
            {rule.id: rule.expires for rule, _ in rows if rule.expires},
        ),
        rules,
        _patterns(patterns, spoken, failures - patterns.keys()),
    )


def _patterns(
    patterns: dict[tuple[str, bool], list[int]],
    spoken: set[tuple[str, bool]],
    failures: set[tuple[str, bool]],
) -> PatternTable:
    ordered = sorted(patterns)
    return PatternTable(
        "\n".join(expression for expression, _ in ordered),
        bytes(caseless + 2 * ((text, caseless) in spoken) for text, caseless in ordered),
        _raw([patterns[pattern] for pattern in ordered]),
        "\n".join(expression for expression, _ in sorted(failures)),
        bytes(caseless for _, caseless in sorted(failures)),
    )


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(value))


def index_literals(anchors: Sequence[Anchor]) -> list[str]:
    """Lower-case texts, one of which stands in every record that the rule may fire on.

    Empty where a regular expression without a literal is among the anchors.
    """
    literals = {(anchor.literal if anchor.regex else anchor.text).lower() for anchor in anchors}
    return sorted(literals) if all(size(literal) >= SHORTEST for literal in literals) else []
