"""Explanations as text and as JSON lines."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from logtriage.group.fingerprint import contributions
from logtriage.model.record import rfc3339
from logtriage.model.severity import severity_name
from logtriage.report.safe import json_text

if TYPE_CHECKING:
    from logtriage.classify.explain import RuleTrace
    from logtriage.cli.explain import Explained
    from logtriage.model.record import Record

Clean = Callable[[str, str], str]
"""Takes secrets out of a text; the name of its field, where there is one, goes first."""

LONGEST: Final = 110
"""Characters of an expression or a line shown in text; JSON holds all of them."""

MOST_TERMS: Final = 8

OUTCOMES: Final = {
    "fired": "rules that fired",
    "overridden": "overridden by a rule that fired",
    "ignored": "rules that ignore it",
    "level": "would fire at warn or above",
    "missed": "nearly fired",
}


def fields_of(record: "Record") -> dict[str, str | int | None]:
    """What rules can ask of a record, exceptions aside."""
    number = record.severity_number
    return {
        "format": record.format,
        "timestamp": rfc3339(record.timestamp, record.precision),
        "severity": severity_name(number),
        "severity_number": number,
        "component": record.component,
        "component_kind": record.component_kind,
        "host": record.host,
        "logger": record.logger,
        "thread": record.thread,
        "message": record.message,
    }


def as_line(kind: "Explained", clean: Clean) -> bytes:
    """One JSON object, without the newline."""
    record, told = kind.record, kind.explanation
    verdict, ignored = told.classification.verdict, told.classification.ignored
    exception = record.exception
    value = {
        "issue": kind.issue,
        "fingerprint": kind.fingerprint,
        "count": kind.count,
        "path": record.path,
        "line": record.line,
        "lines": record.lines,
        "tag": verdict.tag.value if verdict else None,
        "confidence": verdict.confidence if verdict else None,
        "category": verdict.category if verdict else None,
        "title": clean("", verdict.title) if verdict else None,
        "settle": verdict.settle if verdict else None,
        "ignored_by": ignored.rule if ignored else None,
        "fields": {
            name: clean("", field) if isinstance(field, str) else field
            for name, field in fields_of(record).items()
        },
        "attributes": {key: clean(key, text) for key, text in record.attributes.items()},
        "exception": [link.type for link in exception.links] if exception else [],
        "codes": told.codes,
        "rules": [_rule(trace, clean) for trace in told.rules],
        "signals": [msgspec.structs.asdict(signal) for signal in told.signals],
        "log_odds": {
            "rules": round(told.rules_log_odds, 3),
            "signals": round(told.signals_log_odds, 3),
            "sum": round(told.log_odds, 3),
        },
        "text": clean("", record.text),
    }
    return json_text(msgspec.json.encode(value))


def _rule(trace: "RuleTrace", clean: Clean) -> dict[str, object]:
    value = msgspec.structs.asdict(trace)
    value["log_odds"] = round(trace.log_odds, 3)
    value["terms"] = [
        {"text": term.text, "held": term.held, "matched": clean("", term.matched)}
        for term in trace.terms
    ]
    return value


def as_text(kind: "Explained", clean: Clean) -> Iterator[str]:
    """Lines for a person: what it is, what was read, what spoke for and against, the sum."""
    record, told = kind.record, kind.explanation
    verdict, ignored = told.classification.verdict, told.classification.ignored
    name = f"{kind.issue}  " if kind.issue else ""
    more = f"  and {kind.count - 1:,} more like it" if kind.count > 1 else ""
    yield f"{name}{record.path}:{record.line}{more}"
    lines = record.text.split("\n")
    yield f"    {_cut(clean('', lines[0]), 2 * LONGEST)}"
    if len(lines) > 1:
        yield f"    … {len(lines) - 1} more lines"
    yield ""
    if verdict is not None:
        tag = verdict.tag.value.replace("-", " ").upper()
        unsure = "  tentative" if verdict.confidence < 0.6 else ""
        yield f"  {tag}  {verdict.category}  {verdict.confidence:.2f}{unsure}"
        yield f"  {clean('', verdict.title)}"
        if verdict.settle:
            yield f"  would settle it: {verdict.settle}"
    elif ignored is not None:
        yield f"  IGNORED  {ignored.category} by {ignored.rule}: {ignored.reason}"
    else:
        yield "  NO ERROR  no rule tags it, and nothing states a failure at warn or above"
    yield ""
    yield from _read(kind, clean)
    outcome = ""
    for trace in told.rules:
        if trace.outcome != outcome:
            outcome = trace.outcome
            yield ""
            yield f"  {OUTCOMES[outcome]}"
        yield from _traced(trace, clean)
    if told.signals:
        yield ""
        yield "  weak signs"
        for signal in told.signals:
            yield f"    {signal.log_odds:+.2f}  {signal.name}"
    yield ""
    yield (
        f"  sum  rules {told.rules_log_odds:+.2f}, weak signs as they count "
        f"{told.signals_log_odds:+.2f} = {told.log_odds:+.2f}"
        "  (+ production incident, - application defect)"
    )


def _read(kind: "Explained", clean: Clean) -> Iterator[str]:
    record = kind.record
    yield f"  format       {record.format or 'none: read as plain text'}"
    facts = {
        name: value
        for name, value in fields_of(record).items()
        if value is not None and name not in {"format", "timestamp", "message", "severity_number"}
    }
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    yield f"  fields       {_cut(told, LONGEST) or 'none but the message'}"
    if record.attributes:
        pairs = ", ".join(f"{key}={clean(key, text)}" for key, text in record.attributes.items())
        yield f"  attributes   {_cut(pairs, LONGEST)}"
    if record.exception is not None:
        chain = " ← ".join(link.type for link in record.exception.links)
        yield f"  exception    {_cut(chain, LONGEST)}"
        if record.exception.culprit:
            yield f"  thrown at    {_cut(record.exception.culprit, LONGEST)}"
    for name, values in kind.explanation.codes.items():
        yield f"  {name:<12} {', '.join(values)}"
    verdict = kind.explanation.classification.verdict
    if kind.fingerprint and verdict is not None:
        yield f"  fingerprint  {kind.fingerprint}"
        for part in contributions(record, verdict):
            mark = "+" if part.counted else "-"
            yield f"             {mark} {part.name} {_cut(clean('', part.value), 60)} ({part.why})"


def _traced(trace: "RuleTrace", clean: Clean) -> Iterator[str]:
    counts = f"{trace.log_odds:+.2f}" if trace.outcome == "fired" else "  -  "
    boosted = "" if trace.counted in {0.0, trace.weight} else f", counts {trace.counted:.2g}"
    yield (
        f"    {counts}  {trace.id} {trace.name}: {trace.category}, {trace.tag},"
        f" weight {trace.weight:g}{boosted}"
    )
    held = [term for term in trace.terms if term.held]
    failed = [term for term in trace.terms if not term.held]
    shown = held if trace.outcome == "fired" else [*failed, *held]
    for term in shown[:MOST_TERMS]:
        found = f"  found {_cut(clean('', term.matched), 60)!r}" if term.matched else ""
        yield f"             {'✓' if term.held else '✗'} {_cut(term.text, LONGEST)}{found}"
    if len(shown) > MOST_TERMS:
        yield f"             … {len(shown) - MOST_TERMS} more comparisons"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
