"""Titles, summaries and reasons in plain English, from facts alone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from logtriage.correlate.clocks import NOTICED
from logtriage.correlate.evidence import words_of
from logtriage.correlate.nodes import Node
from logtriage.correlate.roots import Root
from logtriage.correlate.triggers import unit_of
from logtriage.model.report import TENTATIVE, Impact
from logtriage.model.tally import InputTally, IssueTally

TITLE: Final = 120
"""Most characters of a title."""

QUOTE: Final = 160
"""Most characters of what the summary quotes."""

_DID: Final = {
    "deploy": "was deployed",
    "restart": "restarted",
    "stop": "stopped",
    "reload": "reloaded its configuration",
    "config-change": "got another configuration",
    "migration": "was migrated",
    "scale": "was scaled",
    "failover": "failed over",
}


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
    title = _folder_of_many(" ".join(root.face.issue.verdict.title.split()), root.face.issue)
    component = root.face.issue.component
    if root.absent is not None:
        what = "was stopped" if root.evidence else "does not answer"
        where = root.endpoint if root.endpoint != root.absent else None
        title = f"{root.absent} {what}; {where}" if where else f"{root.absent} {what}"
    elif ";" not in title and component:
        title = f"{title}; {component}"
    return title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"


def _folder_of_many(title: str, issue: IssueTally) -> str:
    """The title with the folder in the place of a file, where each record names another file."""
    what, separator, where = title.rpartition("; ")
    folder, slash, _ = where.rpartition("/")
    if not separator or not slash or not folder.startswith("/") or " " in where:
        return title
    texts = [exemplar.text for exemplar in issue.exemplars]
    if all(where in text for text in texts) or not all(f"{folder}/" in text for text in texts):
        return title
    return f"{what}; {folder}"


def summary_of(root: Root, impact: Impact, inputs: Mapping[str, InputTally]) -> str:
    """Two to four sentences: what and since when, what set it off, what it took down, its end."""
    sentences = [_what(root), *_trigger(root), *_silence(root, inputs)]
    sentences += [*_reach(root, impact), *_end(root)]
    if len(sentences) < 2:
        sentences.append("Nothing else is known to have failed with it.")
    return " ".join(sentences[:4] if len(sentences) > 4 else sentences)


def quote_of(root: Root) -> str | None:
    """What the logs say of it, on one line; the innermost exception where one was thrown."""
    issue = root.face.issue
    inner = issue.exception.root if issue.exception is not None else None
    if inner is not None and inner.message:
        said = f"{inner.type}: {inner.message}"
    elif issue.exemplars:
        said = words_of(issue.exemplars[0], issue.exception, issue.verdict.rules)
    else:
        said = inner.type if inner is not None else ""
    said = " ".join(said.split()).rstrip(" .:;,")
    return (said if len(said) <= QUOTE else f"{said[: QUOTE - 1]}…") or None


def _what(root: Root) -> str:
    issue, span = root.face.issue, root.node.span
    if root.absent is not None and root.node.client:
        return _unanswered(root, root.absent)
    who = f" of {issue.component}" if issue.component else ""
    since = ""
    if span.onset is not None:
        since = f" {'from' if issue.count > 1 else 'at'} {clock(span.onset)} UTC"
    said = quote_of(root)
    return f"{many(issue.count, 'error')}{who}{since}{f': {said}' if said else ''}."


def _unanswered(root: Root, server: str) -> str:
    asking = [node for node in root.nodes if node.client and node.target == server]
    asking = asking or [root.node]
    clients = list(dict.fromkeys(node.issue.component or "a client" for node in asking))
    onset = root.node.span.onset
    since = "" if onset is None else f" from {clock(onset)} UTC"
    count = sum(node.issue.count for node in asking)
    return f"{_listed(clients)} could not reach {server}{since}: {many(count, 'error')}."


def _trigger(root: Root) -> list[str]:
    event = root.trigger
    onset = root.node.span.onset
    if event is None or onset is None or event.exemplar.timestamp is None:
        return []
    at = event.exemplar.timestamp / 1e9
    who = " ".join(part for part in (unit_of(event), event.change.version) if part) or "Something"
    did = _DID.get(event.change.kind, f"had a {event.change.kind.replace('-', ' ')}")
    ahead = onset - at
    when = f"{abs(ahead):.0f} s {'before' if ahead > 0 else 'later'}"
    return [f"{who} {did} at {clock(at)}, {'at that moment' if abs(ahead) < 1 else when}."]


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
    told = [root.face]
    if root.absent is not None and root.node.client:
        told = [node for node in root.nodes if node.client and node.target == root.absent] or told
    named = {node.issue.component for node in [*told, root.node]}
    rest = [node for node in root.nodes if node not in told]
    others = sorted({node.issue.component for node in rest if node.issue.component} - named)
    more = sum(node.issue.count for node in rest)
    if more and others:
        found.append(f"{_listed(others)} {_when_failed(root, rest)}: {many(more, 'error')}.")
    elif more:
        found.append(f"{many(more, 'more error')} followed from it.")
    if impact.requests_failed and impact.requests_total:
        share = 100 * impact.requests_failed / impact.requests_total
        shown = f"{share:.1f}" if share >= 0.1 else "less than 0.1"
        found.append(
            f"{impact.requests_failed:,} of {impact.requests_total:,} requests failed ({shown} %)."
        )
    return found


def _when_failed(root: Root, rest: Sequence[Node]) -> str:
    """``failed after it``, or how much earlier the first of them was logged."""
    onsets = [node.span.onset for node in rest if node.span.onset is not None]
    onset = root.node.span.onset
    if onset is None or not onsets or onset - min(onsets) < NOTICED:
        return "failed after it"
    early = f"{onset - min(onsets):.0f} s"
    if root.node.diagnosis:
        return f"had been failing for {early} when it was found"
    return f"failed with it (first logged {early} before: clocks differ, or it was logged late)"


def _listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; the fifth and further are others."""
    shown = [*names[:4], "others"] if len(names) > 4 else list(names)
    return " and ".join([part for part in (", ".join(shown[:-1]), shown[-1]) if part])


def _end(root: Root) -> list[str]:
    ends = [node.span.end for node in root.nodes if node.span.end is not None]
    if root.firing is None or not ends or root.errors < 2:
        return []
    if root.firing:
        return ["It was still going on when the logs end."]
    return [f"The last error was at {clock(max(ends))} UTC."]


def reasons_of(root: Root) -> list[str]:
    """Why this one, as short phrases."""
    node = root.node
    found = []
    others = [other for other in root.nodes if other is not node]
    dated = [other.span.onset for other in others if other.span.onset is not None]
    if others and node.span.onset is not None and all(node.span.onset <= t for t in dated):
        found.append(f"earliest of {len(others) + 1} linked issues")
    by_kind: dict[str, int] = {}
    for other in others:
        for kind in other.links:
            by_kind[kind] = by_kind.get(kind, 0) + 1
    told = {
        "names-endpoint": ("names what failed here", "name what failed here"),
        "causal-rule": ("is a known effect of such a fault", "are known effects of such a fault"),
        "shared-trace": ("shares a request id with it", "share a request id with it"),
        "exception-chain": ("carries its exception", "carry its exception"),
        "depends-on": ("belongs to a component that needs it", "belong to components that need it"),
    }
    for kind, (one, several) in told.items():
        if count := by_kind.get(kind):
            found.append(f"{count:,} {one if count == 1 else several}")
    if root.trigger is not None:
        kind = root.trigger.change.kind.replace("-", " ")
        found.append(f"a {kind} of {unit_of(root.trigger)} came with it")
    if root.silent:
        found.append(f"{root.silent} fell silent at its onset")
    if node.span.before:
        found.append(f"it rose far above its background of {many(node.span.before, 'error')}")
    if node.span.chronic:
        found.append("it ran all along at about one rate: background rather than a new trouble")
    rules = root.face.issue.verdict.rules
    if rules:
        found.append(f"rule {rules[0].id} knows the wording {rules[0].matched!r}"[:160])
    elif node.issue.verdict.signals:
        found.append("no rule knows it; judged by weak signs")
    return found


def settle_of(root: Root) -> str | None:
    """What would settle a tentative one, as a question; None for one that is sure."""
    issue, span = root.node.issue, root.node.span
    verdict = issue.verdict
    if verdict.confidence < TENTATIVE:
        return verdict.settle
    if root.confidence >= TENTATIVE:
        return None
    if span.chronic:
        return "is this rate usual here? compare with a good day: logtriage compare GOOD BAD"
    if verdict.settle:
        return verdict.settle
    if root.errors == 1:
        return "does it come back? it was seen once, and nothing failed after it"
    if len(root.components) > 1:
        return "which of the failed components began it? compare their first lines"
    return "did a user or a job feel it? no other component failed after it"
