"""The words of messages: subjects, heads, and the lines that tell of one root cause.

All texts have come through redaction and the showing of control characters before.
"""

import datetime as dt
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from logtriage.deliver.cut import one_line
from logtriage.deliver.hours import BusinessHours, due
from logtriage.deliver.match import News
from logtriage.model.message import Plan
from logtriage.model.report import TENTATIVE

STATES: Final = {
    "new": "NEW",
    "regressed": "REGRESSED",
    "ongoing": "STILL",
    "resolved": "RESOLVED",
}

TAGS: Final = {
    "production-incident": "PRODUCTION INCIDENT",
    "application-defect": "APPLICATION DEFECT",
}

TEAMS: Final = {
    "production-incident": "production support",
    "application-defect": "application support",
}

WIDTH: Final = 96
"""Columns of running text in mail and tickets."""

EVIDENCE: Final = 3
NEXT_STEPS: Final = 3

_NOUNS: Final = {"production-incident": "incident", "application-defect": "defect"}

_EVIDENCE_WIDTH: Final = 300


class Told(msgspec.Struct, frozen=True):
    """One root cause in words, by parts, so that each service can leave out what it must."""

    state: str
    tag: str
    priority: str
    title: str
    times: str
    """``since 2026-03-04 05:06 UTC``, or from when to when."""
    summary: str
    facts: tuple[tuple[str, str], ...]
    """Label and words: what followed, who, respond by …"""
    evidence: tuple[str, ...]
    """``path:line  the line``."""

    def head(self) -> str:
        """One line: state, whose, how urgent, what, since when."""
        parts = [f"{self.state:<9}", f"{self.tag:<19}", f"{self.priority:<2}", self.title]
        return f"{' '.join(parts)}  {self.times}".rstrip()

    def lines(self) -> list[str]:
        """The head, and below it all that is known."""
        indent = "  "
        body = textwrap.wrap(self.summary, WIDTH, initial_indent=indent, subsequent_indent=indent)
        body += [f"{indent}{line}" for line in self.evidence]
        width = max((len(label) for label, _ in self.facts), default=0)
        body += [f"{indent}{label:<{width}}  {words}" for label, words in self.facts]
        return [self.head(), *body]


class Words:
    """Puts news into words, in the zone and with the promises of a plan."""

    def __init__(
        self, plan: Plan, zone: dt.tzinfo, now: dt.datetime, business: BusinessHours | None
    ) -> None:
        self._plan = plan
        self._zone = zone
        self._now = now
        self._business = business

    def told(self, news: News) -> Told:
        """A root cause in words."""
        entry, cause = news.entry, news.cause
        over = entry.status == "resolved"
        summary = "" if over or cause is None else cause.summary
        return Told(
            state=STATES[entry.status],
            tag=TAGS.get(entry.tag, entry.tag),
            priority=entry.priority or "",
            title=one_line(entry.title, 400),
            times=self._times(news),
            summary=one_line(summary, 2000),
            facts=() if over else tuple(self._facts(news)),
            evidence=() if over else tuple(_evidence(news)),
        )

    def when(self, moment: dt.datetime) -> str:
        """``2026-03-04 05:06 CET``."""
        local = moment.astimezone(self._zone)
        return f"{local:%Y-%m-%d %H:%M} {local.tzname() or ''}".rstrip()

    def due(self, news: News) -> tuple[dt.datetime | None, dt.datetime | None]:
        """What was promised for it, counted from now."""
        commitment = self._plan.commitments.get(news.entry.priority or "")
        if commitment is None or news.entry.status not in {"new", "regressed"}:
            return None, None
        return due(commitment, self._now, self._business)

    def _times(self, news: News) -> str:
        entry = news.entry
        since, last = _moment(entry.since), _moment(entry.last)
        if entry.status == "resolved" and since and last:
            return f"{self.when(since)} to {self.when(last)}"
        said = [f"since {self.when(since)}"] if since else []
        if entry.status == "ongoing":
            said.append(f"{entry.today:,} today")
        if entry.times_usual is not None and entry.times_usual >= 2:
            said.append(f"{entry.times_usual:.0f} \N{MULTIPLICATION SIGN} its usual hour")
        return ", ".join(said)

    def _facts(self, news: News) -> Iterator[tuple[str, str]]:
        entry, cause = news.entry, news.cause
        count = f"{entry.count:,} error{'s' * (entry.count != 1)}"
        if cause is not None and (components := cause.impact.components):
            count += f" in {', '.join(components[:8])}"
            if len(components) > 8:
                count += f" and {len(components) - 8} more"
        yield "errors", count
        if cause is not None and cause.impact.requests_failed and cause.impact.requests_total:
            failed, total = cause.impact.requests_failed, cause.impact.requests_total
            yield "failed", f"{failed:,} of {total:,} requests ({failed / total:.1%})"
        if cause is not None and cause.trigger is not None:
            words = cause.trigger.message or cause.trigger.text
            yield "after", one_line(f"{cause.trigger.kind}: {words}", _EVIDENCE_WIDTH)
        yield "sure", f"{entry.confidence:.2f}"
        settle = cause.settle if cause is not None else news.issue and news.issue.settle
        if entry.confidence < TENTATIVE and settle:
            yield "settle", one_line(settle, _EVIDENCE_WIDTH)
        steps = cause.next_steps if cause is not None else ()
        for number, step in enumerate(steps[:NEXT_STEPS]):
            yield "now" if not number else "", one_line(step, _EVIDENCE_WIDTH)
        if len(steps) > NEXT_STEPS:
            yield "", f"… {len(steps) - NEXT_STEPS} more"
        if cause is not None and cause.runbook:
            yield "runbook", cause.runbook
        respond, resolve = self.due(news)
        promised = [f"respond by {self.when(respond)}"] if respond else []
        promised += [f"resolve by {self.when(resolve)}"] if resolve else []
        yield "who", ", ".join([TEAMS.get(entry.tag, entry.tag), *promised])


def _evidence(news: News) -> Iterator[str]:
    if news.cause is not None:
        proof = news.cause.evidence
        lines = [(each.path, each.line, each.message or each.text) for each in proof]
    elif news.issue is not None:
        lines = [(each.path, each.line, each.text) for each in news.issue.exemplars]
    else:
        return
    for path, line, text in lines[:EVIDENCE]:
        yield f"{path}:{line}  {one_line(text.partition(chr(10))[0], _EVIDENCE_WIDTH)}"
    if len(lines) > EVIDENCE:
        left = len(lines) - EVIDENCE
        yield f"… {left} more line{'s' * (left != 1)}"


def subject_of(host: str, news: Sequence[News]) -> str:
    """``logtriage web-1: 1 new incident, 2 regressed defects, 1 resolved``."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in news:
        noun = "" if each.entry.status == "resolved" else _NOUNS.get(each.entry.tag, "problem")
        counts[each.entry.status, noun] += 1
    words = {"new": "new", "regressed": "regressed", "ongoing": "grown", "resolved": "resolved"}
    parts = [
        f"{count} {words[status]} {noun}{'s' * (count != 1 and bool(noun))}".strip()
        for status in words
        for noun in (*_NOUNS.values(), "problem", "")
        if (count := counts[status, noun])
    ]
    return f"logtriage {host}: {', '.join(parts)}"


def _moment(timestamp: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(timestamp) if timestamp else None
