"""What the stages work with: formats, dialects, rules, scanners, each loaded when first used."""

import datetime as dt
import time
from functools import cache, cached_property
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
from logtriage.settings import Settings, SourceSettings, own_formats
from logtriage.source.locate import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from logtriage.scan.sieve import Sieve

FORMAT_STRING: Final = "format-string"
"""Name of the first format that a format string describes; others have a number after it."""


@cache
def zone_of(name: str | None) -> dt.tzinfo | None:
    """The zone of a name; UsageError where there is no such zone."""
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


class Tools:
    """Everything compiled, shared by all inputs of a run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.interrupted = False
        """Set by the first Ctrl-C: inputs end early and what was counted is reported."""
        self.on_read: Callable[[int], None] | None = None
        """Told the length of each piece of input that was worked on."""
        self._levels: dict[tuple[str, ...], Scanner] = {}
        self.sieves: dict[tuple[tuple[str, ...], tuple[int, ...]], Sieve] = {}
        """Of this run, see `logtriage.pipeline.scanning`."""

    @property
    def _folders(self) -> list[Path]:
        return [Path(folder) for folder in self.settings.packs]

    @cached_property
    def _known_formats(self) -> Catalog:
        own = own_formats()
        return load_catalog([own, *self._folders] if own.is_dir() else self._folders)

    @cached_property
    def _layouts(self) -> dict[str, str]:
        """Format strings of the options and the configuration, and the names of their formats."""
        given = [self.settings.format_string, *(s.format_string for s in self.settings.sources)]
        texts = dict.fromkeys(text for text in given if text is not None)
        return {
            text: f"{FORMAT_STRING}-{number}" if number > 1 else FORMAT_STRING
            for number, text in enumerate(texts, 1)
        }

    @cached_property
    def catalog(self) -> Catalog:
        """All formats, those that format strings describe before the others."""
        catalog = self._known_formats
        if self._layouts:
            # a grammar of its own: slow to import, rarely needed
            from logtriage.parse.format_strings import format_from_string  # noqa: PLC0415

            for text, name in self._layouts.items():
                catalog = catalog.with_format(format_from_string(text, name=name))
        return catalog

    def catalog_of(self, source: Source) -> Catalog:
        """The formats that an input may be written in: a format string is for its own only."""
        asked = self.reading(source)
        return self._known_formats if asked.format_string is None else self.catalog

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

    def reading(self, source: Source) -> SourceSettings:
        """How an input is to be read, by the options and the configuration."""
        return self.settings.of(source.file)

    @cached_property
    def rule_scanner(self) -> Scanner:
        """Finds lines that some rule, change or trace might be about."""
        return make_scanner(
            "rules", lambda: self.rule_patterns(levelled=True), key=self.pattern_key
        )

    @cached_property
    def wide_scanner(self) -> Scanner:
        """As `rule_scanner`, and lines with the wording of failure: for formats without levels."""
        return make_scanner(
            "wide",
            lambda: [*self.rule_patterns(levelled=False), *self.packs.failure_patterns()],
            key=self.pattern_key,
        )

    @property
    def pattern_key(self) -> str:
        """Changes with any pattern of the rules and dialects."""
        # thousands of patterns need not be read where their database is in the cache
        return content_key([self.packs.key, *trace_head_patterns(self.dialects)])

    def rule_patterns(self, *, levelled: bool) -> list[Pattern]:
        """What rules, changes and traces are found by."""
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

    def forced_format(self, source: Source) -> str | None:
        """Name of the only format to read an input with."""
        asked = self.reading(source)
        return asked.format if asked.format_string is None else self._layouts[asked.format_string]

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
