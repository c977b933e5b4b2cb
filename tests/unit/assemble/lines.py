"""Lines with heads for the tests of this folder: ``05:06:07 ERROR mill[12]: message``."""

import re

from logtriage.assemble.dialects import load_dialects
from logtriage.assemble.records import Assembler
from logtriage.assemble.traces import TraceReader
from logtriage.model.head import Head
from logtriage.model.record import Record
from logtriage.model.severity import NUMBER_BY_NAME

DIALECTS = load_dialects()
TRACES = TraceReader(DIALECTS)

_HEAD = re.compile(
    r"(?:(?P<stream>\w+) \| )?(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d) (?:(?P<level>[A-Z]+) )?"
    r"(?P<component>\w+)(?:\[(?P<pid>\d+)\])?: ?(?P<message>.*)$"
)


def head_of(line: str) -> Head | None:
    match = _HEAD.match(line)
    if match is None:
        return None
    level = match["level"]
    seconds = int(match["h"]) * 3600 + int(match["m"]) * 60 + int(match["s"])
    return Head(
        format="test",
        message=match["message"],
        timestamp=seconds * 1_000_000_000,
        severity_number=NUMBER_BY_NAME[level.lower()] if level else None,
        severity_text=level,
        component=match["component"],
        component_kind="kernel" if match["component"] == "kernel" else None,
        attributes={"pid": match["pid"]} if match["pid"] else {},
        stream=match["stream"],
    )


def assembled(text: str, **options: int) -> list[Record]:
    assembler = Assembler("x.log", TRACES, DIALECTS, **options)
    records: list[Record] = []
    for number, line in enumerate(text.strip("\n").split("\n"), 1):
        records += assembler.feed(number, line, head_of(line))
    records += assembler.flush()
    return records
