"""Documents that are a batch of records: OTLP exports, CloudTrail files, what Loki is sent."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

MOST: Final = 100_000
"""Records of one document."""


def members(document: dict[str, Any], path: str) -> list[str]:
    """The records of a batch, each a document of its own with what its surroundings state.

    ``path`` names the lists from the outside in: ``resourceLogs.scopeLogs.logRecords``.
    """
    found: list[str] = []
    for record in _walk(document, path.split("."), {}):
        found.append(msgspec.json.encode(record).decode())
        if len(found) == MOST:
            break
    return found


def _walk(
    table: dict[str, Any], lists: list[str], around: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    name, rest = lists[0], lists[1:]
    entries = table.get(name)
    if not isinstance(entries, list):
        return
    context = {**around, **{key: _plain(value) for key, value in table.items() if key != name}}
    for entry in entries:
        if isinstance(entry, dict):
            if rest:
                yield from _walk(entry, rest, context)
            else:
                yield {**context, **{key: _plain(value) for key, value in entry.items()}}
        elif isinstance(entry, list) and len(entry) >= 2 and not rest:
            # what Loki is sent: a time and a line, under the labels of their stream
            labels = msgspec.json.encode(context.get("stream")).decode()
            yield {"timestamp": entry[0], "log": entry[1], "stream": labels}


def _plain(value: object) -> object:
    """A value of OTLP as what it stands for: lists of keys and values as objects."""
    if isinstance(value, dict):
        if len(value) == 1:
            name, inner = next(iter(value.items()))
            if name in _SCALARS:
                return inner
            if name in {"kvlistValue", "arrayValue"} and isinstance(inner, dict):
                return _plain(inner.get("values"))
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(each, dict) and {*each} == {"key", "value"} for each in value):
            return {str(each["key"]): _plain(each["value"]) for each in value}
        return [_plain(each) for each in value]
    return value


_SCALARS: Final = {"stringValue", "intValue", "doubleValue", "boolValue", "bytesValue"}
