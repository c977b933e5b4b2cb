"""The checks of a file that need no sample: schema, identities, expressions, words, patterns."""

import importlib
import re
from collections import Counter
from pathlib import Path
from typing import Final

from logtriage.classify.ruleset import Classifier
from logtriage.expr.compile import compile_expression, problems_of
from logtriage.expr.tree import Expression
from logtriage.packcheck.problems import Level, Problem, of_error
from logtriage.packcheck.readers import Reader
from logtriage.packcheck.samples import SampleCheck
from logtriage.packs.build import AnyTable, tables_of
from logtriage.packs.load import Packs
from logtriage.packs.patterns import scan_pattern
from logtriage.packs.read import read_pack
from logtriage.packs.schema import (
    ChangeTable,
    EndpointTable,
    PackFile,
    RuleTable,
    SignalTable,
)
from logtriage.scan.patterns import Pattern, within_line

TITLE: Final = 72

KNOWN_FACTS: Final = frozenset(
    "path endpoint host component exception culprit table unit pod device".split()
)
"""What titles and next steps may name beside the groups of the rule's own expressions."""


def check_file(file: Path, packs: Packs, classifier: Classifier, read: Reader) -> list[Problem]:
    """All problems of one file; its samples are judged among all rules of ``packs``."""
    return _FileCheck(file, packs, classifier, read).run()


class _FileCheck:
    def __init__(self, file: Path, packs: Packs, classifier: Classifier, read: Reader) -> None:
        self.file = file
        self.packs = packs
        self.problems: list[Problem] = []
        self.samples = SampleCheck(packs, classifier, read, self.add)

    def run(self) -> list[Problem]:
        pack, wrong = read_pack(self.file)
        self.problems += [of_error(str(self.file), "", "R2", error) for error in wrong]
        if pack is not None:
            self._identities(pack)
            for table in tables_of(pack):
                self._table(table)
        return self.problems

    def add(
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
        self.problems.append(
            Problem(str(self.file), label(table), number, level, what, reason, snippet, advice)
        )

    def _identities(self, pack: PackFile) -> None:
        tables = [table for table in tables_of(pack) if not isinstance(table, SignalTable)]
        identities = Counter(table.id for table in tables)
        names = Counter(table.name for table in tables)
        prefixes = {table.id[:3] for table in tables}
        for table in tables:
            if not re.fullmatch(r"[A-Z]{3}-\d{3}", table.id):
                self.add(table, "R1", f"the id '{table.id}' is not three capitals, -, three digits")
            if (times := identities.pop(table.id, 1)) > 1:
                self.add(table, "R1", f"the id {table.id} is used {times} times")
            if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", table.name):
                self.add(table, "R1", f"the name '{table.name}' is not kebab-case")
            if (times := names.pop(table.name, 1)) > 1:
                self.add(table, "R1", f"the name {table.name} is used {times} times")
        for rule in self.packs.rules:
            if rule.kind != "signal" and rule.pack != self.file.stem and rule.id[:3] in prefixes:
                first = next(table for table in tables if table.id[:3] == rule.id[:3])
                self.add(first, "R1", f"the prefix {rule.id[:3]} belongs to pack {rule.pack}")
                prefixes.discard(rule.id[:3])

    def _expression(self, table: AnyTable) -> Expression | None:
        found = problems_of(table.when, where="")
        self.problems += [of_error(str(self.file), label(table), "R2", error) for error in found]
        return None if found else compile_expression(table.when, where="")

    def _table(self, table: AnyTable) -> None:
        expression = self._expression(table)
        if isinstance(table, SignalTable):
            return
        if isinstance(table, RuleTable):
            self._words(table)
        if expression is None:
            # without a tree every sample would fail as well: one mistake, one message
            return
        self._patterns(table, expression)
        if isinstance(table, RuleTable):
            self._names(table, expression)
        if isinstance(table, EndpointTable) and "port" not in expression.groups:
            self.add(table, "R7", "no regular expression captures (?P<port>…)")
        if isinstance(table, RuleTable) and table.id in self.packs.expired:
            self.add(
                table,
                "R12",
                f"its last day was {table.expires}: it is not loaded",
                level="warning",
                advice="remove it, or set a later date",
            )
            return
        if isinstance(table, RuleTable) and table.status == "draft":
            self.add(table, "R3", "a draft is not loaded", level="warning")
            return
        self._enough(table)
        self.samples.check(table, expression)

    def _enough(self, table: RuleTable | ChangeTable | EndpointTable) -> None:
        kinds = {sample.match for sample in table.sample}
        if True not in kinds:
            self.add(table, "R3", "no sample that it hits")
        if isinstance(table, RuleTable) and False not in kinds:
            self.add(table, "R3", "a stable rule needs a near miss")

    def _words(self, rule: RuleTable) -> None:
        if not rule.title.strip() or "\n" in rule.title or len(rule.title) > TITLE:
            self.add(rule, "R8", f"the title is not one line of at most {TITLE} characters")
        if rule.title.rstrip().endswith("."):
            self.add(rule, "R8", "the title ends in a full stop")
        if not 0 < rule.weight <= 1.5:
            self.add(rule, "R8", f"the weight {rule.weight:g} is not between 0 and 1.5")
        known = self.packs.categories
        for name in (rule.category, *rule.causes):
            if name not in known:
                near = [c for c in known if set(c.split("-")) & set(name.split("-"))]
                self.add(
                    rule,
                    "R8",
                    f"unknown category '{name}'",
                    advice=f"near: {', '.join(near[:6])}" if near else "add a [[category]] table",
                )
        if rule.tag != "ignore" and not rule.next:
            self.add(rule, "R8", "no next steps", level="warning")
        if rule.tag != "ignore" and rule.weight <= 0.6 and not rule.settle:
            self.add(rule, "R8", "a leaning without 'settle'", level="warning")
        for identity in rule.overrides:
            if self.packs.rule(identity) is None:
                self.add(rule, "R5", f"it overrides {identity}, which is in no pack")

    def _patterns(self, table: AnyTable, expression: Expression) -> None:
        if not expression.anchors:
            self.add(
                table,
                "R11",
                "no literal can be derived: the rule is slow and the native scan cannot feed it",
                level="error" if isinstance(table, RuleTable) else "warning",
                advice="every 'or' branch needs a text of 3 characters or more, or a code",
            )
        # anchors that differ in their literal only share one pattern
        patterns = {scan_pattern(anchor): anchor.regex for anchor in expression.anchors}
        for (pattern, caseless), regex in patterns.items():
            try:
                re.compile(within_line(pattern), re.IGNORECASE if caseless else 0)
            except re.error as error:
                self.add(table, "R2", "the pattern for the scan is broken", reason=str(error))
                continue
            if regex and (reason := native_refusal(pattern, caseless=caseless)):
                self.add(
                    table,
                    "R2",
                    "the native scan does not take a pattern",
                    reason=f"/{pattern}/: {reason}",
                )

    def _names(self, rule: RuleTable, expression: Expression) -> None:
        known = KNOWN_FACTS | set(expression.groups)
        for part in (rule.title, *rule.where, *rule.next):
            for name in re.findall(r"\{([\w.]+)\}", part):
                if name not in known and not rule.when.count(f"attributes.{name}"):
                    self.add(
                        rule,
                        "R7",
                        f"{{{name}}} is neither captured nor a fact of records",
                        snippet=f"  | {part}",
                        advice=f"captured: {', '.join(expression.groups) or 'nothing'}; "
                        f"facts: {', '.join(sorted(KNOWN_FACTS))}",
                    )


def label(table: AnyTable) -> str:
    """How a table is named in messages."""
    return table.name if isinstance(table, SignalTable) else table.id


def native_refusal(pattern: str, *, caseless: bool) -> str | None:
    """Why the native scan does not take a pattern; None where it does, or is not installed."""
    try:
        native = importlib.import_module("logtriage.scan.native")
    except ImportError:
        return None
    reason: str | None = native.refusal(Pattern(pattern, caseless))
    return reason
