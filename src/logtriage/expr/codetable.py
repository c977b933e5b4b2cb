"""The table of codes: names, numbers and texts of errno, signals, gRPC and HTTP statuses."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

CODES_FILE: Final = Path(__file__).parent.parent / "data" / "codes.toml"


class Code(msgspec.Struct, frozen=True):
    """One code and the texts that mean it."""

    number: int
    name: str = ""
    text: str = ""
    """The C library's, or the reason phrase."""
    also: tuple[str, ...] = ()
    """Other names and other libraries' and languages' texts."""
    camel: str = ""
    """As Go prints a gRPC status: ``DeadlineExceeded``."""


class CodeTable(msgspec.Struct, frozen=True, eq=False):
    """All codes of ``data/codes.toml``; `logtriage.classify.codes` finds them in records."""

    errno: tuple[Code, ...] = ()
    signal: tuple[Code, ...] = ()
    grpc: tuple[Code, ...] = ()
    http: tuple[Code, ...] = ()
    exit: tuple[Code, ...] = ()


@cache
def code_table() -> CodeTable:
    """The table, read from its TOML file: where packs are compiled, not where they are used."""
    import tomllib  # noqa: PLC0415 - only where packs are compiled

    return msgspec.convert(tomllib.loads(CODES_FILE.read_text(encoding="utf-8")), CodeTable)


def names_of(field: str, table: CodeTable) -> frozenset[str]:
    """All names that a field of codes may be compared with; empty where any text is one."""
    codes = {"errno": table.errno, "signal": table.signal, "grpc": table.grpc}.get(field, ())
    return frozenset(code.name for code in codes) | frozenset(
        other for code in codes for other in code.also if re.fullmatch(r"[A-Z_]+", other)
    )


def find_code(field: str, name: str, table: CodeTable) -> Code | None:
    """The code of a name, or of one of its other names."""
    codes = {"errno": table.errno, "signal": table.signal, "grpc": table.grpc}[field]
    for code in codes:
        if code.name == name or name in code.also:
            return code
    return None
