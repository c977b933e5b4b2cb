"""Titles, summaries and reasons in plain English, from facts alone."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from logtriage.correlate.roots import Root
from logtriage.model.report import Impact
from logtriage.model.tally import InputTally

TITLE: Final = 120
"""Most characters of a title."""


def clock(second: float | None) -> str:
    """``03:12:04`` UTC; the date too is in the report's window."""
    if second is None:
        return "an unknown time"
    try:
        return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return "an unknown time"


def many(count: int, noun: str) -> str:
    """``1 error``, ``2,112 errors``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def title_of(root: Root) -> str:
    """``what; where`` on one line."""
    title = " ".join(root.node.issue.verdict.title.split())
    component = root.node.issue.component
    if root.absent is not None:
        what = "was stopped" if root.evidence else "does not answer"
        where = root.endpoint if root.endpoint != root.absent else None
        title = f"{root.absent} {what}; {where}" if where else f"{root.absent} {what}"
    elif ";" not in title and component:
        title = f"{title}; {component}"
    return title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"


def summary_of(root: Root, impact: Impact, inputs: Mapping[str, InputTally]) -> str:
    """Two to four sentences: what and since when, what set it off, what it took down, its end."""
    sentences = [_what(root), *_trigger(root), *_silence(root, inputs)]
    sentences += [*_reach(root, impact), *_end(root)]
    return " ".join(sentences[:4] if len(sentences) > 4 else sentences)


def _what(root: Root) -> str:
    issue, span = root.node.issue, root.node.span
    first = issue.exemplars[0].message.partition("\n")[0].strip() if issue.exemplars else ""
    if issue.exception is not None:
        inner = issue.exception.root
        first = f"{inner.type}: {inner.message}" if inner.message else inner.type
    first = first if len(first) <= 160 else f"{first[:159]}…"
    who = issue.component or "The log"
    if span.onset is None:
        return f"{who} reports {many(issue.count, 'time')}: {first}."
    since = f"from {clock(span.onset)} UTC" if issue.count > 1 else f"at {clock(span.onset)} UTC"
    return f"{who} reports {since} ({many(issue.count, 'error')}): {first}."


def _trigger(root: Root) -> list[str]:
    event = root.trigger
    onset = root.node.span.onset
    if event is None or onset is None or event.exemplar.timestamp is None:
        return []
    at = event.exemplar.timestamp / 1e9
    version = f" of version {event.change.version}" if event.change.version else ""
    ahead = onset - at
    when = f"{ahead:.0f} s before" if ahead >= 1 else "at the same moment"
    return [f"A {event.change.kind}{version} of {event.component} at {clock(at)} came {when}."]


def _silence(root: Root, inputs: Mapping[str, InputTally]) -> list[str]:
    if root.silent is None:
        return []
    for tally in inputs.values():
        if root.silent in (tally.component or "").split(",") and tally.last is not None:
            last = clock(tally.last / 1e9)
            onset = root.node.span.onset
            if onset is not None and tally.last / 1e9 <= onset + 30:
                return [f"There is no log of {root.silent} after {last}."]
            return [f"The log of {root.silent} pauses at that time."]
    return []


def _reach(root: Root, impact: Impact) -> list[str]:
    found = []
    others = [name for name in root.components if name != root.node.issue.component]
    more = root.errors - root.node.issue.count
    if more and others:
        names = ", ".join(others[:4]) + (" and others" if len(others) > 4 else "")
        found.append(f"After it failed: {names}, {many(more, 'error')}.")
    elif more:
        found.append(f"{many(more, 'more error')} followed from it.")
    if impact.requests_failed and impact.requests_total:
        share = 100 * impact.requests_failed / impact.requests_total
        shown = f"{share:.1f}" if share >= 0.1 else "less than 0.1"
        found.append(
            f"{impact.requests_failed:,} of {impact.requests_total:,} requests failed ({shown} %)."
        )
    return found


def _end(root: Root) -> list[str]:
    span = root.node.span
    if span.firing is None or span.end is None or root.node.issue.count < 2:
        return []
    if span.firing:
        return ["It was still going on when the logs end."]
    return [f"The last one was at {clock(span.end)} UTC."]


def reasons_of(root: Root) -> list[str]:
    """Why this one, as short phrases."""
    node = root.node
    found = []
    others = root.nodes[1:] if root.nodes and root.nodes[0] is node else root.nodes
    others = [other for other in root.nodes if other is not node]
    dated = [other.span.onset for other in others if other.span.onset is not None]
    if others and node.span.onset is not None and all(node.span.onset <= t for t in dated):
        found.append(f"earliest of {len(others) + 1} linked issues")
    by_kind: dict[str, int] = {}
    for other in others:
        for kind in other.links:
            by_kind[kind] = by_kind.get(kind, 0) + 1
    told = {
        "names-endpoint": "name what failed here",
        "causal-rule": "are what this commonly brings about",
        "shared-trace": "share a trace or request id with it",
        "exception-chain": "carry its very exception",
        "depends-on": "belong to components that depend on it",
    }
    for kind, words in told.items():
        if count := by_kind.get(kind):
            found.append(f"{many(count, 'issue')} {words}")
    if root.trigger is not None:
        found.append(f"a {root.trigger.change.kind} of {root.trigger.component} came just before")
    if root.silent:
        found.append(f"{root.silent} fell silent at its onset")
    if node.span.before:
        found.append(f"it rose far above its background of {many(node.span.before, 'error')}")
    if node.span.chronic:
        found.append("it ran all along at about one rate: background rather than a new trouble")
    rules = node.issue.verdict.rules
    if rules:
        found.append(f"rule {rules[0].id} knows the wording {rules[0].matched!r}"[:160])
    elif node.issue.verdict.signals:
        found.append("no rule knows it; judged by weak signs")
    return found
