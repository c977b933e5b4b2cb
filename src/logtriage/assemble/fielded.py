"""A record whose lines are its fields: ``journalctl -o verbose`` and ``-o export``."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from logtriage.model.head import Head

_FIELD: Final = re.compile(r"[ \t]*([A-Za-z_][A-Za-z0-9_.]*)=(.*)", re.DOTALL)


def fielded(
    head: Head, bodies: Sequence[str], reread: Callable[[str], Head | None] | None
) -> tuple[Head, Sequence[str]]:
    """The head that the fields tell, read as the document they make up, and what is left to add.

    Fields that no format reads leave everything as it is.
    """
    if reread is None:
        return head, bodies
    told = reread(msgspec.json.encode(document([head.message, *bodies])).decode())
    if told is None:
        return head, bodies
    undated = told.timestamp is None
    return msgspec.structs.replace(
        told,
        timestamp=head.timestamp if undated else told.timestamp,
        precision=head.precision if undated else told.precision,
        stream=head.stream,
        timestamp_span=None,
    ), ()


def document(lines: Sequence[str]) -> dict[str, str]:
    """Fields by their names; a line that begins none goes on with the value before it."""
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        found = _FIELD.match(line)
        if found is not None:
            name = found[1]
            fields[name] = found[2]
        elif name and line.strip():
            fields[name] += f"\n{line.strip()}"
    return fields
