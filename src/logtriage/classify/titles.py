"""Titles in plain words: the rule's own with what it captured, or one made from the record."""

import re
from collections.abc import Mapping
from typing import Final

from logtriage.model.record import ExceptionLink, Record
from logtriage.packs.compiled import Rule

LONGEST: Final = 72
"""Characters of the part that says what; where it happened comes after it."""

LONGEST_WHERE: Final = 80

_FIELD = re.compile(r"\{([\w.]+)\}")

_STAND_INS: Final = {
    "host": "the host",
    "path": "the path",
    "device": "the device",
    "endpoint": "the endpoint",
    "component": "the component",
    "unit": "the unit",
    "table": "the table",
    "pod": "the pod",
    "exception": "the exception",
    "culprit": "the line that threw it",
}


def facts_of(record: Record, groups: Mapping[str, str], *, endpoint: bool = True) -> dict[str, str]:
    """What ``{name}`` may stand for: what the rules captured, then what the record states.

    ``endpoint`` False leaves out the first address and port of the text, which cost a search.
    """
    facts = {key.lower(): value for key, value in record.attributes.items() if value}
    if record.host:
        facts["host"] = record.host
    if record.component:
        facts["component"] = record.component
    if record.exception is not None:
        facts["exception"] = record.exception.root.type
        if culprit := record.exception.culprit:
            facts["culprit"] = culprit
    facts |= {name: value.strip() for name, value in groups.items() if value.strip()}
    if endpoint and "endpoint" not in facts:
        for found in _ENDPOINT.finditer(record.message[:4096]):
            host = found[0].partition(":")[0]
            named = any(character.isalpha() for character in host) or host.count(".") == 3
            if named and found["last"] not in _SOURCES:
                facts["endpoint"] = found[0]
                break
    return facts


_ENDPOINT = re.compile(
    r"(?<![\w.:/-])(?:[A-Za-z0-9-]{1,60}\.){0,8}(?P<last>[A-Za-z0-9-]{1,60}):\d{2,5}\b(?![:.]\d)"
)

_SOURCES: Final = frozenset(
    "java kt scala groovy clj py go rb js mjs cjs ts tsx jsx php c cc cpp cxx h hpp rs cs fs vb ex "
    "exs erl hrl dart swift pl pm lua sql sh line".split()
)
"""Endings of source files: ``Pay.java:44`` is no endpoint."""


def rule_title(rule: Rule, facts: Mapping[str, str]) -> tuple[str, str | None]:
    """``what; where`` of a rule, and the where alone."""
    what = fill(rule.title, facts)
    for place in rule.where:
        names = _FIELD.findall(place)
        if all(facts.get(name) for name in names):
            where = one_line(fill(place, facts), LONGEST_WHERE)
            if where and where.lower() not in what.lower():
                return f"{what}; {where}", where
    return what, None


def fill(template: str, facts: Mapping[str, str]) -> str:
    """A text with its ``{name}`` replaced; unknown ones read as ``the name``.

    >>> fill("df -h on {host}", {})
    'df -h on the host'
    """
    return _FIELD.sub(
        lambda found: one_line(facts.get(found[1]) or stand_in(found[1]), LONGEST_WHERE), template
    )


def stand_in(name: str) -> str:
    """Words for something that the record does not name."""
    return _STAND_INS.get(name, f"the {name.replace('_', ' ')}")


def fallback_title(record: Record) -> str:
    """Title of an error that no rule knows: exception and culprit, or the masked first line."""
    if record.exception is not None:
        root = record.exception.root
        what = short_type(root)
        culprit = record.exception.culprit
        if culprit:
            return f"{what}; {one_line(culprit, LONGEST_WHERE)}"
        if root.message:
            return one_line(f"{what}: {masked(root.message)}", LONGEST)
        return what
    return one_line(masked(record.message), LONGEST) or "Error without words"


def short_type(link: ExceptionLink) -> str:
    """Type without its package."""
    return re.split(r"[.\\]|::", link.type)[-1] or link.type


_VARIABLE = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b0x[0-9a-f]+\b|\b[0-9a-f]{16,64}\b|\b\d{5,}\b|\b\d+(?:\.\d+){3}(?::\d+)?\b",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """The text with long numbers, addresses and ids as an ellipsis: titles do not vary by them."""
    return _VARIABLE.sub("…", text[:1024])


def one_line(text: str, longest: int) -> str:
    """First line, blanks folded, control characters gone, cut at a word with an ellipsis."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = " ".join("".join(c if c.isprintable() else " " for c in line[:1024]).split())
    if len(line) <= longest:
        return line.rstrip(" .:;,")
    cut = line[: longest - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > longest // 2 else cut).rstrip(" .:;,-") + "…"
