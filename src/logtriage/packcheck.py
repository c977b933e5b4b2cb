"""Check rule packs: schema, expressions, and every sample through the whole way in.

``python -m logtriage.packcheck PATH…`` tells each problem with its file, rule, reason and place.
"""

import importlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from logtriage.classify.explain import terms_of
from logtriage.classify.fields import RecordFields
from logtriage.classify.ruleset import Classifier, Reading
from logtriage.errors import ExpressionError, LogtriageError, PackError, Snippet
from logtriage.expr.compile import compile_expression, problems_of
from logtriage.expr.tree import Expression
from logtriage.model.record import Record
from logtriage.model.severity import NUMBER_BY_NAME, WARN, severity_name
from logtriage.model.verdict import Classification
from logtriage.packs.build import AnyTable, build_table, compile_file, tables_of
from logtriage.packs.load import BUILT_IN, DATA, Packs, load_packs
from logtriage.packs.patterns import scan_pattern
from logtriage.packs.read import read_pack
from logtriage.packs.schema import (
    ChangeTable,
    EndpointTable,
    PackFile,
    RuleTable,
    Sample,
    SignalTable,
)
from logtriage.scan.patterns import within_line

Reader = Callable[[str], Record]
"""Makes a record of a sample's text."""

TITLE: Final = 72

KNOWN_FACTS: Final = frozenset(
    "path endpoint host component exception culprit table unit pod device".split()
)
"""What titles and next steps may name beside the groups of the rule's own expressions."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a pack."""

    file: str
    rule: str
    check: str
    """R1 … R11, see docs/writing-rules.md."""
    level: Literal["error", "warning"]
    what: str
    reason: str | None = None
    snippet: str | None = None
    help: str | None = None

    def __str__(self) -> str:
        parts = [f"{self.level}: {self.what}", f"  --> {self.file} {self.rule} [{self.check}]"]
        if self.reason:
            parts.append(f" reason: {self.reason}")
        if self.snippet:
            parts.append(self.snippet)
        if self.help:
            parts.append(f" help: {self.help}")
        return "\n".join(parts)


def check(paths: Sequence[Path], *, read: Reader | None = None) -> list[Problem]:
    """All problems of packs: files, or folders of files.

    The samples are judged among all rules of the built-in packs and of ``paths`` together.
    ``read`` makes records of samples; by default `default_reader`.
    """
    files = [file for path in paths for file in _files(path)]
    packs, classifier = _surroundings(files)
    reader = read or default_reader()
    problems: list[Problem] = []
    for file in files:
        problems += _FileCheck(file, packs, classifier, reader).run()
    return problems


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _surroundings(files: Sequence[Path]) -> tuple[Packs, Classifier]:
    built_in = BUILT_IN.resolve()
    foreign = [file for file in files if file.resolve().parent != built_in]
    packs = load_packs()
    if foreign:
        homes = [path for path in sorted(BUILT_IN.glob("*.toml")) if path.exists()]
        compiled = [compile_file(path, own=False) for path in [*homes, DATA / "weak_signals.toml"]]
        compiled += [compile_file(path, own=True) for path in foreign if path.exists()]
        packs = Packs(build_table(compiled))
    return packs, Classifier(packs)


class _FileCheck:
    """The checks of one file."""

    def __init__(self, file: Path, packs: Packs, classifier: Classifier, read: Reader) -> None:
        self.file = file
        self.packs = packs
        self.classifier = classifier
        self.read = read
        self.problems: list[Problem] = []

    def run(self) -> list[Problem]:
        pack, wrong = read_pack(self.file)
        for error in wrong:
            self.problems.append(_of_error(str(self.file), "", "R2", error))
        if pack is None:
            return self.problems
        self._identities(pack)
        for table in tables_of(pack):
            if isinstance(table, SignalTable):
                self._expression(table)
            else:
                self._table(table)
        return self.problems

    def add(
        self,
        table: AnyTable,
        number: str,
        what: str,
        *,
        level: Literal["error", "warning"] = "error",
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
            if identities[table.id] > 1:
                self.add(table, "R1", f"the id {table.id} is used {identities[table.id]} times")
            if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", table.name):
                self.add(table, "R1", f"the name '{table.name}' is not kebab-case")
            if names[table.name] > 1:
                self.add(table, "R1", f"the name {table.name} is used {names[table.name]} times")
        for rule in self.packs.rules:
            if rule.kind != "signal" and rule.pack != self.file.stem and rule.id[:3] in prefixes:
                first = next(table for table in tables if table.id[:3] == rule.id[:3])
                self.add(first, "R1", f"the prefix {rule.id[:3]} belongs to pack {rule.pack}")
                prefixes.discard(rule.id[:3])

    def _expression(self, table: AnyTable) -> Expression | None:
        found = problems_of(table.when, where="")
        for error in found:
            self.problems.append(_of_error(str(self.file), label(table), "R2", error))
        return None if found else compile_expression(table.when, where="")

    def _table(self, table: RuleTable | ChangeTable | EndpointTable) -> None:
        expression = self._expression(table)
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
        if isinstance(table, RuleTable) and table.status == "draft":
            self.add(table, "R3", "a draft is not loaded", level="warning")
            return
        self._samples(table, expression)

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
        for anchor in expression.anchors:
            pattern, caseless = scan_pattern(anchor)
            try:
                re.compile(within_line(pattern), re.IGNORECASE if caseless else 0)
            except re.error as error:
                self.add(table, "R2", "the pattern for the scan is broken", reason=str(error))
                continue
            if anchor.regex and (reason := _native_refusal(pattern, caseless=caseless)):
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

    def _samples(
        self, table: RuleTable | ChangeTable | EndpointTable, expression: Expression
    ) -> None:
        hits = [sample for sample in table.sample if sample.match]
        misses = [sample for sample in table.sample if not sample.match]
        if isinstance(table, RuleTable) and not (hits and misses):
            lacking = "hit" if not hits else "near miss"
            self.add(table, "R3", f"a stable rule needs a {lacking}")
        elif not hits:
            self.add(table, "R3", "no sample that it hits")
        for number, sample in enumerate(table.sample, 1):
            if not sample.text.strip():
                self.add(table, "R3", f"sample {number} is empty")
            elif sample.match:
                self._hit(table, expression, sample, number)
            else:
                self._miss(table, sample, number)

    def _hit(
        self,
        table: RuleTable | ChangeTable | EndpointTable,
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
                snippet=f"  | {_first(text)}",
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
        table: RuleTable | ChangeTable | EndpointTable,
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
            snippet=f"  | {_first(record.message)}",
            advice=advice,
        )

    def _winner(
        self, rule: RuleTable, record: Record, reading: Reading, number: int, text: str
    ) -> None:
        if any(one.rule.id == rule.id for one in reading.overridden):
            return
        outcome = self.classifier.decide(record, reading)
        snippet = f"  | {_first(text)}"
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
                snippet=f"  | {_first(text)}",
            )

    def _miss(
        self, table: RuleTable | ChangeTable | EndpointTable, sample: Sample, number: int
    ) -> None:
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
                snippet=f"  | {_first(text)}",
            )


def label(table: AnyTable) -> str:
    """How a table is named in messages."""
    return table.name if isinstance(table, SignalTable) else table.id


def _everything(reading: Reading) -> list:  # type: ignore[type-arg]
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


def _native_refusal(pattern: str, *, caseless: bool) -> str | None:
    try:
        native = importlib.import_module("logtriage.scan.native")
        patterns = importlib.import_module("logtriage.scan.patterns")
    except ImportError:
        return None
    reason: str | None = native.refusal(patterns.Pattern(pattern, caseless))
    return reason


def _first(text: str) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= 160 else f"{line[:159]}…"


def _of_error(file: str, rule: str, number: str, error: LogtriageError) -> Problem:
    if isinstance(error, PackError) and not isinstance(error, ExpressionError):
        rule = (error.where or "").removeprefix(file).strip(": ")
    snippet = _narrow(error.snippet) if error.snippet else None
    reason = None if isinstance(error, ExpressionError) else error.reason
    return Problem(file, rule, number, "error", error.what, reason, snippet, error.help)


def _narrow(snippet: Snippet) -> str:
    """The snippet with a giant line cut around the caret."""
    if len(snippet.text) <= 160:
        return str(snippet)
    start = max(0, snippet.column - 60)
    part = snippet.text[start : start + 158]
    return str(Snippet(f"…{part}…", snippet.column - start + 1, snippet.label))


_LEVEL: Final = re.compile(
    r"(?<![\w-])(?:level[\"']?\s?[=:]\s?[\"']?)?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|"
    r"CRIT(?:ICAL)?|SEVERE|ALERT|EMERG|FATAL|PANIC|LOG|HINT|(?<=[\"'=:\[])(?:trace|debug|info|notice|"
    r"warn(?:ing)?|error|crit(?:ical)?|alert|emerg|fatal))(?![\w-])"
)

_NUMBERS: Final = NUMBER_BY_NAME | {
    "warning": 13,
    "err": 17,
    "crit": 18,
    "severe": 17,
    "emerg": 21,
    "panic": 21,
    "log": 9,
    "hint": 9,
}


_ACCESS: Final = re.compile(
    r"^\S+ \S+ [^\[\n]{1,80}\[\d\d/\w{3}/\d{4}:[^\]\n]{1,20}\] "
    r'"(?P<method>[A-Z]{3,9}) (?P<path>\S{1,2000}) [^"\n]{1,12}" (?P<status>\d{3}) '
)


def plain_reader(text: str) -> Record:
    """A record without any format: a level word in the first 120 characters is its severity."""
    request = _ACCESS.match(text)
    if request:
        return Record(
            path="sample",
            line=1,
            lines=1,
            text=text,
            message=text,
            format="access",
            attributes=request.groupdict(),
        )
    head = text.split("\n", 1)[0][:120]
    found = _LEVEL.search(head)
    dated = re.match(r"\W{0,2}(?:\w{3} +)?\d{1,4}[-/: ]\w{1,4}[-/: ]|\W?\w{3} \d{1,2} \d\d:", text)
    number = None
    if found and (dated or "=" in found[0] or ":" in found[0] or text.startswith(("{", "["))):
        number = _NUMBERS[found["level"].lower()]
    return Record(
        path="sample",
        line=1,
        lines=text.count("\n") + 1,
        text=text,
        message=text,
        severity_number=number,
        severity_text=found["level"] if number is not None and found else None,
    )


def default_reader() -> Reader:
    """The whole way in, where parse and assemble can be had; else `plain_reader`."""
    return plain_reader


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the packs named on the command line; 0 without errors, 2 with some."""
    paths = [Path(argument) for argument in (sys.argv[1:] if arguments is None else arguments)]
    if not paths:
        paths = [BUILT_IN]
    problems = check(paths)
    for problem in problems:
        sys.stdout.write(f"{problem}\n\n")
    errors = sum(problem.level == "error" for problem in problems)
    rules = sum(1 for _ in _checked(paths))
    sys.stdout.write(f"{rules} rules checked: {errors} errors, {len(problems) - errors} warnings\n")
    return 2 if errors else 0


def _checked(paths: Sequence[Path]) -> Iterator[AnyTable]:
    for path in paths:
        for file in _files(path):
            pack, _ = read_pack(file)
            if pack is not None:
                yield from tables_of(pack)


if __name__ == "__main__":
    sys.exit(main())
