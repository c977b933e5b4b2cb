"""Why a record got its tag: every rule that fired or nearly fired, weak signs, and the sum."""

import msgspec

from logtriage.classify.fields import RecordFields
from logtriage.classify.ruleset import Classifier, Reading
from logtriage.classify.weigh import Fired, Weighed, weigh
from logtriage.expr.evaluate import Subject, evaluator
from logtriage.expr.tree import Both, Either, Node, Not, Test, Window
from logtriage.expr.written import written
from logtriage.model.record import Record
from logtriage.model.verdict import Classification, Signal


class Term(msgspec.Struct, frozen=True):
    """One comparison of an expression, and whether it held."""

    text: str
    held: bool
    matched: str = ""


class RuleTrace(msgspec.Struct, frozen=True):
    """One rule and why it fired or did not."""

    id: str
    name: str
    title: str
    tag: str
    category: str
    weight: float
    """As written."""
    counted: float
    """As it counted: 0 where it did not."""
    log_odds: float
    outcome: str
    """fired, overridden, ignored, level (it does not speak at this level), missed."""
    terms: tuple[Term, ...]


class Explanation(msgspec.Struct, frozen=True):
    """All that the packs see in a record."""

    classification: Classification
    rules: tuple[RuleTrace, ...]
    """Those that fired, then those that nearly did."""
    signals: tuple[Signal, ...]
    rules_log_odds: float
    signals_log_odds: float
    log_odds: float
    codes: dict[str, tuple[str, ...]]
    """errno, sqlstate, status … that the record states."""


def explain(classifier: Classifier, record: Record, *, nearly: int = 10) -> Explanation:
    """The whole reasoning about one record; ``nearly`` bounds the rules that did not fire."""
    fields = RecordFields(record, classifier.packs.codes)
    reading = classifier.read(fields)
    signals = tuple(Signal(one.rule.name, one.rule.weight) for one in reading.signals)
    weighed: Weighed = weigh(reading.fired, signals)
    return Explanation(
        classifier.decide(record, reading),
        (*_fired(reading, fields), *_missed(classifier, reading, fields)[:nearly]),
        signals,
        weighed.rules,
        weighed.signals,
        weighed.log_odds,
        {
            name: values
            for name in ("errno", "sqlstate", "status", "grpc", "exit_code", "signal")
            if (values := tuple(fields.values(name)))
        },
    )


def _fired(reading: Reading, fields: RecordFields) -> list[RuleTrace]:
    traces = [_trace(one, "fired", fields) for one in reading.fired]
    traces += [_trace(one, "overridden", fields) for one in reading.overridden]
    traces += [_trace(one, "ignored", fields) for one in reading.ignoring]
    return traces


def _trace(one: Fired, outcome: str, fields: RecordFields) -> RuleTrace:
    rule = one.rule
    counts = outcome == "fired"
    return RuleTrace(
        rule.id,
        rule.name,
        rule.title,
        rule.tag,
        rule.category,
        rule.weight,
        one.weight if counts else 0.0,
        one.log_odds if counts else 0.0,
        outcome,
        tuple(terms_of(rule.node, fields)) if rule.node is not None else (),
    )


def _missed(classifier: Classifier, reading: Reading, fields: RecordFields) -> list[RuleTrace]:
    fired = {
        one.rule.id
        for group in (reading.fired, reading.overridden, reading.ignoring)
        for one in group
    }
    traces = []
    for rule in classifier.candidates(fields):
        if rule.id in fired or rule.kind != "rule" or rule.node is None:
            continue
        terms = tuple(terms_of(rule.node, fields))
        if not any(term.held for term in terms):
            continue
        holds = evaluator(rule.node)(fields) is not None
        traces.append(
            RuleTrace(
                rule.id,
                rule.name,
                rule.title,
                rule.tag,
                rule.category,
                rule.weight,
                0.0,
                0.0,
                "level" if holds else "missed",
                terms,
            )
        )
    return sorted(traces, key=lambda trace: (trace.outcome, -_share(trace), trace.id))


def _share(trace: RuleTrace) -> float:
    return sum(term.held for term in trace.terms) / len(trace.terms)


def terms_of(node: Node, subject: Subject) -> list[Term]:
    """Every comparison of a tree with its outcome, in the order of the text."""
    match node:
        case Test():
            hits = evaluator(node)(subject)
            matched = hits[0].matched if hits else ""
            return [Term(written(node), hits is not None, matched)]
        case Not(inner):
            held = evaluator(inner)(subject) is None
            return [Term(f"not ({written(inner)})", held)]
        case Both(parts) | Either(parts):
            return [term for part in parts for term in terms_of(part, subject)]
        case Window():
            return [Term(written(node), held=False)]
