"""The lines that prove a root cause: of each record the one that states the cause."""

import re
from collections.abc import Sequence
from typing import Final

from logtriage.correlate.roots import Root
from logtriage.model.record import ExceptionInfo, rfc3339
from logtriage.model.report import Evidence
from logtriage.model.tally import Exemplar, IssueTally
from logtriage.model.verdict import RuleHit

EVIDENCE: Final = 5
"""Most lines that prove a root cause."""

KNOWN: Final = 24
"""Characters by which words are known again."""

FIELD: Final = 300
"""Most characters that are added to a message."""

LINES: Final = 400
"""Lines of a record that are searched for the one that states its cause."""

_SEGMENT: Final = re.compile(r"[.:\\$]")
_FRAME: Final = re.compile(r"^\s*(?:at |File \"|from |\.\.\. \d|#\d)")


def telling_line(exemplar: Exemplar, exception: ExceptionInfo | None) -> tuple[int, str]:
    """Number and text of the line that states the cause: that of the innermost exception.

    The record's first line where it says so itself, or where no other line names the exception.
    """
    first, _, rest = exemplar.text.partition("\n")
    if exception is None or not rest:
        return exemplar.line, first
    name = _SEGMENT.split(exception.root.type)[-1]
    words = (exception.root.message or "").partition("\n")[0].strip()[:24]
    if not name or (name in first and words in first):
        return exemplar.line, first
    best: tuple[int, str] | None = None
    for number, line in enumerate(rest.split("\n", LINES)[:LINES], exemplar.line + 1):
        if name not in line or _FRAME.match(line):
            continue
        if words and words in line:
            return number, line.strip()
        if best is None and line.lstrip().startswith(
            (exception.root.type, name, "Caused by", "caused by")
        ):
            best = (number, line.strip())
    return best or (exemplar.line, first)


Told = tuple[Exemplar, ExceptionInfo | None, tuple[RuleHit, ...]]


def _told(exemplar: Exemplar, issue: IssueTally) -> Told:
    return exemplar, issue.exception, issue.verdict.rules


def words_of(exemplar: Exemplar, exception: ExceptionInfo | None, rules: Sequence[RuleHit]) -> str:
    """What a record says, on one line.

    The message, and what its exception or the field that a rule knew it by adds to it: a JSON
    record may say ``carrier not told`` in one field and why in another.
    """
    said = " ".join(exemplar.message.partition("\n")[0].split())
    added = ""
    if exception is not None and exception.root.message:
        root = exception.root
        words = " ".join((root.message or "").partition("\n")[0].split())
        if words and words[:KNOWN] not in said:
            added = f"{root.type}: {words}"
    elif rules and " ".join(rules[0].matched.split()) not in said:
        added = _line_around(rules[0].matched, exemplar.text)
    return f"{said.rstrip(':. ')}: {added}" if said and added else said or added


def _line_around(matched: str, text: str) -> str:
    """The words of a rule with the rest of the field they stand in; empty for a word or two."""
    if len(matched) < KNOWN // 2 or matched not in text:
        return ""
    at = text.index(matched)
    begin = max(text.rfind(mark, 0, at) for mark in '"\n\t=') + 1
    ends = [end for mark in '"\n\t' if (end := text.find(mark, at + len(matched))) >= 0]
    return text[begin : min(ends, default=len(text))][:FIELD].strip(" :,\\")


def evidence_of(root: Root) -> list[Evidence]:
    """Up to EVIDENCE lines, without doubles.

    What the failed component says of its end, the cause's own first records, then the first
    record of each of the strongest effects.
    """
    node, face = root.node, root.face
    own = [_told(exemplar, node.issue) for exemplar in node.issue.exemplars]
    if face is not node:
        own[:0] = [_told(exemplar, face.issue) for exemplar in face.issue.exemplars[:1]]
    chosen: list[Told] = [(exemplar, None, ()) for exemplar in root.evidence[:2]]
    chosen += own[: 2 if len(root.nodes) > 1 else EVIDENCE]
    effects = sorted(
        (other for other in root.nodes if other is not node and other is not face),
        key=lambda other: (
            not other.issue.verdict.rules,
            other.proxy,
            -other.issue.verdict.confidence,
            -other.issue.count,
            other.order,
        ),
    )
    for other in effects:
        chosen += [_told(exemplar, other.issue) for exemplar in other.issue.exemplars[:1]]
    chosen += own[2:]
    seen: set[tuple[str, int]] = set()
    found: list[Evidence] = []
    for exemplar, exception, rules in chosen:
        line, text = telling_line(exemplar, exception)
        if (exemplar.path, line) not in seen:
            seen.add((exemplar.path, line))
            said = words_of(exemplar, exception, rules) if line == exemplar.line else text
            found.append(
                Evidence(exemplar.path, line, rfc3339(exemplar.timestamp), text, said or None)
            )
        if len(found) == EVIDENCE:
            break
    return found
