"""The report as Markdown that pastes well into GitHub, Jira and Slack.

What a log wrote stands in code spans or with its marks escaped: it can neither format, link,
mention nor open HTML.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from logtriage.model.report import TENTATIVE, Evidence, Issue, Report, RootCause
from logtriage.report.cards import (
    FEW,
    SETTLE,
    Look,
    course_of,
    doubt_of,
    labels_of,
    link_words,
    proofs_of,
    said,
    symptoms_of,
    tag_words,
)
from logtriage.report.figures import TIMES, day_of, lag, many, over_window, sparkline, when
from logtriage.report.safe import visible
from logtriage.report.text import coverage_of, others_of

# Only marks that would do something: Slack and Jira show backslashes that Markdown swallows.
_MARKS: Final = re.compile(
    r"[\\`<>|]|\*(?=\S)|(?<=\S)\*|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|~(?=~)|(?<=~)~|\](?=[(\[:])|!(?=\[)"
    r"|\$(?=\S)|&(?=#?\w{1,32};)|(?<!\w)@(?=\w)|^(?:[\#+=-]|\d{1,9}(?=[.)]))"
)
_BACKTICKS: Final = re.compile(r"`+")

# a word joiner keeps a name from being called and a figure from being a list; it takes no room
_ENTITIES: Final = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "@\u2060"}

EVIDENCE: Final = 5
ISSUES: Final = 50


def as_markdown(report: Report) -> str:
    """Coverage, a section for each root cause, a table of the other issues."""
    read, found = coverage_of(report)
    read = ", ".join(read.split("   "))
    lines = ["# logtriage", "", plain_words(f"{read}: {found}"), ""]
    if report.interrupted:
        lines += ["**Interrupted: only part of the input was read.**", ""]
    if not report.root_causes:
        nothing = "Nothing to report." if not report.issues else "No root cause."
        lines += [f"**{nothing}**", ""]
    for cause in report.root_causes:
        told = _brief if cause.confidence < TENTATIVE else _section
        lines += [*told(cause, report), ""]
    lines += _others(others_of(report), report)
    problems = [(each.path, told) for each in report.inputs for told in each.problems]
    if problems:
        lines += ["## Not read to the end", ""]
        lines += [f"- {code(path)}: {plain_words(told)}" for path, told in problems]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(cause: RootCause, report: Report) -> Iterator[str]:
    yield from _head(cause, report)
    yield plain_words(cause.summary)
    yield ""
    yield from _proofs(proofs_of(cause)[:EVIDENCE], report)
    for symptom in symptoms_of(cause):
        late = f" {lag(symptom.lag_seconds)}" if symptom.lag_seconds is not None else ""
        yield (
            f"  - then {code(symptom.component or '?')}{late}, {symptom.count:,} {TIMES} "
            f"{plain_words(symptom.title)} ({link_words(symptom)})"
        )
    yield ""
    for label, words in labels_of(cause, report, Look()):
        yield f"- **{label}** {plain_words(words)}"


def _brief(cause: RootCause, report: Report) -> Iterator[str]:
    """A tentative one: what it is, where it stands, what would settle it."""
    yield from _head(cause, report)
    yield from _proofs(cause.evidence[:1], report)
    yield f"- **settle** {plain_words(cause.settle or SETTLE)}"


def _head(cause: RootCause, report: Report) -> Iterator[str]:
    yield f"## {cause.rank}. {plain_words(cause.title)}"
    yield ""
    facts = [f"**{tag_words(cause.tag)}**", f"**{cause.priority}**", doubt_of(cause)]
    facts += [each for each in (course_of(cause),) if each]
    bars = sparkline(over_window(cause.histogram, report.window)) if cause.errors >= FEW else ""
    yield " · ".join(facts) + (f" · `{bars}`" if bars else "")
    yield ""


def _proofs(evidence: Iterable[Evidence], report: Report) -> Iterator[str]:
    day = day_of(report.window)
    for each in evidence:
        at = f" {when(each.timestamp, day=day)}" if each.timestamp else ""
        yield f"- {code(f'{each.path}:{each.line}')}{at} {code(said(each))}"


def _others(issues: list[Issue], report: Report) -> Iterator[str]:
    if not issues:
        return
    day = day_of(report.window)
    yield f"## {many(len(issues), 'other issue')}"
    yield ""
    yield "| issue | tag | sure | errors | since | component | what |"
    yield "| --- | --- | ---: | ---: | --- | --- | --- |"
    for issue in issues[:ISSUES]:
        chronic = "chronic: " if issue.chronic else ""
        yield _row(
            [
                issue.id,
                issue.tag,
                f"{issue.confidence:.2f}",
                f"{issue.count:,}",
                when(issue.first_seen, day=day),
                plain_words(issue.component or "?"),
                plain_words(f"{chronic}{issue.title}"),
            ]
        )
    if len(issues) > ISSUES:
        yield ""
        yield f"and {many(len(issues) - ISSUES, 'issue')} more"
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plain_words(text: str) -> str:
    """Text without a meaning in Markdown, on one line."""
    return _MARKS.sub(_marked, " ".join(visible(text).split()))


def _marked(found: re.Match[str]) -> str:
    mark = found[0]
    if mark in _ENTITIES:
        return _ENTITIES[mark]
    if mark[0].isdigit():
        return f"{mark}\u2060"
    return f"\\{mark}"


def code(text: str) -> str:
    """A code span that its text cannot end; a bar would end the cell of a table."""
    words = " ".join(visible(text).split()) or " "
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(words)), default=0) + 1)
    gap = " " if words[0] == "`" or words[-1] == "`" else ""
    return f"{fence}{gap}{words}{gap}{fence}"
