"""What the stages work with: formats, dialects, rules, scanners, each loaded when first used."""

import datetime as dt
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from logtriage.assemble.dialects import Dialects, load_dialects
from logtriage.assemble.records import trace_head_patterns
from logtriage.assemble.traces import TraceReader
from logtriage.classify.ruleset import Classifier
from logtriage.errors import UsageError
from logtriage.packs.load import Packs, load_packs
from logtriage.parse.catalog import Catalog, load_catalog
from logtriage.parse.level_scan import level_patterns
from logtriage.pipeline.judge import Judge
from logtriage.scan.cache import content_key
from logtriage.scan.patterns import Pattern
from logtriage.scan.scanner import Scanner, make_scanner
from logtriage.settings import Settings, own_formats

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT_STRING: Final = "format-string"
"""Name of the format that ``--format-string`` describes."""


class Tools:
    """Everything compiled, shared by all inputs of a run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.interrupted = False
        """Set by the first Ctrl-C: inputs end early and what was counted is reported."""
        self.on_read: Callable[[int], None] | None = None
        """Told the length of each piece of input that was worked on."""
        self._levels: dict[tuple[str, ...], Scanner] = {}

    @property
    def _folders(self) -> list[Path]:
        return [Path(folder) for folder in self.settings.packs]

    @cached_property
    def catalog(self) -> Catalog:
        """The formats; with a format string, the one that it describes before all others."""
        own = own_formats()
        catalog = load_catalog([own, *self._folders] if own.is_dir() else self._folders)
        text = self.settings.format_string
        if text is None:
            return catalog
        # a grammar of its own: slow to import, rarely needed
        from logtriage.parse.format_strings import format_from_string  # noqa: PLC0415

        return catalog.with_format(format_from_string(text, name=FORMAT_STRING))

    @cached_property
    def dialects(self) -> Dialects:
        """The dialects of stack traces."""
        return load_dialects(self._folders)

    @cached_property
    def traces(self) -> TraceReader:
        """Reads stack traces."""
        return TraceReader(self.dialects)

    @cached_property
    def packs(self) -> Packs:
        """The rules."""
        return load_packs(self._folders, disabled=self.settings.disabled)

    @cached_property
    def classifier(self) -> Classifier:
        """Applies the rules."""
        return Classifier(self.packs)

    @cached_property
    def zone(self) -> dt.tzinfo | None:
        """Zone of timestamps without one; UsageError where there is no such zone."""
        name = self.settings.zone
        if name is None:
            return None
        if name.upper() in {"UTC", "Z", "GMT"}:
            return dt.UTC
        if name == "local":
            return dt.datetime.now().astimezone().tzinfo
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UsageError(
                f"{name!r} is not a time zone", help="use a name such as Europe/Berlin, UTC, local"
            ) from error

    @cached_property
    def rule_scanner(self) -> Scanner:
        """Finds lines that some rule, change or trace might be about."""
        return make_scanner(
            "rules", lambda: self._rule_patterns(levelled=True), key=self._pattern_key
        )

    @cached_property
    def wide_scanner(self) -> Scanner:
        """As `rule_scanner`, and lines with the wording of failure: for formats without levels."""
        return make_scanner(
            "wide",
            lambda: [*self._rule_patterns(levelled=False), *self.packs.failure_patterns()],
            key=self._pattern_key,
        )

    @property
    def _pattern_key(self) -> str:
        # thousands of patterns need not be read where their database is in the cache
        return content_key([self.packs.key, *trace_head_patterns(self.dialects)])

    def _rule_patterns(self, *, levelled: bool) -> list[Pattern]:
        heads = [Pattern(expression) for expression in trace_head_patterns(self.dialects)]
        return [*self.packs.patterns(levelled=levelled), *heads]

    def scanners(self, formats: tuple[str, ...], *, levelled: bool) -> list[Scanner]:
        """What to scan an input of these formats for; ``levelled``: its records state levels."""
        rules = self.rule_scanner if levelled else self.wide_scanner
        return [rules, self.level_scanner(formats)]

    def judge(self) -> Judge:
        """Classifies records that are read line by line."""
        return Judge(lambda: self.wide_scanner)

    @cached_property
    def now(self) -> int:
        """Nanoseconds since the epoch."""
        return self.settings.now or time.time_ns()

    @cached_property
    def forced_format(self) -> str | None:
        """Name of the only format to read with."""
        return FORMAT_STRING if self.settings.format_string is not None else self.settings.format

    def kind_of(self, component: str | None) -> str | None:
        """Kind of component that a program's name tells."""
        return self.catalog.component_kinds.get(component.lower()) if component else None

    def level_scanner(self, formats: tuple[str, ...]) -> Scanner:
        """Finds the lines at warn or above of these formats by how they write their levels."""
        known = self._levels.get(formats)
        if known is None:
            made = [self.catalog.get(name) for name in formats]
            patterns = level_patterns(made, self.catalog.get("json-lines").keys.severity)
            known = self._levels[formats] = make_scanner("levels", patterns)
        return known
