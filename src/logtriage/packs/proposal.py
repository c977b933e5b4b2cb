"""A first rule from lines that it shall hit: the phrase they share, written as TOML."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

LONGEST: Final = 90
"""Characters of a proposed phrase."""

SHORTEST: Final = 8

MOST_WORDS: Final = 60

_VARIABLE: Final = re.compile(
    r"\S*\d\S*|\S*[/\\]\S*|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|\S{25,}|\S+@\S+|[\[\](){}<>|]+|\n+"
)
"""Words that differ from record to record: numbers, paths, quoted names, ids."""


class RulePlan(msgspec.Struct, frozen=True):
    """What a new rule says."""

    name: str
    tag: str
    category: str
    when: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    why: str


def proposed_when(messages: Sequence[str]) -> str | None:
    """An expression for the longest phrases that all messages share; None where they share none.

    >>> proposed_when(["gate 7 is stuck shut", "gate 12 is stuck shut"])
    'message contains "is stuck shut"'
    """
    if not messages:
        return None
    others = [message.lower() for message in messages[1:]]
    shared = [
        run for piece in _VARIABLE.split(messages[0][:2000]) for run in _shared_runs(piece, others)
    ]
    if not shared:
        return None
    best = sorted(shared, key=len, reverse=True)[:2]
    # a short second phrase says little, and the order is that of the text
    kept = [run for run in shared if run == best[0] or (run == best[-1] and len(run) > 9)]
    return " and ".join(f"message contains {_quoted(run)}" for run in dict.fromkeys(kept))


def _shared_runs(piece: str, others: Sequence[str]) -> Iterator[str]:
    """The longest runs of two words or more that stand in all other texts too."""
    words = piece.split()[:MOST_WORDS]
    start = 0
    while start < len(words) - 1:
        stop = start + 1
        while stop <= len(words) and all(
            " ".join(words[start:stop]).lower() in other for other in others
        ):
            stop += 1
        run = " ".join(words[start : stop - 1])[:LONGEST].strip(" :;,.-=")
        if " " in run and len(run) >= SHORTEST:
            yield run
        start = max(stop - 1, start + 1)


def pack_text(plan: RulePlan, file: Path | None, taken: Collection[str]) -> str:
    """The rule as TOML, with the pack's head where the file is not there yet."""
    parts = []
    prefix = None
    own: list[str] = []
    if file is not None and file.exists():
        own = re.findall(r'(?m)^id = "([A-Z]{3}-\d{3})"', file.read_text("utf-8"))
        prefix = own[0][:3] if own else None
    if file is None or not file.exists():
        name = file.stem if file is not None else "ours"
        parts.append(f'[pack]\nname = {_quoted(name)}\ntitle = "Rules of our own"\n')
    identity = _free_id(prefix or _free_prefix(file, taken), {*taken, *own})
    title = plan.name.replace("-", " ").capitalize()
    status = "stable" if plan.misses else "draft"
    lines = [
        "",
        "[[rule]]",
        f'id = "{identity}"',
        f'name = "{plan.name}"',
        f'status = "{status}"' + ("" if plan.misses else "  # stable needs a near miss"),
        f'tag = "{plan.tag}"',
        f'category = "{plan.category}"',
        "weight = 1.0",
        f"when = {_literal(plan.when)}",
        f"title = {_quoted(title)}",
        'next = ["what to look at, or to run, first"]',
    ]
    for hit in plan.hits:
        lines += ["[[rule.sample]]", f"text = {_literal(hit)}"]
    for miss in plan.misses:
        lines += ["[[rule.sample]]", "match = false", f"why = {_quoted(plan.why)}"]
        lines.append(f"text = {_literal(miss)}")
    parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _free_prefix(file: Path | None, taken: Collection[str]) -> str:
    letters = re.sub(r"[^A-Z]", "", (file.stem if file is not None else "our").upper())
    used = {identity[:3] for identity in taken}
    base = (letters + "XXX")[:3]
    others = (f"{base[:2]}{chr(65 + number)}" for number in range(26))
    return next(prefix for prefix in (base, *others, "ZZZ") if prefix not in used)


def _free_id(prefix: str, taken: Collection[str]) -> str:
    return next(
        identity
        for identity in (f"{prefix}-{number:03d}" for number in range(101, 1000))
        if identity not in taken
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _literal(text: str) -> str:
    """As a TOML literal where it can be one: expressions and log lines read best as they are."""
    if "'''" in text or any(ord(c) < 32 and c not in "\n\t" for c in text):
        return json.dumps(text)
    return f"'''{text}'''" if "'" in text or "\n" in text else f"'{text}'"
