"""Read a pack's TOML file; every problem of the file at once, the healthy parts kept."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from logtriage.errors import PackError, Snippet
from logtriage.expr.compile import problems_of
from logtriage.expr.vocabulary import suggestion
from logtriage.packs.schema import (
    CategoryTable,
    ChangeTable,
    EndpointTable,
    PackFile,
    PackHeader,
    RuleTable,
    SignalTable,
)

_DATE: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")

TABLES: Final[dict[str, type[msgspec.Struct]]] = {
    "category": CategoryTable,
    "rule": RuleTable,
    "change": ChangeTable,
    "endpoint": EndpointTable,
    "signal": SignalTable,
}


def read_pack(path: Path) -> tuple[PackFile | None, list[PackError]]:
    """The pack, without its broken tables, and what is wrong with those.

    None where the file is no TOML or cannot be read at all.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, [PackError("the pack cannot be read", where=str(path), reason=str(error))]
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_bad_toml(path, text, error)]
    problems: list[PackError] = []
    header = _header(path, document, problems)
    tables: dict[str, list[Any]] = {name: [] for name in TABLES}
    for key, value in document.items():
        if key == "pack":
            continue
        if key not in TABLES or not isinstance(value, list):
            problems.append(_unknown(path, key))
            continue
        for number, table in enumerate(value, 1):
            where = f"{path} {_label(key, table, number)}"
            wrong = _wrong(where, table, TABLES[key])
            if not wrong:
                tables[key].append(msgspec.convert(table, TABLES[key]))
            problems += wrong
    parts = {name: tuple(rows) for name, rows in tables.items()}
    return PackFile(header, **parts), problems


def _wrong(where: str, table: object, kind: type[msgspec.Struct]) -> list[PackError]:
    """All that is wrong with one table: unknown keys, then the rest, then its expression."""
    known = kind.__struct_fields__
    found: list[PackError] = []
    rest = table
    if isinstance(table, dict):
        found = [
            PackError(
                f"unknown key '{key}'",
                where=where,
                help=suggestion(key, known) or f"keys are {', '.join(known)}",
            )
            for key in table
            if key not in known
        ]
        rest = {key: value for key, value in table.items() if key in known}
    try:
        msgspec.convert(rest, kind)
    except msgspec.ValidationError as error:
        found.append(_invalid(where, error, kind))
    expires = table.get("expires") if isinstance(table, dict) else None
    if isinstance(expires, str) and not _DATE.fullmatch(expires):
        found.append(
            PackError(f"'{expires}' is no date", where=where, help='write expires = "2027-03-31"')
        )
    if found and isinstance(table, dict) and isinstance(table.get("when"), str):
        # a table that fits has its expression compiled later; one that does not never gets there
        found += problems_of(table["when"], where=f"{where} when")
    return found


def _header(path: Path, document: dict[str, Any], problems: list[PackError]) -> PackHeader:
    try:
        header = msgspec.convert(document.get("pack", {}), PackHeader)
    except msgspec.ValidationError as error:
        problems.append(_invalid(f"{path} [pack]", error, PackHeader))
        return PackHeader(path.stem, path.stem)
    if header.name != path.stem:
        problems.append(
            PackError(
                f"the pack is named '{header.name}', its file '{path.stem}'",
                where=f"{path} [pack]",
                help="give both the same name: packs are found by their files",
            )
        )
    return header


def _label(key: str, table: object, number: int) -> str:
    if isinstance(table, dict):
        return str(table.get("id") or table.get("name") or f"[[{key}]] {number}")
    return f"[[{key}]] {number}"


def _unknown(path: Path, key: str) -> PackError:
    return PackError(
        f"unknown table '{key}'",
        where=str(path),
        help=suggestion(key, TABLES) or f"a pack holds [pack] and [[{']], [['.join(TABLES)}]]",
    )


def _invalid(where: str, error: msgspec.ValidationError, table: type[msgspec.Struct]) -> PackError:
    reason = str(error)
    advice = None
    if "unknown field" in reason:
        word = reason.split("`")[1]
        advice = suggestion(word, table.__struct_fields__)
    return PackError("the table does not fit its schema", where=where, reason=reason, help=advice)


def _bad_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> PackError:
    reason = str(error)
    line, column = 0, 0
    words = reason.replace(")", "").replace(",", "").split()
    if "line" in words and "column" in words:
        line, column = int(words[words.index("line") + 1]), int(words[words.index("column") + 1])
    lines = text.splitlines()
    snippet = Snippet(lines[line - 1], column - 1) if 0 < line <= len(lines) else None
    return PackError(
        "the file is not valid TOML",
        where=f"{path}:{line}" if line else str(path),
        reason=reason,
        snippet=snippet,
    )
