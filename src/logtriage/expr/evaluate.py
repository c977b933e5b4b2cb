"""Fast evaluation: a tree becomes closures, which ask a subject for the values of its fields."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from logtriage.expr.tree import Both, Either, Node, Not, Test, Window
from logtriage.expr.vocabulary import Kind, kind_of
from logtriage.model.severity import NUMBER_BY_NAME
from logtriage.scan.regexes import compiled


class Subject(Protocol):
    """What an expression is asked about: a record, seen as fields with any number of values."""

    def values(self, field: str) -> Sequence[str]:
        """Values as written."""
        ...

    def lowered(self, field: str) -> Sequence[str]:
        """The same values in lower case, in the same order."""
        ...

    def searchable(self, field: str, *, lowered: bool = False) -> Sequence[str]:
        """The same values, giant ones cut: what regular expressions are run on."""
        ...

    def numbers(self, field: str) -> Sequence[float]:
        """Values of a number field; of a text field those that are numbers."""
        ...

    def printed_code(self, code: str) -> str | None:
        """The words of the record that state a vendor's code, or None."""
        ...


class Hit(msgspec.Struct, frozen=True):
    """A comparison that was true, and what made it so."""

    field: str
    matched: str
    """Words of the record."""
    index: int = 0
    """Which of the field's values: for ``exception.any`` the link of the chain."""
    groups: dict[str, str] = {}
    """Named groups of a regular expression."""


Evaluator = Callable[[Subject], list[Hit] | None]
"""The hits that make an expression true (none for a bare ``not``); None where it is false."""


def evaluator(node: Node) -> Evaluator:
    """Closures for a tree; cheap, but not free: make them when a rule's anchors are seen."""
    match node:
        case Test():
            return _TESTS[node.operator](node)
        case Not(inner):
            return _negation(evaluator(inner))
        case Both(parts):
            return _conjunction([evaluator(part) for part in parts])
        case Either(parts):
            return _disjunction([evaluator(part) for part in parts])
        case Window():
            raise TypeError("windows are settled on issues, not on records")


def _negation(inner: Evaluator) -> Evaluator:
    return lambda subject: [] if inner(subject) is None else None


def _conjunction(parts: Sequence[Evaluator]) -> Evaluator:
    def every(subject: Subject) -> list[Hit] | None:
        hits: list[Hit] = []
        for part in parts:
            found = part(subject)
            if found is None:
                return None
            hits += found
        return hits

    return every


def _disjunction(parts: Sequence[Evaluator]) -> Evaluator:
    def some(subject: Subject) -> list[Hit] | None:
        # all branches, not the first: a later one may show the root of an exception chain
        hits: list[Hit] | None = None
        for part in parts:
            found = part(subject)
            if found is not None:
                hits = found if hits is None else hits + found
        return hits

    return some


def _contains(test: Test) -> Evaluator:
    field, wanted = test.field, [value.lower() for value in test.values]

    def contains(subject: Subject) -> list[Hit] | None:
        hits = []
        for index, text in enumerate(subject.lowered(field)):
            for value in wanted:
                at = text.find(value)
                if at >= 0:
                    written = subject.values(field)[index]
                    hits.append(Hit(field, written[at : at + len(value)], index))
                    break
        return hits or None

    return contains


def _edge(test: Test) -> Evaluator:
    field, wanted = test.field, test.values
    at_start = test.operator == "startswith"

    def edge(subject: Subject) -> list[Hit] | None:
        hits = [
            Hit(field, value, index)
            for index, text in enumerate(subject.values(field))
            for value in wanted
            if (text.startswith(value) if at_start else text.endswith(value))
        ]
        return hits or None

    return edge


def _matches(test: Test) -> Evaluator:
    field, literals = test.field, test.literals
    # a pattern without capitals is searched for in the text in lower case: several times
    # faster than with the flag that ignores case, see benches/test_classify.py
    folded = test.caseless and all(_is_lower(value) for value in test.values)
    flags = re.MULTILINE | (re.IGNORECASE if test.caseless and not folded else 0)
    patterns: list[re.Pattern[str]] = []

    def matches(subject: Subject) -> list[Hit] | None:
        texts = subject.searchable(field, lowered=True) if literals or folded else ()
        if literals and not any(literal in text for text in texts for literal in literals):
            return None
        if not patterns:
            patterns.extend(compiled(value, flags) for value in test.values)
        if not folded:
            texts = subject.searchable(field)
        hits = [
            _hit(field, index, found, subject)
            for index, text in enumerate(texts)
            for pattern in patterns
            if (found := pattern.search(text))
        ]
        return hits or None

    return matches


def _hit(field: str, index: int, found: re.Match[str], subject: Subject) -> Hit:
    text = subject.searchable(field)[index]
    start, end = found.span()
    groups = {
        name: text[slice(*found.span(name))]
        for name in found.re.groupindex
        if found.start(name) >= 0
    }
    return Hit(field, text[start:end], index, groups)


def _is_lower(pattern: str) -> bool:
    """No capital in a pattern, other than in the names and marks of groups."""
    bare = re.sub(r"\(\?P<\w+>", "", pattern)
    return bare.isascii() and bare == bare.lower()


def _equals(test: Test) -> Evaluator:
    field, kind = test.field, kind_of(test.field)
    if kind is Kind.SEVERITY or kind is Kind.NUMBER:
        numbers = {_number(value) for value in test.values}
        return _numeric(field, numbers.__contains__)
    if field == "code":
        return _prints_code(test)
    wanted = frozenset(test.values)
    if kind is Kind.TYPE:
        return _is_type(field, wanted)

    def equals(subject: Subject) -> list[Hit] | None:
        hits = [
            Hit(field, value, index)
            for index, value in enumerate(subject.values(field))
            if value in wanted
        ]
        return hits or None

    return equals


def _prints_code(test: Test) -> Evaluator:
    def prints(subject: Subject) -> list[Hit] | None:
        found = [(value, subject.printed_code(value)) for value in test.values]
        return [Hit("code", words) for _, words in found if words is not None] or None

    return prints


def _is_type(field: str, wanted: frozenset[str]) -> Evaluator:
    lasts = frozenset(value for value in wanted if last_segment(value) == value)

    def is_type(subject: Subject) -> list[Hit] | None:
        hits = [
            Hit(field, value, index)
            for index, value in enumerate(subject.values(field))
            if value in wanted or last_segment(value) in lasts
        ]
        return hits or None

    return is_type


def last_segment(name: str) -> str:
    """The type's own name, without package, namespace or outer class.

    >>> last_segment("java.util.Map$Entry"), last_segment("ActiveRecord::RecordNotFound")
    ('Entry', 'RecordNotFound')
    """
    return _SEGMENTS.split(name)[-1] or name


_SEGMENTS = re.compile(r"[.:\\/$#]+")


def _differs(test: Test) -> Evaluator:
    return _negation(_equals(test))


def _compares(test: Test) -> Evaluator:
    limit = _number(test.values[0])
    comparison: dict[str, Callable[[float], bool]] = {
        ">=": lambda number: number >= limit,
        "<=": lambda number: number <= limit,
        ">": lambda number: number > limit,
        "<": lambda number: number < limit,
    }
    return _numeric(test.field, comparison[test.operator])


def _numeric(field: str, fits: Callable[[float], bool]) -> Evaluator:
    def numeric(subject: Subject) -> list[Hit] | None:
        hits = [
            Hit(field, f"{number:g}", index)
            for index, number in enumerate(subject.numbers(field))
            if fits(number)
        ]
        return hits or None

    return numeric


def _number(value: str) -> float:
    return float(NUMBER_BY_NAME.get(value, value))


_TESTS: dict[str, Callable[[Test], Evaluator]] = {
    "contains": _contains,
    "startswith": _edge,
    "endswith": _edge,
    "matches": _matches,
    "==": _equals,
    "in": _equals,
    "!=": _differs,
    ">=": _compares,
    "<=": _compares,
    ">": _compares,
    "<": _compares,
}
