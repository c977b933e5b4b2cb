"""The checks on samples: each is read as a log would be and judged among all rules of all packs."""

import re
from typing import Protocol

from logtriage.classify.explain import terms_of
from logtriage.classify.fields import RecordFields
from logtriage.classify.ruleset import Classifier, Reading
from logtriage.classify.weigh import Fired
from logtriage.expr.tree import Expression
from logtriage.model.record import Record
from logtriage.model.severity import WARN, severity_name
from logtriage.model.verdict import Classification
from logtriage.packcheck.problems import Level, first_line
from logtriage.packcheck.readers import Reader
from logtriage.packs.build import AnyTable
from logtriage.packs.load import Packs
from logtriage.packs.patterns import scan_pattern
from logtriage.packs.schema import ChangeTable, EndpointTable, RuleTable, Sample
from logtriage.scan.patterns import within_line

Sampled = RuleTable | ChangeTable | EndpointTable


class Add(Protocol):
    """Notes a problem of a table."""

    def __call__(
        self,
        table: AnyTable,
        number: str,
        what: str,
        *,
        level: Level = "error",
        reason: str | None = None,
        snippet: str | None = None,
        advice: str | None = None,
    ) -> None:
        """See `logtriage.packcheck.problems.Problem`."""
        ...


class SampleCheck:
    """Reads samples and asks all rules about them."""

    def __init__(self, packs: Packs, classifier: Classifier, read: Reader, add: Add) -> None:
        self.packs = packs
        self.classifier = classifier
        self.read = read
        self.add = add

    def check(self, table: Sampled, expression: Expression) -> None:
        """Every sample of a table."""
        for number, sample in enumerate(table.sample, 1):
            if not sample.text.strip():
                self.add(table, "R3", f"sample {number} is empty")
            elif sample.match:
                self._hit(table, expression, sample, number)
            else:
                self._miss(table, sample, number)

    def _hit(
        self,
        table: Sampled,
        expression: Expression,
        sample: Sample,
        number: int,
    ) -> None:
        text = sample.text.strip("\n")
        if expression.anchors and not _anchored(expression, text):
            self.add(
                table,
                "R4",
                f"none of the rule's literals stands in sample {number}",
                reason="the block scan would never show this line to the rule",
                snippet=f"  | {first_line(text)}",
                advice=f"derived: {', '.join(sorted(a.text for a in expression.anchors)[:6])}",
            )
        record = self.read(text)
        fields = RecordFields(record, self.packs.codes)
        reading = self.classifier.read(fields)
        if table.id not in _ids(reading):
            self._silent(table, expression, record, fields, number)
            return
        if isinstance(table, RuleTable):
            self._winner(table, record, reading, number, text)
            self._framed(table, expression, text, number)

    def _silent(
        self,
        table: Sampled,
        expression: Expression,
        record: Record,
        fields: RecordFields,
        number: int,
    ) -> None:
        terms = terms_of(expression.node, fields) if expression.node is not None else []
        failed = "; ".join(term.text[:160] for term in terms if not term.held)
        level = record.severity_number
        advice = None
        if level is not None and level < WARN and not getattr(table, "any_level", True):
            advice = (
                f"the sample is {severity_name(level)}: a rule speaks at warn and above or where "
                "no level is stated, unless any_level = true"
            )
        self.add(
            table,
            "R5",
            f"the rule does not fire on its sample {number}",
            reason=f"not so: {failed}" if failed else None,
            snippet=f"  | {first_line(record.message)}",
            advice=advice,
        )

    def _winner(
        self, rule: RuleTable, record: Record, reading: Reading, number: int, text: str
    ) -> None:
        if any(one.rule.id == rule.id for one in reading.overridden):
            return
        outcome = self.classifier.decide(record, reading)
        snippet = f"  | {first_line(text)}"
        if rule.tag == "ignore":
            if outcome.ignored is None:
                stronger = [one for one in reading.fired if one.weight >= 0.3]
                self.add(
                    rule,
                    "R5",
                    f"sample {number} is not ignored",
                    reason="; ".join(f"{o.rule.id} says {o.rule.category}" for o in stronger),
                    snippet=snippet,
                    advice="raise the weight, or name the other rule in 'overrides'",
                )
            return
        self._tagged(rule, outcome, number, snippet)

    def _tagged(self, rule: RuleTable, outcome: Classification, number: int, snippet: str) -> None:
        if outcome.verdict is None:
            by = outcome.ignored.rule if outcome.ignored else "nobody"
            self.add(rule, "R5", f"sample {number} is ignored by {by}", snippet=snippet)
            return
        verdict = outcome.verdict
        winner = self.packs.rule(verdict.rules[0].id) if verdict.rules else None
        if winner is None or winner.id == rule.id:
            return
        if str(verdict.tag) != rule.tag:
            self.add(
                rule,
                "R5",
                f"sample {number} is won by {winner.id} ({winner.category}), which tags it "
                f"{verdict.tag}",
                snippet=snippet,
                advice=f'overrides = ["{winner.id}"], other weights, or narrower words',
            )
        elif winner.category != rule.category:
            self.add(
                rule,
                "R5",
                f"sample {number} is won by {winner.id} ({winner.category}, {winner.pack})",
                level="warning",
                snippet=snippet,
                advice=f'overrides = ["{winner.id}"] where this rule knows more',
            )

    def _framed(self, rule: RuleTable, expression: Expression, text: str, number: int) -> None:
        """A bare message must be hit as well with words around it (R10)."""
        if "\n" in text or re.search(r"startswith|endswith|==|\^|\$/| in ", expression.source):
            return
        record = self.read(text)
        if record.format is not None or record.severity_number is not None:
            return
        framed = self.read(f"some words before {text} and after")
        if rule.id not in _ids(self.classifier.read(RecordFields(framed, self.packs.codes))):
            self.add(
                rule,
                "R10",
                f"sample {number} is not hit with other words before and after it",
                level="warning",
                snippet=f"  | {first_line(text)}",
            )

    def _miss(self, table: Sampled, sample: Sample, number: int) -> None:
        if not sample.why:
            self.add(table, "R6", f"near miss {number} does not say why", level="warning")
        text = sample.text.strip("\n")
        record = self.read(text)
        reading = self.classifier.read(RecordFields(record, self.packs.codes))
        if table.id in _ids(reading):
            fired = [o for o in _everything(reading) if o.rule.id == table.id]
            self.add(
                table,
                "R6",
                f"the rule fires on its near miss {number}",
                reason=f"by: {fired[0].matched}",
                snippet=f"  | {first_line(text)}",
            )


def _everything(reading: Reading) -> list[Fired]:
    return [
        *reading.fired,
        *reading.overridden,
        *reading.ignoring,
        *reading.changes,
        *reading.endpoints,
    ]


def _ids(reading: Reading) -> set[str]:
    return {one.rule.id for one in _everything(reading)}


def _anchored(expression: Expression, text: str) -> bool:
    for anchor in expression.anchors:
        pattern, caseless = scan_pattern(anchor)
        flags = re.MULTILINE | (re.IGNORECASE if caseless else 0)
        if re.search(within_line(pattern).encode(), text.encode(), flags):
            return True
    return False
