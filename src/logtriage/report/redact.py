"""Secrets taken out of everything that leaves the terminal, from ``data/redaction.toml``.

A secret becomes ``[password #3f2a]``: what it was, and a short hash, so that equal lines stay
equal. Sixteen bits of hash tell two secrets of a report apart and are of no use to a guesser.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from logtriage.model.report import Report
from logtriage.report.safe import encodable, visible_lines
from logtriage.scan.regexes import compiled

# not importlib.resources: it loads zipfile, 5 ms of every start
_KINDS: Final = Path(__file__).parents[1] / "data" / "redaction.toml"

_PLAIN_FIELDS: Final = frozenset(
    {
        *("schema", "generated_at", "id", "issue", "root_cause", "fingerprint", "tag", "category"),
        *("priority", "severity", "route", "timestamp", "first", "last", "first_seen", "last_seen"),
        *("started_at", "ended_at", "start", "format", "status", "kind", "links", "rule"),
    }
)
"""Fields that no log wrote."""


class Kind(NamedTuple):
    """One kind of secret."""

    name: str
    words: tuple[str, ...]
    regex: re.Pattern[str]
    luhn: bool
    ask: bool


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which they are tried."""
    text = _KINDS.read_text("utf-8")
    return tuple(
        Kind(
            name=each["name"],
            words=tuple(each["words"]),
            regex=compiled(each["regex"]),
            luhn=each.get("check") == "luhn",
            ask=each.get("ask", False),
        )
        for each in tomllib.loads(text)["secret"]
    )


def redact_text(text: str, *, mail: bool = False) -> str:
    """The text with its secrets replaced; ``mail`` counts addresses of people among them."""
    lowered = text.lower()
    for kind in kinds():
        if kind.ask and not mail:
            continue
        if not kind.words or any(word in lowered for word in kind.words):
            text = kind.regex.sub(lambda found, kind=kind: _replaced(found, kind), text)  # type: ignore[misc]
    return text


def redacted(report: Report, *, mail: bool = False) -> Report:
    """The report with the secrets of all its texts replaced."""
    known: dict[str, str] = {}

    def clean(text: str) -> str:
        if text not in known:
            known[text] = redact_text(text, mail=mail)
        return known[text]

    return mapped(report, clean, leave=_PLAIN_FIELDS)


def outgoing(report: Report, *, redact: bool = True, mail: bool = False) -> Report:
    """The report as it may leave the machine: no secrets, no character that does anything."""
    return mapped(redacted(report, mail=mail) if redact else report, visible_lines)


def encodable_report(report: Report) -> Report:
    """The report without lone surrogates, which file names may hold and no encoding can."""
    try:
        msgspec.msgpack.encode(report)
    except UnicodeEncodeError:
        return mapped(report, encodable)
    return report


def mapped(
    report: Report, change: Callable[[str], str], *, leave: frozenset[str] = frozenset()
) -> Report:
    """The report with every text changed, but for the fields to ``leave``."""
    return msgspec.convert(_mapped(msgspec.to_builtins(report), change, leave), Report)


def _mapped(value: object, change: Callable[[str], str], leave: frozenset[str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {
            name: each if name in leave else _mapped(each, change, leave)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_mapped(each, change, leave) for each in value]
    return value


def _replaced(found: re.Match[str], kind: Kind) -> str:
    whole = found[0]
    group = found.lastgroup
    secret = found[group] if group else whole
    if not secret.strip() or (kind.luhn and not _luhn(secret)):
        return whole
    digest = hashlib.blake2b(secret.encode(errors="replace"), digest_size=2).hexdigest()
    stand_in = f"[{kind.name} #{digest}]"
    if not group:
        return stand_in
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return f"{whole[:start]}{stand_in}{whole[end:]}"


def _luhn(figures: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    digits = [int(figure) for figure in figures if figure.isdigit()]
    total = sum(digits[-1::-2])
    total += sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return total % 10 == 0 and len(set(digits)) > 1
