"""A first look at an input: what it is written in, and so how it is best read."""

import os
from collections.abc import Sequence
from typing import Final

import msgspec

from logtriage.parse.detect import detect
from logtriage.pipeline.tools import Tools
from logtriage.source.locate import Source, component_of
from logtriage.source.read import SNIFF, encoding, is_binary, packing

SPOTS: Final = 32
"""Places of a regular file beside its beginning that are looked at."""

SPOT_BYTES: Final = 4096

LINES: Final = 600
"""Most lines that are judged."""


class Survey(msgspec.Struct, frozen=True):
    """What a sample of an input shows."""

    formats: tuple[str, ...] = ()
    """Names of the formats it is written in, the most common first."""
    share: float = 0.0
    """Of the sampled lines, those that one of them reads."""
    levelled: bool = False
    """Nearly all records state a severity."""
    framed: bool = False
    """The native scan can frame it; else it is read line by line."""
    access: bool = False
    batched: bool = False
    """Lines are documents that hold several records each."""
    binary: bool = False
    component: str | None = None
    """From the name of the file."""
    lines: tuple[str, ...] = ()
    """Those that were judged."""


def sample_file(source: Source) -> bytes:
    """Beginning and spots of a regular file; the spots depend on its size alone."""
    descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        head = os.pread(descriptor, SNIFF, 0)
        size = os.fstat(descriptor).st_size
        if size <= len(head) or packing(head) or encoding(head) or is_binary(head):
            return head
        pieces = [head[: head.rfind(b"\n") + 1] or head]
        for spot in range(1, SPOTS + 1):
            piece = os.pread(descriptor, SPOT_BYTES, size * spot // (SPOTS + 1))
            whole = piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1]
            pieces.append(whole)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def survey(source: Source, sample: bytes, tools: Tools) -> Survey:
    """What ``sample``, whole lines of the input, shows about it."""
    asked = tools.reading(source)
    component = asked.component or component_of(source.path)
    if is_binary(sample):
        return Survey(binary=True, component=component)
    catalog = tools.catalog_of(source)
    lines = spread(sample.decode(errors="replace").split("\n"))
    found = detect(catalog, lines)
    forced = tools.forced_format(source)
    if forced is not None:
        found = msgspec.structs.replace(
            found, formats=(catalog.get(forced).name,), wrappers=(), interleaved=False
        )
    framed = bool(found.formats) and not (found.wrappers or found.interleaved or found.traced)
    made = [tools.catalog.get(name) for name in found.formats]
    batched = any(each.records for each in made)
    if batched or any(line.fields for each in made for line in each.lines):
        # a level that stands in a line of its own is none to frame by
        framed = False
    return Survey(
        formats=found.formats,
        share=found.share,
        levelled=found.levelled,
        framed=framed,
        access=found.access,
        batched=batched,
        component=component,
        lines=tuple(lines) if framed else (),
    )


def spread(lines: Sequence[str]) -> list[str]:
    """At most LINES of them: the first half as they come, the rest evenly from what follows."""
    kept = [line for line in lines if line]
    if len(kept) <= LINES:
        return kept
    rest = kept[LINES // 2 :]
    step = len(rest) / (LINES - LINES // 2)
    return [*kept[: LINES // 2], *(rest[int(k * step)] for k in range(LINES - LINES // 2))]
