"""Tells the formats of an input from a sample of its lines."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from logtriage.parse.catalog import Catalog
from logtriage.parse.reader import LineReader

RARE: Final = 0.02
"""A format that reads a smaller share of the heads is not listed, unless it reads two or more."""

LEVELLED: Final = 0.9
"""Share of heads that state a severity, from which an input counts as levelled."""


_TRACE_LINE: Final = re.compile(
    r"(?:\t|#011|  +)(?:at |\.\.\. \d+ |File \"|from |[\w./@-]{1,200}\.go:\d)|Caused by: "
    r"|Traceback \(most recent call last\):|goroutine \d+ \[|\s*#\d+ (?:0x|/|\{main\})"
)
"""What lines of a stack trace begin with."""


class Detection(msgspec.Struct, frozen=True):
    """What a sample of lines says about its input."""

    formats: tuple[str, ...]
    """Best first; empty where no format reads a line."""
    share: float
    """Share of the lines that some format reads, lines that look like continuations left out."""
    levelled: bool
    """Nearly all head lines state a severity in the way of their own format."""
    wrappers: tuple[str, ...] = ()
    """Formats that were peeled, outermost first."""
    interleaved: bool = False
    """Lines of several streams or formats alternate."""
    traced: bool = False
    """Lines of stack traces bear heads of their own (syslog, journald)."""
    access: bool = False
    """The best format is one of requests: the status is the severity."""


def detect(catalog: Catalog, lines: Sequence[str]) -> Detection:
    """The formats of a sample of lines, which should be whole and in order."""
    reader = LineReader(catalog, reference=0)
    formats: Counter[str] = Counter()
    wrappers: Counter[str] = Counter()
    streams: set[str] = set()
    traced = False
    heads = levelled = foreign = changes = 0
    previous: str | None = None
    for line in lines:
        layers, head = reader.read_layers(line)
        wrappers.update(dict.fromkeys(layers, 1))
        if head is None or head.continuation:
            if head is not None and head.stream is not None:
                streams.add(head.stream)
            foreign += not continues(line if head is None else head.message)
            continue
        heads += 1
        traced = traced or _TRACE_LINE.match(head.message) is not None
        # a level of the content is written in that content's way: the scan looks for all failures
        levelled += head.severity_number is not None and not layers
        formats[head.format] += 1
        changes += previous is not None and previous != head.format
        previous = head.format
        if head.stream is not None:
            streams.add(head.stream)
    listed = [name for name, count in formats.most_common() if count >= 2 or count >= RARE * heads]
    best = listed[0] if listed else None
    return Detection(
        tuple(listed),
        heads / (heads + foreign) if heads else 0.0,
        heads > 0 and levelled >= LEVELLED * heads,
        tuple(name for name, count in wrappers.items() if 2 * count >= len(lines)),
        len(streams) > 1 or (len(listed) > 1 and changes > 2 * len(listed)),
        traced,
        best is not None and catalog.get(best).kind == "access",
    )


def continues(line: str) -> bool:
    """Whether a line that no format reads looks like part of the record before it."""
    return (
        not line.strip()
        or line[0] in " \t})]"
        or line.startswith(("at ", "Caused by", "Traceback", "..."))
    )
