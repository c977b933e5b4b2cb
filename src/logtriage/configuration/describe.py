"""The model told to people and editors: JSON Schema and the reference of keys."""

import inspect
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from logtriage.configuration.schema import Configuration


def schema() -> dict[str, Any]:
    """JSON Schema of ``logtriage.toml``, from the model itself."""
    made = msgspec.json.schema(Configuration)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "logtriage.toml",
        **_without_null(made),
    }


def schema_text() -> str:
    """`schema` as the file that is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _without_null(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """TOML has no null: a key that may be left out is not one that may be null."""
    if isinstance(part, list):
        return [_without_null(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {
        key: _without_null(each)
        for key, each in part.items()
        if not (key == "default" and (each is None or isinstance(each, dict)))
    }
    if isinstance(described := made.get("description"), str):
        made["description"] = inspect.cleandoc(described)
    options = made.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        rest = [each for each in options if each != {"type": "null"}]
        if len(rest) == 1:
            del made["anyOf"]
            made = {**rest[0], **made}
        else:
            made["anyOf"] = rest
    return made


MARK: Final = "<!-- what follows is made from the model: just describe -->"
"""In the documentation, before the reference of keys."""

_TABLES: Final = (
    ("source", "[[source]]", "SourceTable"),
    ("service", "[service.NAME]", "ServiceTable"),
    ("redaction", "[redaction]", "RedactionTable"),
    ("redaction.secret", "[[redaction.secret]]", "SecretPattern"),
    ("hours", "[hours]", "Hours"),
    ("sla", "[sla.P1] to [sla.P5]", "Commitment"),
    ("route", "[[route]]", "Route"),
    ("state", "[state]", "StateTable"),
)


def reference() -> str:
    """Every key, in Markdown, from the model itself."""
    defs = schema()["$defs"]
    parts = ["## Top level", "", *_keys(defs["Configuration"], skip=_names_of_tables())]
    for _, heading, name in _TABLES:
        parts += ["", f"## `{heading}`", "", defs[name]["description"], "", *_keys(defs[name])]
    parts += ["", "## `[delivery.NAME]`", "", "`kind` says which of these it is."]
    for kind, name in _destinations(defs).items():
        told = defs[name]["description"]
        parts += ["", f'### `kind = "{kind}"`', "", told, "", *_keys(defs[name])]
    parts += ["", "## Secrets", "", defs["Secret"]["description"], "", *_keys(defs["Secret"])]
    return "\n".join(parts) + "\n"


def with_reference(document: str) -> str:
    """The documentation with its reference made anew."""
    before, _, _ = document.partition(MARK)
    return f"{before}{MARK}\n\n{reference()}"


def _names_of_tables() -> set[str]:
    return {path for path, _, _ in _TABLES} | {"delivery"}


def _destinations(defs: dict[str, Any]) -> dict[str, str]:
    mapping = defs["Configuration"]["properties"]["delivery"]["additionalProperties"]
    return {
        kind: path.rpartition("/")[2] for kind, path in mapping["discriminator"]["mapping"].items()
    }


def _keys(table: dict[str, Any], skip: Iterable[str] = ()) -> Iterator[str]:
    yield "| key | value | without it | |"
    yield "| --- | --- | --- | --- |"
    for key, told in table["properties"].items():
        if key == "kind" or key in skip:
            continue
        needed = "needed" if key in table.get("required", ()) else _default(told)
        shown = [] if told.get("default") else _examples(told)[:1]
        example = "".join(f" For example `{_toml(each)}`." for each in shown)
        yield f"| `{key}` | {_value(told)} | {needed} | {told['description']}{example} |"


def _examples(told: dict[str, Any]) -> list[Any]:
    found: list[Any] = told.get("examples", [])
    return found


def _default(told: dict[str, Any]) -> str:
    default = told.get("default")
    return "" if default is None or default in ([], {}) else f"`{_toml(default)}`"


def _value(told: dict[str, Any]) -> str:
    if "$ref" in told:
        return "a secret" if told["$ref"].endswith("/Secret") else "a table"
    if "anyOf" in told:
        return " or ".join(_value(each) for each in told["anyOf"])
    if "enum" in told:
        return ", ".join(f"`{each}`" for each in told["enum"])
    if told.get("type") == "array":
        return f"list of: {_value(told['items'])}"
    if told.get("format") == "date":
        return "date"
    if told.get("pattern", "").startswith("^[0-9]{1,6}"):
        return "duration"
    names = {"string": "text", "integer": "whole number", "number": "number"}
    names |= {"boolean": "`true`, `false`", "object": "table"}
    return names[told["type"]]


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
