"""From a sample's text to a record: the whole way in, or a plain stand-in for it."""

import re
from collections.abc import Callable
from typing import Final

from logtriage.model.record import Record
from logtriage.model.severity import NUMBER_BY_NAME

Reader = Callable[[str], Record]
"""Makes a record of a sample's text."""

_LEVEL: Final = re.compile(
    r"(?<![\w-])(?:level[\"']?\s?[=:]\s?[\"']?)?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|"
    r"CRIT(?:ICAL)?|SEVERE|ALERT|EMERG|FATAL|PANIC|LOG|HINT|(?<=[\"'=:\[])(?:trace|debug|info|notice|"
    r"warn(?:ing)?|error|crit(?:ical)?|alert|emerg|fatal))(?![\w-])"
)

_NUMBERS: Final = NUMBER_BY_NAME | {
    "warning": 13,
    "err": 17,
    "crit": 18,
    "severe": 17,
    "emerg": 21,
    "panic": 21,
    "log": 9,
    "hint": 9,
}


_ACCESS: Final = re.compile(
    r"^\S+ \S+ [^\[\n]{1,80}\[\d\d/\w{3}/\d{4}:[^\]\n]{1,20}\] "
    r'"(?P<method>[A-Z]{3,9}) (?P<path>\S{1,2000}) [^"\n]{1,12}" (?P<status>\d{3}) '
)


def plain_reader(text: str) -> Record:
    """A record without any format: a level word in the first 120 characters is its severity."""
    request = _ACCESS.match(text)
    if request:
        return Record(
            path="sample",
            line=1,
            lines=1,
            text=text,
            message=text,
            format="access",
            attributes=request.groupdict(),
        )
    head = text.split("\n", 1)[0][:120]
    found = _LEVEL.search(head)
    dated = re.match(r"\W{0,2}(?:\w{3} +)?\d{1,4}[-/: ]\w{1,4}[-/: ]|\W?\w{3} \d{1,2} \d\d:", text)
    number = None
    if found and (dated or "=" in found[0] or ":" in found[0] or text.startswith(("{", "["))):
        number = _NUMBERS[found["level"].lower()]
    return Record(
        path="sample",
        line=1,
        lines=text.count("\n") + 1,
        text=text,
        message=text,
        severity_number=number,
        severity_text=found["level"] if number is not None and found else None,
    )


def default_reader() -> Reader:
    """The whole way in: read the heads, assemble the record."""
    # only where samples are read: the formats and dialects of traces take time to load
    from logtriage.assemble.dialects import load_dialects  # noqa: PLC0415
    from logtriage.assemble.records import Assembler, continuation_pattern  # noqa: PLC0415
    from logtriage.assemble.traces import TraceReader  # noqa: PLC0415
    from logtriage.parse.catalog import load_catalog  # noqa: PLC0415
    from logtriage.parse.reader import LineReader  # noqa: PLC0415

    dialects = load_dialects()
    traces = TraceReader(dialects)
    continues = continuation_pattern(dialects).match
    head_of = LineReader(load_catalog()).read

    def read(text: str) -> Record:
        assembler = Assembler("sample", traces, dialects, reread=head_of)
        first, *others = text.split("\n")
        records = [*assembler.feed(1, first, head_of(first))]
        for number, line in enumerate(others, 2):
            head = None if continues(line.encode()) else head_of(line)
            timed = head is not None and head.timestamp is not None
            records.extend(assembler.feed(number, line, head if timed else None))
        records.extend(assembler.flush())
        return records[0]

    return read
