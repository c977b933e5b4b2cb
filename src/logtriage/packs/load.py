"""Load packs: the built-in folder and the user's, from the cache where nothing has changed."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from logtriage.errors import PackError
from logtriage.expr.codetable import CODES_FILE, CodeTable
from logtriage.expr.evaluate import Evaluator, evaluator
from logtriage.packs.compiled import (
    Category,
    CompiledPack,
    PackTable,
    PatternTable,
    Rule,
    RuleTable,
    Tables,
)
from logtriage.packs.index import LiteralIndex, StoredIndex
from logtriage.scan.cache import cached, content_key, folder_key
from logtriage.scan.patterns import Pattern

DATA: Final = Path(__file__).parent.parent / "data"

BUILT_IN: Final = DATA / "packs"
"""The folder of the packs that come with the program."""

_SOURCES: Final = (DATA.parent / "expr", DATA.parent / "packs")


class LoadedRule:
    """A rule, decoded; its evaluator is made when its literals are seen for the first time."""

    __slots__ = ("_evaluate", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._evaluate: Evaluator | None = None

    @property
    def evaluate(self) -> Evaluator:
        """Tells whether the rule fires on a subject, windows aside."""
        if self._evaluate is None:
            node = self.rule.node
            self._evaluate = evaluator(node) if node is not None else lambda _: []
        return self._evaluate


class Packs:
    """All rules of all packs, decoded one by one when they are needed."""

    def __init__(
        self,
        table: PackTable,
        rules: Callable[[], RuleTable],
        patterns: Callable[[], PatternTable],
        *,
        key: str = "",
        disabled: Iterable[str] = (),
    ) -> None:
        today = dt.datetime.now(dt.UTC).date().isoformat() if table.expiring else ""
        self.expired: Final = sorted(i for i, last in table.expiring.items() if last < today)
        """Ids of rules whose last day is over."""
        off = {*disabled, *self.expired}
        self.table = table
        self._read_rules = rules
        self._read_patterns = patterns
        self.key: Final = content_key([key, *sorted(off)])
        """Changes with any rule and any disabled id: what is made of the packs can be kept
        under it."""
        self.disabled: Final = frozenset(
            index for index, identity in enumerate(table.ids) if identity in off
        )
        self.unknown_disabled: Final = sorted(off.difference(table.ids))
        """Disabled ids that no pack has: a typing mistake in the configuration."""
        self._loaded: dict[int, LoadedRule] = {}
        self._decoder = msgspec.msgpack.Decoder(Rule)

    def __len__(self) -> int:
        return len(self.table.ids) - len(self.disabled)

    @cached_property
    def _rules(self) -> RuleTable:
        return self._read_rules()

    def loaded(self, index: int) -> LoadedRule:
        """The rule at an index of the table."""
        known = self._loaded.get(index)
        if known is None:
            known = LoadedRule(self._decoder.decode(self._rules.rules[index]))
            self._loaded[index] = known
        return known

    @property
    def rules(self) -> list[Rule]:
        """All enabled rules, changes, endpoints and signals."""
        return [
            self.loaded(index).rule
            for index in range(len(self.table.ids))
            if index not in self.disabled
        ]

    @cached_property
    def _index_by_id(self) -> dict[str, int]:
        return {identity: index for index, identity in enumerate(self.table.ids)}

    def rule(self, identity: str) -> Rule | None:
        """The rule with an id, also where it is disabled."""
        index = self._index_by_id.get(identity)
        return None if index is None else self.loaded(index).rule

    @cached_property
    def index(self) -> LiteralIndex:
        """Finds the rules that may fire on a text."""
        return LiteralIndex(msgspec.msgpack.decode(self._rules.index, type=StoredIndex))

    @cached_property
    def codes(self) -> CodeTable:
        """Names, numbers and texts of errno, signals and statuses."""
        return msgspec.msgpack.decode(self._rules.codes, type=CodeTable)

    @property
    def categories(self) -> dict[str, Category]:
        """Categories by name."""
        return self.table.categories

    @property
    def problems(self) -> list[str]:
        """What was left out of the packs because it is wrong."""
        return self.table.problems

    def patterns(self, *, levelled: bool = False) -> list[Pattern]:
        """Patterns of the native scan: every record that a rule may fire on holds one of them.

        ``levelled``: only those of rules, changes and endpoints that speak at any level, for
        inputs whose lines state a level that the scan looks for itself.
        """
        table, off = self._read_patterns(), self.disabled
        wanted = 2 if levelled else 0
        users: list[list[int]] = msgspec.msgpack.decode(table.users) if off else []
        return [
            Pattern(expression, bool(flag & 1))
            for number, (expression, flag) in enumerate(
                zip(_lines(table.expressions), table.flags, strict=True)
            )
            if flag >= wanted and not (off and off.issuperset(users[number]))
        ]

    def failure_patterns(self) -> list[Pattern]:
        """Patterns of the wording of failure, for inputs whose lines state no level."""
        table = self._read_patterns()
        pairs = zip(_lines(table.failures), table.failure_flags, strict=True)
        return [Pattern(expression, bool(flag)) for expression, flag in pairs]


def _lines(joined: str) -> list[str]:
    return joined.split("\n") if joined else []


def packs_of(tables: Tables, disabled: Iterable[str] = ()) -> Packs:
    """Packs of tables that were just built."""
    return Packs(tables.packs, lambda: tables.rules, lambda: tables.patterns, disabled=disabled)


def load_packs(
    folders: Sequence[Path] = (), disabled: Iterable[str] = (), *, built_in: Path = BUILT_IN
) -> Packs:
    """The built-in packs and those of ``folders``, whose rules replace others of the same id.

    Raises:
        PackError: a pack of ``folders`` has a problem; all of them are told.
    """
    for folder in folders:
        if not folder.is_dir():
            raise PackError("the folder of packs is not there", where=str(folder))
    key = content_key(
        [
            folder_key([built_in, *folders]),
            folder_key([DATA]),
            # a changed compiler makes other tables from the same packs
            folder_key(_SOURCES, "*.py"),
        ]
    )
    build = cache(lambda: _build(folders, built_in))

    def stored(name: str, part: Callable[[Tables], Table], kind: type[Table]) -> Table:
        encoded = cached(f"packs-{name}", key, lambda: msgspec.msgpack.encode(part(build())))
        try:
            return msgspec.msgpack.decode(encoded, type=kind)
        except msgspec.MsgspecError:
            return part(build())

    table = stored("names", lambda tables: tables.packs, PackTable)
    own = [problem for problem in table.problems if any(str(f) in problem for f in folders)]
    if own:
        raise PackError(
            f"{len(own)} problem{'s' * (len(own) > 1)} in packs", reason="\n\n".join(own)
        )
    return Packs(
        table,
        lambda: stored("rules", lambda tables: tables.rules, RuleTable),
        lambda: stored("patterns", lambda tables: tables.patterns, PatternTable),
        key=key,
        disabled=disabled,
    )


_OTHER: Final = re.compile(rb"(?m)^[ \t]*\[(?:format|dialect)\]")
"""What formats and trace dialects begin with; they may lie beside packs in a user's folder."""


Table = TypeVar("Table", PackTable, RuleTable, PatternTable)


def _build(folders: Sequence[Path], built_in: Path) -> Tables:
    from logtriage.packs.build import build_tables  # noqa: PLC0415 - only where it is not cached

    paths = [(path, False) for path in sorted(built_in.glob("*.toml"))]
    paths.append((DATA / "weak_signals.toml", False))
    paths += [
        (path, True)
        for folder in folders
        for path in sorted(folder.glob("*.toml"))
        if not _OTHER.search(path.read_bytes())
    ]
    return build_tables([cached_pack(path, own=own) for path, own in paths if path.exists()])


def cached_pack(path: Path, *, own: bool) -> CompiledPack:
    """One file compiled, from the cache where the file is the same as before."""
    from logtriage.packs.build import compile_file  # noqa: PLC0415

    key = content_key(
        [
            str(path),
            str(own),
            path.read_bytes(),
            CODES_FILE.read_bytes(),
            folder_key(_SOURCES, "*.py"),
        ]
    )
    encoded = cached(
        f"pack-{path.stem}", key, lambda: msgspec.msgpack.encode(compile_file(path, own=own))
    )
    return msgspec.msgpack.decode(encoded, type=CompiledPack)
