"""The type check: every problem of an expression at once, each with its place and a remedy."""

from collections.abc import Iterator
from dataclasses import dataclass

from logtriage.expr.codetable import code_table, names_of
from logtriage.expr.regexes import refusal
from logtriage.expr.tree import Both, Either, Node, Not, Test, Window
from logtriage.expr.vocabulary import CHOICES, FIELDS, OPERATORS, Kind, kind_of, suggestion
from logtriage.model.severity import NUMBER_BY_NAME


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of an expression."""

    at: int
    """0-based character in the source."""
    what: str
    advice: str | None = None


def check(node: Node) -> list[Finding]:
    """All problems of a tree, in the order of the text."""
    return sorted(_check(node, top=True), key=lambda finding: finding.at)


def _check(node: Node, *, top: bool) -> Iterator[Finding]:
    match node:
        case Test():
            yield from _check_test(node)
        case Not(inner):
            yield from _check(inner, top=False)
        case Both(parts):
            for part in parts:
                yield from _check(part, top=top)
        case Either(parts):
            for part in parts:
                yield from _check(part, top=False)
        case Window():
            yield from _check_window(node, top=top)


def _check_window(window: Window, *, top: bool) -> Iterator[Finding]:
    if not top:
        yield Finding(
            window.at,
            "a window stands inside 'or' or 'not'",
            "make it one of the outermost terms: … and count >= 10 within 5m",
        )
    if window.kind == "count" and window.count < 2:
        yield Finding(window.at, "a count below 2 is no window", "leave it out")
    if window.kind != "followed" and window.seconds <= 0:
        yield Finding(window.at, "a window of no length", "write a duration such as 5m")


def _check_test(test: Test) -> Iterator[Finding]:
    kind = kind_of(test.field)
    if kind is None:
        advice = suggestion(test.field, FIELDS)
        if advice is None and test.field.isidentifier():
            advice = f"an attribute of the record is written attributes.{test.field}"
        yield Finding(test.at, f"unknown field '{test.field}'", advice)
        return
    attribute = test.field not in FIELDS
    if kind not in OPERATORS[test.operator] and not (attribute and test.operator in ">=<="):
        fitting = [name for name, kinds in OPERATORS.items() if kind in kinds]
        yield Finding(
            test.at,
            f"'{test.field}' is a {kind.value}: it cannot be asked with '{test.operator}'",
            f"it takes {', '.join(fitting)}",
        )
        return
    if test.operator == "matches":
        for value in test.values:
            if reason := refusal(value):
                yield Finding(test.value_at, f"the regular expression is refused: {reason}")
        return
    for value in test.values:
        if finding := _check_value(test, kind, value):
            yield finding


def _check_value(test: Test, kind: Kind, value: str) -> Finding | None:
    if kind is Kind.SEVERITY:
        if value not in NUMBER_BY_NAME and not (value.isdigit() and 1 <= int(value) <= 24):
            return Finding(
                test.value_at,
                f"unknown severity '{value}'",
                suggestion(value, NUMBER_BY_NAME)
                or f"one of {', '.join(NUMBER_BY_NAME)}, or a number from 1 to 24",
            )
    elif kind is Kind.NUMBER or test.operator in {">=", "<=", ">", "<"}:
        if not _is_number(value):
            return Finding(test.value_at, f"'{test.field}' is compared with numbers, not '{value}'")
    elif not value:
        return Finding(test.value_at, "the text is empty", "everything contains the empty text")
    else:
        return _check_name(test, value)
    return None


def _check_name(test: Test, value: str) -> Finding | None:
    if test.field == "sqlstate" and test.operator in {"==", "!=", "in"} and len(value) != 5:
        return Finding(
            test.value_at,
            f"a SQLSTATE has 5 characters, '{value}' has {len(value)}",
            "a whole class is asked with startswith",
        )
    known = CHOICES.get(test.field) or names_of(test.field, code_table())
    if known and value not in known:
        return Finding(
            test.value_at,
            f"no {test.field} is named '{value}'",
            suggestion(value, sorted(known)) or f"one of {', '.join(sorted(known)[:8])} …",
        )
    return None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
