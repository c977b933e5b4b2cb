"""Load packs: the built-in folder and the user's, from the cache where nothing has changed."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from logtriage.errors import PackError
from logtriage.expr.codetable import CODES_FILE, CodeTable
from logtriage.expr.evaluate import Evaluator, evaluator
from logtriage.packs.compiled import Category, CompiledPack, PackTable, Rule
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

    def __init__(self, table: PackTable, disabled: Iterable[str] = ()) -> None:
        self.table = table
        off = set(disabled)
        self.disabled: Final = frozenset(
            index for index, identity in enumerate(table.ids) if identity in off
        )
        self.unknown_disabled: Final = sorted(off.difference(table.ids))
        """Disabled ids that no pack has: a typing mistake in the configuration."""
        self._loaded: dict[int, LoadedRule] = {}
        self._decoder = msgspec.msgpack.Decoder(Rule)

    def __len__(self) -> int:
        return len(self.table.rules) - len(self.disabled)

    def loaded(self, index: int) -> LoadedRule:
        """The rule at an index of the table."""
        known = self._loaded.get(index)
        if known is None:
            known = LoadedRule(self._decoder.decode(self.table.rules[index]))
            self._loaded[index] = known
        return known

    @property
    def rules(self) -> list[Rule]:
        """All enabled rules, changes, endpoints and signals."""
        return [
            self.loaded(index).rule
            for index in range(len(self.table.rules))
            if index not in self.disabled
        ]

    @cached_property
    def _index_by_id(self) -> dict[str, int]:
        return {identity: index for index, identity in enumerate(self.table.ids)}

    def rule(self, identity: str) -> Rule | None:
        """The rule with an id, also where it is disabled."""
        index = self._index_by_id.get(identity)
        return None if index is None else self.loaded(index).rule

    @property
    def categories(self) -> dict[str, Category]:
        """Categories by name."""
        return self.table.categories

    @property
    def codes(self) -> CodeTable:
        """Names, numbers and texts of errno, signals and statuses."""
        return self.table.codes

    @property
    def problems(self) -> list[str]:
        """What was left out of the packs because it is wrong."""
        return self.table.problems

    def patterns(self, *, levelled: bool = False) -> list[Pattern]:
        """Patterns of the native scan: every record that a rule may fire on holds one of them.

        ``levelled``: only those of rules, changes and endpoints that speak at any level, for
        inputs whose lines state a level that the scan looks for itself.
        """
        off = self.disabled
        return [
            Pattern(expression, caseless)
            for (expression, caseless, spoken), users in zip(
                self.table.patterns, self.table.pattern_rules, strict=True
            )
            if (spoken or not levelled) and not (off and off.issuperset(users))
        ]

    def failure_patterns(self) -> list[Pattern]:
        """Patterns of the wording of failure, for inputs whose lines state no level."""
        return [Pattern(expression, caseless) for expression, caseless in self.table.failures]


def load_packs(
    folders: Sequence[Path] = (), disabled: Iterable[str] = (), *, built_in: Path = BUILT_IN
) -> Packs:
    """The built-in packs and those of ``folders``, whose rules replace others of the same id.

    Raises:
        PackError: a pack of ``folders`` has a problem; all of them are told.
    """
    key = content_key(
        [
            folder_key([built_in, *folders]),
            folder_key([DATA]),
            # a changed compiler makes other tables from the same packs
            folder_key(_SOURCES, "*.py"),
        ]
    )
    for folder in folders:
        if not folder.is_dir():
            raise PackError("the folder of packs is not there", where=str(folder))
    encoded = cached("packs", key, lambda: msgspec.msgpack.encode(_build(folders, built_in)))
    try:
        table = msgspec.msgpack.decode(encoded, type=PackTable)
    except msgspec.MsgspecError:
        table = _build(folders, built_in)
    packs = Packs(table, disabled)
    own = [problem for problem in table.problems if any(str(f) in problem for f in folders)]
    if own:
        raise PackError(
            f"{len(own)} problem{'s' * (len(own) > 1)} in packs", reason="\n\n".join(own)
        )
    return packs


def _build(folders: Sequence[Path], built_in: Path) -> PackTable:
    from logtriage.packs.build import build_table  # noqa: PLC0415 - only where it is not cached

    paths = [(path, False) for path in sorted(built_in.glob("*.toml"))]
    paths.append((DATA / "weak_signals.toml", False))
    paths += [(path, True) for folder in folders for path in sorted(folder.glob("*.toml"))]
    return build_table([cached_pack(path, own=own) for path, own in paths if path.exists()])


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
