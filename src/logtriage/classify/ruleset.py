"""The rule engine: what all packs together say about one record."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from logtriage.classify.fields import RecordFields
from logtriage.classify.titles import facts_of, fallback_title, fill, rule_title
from logtriage.classify.weigh import ROOT, WAITING, WRAPPER, Fired, Weighed, weigh
from logtriage.expr.evaluate import Hit
from logtriage.model.record import Record
from logtriage.model.severity import ERROR, INFO, WARN
from logtriage.model.verdict import (
    NOTHING,
    Change,
    Classification,
    Endpoint,
    Ignored,
    RuleHit,
    Signal,
    Tag,
    Verdict,
)
from logtriage.packs.compiled import Rule
from logtriage.packs.load import LoadedRule, Packs

UNCERTAIN: Final = 0.6
"""Below it a verdict says what would settle it."""

DOUBTED: Final = 0.59
"""Highest confidence where no rule speaks, and either only wording makes it an error, or only a
level: some programs print tables at FATAL."""

TELLING: Final = 0.8
"""Log-odds of a weak sign that knows more than a rule that only wraps."""

SHORT: Final = 2
"""Lines of a record that are read as one statement."""

FALLBACK_SETTLE: Final = "who has to act for it to stop? read the lines around it"


class Reading(msgspec.Struct, frozen=True):
    """All that fired on a record, before it is decided."""

    fired: tuple[Fired, ...]
    """Tagging rules, overridden ones left out, strongest first."""
    overridden: tuple[Fired, ...]
    ignoring: tuple[Fired, ...]
    signals: tuple[Fired, ...]
    changes: tuple[Fired, ...]
    endpoints: tuple[Fired, ...]
    gate: bool
    """The record is a warning or worse, states no level, holds a trace, or `opened`."""
    opened: bool
    """It is below a warning, but a weak sign knows its words for a failure with its cause."""


class Classifier:
    """Applies packs to records; the answer depends on the record alone."""

    def __init__(self, packs: Packs) -> None:
        self.packs = packs

    def classify(self, record: Record) -> Classification:
        """Verdict, or the rule that ignores it, and what it tells of changes and endpoints."""
        return self.decide(record, self.read(RecordFields(record, self.packs.codes)))

    def candidates(self, fields: RecordFields) -> list[Rule]:
        """Enabled rules of which a literal stands in the record."""
        return [
            self.packs.loaded(index).rule
            for index in self.packs.index.candidates(fields.haystack)
            if index not in self.packs.disabled
        ]

    def read(self, fields: RecordFields) -> Reading:
        """Evaluate every rule that may fire."""
        record = fields.record
        severity = record.severity_number
        packs, disabled = self.packs, self.packs.disabled
        found: dict[str, list[Fired]] = {"rule": [], "change": [], "endpoint": []}
        candidates = [
            packs.loaded(index)
            for index in packs.index.candidates(fields.haystack)
            if index not in disabled
        ]
        signs = [loaded for loaded in candidates if loaded.rule.kind == "signal"]
        gate = severity is None or severity >= WARN or framed(record)
        opened = not gate and (severity or 0) >= INFO and _opens(signs, fields)
        gate = gate or opened
        for loaded in candidates:
            rule = loaded.rule
            if rule.kind != "signal" and (gate or rule.any_level):
                hits = loaded.evaluate(fields)
                if hits is not None:
                    found[rule.kind].append(_fired(rule, hits, fields))
        tagging = [one for one in found["rule"] if one.rule.tag != "ignore"]
        ignoring = [one for one in found["rule"] if one.rule.tag == "ignore"]
        kept, overridden = _without_overridden(tagging, ignoring)
        fired = sorted((one for one in kept if one.rule.tag != "ignore"), key=_strength)
        return Reading(
            fired=tuple(fired),
            overridden=tuple(overridden),
            ignoring=tuple(sorted((o for o in kept if o.rule.tag == "ignore"), key=_strength)),
            signals=tuple(_signals(signs, fired, fields) if gate or fired else ()),
            changes=tuple(found["change"]),
            endpoints=tuple(found["endpoint"]),
            gate=gate,
            opened=opened,
        )

    def decide(self, record: Record, reading: Reading) -> Classification:
        """From what fired to the answer."""
        change = _change(reading.changes)
        endpoints = _endpoints(reading.endpoints)
        ignored = self._ignored(reading)
        verdict = None
        if ignored is None and is_error(record, reading):
            verdict = self._verdict(record, reading)
        if verdict is None and ignored is None and change is None and not endpoints:
            return NOTHING
        return Classification(verdict, ignored, change, endpoints)

    def _ignored(self, reading: Reading) -> Ignored | None:
        for one in reading.ignoring:
            if all(
                tagging.rule.weight <= one.rule.weight and one.rule.id not in tagging.rule.overrides
                for tagging in reading.fired
            ):
                return Ignored(one.rule.id, one.rule.category, one.rule.title)
        return None

    def _verdict(self, record: Record, reading: Reading) -> Verdict:
        signals = tuple(
            Signal(one.rule.name, one.rule.weight) for one in reading.signals if one.rule.weight
        )
        weighed = weigh(reading.fired, signals)
        winner = _winner(reading, weighed)
        groups: dict[str, str] = {}
        for one in reversed(reading.fired):
            for hit in one.hits:
                groups |= hit.groups
        if winner is not None:
            for hit in winner.hits:
                groups |= hit.groups
        hits = tuple(
            RuleHit(one.rule.id, round(one.weight, 3), one.matched) for one in reading.fired
        )
        if winner is None:
            return self._unruled(record, reading, weighed, hits, signals)
        rule = winner.rule
        words = (rule.title, *rule.where, *rule.next)
        facts = facts_of(record, groups, endpoint=any("{endpoint}" in word for word in words))
        title, where = rule_title(rule, facts)
        confidence = weighed.confidence
        floors = [o.rule.severity for o in reading.fired if o.rule.severity]
        return Verdict(
            tag=weighed.tag,
            confidence=round(confidence, 3),
            category=rule.category,
            title=title,
            rules=hits,
            signals=signals,
            severity_floor=max(floors, default=None),
            next_steps=tuple(fill(step, facts) for step in rule.next),
            causes=self._causes(rule),
            runbook=rule.runbook,
            settle=(rule.settle or FALLBACK_SETTLE) if confidence < UNCERTAIN else rule.settle,
            windows=tuple(o.rule.id for o in reading.fired if o.rule.windows),
            subject=where,
        )

    def _unruled(
        self,
        record: Record,
        reading: Reading,
        weighed: Weighed,
        hits: tuple[RuleHit, ...],
        signals: tuple[Signal, ...],
    ) -> Verdict:
        speaking = [
            one
            for one in reading.signals
            if one.rule.category and (one.rule.weight >= 0) == (weighed.tag == Tag.INCIDENT)
        ]
        strongest = max(speaking, key=lambda one: abs(one.rule.weight), default=None)
        if strongest is not None:
            category = strongest.rule.category
        elif weighed.tag == Tag.DEFECT and record.exception is not None:
            category = "uncaught-exception"
        elif weighed.tag == Tag.DEFECT:
            category = "unclassified-defect"
        else:
            category = "unclassified-incident"
        settle = (strongest.rule.settle if strongest else None) or FALLBACK_SETTLE
        known = self.packs.categories.get(category)
        confidence = weighed.confidence
        if not stated(record, reading):
            confidence = min(confidence, DOUBTED)
        return Verdict(
            tag=weighed.tag,
            confidence=round(confidence, 3),
            category=category,
            title=fallback_title(record),
            rules=hits,
            signals=signals,
            causes=known.explains if known else (),
            settle=settle if confidence < UNCERTAIN else None,
        )

    def _causes(self, rule: Rule) -> tuple[str, ...]:
        known = self.packs.categories.get(rule.category)
        return tuple(dict.fromkeys([*rule.causes, *(known.explains if known else ())]))


def is_error(record: Record, reading: Reading) -> bool:
    """Whether the record is an error that somebody must triage."""
    if reading.fired:
        return True
    severity = record.severity_number
    if severity is not None and severity >= ERROR:
        return True
    if severity is None or severity >= WARN or reading.opened:
        if any(_excuses(one.rule, one.hits, record) for one in reading.signals):
            return False
        return record.exception is not None or any(one.rule.failure for one in reading.signals)
    return framed(record)


def stated(record: Record, reading: Reading) -> bool:
    """An exception says that it is an error, or a level with words that say what happened."""
    if record.exception is not None:
        return True
    severity = record.severity_number
    if severity is None or severity < ERROR:
        return False
    return any(not one.rule.writer for one in reading.signals)


def framed(record: Record) -> bool:
    """The record holds a stack trace with frames."""
    return record.exception is not None and any(link.frames for link in record.exception.links)


def _opens(signs: Sequence[LoadedRule], fields: RecordFields) -> bool:
    """Whether a line below a warning states a failure so plainly that its level is beside it."""
    stated = any(loaded.rule.any_level and loaded.evaluate(fields) is not None for loaded in signs)
    return stated and not any(
        _excuses(loaded.rule, loaded.evaluate(fields) or (), fields.record)
        for loaded in signs
        if loaded.rule.excuse
    )


def _excuses(rule: Rule, hits: Sequence[Hit], record: Record) -> bool:
    """Whether words take the failure back: they stand where it is told, not further below."""
    if not rule.excuse or record.lines <= SHORT:
        return rule.excuse and bool(hits)
    first = record.text.partition("\n")[0]
    return any(hit.matched in first for hit in hits)


def _signals(
    signs: Sequence[LoadedRule], fired: Sequence[Fired], fields: RecordFields
) -> Iterator[Fired]:
    told = any(not one.wraps for one in fired)
    for loaded in signs:
        if not (told and loaded.rule.alone):
            hits = loaded.evaluate(fields)
            if hits is not None:
                yield _fired(loaded.rule, hits, fields)


def _winner(reading: Reading, weighed: Weighed) -> Fired | None:
    """The strongest rule of the tag; one that only wraps gives way to a telling weak sign."""
    best = None
    for one in reading.fired:
        if one.rule.tag == weighed.tag and (best is None or (best.wraps and not one.wraps)):
            best = one
    if best is not None and best.wraps:
        told = any(o.rule.category and abs(o.rule.weight) >= TELLING for o in reading.signals)
        return None if told else best
    return best


def _strength(one: Fired) -> tuple[float, int, str]:
    # of two as strong the one that read more words knows the case better
    return (-one.weight, -len(one.matched), one.rule.id)


def _without_overridden(
    tagging: Sequence[Fired], ignoring: Sequence[Fired]
) -> tuple[list[Fired], list[Fired]]:
    every = [*tagging, *ignoring]
    silenced = {identity for one in every for identity in one.rule.overrides}
    own = any(one.rule.own for one in tagging)
    kept: list[Fired] = []
    gone: list[Fired] = []
    for one in every:
        quiet = one.rule.id in silenced or (own and not one.rule.own and one.rule.tag != "ignore")
        (gone if quiet else kept).append(one)
    return kept, gone


def _fired(rule: Rule, hits: Sequence[Hit], fields: RecordFields) -> Fired:
    factor = WAITING if rule.windows else 1.0
    best = max(hits, key=lambda hit: len(hit.matched), default=None)
    if rule.kind == "rule" and len(fields.links) > 1 and hits:
        depth = max(_depth(hit, fields) for hit in hits)
        factor *= {1: ROOT, 0: 1.0, -1: WRAPPER}[depth]
    return Fired(rule, tuple(hits), factor, best.matched[:200] if best else "")


def _depth(hit: Hit, fields: RecordFields) -> int:
    """1 where the words are the root cause's own, -1 where a wrapper's, 0 where neither's."""
    links = fields.links
    last = len(links) - 1
    if hit.field.startswith("exception"):
        if hit.field.startswith("exception.root"):
            return 1
        index = 0 if hit.field == "exception" else hit.index
        return 1 if index == last else -1
    if hit.field.startswith("frame"):
        return 0
    for index in range(last, -1, -1):
        link = links[index]
        if hit.matched in link.type or (link.message and hit.matched in link.message):
            return 1 if index == last else -1
    return 0


def _change(fired: Sequence[Fired]) -> Change | None:
    for one in fired:
        version = next((h.groups["version"] for h in one.hits if "version" in h.groups), None)
        return Change(one.rule.tag, one.rule.id, version)
    return None


def _endpoints(fired: Sequence[Fired]) -> tuple[Endpoint, ...]:
    found = []
    for one in fired:
        for hit in one.hits:
            port = hit.groups.get("port", "")
            if re.fullmatch(r"\d{1,5}", port) and 0 < int(port) < 65_536:
                host = hit.groups.get("host", "").strip("[]")
                anywhere = host in {"", "*", "0.0.0.0", "::", "[::]", ":::"}  # noqa: S104
                found.append(Endpoint(None if anywhere else host, int(port)))
    return tuple(dict.fromkeys(found))
