"""What an input is scanned for: exactly, or in two steps where it is large."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from logtriage.expr.regexes import required_literals
from logtriage.parse.catalog import FORMATS
from logtriage.parse.level_scan import level_patterns
from logtriage.pipeline.survey import Survey
from logtriage.pipeline.tools import Tools
from logtriage.scan.cache import cached, content_key
from logtriage.scan.fragments import Plan, Shapes, adapted, hot_pieces, plan_of
from logtriage.scan.patterns import Pattern
from logtriage.scan.scanner import native_engine
from logtriage.scan.staged import Staged

if TYPE_CHECKING:
    from logtriage.scan.sieve import Sieve


def staged_scanner(survey: Survey, tools: Tools, size: int | None) -> Staged:
    """The scanner of an input of ``size`` bytes (None where that is not known)."""
    exact = tools.scanners(survey.formats, levelled=survey.levelled)
    # without levels, lines that may matter are too many for a first step to pay
    wanted = survey.levelled and native_engine()
    return Staged(exact, (lambda: _sieve(survey, tools)) if wanted else None, size)


def _sieve(survey: Survey, tools: Tools) -> "Sieve":
    from logtriage.scan.sieve import Sieve  # noqa: PLC0415 - the heavy import

    plan = _plan(tools)
    shapes = Shapes(survey.lines)
    hot = tuple(hot_pieces(plan.pieces, shapes))
    kept = tools.sieves.get((survey.formats, hot))
    if kept is not None:
        return kept
    levels = _level_patterns(survey.formats, tools)

    def parts() -> tuple[list[Pattern], list[Pattern]]:
        whole, pieces = adapted(plan, hot, shapes)
        return [*whole, *levels], pieces

    key = content_key(
        [
            tools.pattern_key,
            *(f"{level.caseless:d}{level.expression}" for level in levels),
            *(plan.pieces[number][0] for number in hot),
        ]
    )
    sieve = tools.sieves[survey.formats, hot] = Sieve(key, parts)
    return sieve


def _plan(tools: Tools) -> Plan:
    def build() -> bytes:
        ordinary = "\n".join(path.read_text("utf-8") for path in sorted(FORMATS.glob("*.toml")))
        patterns = sorted(set(tools.rule_patterns(levelled=True)))
        return msgspec.msgpack.encode(plan_of(patterns, required_literals, ordinary))

    stored = cached("pieces", tools.pattern_key, build)
    try:
        return msgspec.msgpack.decode(stored, type=Plan)
    except msgspec.MsgspecError:
        return msgspec.msgpack.decode(build(), type=Plan)


def _level_patterns(formats: Sequence[str], tools: Tools) -> list[Pattern]:
    made = [tools.catalog.get(name) for name in formats]
    return level_patterns(made, tools.catalog.get("json-lines").keys.severity)
