"""What changed since the last run, first: the report that comes by cron and is read in a mail."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from logtriage.model.delta import Delta, Entry
from logtriage.model.report import TENTATIVE, Report, RootCause
from logtriage.report.cards import Look, brief_card, card, tag_words
from logtriage.report.cells import wrapped
from logtriage.report.figures import TIMES, many, moment, span_of, when
from logtriage.report.lines import Line, Piece, Style, columns, justified, line_of, plain
from logtriage.report.markdown import as_markdown, plain_words
from logtriage.report.redact import Redaction, encodable_report, redacted
from logtriage.report.render import render
from logtriage.report.safe import visible
from logtriage.report.text import doubts, shared_folder

INDENT: Final = 11

GROWN: Final = 2.0
"""Times its usual hour from which on that is worth a word."""

SHOWN: Final = 50
"""Entries of one kind with lines of their own."""

_KINDS: Final = ("new", "regressed", "still", "resolved")
_TO: Final = "\N{EN DASH}"


def render_delta(
    report: Report,
    output: str,
    *,
    host: str,
    width: int = 80,
    crop: bool = False,
    colour: bool = False,
    links: bool = False,
    ascii_only: bool = False,
    redact: bool = True,
    redaction: Redaction | None = None,
) -> str:
    """The report with what changed first; outputs that have no place for it are as a scan's.

    Arguments as for `logtriage.report.render.render`; ``host`` is named in the first line.
    """
    delta = report.delta
    if delta is None or output not in {"text", "markdown"}:
        return render(report, output, redact=redact, redaction=redaction)
    report = encodable_report(redacted(report, redaction) if redact else report)
    delta = report.delta or delta
    if output == "markdown":
        return f"{as_list(report, delta, host)}\n{as_markdown(report)}"
    look = Look(width=max(width, 40), crop=crop, ascii_only=ascii_only)
    lines = [*delta_lines(report, delta, look, host)]
    if colour:
        from logtriage.report.terminal import coloured  # noqa: PLC0415 - rich is not needed without

        return coloured(lines, ascii_only=ascii_only, links=links)
    return plain(lines, ascii_only=ascii_only)


def subject_line(delta: Delta, host: str) -> str:
    """Subject of a mail: ``logtriage web-1: 1 new incident, 1 resolved``."""
    return f"logtriage {host}: {delta.subject}"


def delta_lines(report: Report, delta: Delta, look: Look, host: str) -> Iterator[Line]:
    """The subject, a few words for each change, a card for what is new, what was read."""
    look = look._replace(folder=shared_folder([each.path for each in report.inputs]))
    day = _today(report)
    yield line_of(Piece(subject_line(delta, host), Style.TITLE))
    if delta.new or delta.regressed or delta.still or delta.resolved or delta.muted:
        yield []
    for kind in _KINDS:
        entries: tuple[Entry, ...] = getattr(delta, kind)
        for entry in entries[:SHOWN]:
            yield from _entry(kind, entry, look, day)
        if len(entries) > SHOWN:
            yield line_of(f"{' ' * INDENT}and {len(entries) - SHOWN:,} more {kind}")
    if delta.muted:
        yield line_of(f"{'MUTED':<{INDENT}}{_muted(delta)}")
    for cause in _told(report, delta):
        yield []
        draw = card if cause.confidence >= TENTATIVE else brief_card
        yield from draw(cause, report, look)
    yield []
    for words in wrapped(_read(report, delta, day), look.width):
        yield line_of(Piece(words, Style.DIM))
    yield from doubts(report, look)


def _read(report: Report, delta: Delta, day: dt.date | None) -> str:
    """How much came, of what time, since when."""
    since = f"since the run at {when(delta.since, day=day)} UTC" if delta.since else "a first run"
    totals = report.totals
    if not totals.lines:
        return f"no line {since}"
    read = f"{many(totals.lines, 'line')} in {many(len(report.inputs), 'file')}"
    parts = [read, span_of(report.window), since]
    if totals.errors:
        parts.insert(1, f"{many(totals.errors, 'error')} in {many(len(report.issues), 'issue')}")
    if totals.ignored:
        parts.insert(-1, f"{totals.ignored:,} ignored")
    return ", ".join(parts)


def _entry(kind: str, entry: Entry, look: Look, day: dt.date | None) -> Iterator[Line]:
    style = Style.DEFECT if entry.tag == "application-defect" else Style.INCIDENT
    if kind == "resolved":
        style = Style.GOOD
    doubt = f"  tentative {entry.confidence:.2f}" if entry.confidence < TENTATIVE else ""
    left = line_of(
        Piece(f"{kind.upper():<{INDENT}}", Style.TITLE),
        Piece(tag_words(entry.tag), style),
        f"  {entry.priority or ''}{doubt}",
    )
    yield justified(left, [Piece(course_of(kind, entry, day), Style.TIME)], look.width)
    parts = wrapped(visible(entry.title), look.width - INDENT)
    for part in parts[:-1]:
        yield line_of(" " * INDENT, part)
    last = line_of(" " * INDENT, parts[-1] if parts else "")
    name = line_of(Piece(f"  {entry.fingerprint}", Style.DIM))
    if kind == "resolved":
        yield last
    elif columns(last) + columns(name) <= look.width:
        yield [*last, *name]
    else:
        yield from (last, line_of(" " * INDENT, Piece(entry.fingerprint, Style.DIM)))


def course_of(kind: str, entry: Entry, day: dt.date | None) -> str:
    """``since 03:12:04, 8,412 errors``, ``214 today``; of what is over, from when to when."""
    if kind == "resolved":
        first, last = moment(entry.since), moment(entry.last)
        same = first.date() if first and last and first.date() == last.date() else day
        return f"{when(entry.since, day=day)} {_TO} {when(entry.last, day=same)}"
    if kind == "still":
        parts = [f"{entry.today:,} today" if entry.today else many(entry.count, "error")]
        if entry.times_usual is not None and entry.times_usual >= GROWN:
            parts.append(f"{entry.times_usual:.0f} {TIMES} its usual hour")
        return ", ".join(parts)
    word = "back since" if kind == "regressed" else "since"
    return f"{word} {when(entry.since, day=day)}, {many(entry.count, 'error')}"


def _muted(delta: Delta) -> str:
    errors = sum(entry.count for entry in delta.muted)
    return f"{many(len(delta.muted), 'issue')}, {many(errors, 'error')}: logtriage mute --list"


def _told(report: Report, delta: Delta) -> list[RootCause]:
    """Root causes that are new, came back or grew, most urgent first."""
    grown = [entry for entry in delta.still if entry.news]
    wanted = {entry.root_cause for entry in (*delta.new, *delta.regressed, *grown)}
    return [cause for cause in report.root_causes if cause.id in wanted]


def _today(report: Report) -> dt.date | None:
    now = moment(report.generated_at)
    return now.date() if now else None


def as_list(report: Report, delta: Delta, host: str) -> str:
    """The changes as a Markdown list under the subject."""
    day = _today(report)
    lines = [f"# {plain_words(subject_line(delta, host))}", ""]
    for kind in _KINDS:
        entries: tuple[Entry, ...] = getattr(delta, kind)
        lines += [
            f"- **{kind.upper()}** {tag_words(entry.tag)} {entry.priority or ''} "
            f"{plain_words(entry.title)}: {course_of(kind, entry, day)}"
            for entry in entries[:SHOWN]
        ]
        if len(entries) > SHOWN:
            lines.append(f"- and {len(entries) - SHOWN:,} more {kind}")
    if delta.muted:
        lines.append(f"- muted: {_muted(delta)}")
    return "\n".join(lines) + "\n"
