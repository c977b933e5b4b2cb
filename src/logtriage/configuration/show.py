"""The configuration in force, told value by value."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from typing import Any

import msgspec

from logtriage.configuration.load import Loaded
from logtriage.configuration.position import Path
from logtriage.report.redact import redact_text

BUILT_IN = "default"


def as_toml(loaded: Loaded) -> str:
    """A valid configuration file; a comment tells where each value came from."""
    document = _document(loaded)
    head = f"# {_comment(loaded.path)}\n" if loaded.path else "# no configuration file\n"
    return head + "".join(f"{line}\n" for line in _table(document, (), loaded.origins))


def as_json(loaded: Loaded) -> str:
    """One object: ``path``, and ``values`` with key, value and origin of each."""
    document = _document(loaded)
    values = [
        {"key": list(path), "value": value, "origin": _origin(path, loaded.origins)}
        for path, value in _leaves(document, ())
    ]
    shown = {"path": loaded.path, "values": values}
    return json.dumps(shown, indent=2, default=str, ensure_ascii=True) + "\n"


def _document(loaded: Loaded) -> dict[str, Any]:
    """The values as plain data; what looks like a secret, as in the query of a URL, is masked."""
    plain = msgspec.to_builtins(loaded.configuration, builtin_types=(dt.date,))
    masked: dict[str, Any] = _masked(plain)
    return masked


def _masked(value: object) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return redact_text(value) if isinstance(value, str) else value


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list) and _is_tables(value):
        for number, each in enumerate(value):
            yield from _leaves(each, (*path, number))
    else:
        yield path, value


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _origin(path: Path, origins: dict[Path, str]) -> str:
    for length in range(len(path), 0, -1):
        if origin := origins.get(path[:length]):
            return origin
    # a reference to a secret is shown as one value
    inner = (each for at, each in origins.items() if at[: len(path)] == path)
    return next(inner, BUILT_IN)


def _table(table: dict[str, Any], path: Path, origins: dict[Path, str]) -> Iterator[str]:
    keys = [key for key, value in table.items() if not isinstance(value, dict) or _is_secret(value)]
    for key in keys:
        value = table[key]
        if _is_tables(value):
            continue
        origin = _comment(_origin((*path, key), origins))
        if value is None:
            yield f"# {_key(key)} is not set"
        else:
            note = f"; {_found(value)}" if _is_secret(value) else ""
            yield f"{_key(key)} = {_value(value)}  # {origin}{note}"
    for key, value in table.items():
        name = ".".join(_key(step) for step in (*path, key) if isinstance(step, str))
        if _is_tables(value):
            for number, each in enumerate(value):
                yield from ("", f"[[{name}]]")
                yield from _table(each, (*path, key, number), origins)
        elif isinstance(value, dict) and not _is_secret(value):
            inner = list(_table(value, (*path, key), origins))
            if inner and any(line and not line.startswith("[") for line in inner[:1]):
                yield from ("", f"[{name}]")
            yield from inner


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"variable", "file"}


def _found(secret: dict[str, str | None]) -> str:
    """Whether the secret is there; what it is stays untold."""
    if variable := secret["variable"]:
        return "set" if os.environ.get(variable) else "NOT SET"
    return "readable" if os.access(secret["file"] or "", os.R_OK) else "NOT READABLE"


def _key(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isascii() and plain.isalnum() else _value(key)


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {inner} }}"
    if isinstance(value, dt.date):
        return value.isoformat()
    # strings of JSON in ASCII are strings of TOML, but for DEL and pairs of surrogates
    if isinstance(value, str) and not value.isascii():
        return '"' + "".join(_character(each) for each in value) + '"'
    return json.dumps(value).replace("\x7f", "\\u007f")


def _character(each: str) -> str:
    if each in {'"', "\\"}:
        return f"\\{each}"
    return each if each.isprintable() else f"\\U{ord(each):08x}"


def _comment(text: str | None) -> str:
    return "".join(each if each.isprintable() else "?" for each in text or "")
