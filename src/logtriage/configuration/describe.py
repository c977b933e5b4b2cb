"""The model told to people and editors: JSON Schema and the reference of keys."""

import json
from typing import Any

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
    options = made.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        rest = [each for each in options if each != {"type": "null"}]
        if len(rest) == 1:
            del made["anyOf"]
            made = {**rest[0], **made}
        else:
            made["anyOf"] = rest
    return made
