"""A comparison of two sets of logs as text, Markdown or JSON."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from logtriage.errors import UsageError
from logtriage.model.comparison import Amount, Comparison, Difference, Side
from logtriage.report.cards import TAGS, Look, gist, short, tag_words
from logtriage.report.cells import wrapped
from logtriage.report.figures import TIMES, day_of, duration, many, span_of, when
from logtriage.report.lines import Line, Piece, Style, cropped, line_of, plain
from logtriage.report.machine import harmless
from logtriage.report.markdown import code, plain_words
from logtriage.report.safe import visible
from logtriage.report.text import shared_folder

OUTPUTS: Final = ("text", "json", "markdown")

_HEADS: Final = {
    "new": "new: were not there before",
    "grown": "grown",
    "shrunk": "shrunk",
    "gone": "gone: were there before",
}
_NAME: Final = 11
_ALIKE: Final = 0.1
"""Part by which two windows may differ in length and still be compared by plain counts."""


def render_comparison(
    comparison: Comparison,
    output: str,
    *,
    width: int = 80,
    crop: bool = False,
    colour: bool = False,
    links: bool = False,
    ascii_only: bool = False,
    top: int = 10,
) -> str:
    """The comparison as ``output`` says, ending in a newline; UsageError for an unknown output."""
    if output == "json":
        encoded = msgspec.json.format(msgspec.json.encode(comparison), indent=2)
        return f"{harmless(encoded)}\n"
    if output == "markdown":
        return "\n".join(_markdown(comparison)) + "\n"
    if output != "text":
        raise UsageError(
            f"compare has no output '{output}'", help=f"choose one of {', '.join(OUTPUTS)}"
        )
    folder = shared_folder([*comparison.before.paths, *comparison.after.paths])
    look = Look(width=max(width, 40), crop=crop, ascii_only=ascii_only, top=top, folder=folder)
    lines = [cropped(line, look.width) if crop else line for line in _lines(comparison, look)]
    if colour:
        from logtriage.report.terminal import coloured  # noqa: PLC0415 - rich is not needed without

        return coloured(lines, ascii_only=ascii_only, links=links)
    return plain(lines, ascii_only=ascii_only)


def counts_of(comparison: Comparison) -> str:
    """``3 new, 1 gone, 4 as before``; what is zero is left out."""
    found = [each.status for each in comparison.differences]
    parts = [f"{found.count(status):,} {status}" for status in _HEADS if status in found]
    return ", ".join([*parts, f"{comparison.same:,} as before"]) if parts else ""


def _lines(comparison: Comparison, look: Look) -> Iterator[Line]:
    name = Piece(f"{'logtriage':<{_NAME}}", Style.TITLE)
    for words, side in (("before", comparison.before), ("after ", comparison.after)):
        told = _side(side, look)
        parts = told if len("  ".join(told)) > look.width - _NAME - 8 else ["  ".join(told)]
        for part in parts:
            yield line_of(name, f"{words}  {part}")
            name, words = Piece(" " * _NAME), " " * len(words)  # noqa: PLW2901 - said once
    if comparison.interrupted:
        yield line_of(name, Piece("interrupted: only part of the input was read", Style.URGENT))
    if not comparison.differences:
        same = f"; {many(comparison.same, 'issue')} as before" if comparison.same else ""
        yield line_of(name, Piece(f"nothing new, gone, grown or shrunk{same}", Style.GOOD))
    else:
        yield line_of(name, counts_of(comparison))
    for each in comparison.versions:
        yield line_of(name, f"{each.component}: {each.before} before, {each.after} after")
    for status, head in _HEADS.items():
        found = [each for each in comparison.differences if each.status == status]
        if found:
            yield []
            yield line_of(Piece(f" {len(found):,} {head}", Style.TITLE))
            yield from _section(found, comparison, look)


def _side(side: Side, look: Look) -> list[str]:
    where = shared_folder(side.paths).removeprefix(look.folder)
    if len(side.paths) == 1:
        where = side.paths[0].removeprefix(look.folder)
    length = f" ({duration(side.hours * 3600)})" if side.hours else ""
    told = f"{many(side.errors, 'error')} in {many(side.issues, 'issue')}"
    return [part for part in (where, f"{span_of(side.window)}{length}", told) if part]


def _section(found: Sequence[Difference], comparison: Comparison, look: Look) -> Iterator[Line]:
    shown = found[: look.top]
    heads = {each.root_cause for each in shown if not each.follows}
    for each in shown:
        yield from _entry(each, comparison, look, beneath=each.follows and each.root_cause in heads)
    if len(found) > look.top:
        yield line_of(Piece(f"    and {len(found) - look.top:,} more   --top {len(found)}"))


def _entry(
    each: Difference, comparison: Comparison, look: Look, *, beneath: bool
) -> Iterator[Line]:
    words, style = TAGS.get(each.tag, (tag_words(each.tag), Style.PLAIN))
    mark = "" if each.certain else "  perhaps chance"
    amount = amounts(each, comparison)
    if beneath:
        count = amount if each.before.count else f"{each.after.count:,} {TIMES}"
        title = each.title.removesuffix(f"; {each.component}")
        yield line_of(Piece("      └─ ", Style.DIM), f"{each.component or '?'}  {count}  {title}")
        return
    yield []
    where = f"  {each.component}" if each.component and each.component not in each.title else ""
    yield line_of("  ", Piece(words, style), f"  {amount}{where}", Piece(mark, Style.DIM))
    for part in wrapped(visible(each.title), look.width - 4):
        yield line_of("    ", Piece(part, Style.TITLE))
    proof = each.evidence
    if proof is not None and each.status != "gone":
        window = comparison.after.window
        place = f"{visible(short(proof.path, look))}:{proof.line}"
        said = proof.message or gist(proof.text, dated=proof.timestamp is not None)
        at = f"  {when(proof.timestamp, day=day_of(window))}" if proof.timestamp else ""
        yield line_of(
            "      ",
            Piece(place, Style.PLACE, proof.path, proof.line),
            Piece(at, Style.TIME),
            f"  {said}",
        )
    if each.trigger is not None:
        yield line_of("    ", Piece("after  ", Style.DIM), trigger_words(each, comparison, look))


def trigger_words(each: Difference, comparison: Comparison, look: Look) -> str:
    """``deploy of orders 1.4.2 at 03:05:10 (orders.log:88150)``."""
    trigger = each.trigger
    if trigger is None:
        return ""
    who = " ".join(part for part in (trigger.component, trigger.version) if part)
    at = when(trigger.timestamp, day=day_of(comparison.after.window))
    place = f"{short(trigger.path, look)}:{trigger.line}"
    return f"{trigger.kind}{f' of {who}' if who else ''} at {at} ({place})"


def amounts(each: Difference, comparison: Comparison) -> str:
    """``3 → 61`` errors; rates an hour too where the windows are not about equally long."""
    counts = f"{each.before.count:,} → {many(each.after.count, 'error')}"
    mine, theirs = comparison.before.hours, comparison.after.hours
    alike = bool(mine and theirs and abs(mine - theirs) <= _ALIKE * max(mine, theirs))
    if alike or each.before.per_hour is None or each.after.per_hour is None:
        return counts
    if not each.before.count or not each.after.count:
        return counts
    return f"{counts}, {_rate(each.before)} → {_rate(each.after)} an hour"


def _rate(amount: Amount) -> str:
    rate = amount.per_hour or 0.0
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _markdown(comparison: Comparison) -> Iterator[str]:
    look = Look()
    yield "# logtriage compare"
    yield ""
    for words, side in (("before", comparison.before), ("after", comparison.after)):
        yield f"- **{words}** {plain_words(', '.join(_side(side, look)))}"
    yield ""
    yield f"**{counts_of(comparison) or 'Nothing new, gone, grown or shrunk.'}**"
    for release in comparison.versions:
        yield ""
        yield plain_words(f"{release.component}: {release.before} before, {release.after} after")
    for status in _HEADS:
        found = [each for each in comparison.differences if each.status == status]
        if found:
            yield ""
            yield f"## {len(found):,} {status}"
            yield ""
            heads = {each.root_cause for each in found if not each.follows}
            for each in found:
                beneath = each.follows and each.root_cause in heads
                yield from _item(each, comparison, look, beneath=beneath)


def _item(each: Difference, comparison: Comparison, look: Look, *, beneath: bool) -> Iterator[str]:
    mark = "" if each.certain else " (perhaps chance)"
    inset = "  " if beneath else ""
    title = each.title.removesuffix(f"; {each.component}")
    head = plain_words(f"{title}; {each.component}" if each.component else title)
    yield (
        f"{inset}- **{tag_words(each.tag)}** {head}: {plain_words(amounts(each, comparison))}{mark}"
    )
    if beneath:
        return
    if each.evidence is not None:
        proof = each.evidence
        said = proof.message or gist(proof.text, dated=proof.timestamp is not None)
        yield f"  - {code(f'{proof.path}:{proof.line}')} {code(said)}"
    if each.trigger is not None:
        yield f"  - after {plain_words(trigger_words(each, comparison, look))}"
