"""One root cause as a card of a few lines."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from logtriage.model.report import TENTATIVE, Evidence, Report, RootCause, Symptom
from logtriage.report.cells import fitted, padded, width_of, wrapped
from logtriage.report.figures import (
    TIMES,
    clock,
    day_of,
    lag,
    many,
    over_window,
    sparkline,
    when,
)
from logtriage.report.lines import Line, Piece, Style, columns, cropped, justified, line_of
from logtriage.report.safe import visible

INDENT: Final = 4

EVIDENCE: Final = 3
"""Lines of evidence of a card; the rest are in the JSON."""

SYMPTOMS: Final = 6
"""Symptoms of a card that have a line of their own."""

NEXT_STEPS: Final = 3

FEW: Final = 3
"""Errors below which a row of bars tells nothing."""

URGENT: Final = frozenset({"P1", "P2"})

# A timestamp at the head of a line, in brackets or not: ISO, syslog, Apache, time alone.
_MOMENT: Final = (
    r"(?:\d{4}[-/.]\d\d[-/.]\d\d[T :_]|[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?"
    r"|(?:[A-Z][a-z]{2} ){2} ?\d{1,2} |\d\d/[A-Z][a-z]{2}/\d{4}:)?"
    r"\d\d:\d\d:\d\d(?:[.,:]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?"
)
_STAMP: Final = re.compile(rf"(?:\[{_MOMENT}\]|\({_MOMENT}\)|<{_MOMENT}>|{_MOMENT})[:,|]?(?: +|$)")

_FIGURES: Final = re.compile(r"\d+")

_COMPONENT: Final = 16
_LABEL: Final = 8

TAGS: Final = {
    "production-incident": ("PRODUCTION INCIDENT", Style.INCIDENT),
    "application-defect": ("APPLICATION DEFECT", Style.DEFECT),
}

_ROUTES: Final = {
    "production-support": "production support",
    "application-support": "application support",
}

# the strongest first: a line has room for one
_LINKS: Final = {
    "names-endpoint": "its text names the cause",
    "shared-trace": "same request id",
    "exception-chain": "carries the same exception",
    "depends-on": "needs what failed",
    "same-target": "asks the same server in vain",
    "same-moments": "each time in the same moment",
    "same-category": "the same kind of trouble",
    "same-time": "began at the same time",
    "meanwhile": "failed while it lasted",
    "causal-rule": "a known effect of such a fault",
    "volume-drop": "fell silent",
    "same-component": "same component",
    "follows": "began right after",
}

SETTLE: Final = "who has to act for it to stop? read the lines around it"

_QUOTED: Final = 40
"""Characters by which a quoted line is known again."""

_LEAST: Final = 30
"""Columns that a line of a log needs to be worth reading."""


class Look(NamedTuple):
    """How the text report is laid out."""

    width: int = 80
    crop: bool = False
    """Cut long lines at the width, for a terminal; elsewhere nothing is cut."""
    ascii_only: bool = False
    top: int = 10
    show_ignored: bool = False
    seconds: float | None = None
    """How long the run took."""
    folder: str = ""
    """What all paths begin with, told once and left out elsewhere."""
    promises: Mapping[str, str] | None = None
    """Priority to what was promised for it: ``respond within 15 min``."""


def card(cause: RootCause, report: Report, look: Look) -> Iterator[Line]:
    """The lines of a root cause: the answer, the proof, what followed, what to do, who."""
    yield _head(cause, report, look)
    room = look.width - INDENT
    for part in wrapped(visible(cause.title), room):
        yield line_of(" " * INDENT, Piece(part, Style.TITLE))
    for part in wrapped(visible(summary_without_quote(cause)), room):
        yield line_of(" " * INDENT, part)
    yield from _evidence(cause, report, look)
    yield from _symptoms(cause, look)
    yield from _labelled(labels_of(cause, report, look), look)


def brief_card(cause: RootCause, report: Report, look: Look) -> Iterator[Line]:
    """A tentative root cause: what it is, where it stands, what would settle it."""
    yield _head(cause, report, look)
    for part in wrapped(visible(cause.title), look.width - INDENT):
        yield line_of(" " * INDENT, part)
    for each in cause.evidence[:1]:
        told = "" if _same_words(said(each), cause.title) else said(each)
        words = [_count_of(cause)] if cause.errors > 1 or not told else []
        yield from _proof(each, ": ".join([*words, told] if told else words), 0, report, look)
    yield from _labelled([("settle", cause.settle or SETTLE)], look)


def _count_of(cause: RootCause) -> str:
    errors, issues = many(cause.errors, "error"), len(cause.symptoms) + 1
    return f"{errors} in {many(issues, 'issue')}" if issues > 1 else errors


def summary_without_quote(cause: RootCause) -> str:
    """The summary for a reader who has the quoted line before his eyes."""
    quote = cause.message
    if not quote or not any(quote[:_QUOTED] in said(each) for each in proofs_of(cause)[:EVIDENCE]):
        return cause.summary
    return cause.summary.replace(f": {quote}.", ".", 1)


def _same_words(line: str, title: str) -> bool:
    """Whether a title was made from the line: both begin with the same words."""
    what = title.partition("…")[0].rpartition(";")[0] or title
    return len(what) > 8 and line.startswith(what[:24])


def short(path: str, look: Look) -> str:
    """The path without the folder that all inputs share."""
    return path.removeprefix(look.folder) if look.folder else path


def tag_words(tag: str) -> str:
    """``PRODUCTION INCIDENT``."""
    return TAGS[tag][0] if tag in TAGS else tag.replace("-", " ").upper()


def tentative(cause: RootCause) -> bool:
    """Whether the cause, or whose it is, is less than likely."""
    return min(cause.confidence, cause.tag_confidence) < TENTATIVE


def doubt_of(cause: RootCause) -> str:
    """What is in doubt, in words; empty where nothing is."""
    if cause.confidence < TENTATIVE:
        return f"tentative {cause.confidence:.2f}"
    if cause.tag_confidence < TENTATIVE:
        return f"sure {cause.confidence:.2f}, whose it is: tentative {cause.tag_confidence:.2f}"
    return f"sure {cause.confidence:.2f}"


def course_of(cause: RootCause) -> str:
    """``still firing``, ``quiet since 03:41:12``, or nothing where the logs cannot tell."""
    if cause.errors < 2:
        return ""
    if cause.firing:
        return "still firing"
    if cause.firing is None or not cause.ended_at or cause.ended_at == cause.started_at:
        return ""
    return f"quiet since {clock(cause.ended_at)}"


def _head(cause: RootCause, report: Report, look: Look) -> Line:
    words, style = TAGS.get(cause.tag, (tag_words(cause.tag), Style.PLAIN))
    if cause.tag_confidence < TENTATIVE:
        words += "?"
    urgent = cause.priority in URGENT
    left = line_of(
        f"{cause.rank:>2}  ",
        Piece(words, style),
        "  ",
        Piece(cause.priority, Style.URGENT if urgent else Style.PLAIN),
        f"  {doubt_of(cause)}",
    )
    bars = ""
    if cause.errors >= FEW:
        over = over_window(cause.histogram, report.window)
        bars = sparkline(over, ascii_only=look.ascii_only)
    course = course_of(cause)
    right = [
        Piece(course, Style.FIRING if cause.firing else Style.TIME),
        Piece(f"  {bars}" if course and bars else bars, Style.TIME),
    ]
    if columns(left) + columns(right) + 2 > look.width:
        right = right[:1] if course else []
    return justified(left, right if course or bars else [], look.width)


def _evidence(cause: RootCause, report: Report, look: Look) -> Iterator[Line]:
    shown = proofs_of(cause)[:EVIDENCE]
    places = [_place(each.path, each.line, look) for each in shown]
    wide = min(max(map(width_of, places), default=0), look.width // 3)
    for index, each in enumerate(shown):
        yield from _proof(each, said(each), wide, report, look, rows=3 if not index else 2)


def proofs_of(cause: RootCause) -> list[Evidence]:
    """The evidence without lines that say the same again but for their figures."""
    found: dict[str, Evidence] = {}
    for each in cause.evidence:
        found.setdefault(_FIGURES.sub("0", said(each)), each)
    return list(found.values())


def _place(path: str, line: int, look: Look) -> str:
    return f"{visible(short(path, look))}:{line}"


def _proof(
    each: Evidence, told: str, wide: int, report: Report, look: Look, *, rows: int = 2
) -> Iterator[Line]:
    """Place, time and words of a line; on a terminal the words take a few rows at most."""
    place = padded(_place(each.path, each.line, look), wide)
    at = f"  {when(each.timestamp, day=day_of(report.window))}" if each.timestamp else ""
    if look.crop:
        place = _end_of(place, look.width - INDENT - 2 - len(at))
    head = line_of(
        " " * (INDENT + 2), Piece(place, Style.PLACE, each.path, each.line), Piece(at, Style.TIME)
    )
    room = look.width - columns(head) - 2
    words = visible(told)
    if not look.crop or width_of(words) <= room:
        yield [*head, *line_of(f"  {words}")]
        return
    margin = look.width - room
    if room < _LEAST:
        # a long path: the words stand beneath it
        yield head
        margin = INDENT + 6
        room = look.width - margin
        head = line_of(" " * (margin - 2))
    parts = wrapped(words, room)
    kept = [*parts[: rows - 1], *[fitted(" ".join(parts[rows - 1 :]), room)]]
    yield [*head, *line_of(f"  {kept[0]}")]
    yield from (line_of(" " * margin, part) for part in kept[1:] if part)


def _end_of(place: str, room: int) -> str:
    """The end of a path that no row has room for: the file and the line are there."""
    while width_of(place) > room:
        place = f"…{place[2:]}"
    return place


def said(evidence: Evidence) -> str:
    """What the line says, without timestamp, level and logger where they are known."""
    if evidence.message:
        return " ".join(evidence.message.split())
    return gist(evidence.text, dated=evidence.timestamp is not None)


def gist(text: str, *, dated: bool) -> str:
    """The text on one line; a timestamp at its head is left out where its time is known."""
    words = " ".join(text.split())
    return _STAMP.sub("", words, count=1) if dated else words


def route_of(cause: RootCause, promises: Mapping[str, str] | None = None) -> str:
    """``production support, respond within 15 min``; ``application support, ticket``."""
    who = _ROUTES.get(cause.route, cause.route.replace("-", " "))
    if promised := (promises or {}).get(cause.priority):
        return f"{who}, {promised}"
    if cause.route == "application-support":
        return f"{who}, ticket"
    return f"{who}, now" if cause.priority in URGENT else who


def symptoms_of(cause: RootCause) -> list[Symptom]:
    """The symptoms, those of one component with one title as one; the component said once."""
    found: dict[tuple[str | None, str], Symptom] = {}
    for each in cause.symptoms:
        title = (each.title or each.issue).removesuffix(f"; {each.component}")
        former = found.get((each.component, title))
        if former is not None:
            links = tuple(dict.fromkeys((*former.links, *each.links)))
            each = msgspec.structs.replace(  # noqa: PLW2901 - the sum takes its place
                former, links=links, count=former.count + each.count
            )
        found[each.component, title] = msgspec.structs.replace(each, title=title)
    return list(found.values())


def _symptoms(cause: RootCause, look: Look) -> Iterator[Line]:
    every = symptoms_of(cause)
    shown = every if len(every) <= SYMPTOMS + 1 else every[:SYMPTOMS]
    names = [fitted(visible(each.component or "?"), _COMPONENT) for each in shown]
    lags = [lag(each.lag_seconds) for each in shown]
    counts = [f"{each.count:,} {TIMES}" for each in shown]
    wide = [max(map(width_of, cells), default=0) for cells in (names, lags, counts)]
    more = every[len(shown) :]
    for index, each in enumerate(shown):
        last = index == len(shown) - 1 and not more
        line = line_of(
            Piece(f"{' ' * (INDENT + 2)}{'└─' if last else '├─'} ", Style.DIM),
            padded(names[index], wide[0]),
            Piece(f"  {padded(lags[index], wide[1])}", Style.TIME),
            f"  {counts[index]:>{wide[2]}}  ",
            each.title,
        )
        why = line_of(Piece(f"  ({link_words(each)})", Style.DIM))
        whole = [*line, *why]
        yield _fit(whole if columns(whole) <= look.width or not look.crop else line, look)
    if more:
        errors = sum(each.count for each in more)
        yield line_of(
            Piece(f"{' ' * (INDENT + 2)}└─ ", Style.DIM),
            f"{many(len(more), 'more issue')}, {many(errors, 'error')}",
        )


def link_words(symptom: Symptom) -> str:
    """Why it is taken for a consequence: the strongest sign."""
    known = [words for link, words in _LINKS.items() if link in symptom.links]
    other = [link.replace("-", " ") for link in symptom.links if link not in _LINKS]
    return next(iter([*known, *other]), _LINKS["follows"])


def labels_of(cause: RootCause, report: Report, look: Look) -> list[tuple[str, str]]:
    """What stands at the foot of a card: a word and its text."""
    found = []
    trigger = cause.trigger
    shown = {(each.path, each.line) for each in proofs_of(cause)[:EVIDENCE]}
    if trigger is not None and (trigger.path, trigger.line) not in shown:
        at = when(trigger.timestamp, day=day_of(report.window))
        words = trigger.message or gist(trigger.text, dated=trigger.timestamp is not None)
        place = f"{short(trigger.path, look)}:{trigger.line}"
        found.append(("after", f"{at}  {trigger.kind}: {words} ({place})"))
    if cause.reasons:
        found.append(("why", "; ".join(cause.reasons)))
    if cause.settle and tentative(cause):
        found.append(("settle", cause.settle))
    found += [("now", step) for step in cause.next_steps[:NEXT_STEPS]]
    if cause.runbook:
        found.append(("book", cause.runbook))
    found.append(("who", route_of(cause, look.promises)))
    return found


def _labelled(labels: list[tuple[str, str]], look: Look) -> Iterator[Line]:
    former = ""
    for label, words in labels:
        room = look.width - INDENT - _LABEL + 1
        told = visible(words)
        if look.crop and label == "why":
            told = _whole_phrases(told, room)
        parts = wrapped(told, room)
        if look.crop and label == "after":
            parts = [_middle_cut(" ".join(parts), room)]
        for index, part in enumerate(parts):
            shown = label if not index and label != former else ""
            style = Style.TITLE if label == "now" else Style.DIM
            yield line_of(" " * INDENT, Piece(f"{shown:<{_LABEL - 1}}", style), part)
        former = label


def _whole_phrases(text: str, room: int) -> str:
    """As many of the phrases as one row has room for; the first in any case."""
    first, *others = text.split("; ")
    for phrase in others:
        if width_of(first) + width_of(phrase) + 2 > room:
            break
        first = f"{first}; {phrase}"
    return first


def _middle_cut(text: str, room: int) -> str:
    """The text in one row: cut before the place that it ends with."""
    words, gap, place = text.rpartition(" (")
    if not gap or width_of(text) <= room or width_of(place) > room // 2:
        return fitted(text, room)
    return f"{fitted(words, room - width_of(place) - 2)} ({place}"


def _fit(line: Line, look: Look) -> Line:
    return cropped(line, look.width) if look.crop else line
