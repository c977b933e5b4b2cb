"""Classifiers made from a few rules: a test sees the mechanism, not the built-in packs."""

import tempfile
from pathlib import Path

from msgspec.structs import replace

from logtriage.classify.ruleset import Classifier
from logtriage.model.record import Record
from logtriage.packs.build import build_tables, compile_file
from logtriage.packs.load import BUILT_IN, packs_of

DEFECT, INCIDENT, IGNORE = "application-defect", "production-incident", "ignore"


def rule(identity: str, tag: str, when: str, **more: object) -> str:
    """One ``[[rule]]`` as TOML; the category is ``bad-wiring`` or ``timeout`` by the tag."""
    category = {DEFECT: "bad-wiring", INCIDENT: "timeout", IGNORE: "debug-detail"}[tag]
    fields: dict[str, object] = {
        "id": identity,
        "name": identity.lower(),
        "status": "stable",
        "tag": tag,
        "category": category,
        "title": f"Title of {identity}",
    } | more
    lines = [f"{key} = {_toml(value)}" for key, value in fields.items()]
    return "\n".join(["[[rule]]", *lines, f"when = '''{when}'''", ""])


def classifier(*tables: str, own: str = "") -> Classifier:
    """A classifier of the tables, with the built-in categories; ``own``: a user's tables."""
    with tempfile.TemporaryDirectory() as name:
        files = []
        for stem, text in (("given", "\n".join(tables)), ("own", own)):
            file = Path(name) / f"{stem}.toml"
            file.write_text(f'[pack]\nname = "{stem}"\ntitle = "t"\n{text}', encoding="utf-8")
            files.append(compile_file(file, own=stem == "own"))
    tables = build_tables([compile_file(BUILT_IN / "categories.toml", own=False), *files])
    packs = packs_of(tables)
    assert not packs.problems, packs.problems
    return Classifier(packs)


def record(message: str, **fields: object) -> Record:
    """A record whose text is its message."""
    text = str(fields.pop("text", message))
    plain = Record(path="x", line=1, lines=1 + text.count("\n"), text=text, message=message)
    return replace(plain, **fields)


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
