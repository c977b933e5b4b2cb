"""One root cause as a card of a few lines."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from logtriage.model.report import TENTATIVE, Evidence, Report, RootCause, Symptom
from logtriage.report.cells import fitted, padded, width_of, wrapped
from logtriage.report.figures import TIMES, clock, day_of, lag, many, share, sparkline, when
from logtriage.report.lines import Line, Piece, Style, columns, cropped, justified, line_of
from logtriage.report.safe import visible

INDENT: Final = 4

EVIDENCE: Final = 3
"""Lines of evidence of a card; the rest are in the JSON."""

SYMPTOMS: Final = 6
"""Symptoms of a card that have a line of their own."""

NEXT_STEPS: Final = 3

URGENT: Final = frozenset({"P1", "P2"})

# A timestamp at the head of a line, in brackets or not: ISO, syslog, Apache, time alone.
_MOMENT: Final = (
    r"(?:\d{4}[-/.]\d\d[-/.]\d\d[T :_]|[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?"
    r"|(?:[A-Z][a-z]{2} ){2} ?\d{1,2} |\d\d/[A-Z][a-z]{2}/\d{4}:)?"
    r"\d\d:\d\d:\d\d(?:[.,:]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?"
)
_STAMP: Final = re.compile(rf"(?:\[{_MOMENT}\]|\({_MOMENT}\)|<{_MOMENT}>|{_MOMENT})[:,|]?(?: +|$)")

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

_LINKS: Final = {
    "names-endpoint": "names it",
    "shared-trace": "same trace",
    "exception-chain": "same exception",
    "causal-rule": "is known to follow",
    "depends-on": "depends on it",
    "same-component": "same component",
    "volume-drop": "fell silent",
    "follows": "right after",
}

_SEVERITY: Final = re.compile(
    r".{0,80}?(?<![\w-])(PANIC|FATAL|EMERG|ALERT|CRITICAL|CRIT|SEVERE|ERROR|WARNING|WARN)\b[\]:/]? "
    r"(?:\[[^\]]{1,60}\] )?(?:[\w$-]+(?:\.[\w$-]+)++:? |[\w$-]+ (?=[-:] ))?(?:[-:] )?"
)


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


def card(cause: RootCause, report: Report, look: Look) -> Iterator[Line]:
    """The lines of a root cause: the answer, the proof, what followed, what to do, who."""
    yield _head(cause, look)
    room = look.width - INDENT
    for part in wrapped(visible(cause.title), room):
        yield line_of(" " * INDENT, Piece(part, Style.TITLE))
    for part in wrapped(visible(cause.summary), room):
        yield line_of(" " * INDENT, part)
    yield from _evidence(cause, report, look)
    yield from _symptoms(cause, look)
    yield from _labelled(cause, report, look)


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
    """``still firing``, ``until 03:41:12``, or nothing where the logs cannot tell."""
    if cause.firing:
        return "still firing"
    if cause.firing is None or not cause.ended_at or cause.ended_at == cause.started_at:
        return ""
    return f"until {clock(cause.ended_at)}"


def impact_of(cause: RootCause) -> str:
    """``6,201 of 210,330 requests failed (2.9 %)``; empty without access logs."""
    failed, total = cause.impact.requests_failed, cause.impact.requests_total
    if not failed or not total:
        return ""
    return f"{failed:,} of {total:,} requests failed ({share(failed, total)})"


def _head(cause: RootCause, look: Look) -> Line:
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
    bars = sparkline(cause.histogram, ascii_only=look.ascii_only)
    course = course_of(cause)
    right = [
        Piece(course, Style.URGENT if cause.firing else Style.TIME) if course else Piece(""),
        Piece(f" {bars}" if course and bars else bars, Style.TIME),
    ]
    if columns(left) + columns(right) + 2 > look.width:
        right = right[:1] if course else []
    return justified(left, right if course or bars else [], look.width)


def _evidence(cause: RootCause, report: Report, look: Look) -> Iterator[Line]:
    shown = cause.evidence[:EVIDENCE]
    places = [f"{visible(short(each.path, look))}:{each.line}" for each in shown]
    wide = min(max(map(width_of, places), default=0), look.width // 2)
    day = day_of(report.window)
    for place, each in zip(places, shown, strict=True):
        yield _fit(
            line_of(
                " " * (INDENT + 2),
                Piece(padded(place, wide), Style.PLACE, each.path, each.line),
                Piece(
                    f"  {when(each.timestamp, day=day)}  " if each.timestamp else "  ", Style.TIME
                ),
                _gist(said(each)) if look.crop else said(each),
            ),
            look,
        )


def said(evidence: Evidence) -> str:
    """What the line says; a timestamp at its head is left out where its time is known."""
    words = " ".join(evidence.text.split())
    return _STAMP.sub("", words, count=1) if evidence.timestamp else words


def _gist(words: str) -> str:
    """A line from its severity on, without the logger: what is worth the room of a terminal."""
    found = _SEVERITY.match(words)
    return f"{found[1]} {words[found.end() :]}" if found else words


def route_of(cause: RootCause) -> str:
    """``production support, now``; ``application support, ticket``."""
    who = _ROUTES.get(cause.route, cause.route.replace("-", " "))
    if cause.route == "application-support":
        return f"{who}, ticket"
    return f"{who}, now" if cause.priority in URGENT else who


def _symptoms(cause: RootCause, look: Look) -> Iterator[Line]:
    shown = cause.symptoms[:SYMPTOMS]
    names = [fitted(visible(each.component or "?"), _COMPONENT) for each in shown]
    lags = [lag(each.lag_seconds) for each in shown]
    counts = [f"{each.count:,} {TIMES}" for each in shown]
    wide = [max(map(width_of, cells), default=0) for cells in (names, lags, counts)]
    more = len(cause.symptoms) - len(shown)
    for index, each in enumerate(shown):
        last = index == len(shown) - 1 and not more
        line = line_of(
            Piece(f"{' ' * (INDENT + 2)}{'└─' if last else '├─'} ", Style.DIM),
            padded(names[index], wide[0]),
            Piece(f"  {padded(lags[index], wide[1])}", Style.TIME),
            f"  {counts[index]:>{wide[2]}}  ",
            each.title or each.issue,
        )
        why = line_of(Piece(f"  ({link_words(each)})", Style.DIM))
        whole = [*line, *why]
        yield _fit(whole if columns(whole) <= look.width or not look.crop else line, look)
    if more > 0:
        errors = sum(each.count for each in cause.symptoms[SYMPTOMS:])
        yield line_of(
            Piece(f"{' ' * (INDENT + 2)}└─ ", Style.DIM),
            f"{many(more, 'more issue')}, {many(errors, 'error')}",
        )


def link_words(symptom: Symptom) -> str:
    """Why it is taken for a consequence."""
    return (
        ", ".join(_LINKS.get(link, link.replace("-", " ")) for link in symptom.links) or "follows"
    )


def labels_of(cause: RootCause, report: Report, look: Look) -> list[tuple[str, str]]:
    """What stands at the foot of a card: a word and its text."""
    day = day_of(report.window)
    found = []
    if cause.trigger is not None:
        trigger = cause.trigger
        said_there = _STAMP.sub("", " ".join(trigger.text.split()), count=1)
        place = f"{short(trigger.path, look)}:{trigger.line}"
        at = when(trigger.timestamp, day=day)
        found.append(("after", f"{trigger.kind} at {at}: {said_there} ({place})"))
    if cause.reasons:
        found.append(("why", "; ".join(cause.reasons)))
    if cause.settle and tentative(cause):
        found.append(("settle", cause.settle))
    found += [("now", step) for step in cause.next_steps[:NEXT_STEPS]]
    if cause.runbook:
        found.append(("book", cause.runbook))
    found.append(("who", route_of(cause)))
    return found


def _labelled(cause: RootCause, report: Report, look: Look) -> Iterator[Line]:
    former = ""
    for label, words in labels_of(cause, report, look):
        room = look.width - INDENT - _LABEL + 1
        parts = wrapped(visible(words), room)
        if label in {"why", "after"} and look.crop:
            parts = [fitted(" ".join(parts), room)]
        for index, part in enumerate(parts):
            shown = label if not index and label != former else ""
            style = Style.TITLE if label == "now" else Style.DIM
            yield line_of(" " * INDENT, Piece(f"{shown:<{_LABEL - 1}}", style), part)
        former = label


def _fit(line: Line, look: Look) -> Line:
    return cropped(line, look.width) if look.crop else line
