"""The flow: source → frame → parse → assemble → classify → group → correlate.

`tally_shard` runs anywhere, on any piece of any input; `conclude` needs the whole picture, and only
that. What lies between them is bounded counts that merge in any order.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from logtriage.classify.windows import settle
from logtriage.correlate.conclude import conclude as correlate
from logtriage.frame.records import Framer
from logtriage.group.counting import Counter
from logtriage.group.fold import fold
from logtriage.model.record import Record
from logtriage.model.report import Report
from logtriage.model.tallies import Tallies, greatest, least
from logtriage.model.tally import InputTally, IssueTally
from logtriage.pipeline.opened import OVERLAP, Marks, Opened, until
from logtriage.pipeline.reading import Reader
from logtriage.pipeline.scanning import staged_scanner
from logtriage.pipeline.survey import Survey
from logtriage.pipeline.tools import Tools
from logtriage.pipeline.volume import Volume
from logtriage.source.lines import Lines
from logtriage.source.locate import Source

NEWLINE: Final = 10

NEVER: Final = 1 << 62
"""A line, and an offset, that no input reaches."""


class Shard(msgspec.Struct, frozen=True):
    """A piece of an input: the records that start at or after ``begin`` and before ``end``."""

    source: Source
    begin: int = 0
    end: int | None = None
    """None: to the end of the input."""
    known: Survey | None = None
    """The survey of the input, where it was made before."""
    note: str | None = None
    """What is to be said about the input: that not all of it is read."""


def prepare(source: Source, tools: Tools) -> Survey:
    """Look at a regular file and load what reading it needs; InputError where it cannot be opened.

    Processes that are forked afterwards share what was loaded.
    """
    found = Opened(source, tools).survey
    if not found.binary:
        Reader(source, found, tools)
        tools.classifier.packs.index.candidates("")
        if found.framed:
            staged_scanner(found, tools, source.size)
    return found


def tally_shard(shard: Shard, tools: Tools) -> Tallies:
    """Count what a piece of an input says; InputError where it cannot be opened."""
    opened = Opened(shard.source, tools, shard.begin, known=shard.known)
    if shard.note is not None:
        opened.problems.append(shard.note)
    tally = InputTally(path=shard.source.path, component=opened.survey.component)
    if opened.survey.binary:
        tally.bytes = sum(len(chunk) for chunk in opened.chunks)
        tally.problems = ["binary data, not a log: passed over"]
        return Tallies(inputs={tally.path: tally})
    reader = Reader(shard.source, opened.survey, tools)
    counter = Counter(
        tally.path,
        reader.read_span,
        tools.classifier.classify,
        reader.second_of,
        since=tools.settings.since,
        until=tools.settings.until,
    )
    tally.format = ",".join(sorted(opened.survey.formats)) or None
    tally.access = opened.survey.access
    tally.component_kind = reader.kind
    try:
        if opened.survey.framed:
            _count_frames(opened, shard, reader, counter, tally, tools)
        else:
            _count_lines(opened, shard, reader, counter, tally, tools)
    except KeyboardInterrupt:
        tools.interrupted = True
        tally.problems.append("interrupted: read in part")
    return _finished(counter, tally, opened)


def _count_frames(
    opened: Opened,
    shard: Shard,
    reader: Reader,
    counter: Counter,
    tally: InputTally,
    tools: Tools,
) -> None:
    """Frame candidates natively; only they are read."""
    volume = Volume(tally, reader)
    scanner = staged_scanner(opened.survey, tools, shard.source.size)
    framer = Framer([scanner], reader.head_pattern(), scanner.confirm)
    block, size = b"", 0
    for frame in framer.frames(opened.chunks, shard.begin, shard.end, back=opened.back):
        block, size = frame.block, frame.size
        counter.count(block, frame.spans, tally.lines + 1)
        volume.sample(block, frame.offset, size)
        tally.lines += block.count(b"\n", 0, size)
        tally.bytes += size
        tally.cut += frame.cut
    if size and block[size - 1] != NEWLINE:
        tally.lines += 1
    if shard.end is None:
        volume.note_end(block[:size])


def _count_lines(
    opened: Opened,
    shard: Shard,
    reader: Reader,
    counter: Counter,
    tally: InputTally,
    tools: Tools,
) -> None:
    """Read every line: for wrapped and interleaved inputs, and text without any format."""
    judge = tools.judge()
    volume = Volume(tally, reader)
    begin, end = shard.begin, shard.end
    marks = Marks(opened.chunks, opened.begin, [begin] if end is None else [begin, end])
    opened.chunks = iter(marks) if end is None else until(marks, end + OVERLAP - opened.begin)
    started = marks.started
    for record in read_records(opened, reader, tally):
        first = started.get(begin, record.line)
        if record.line <= first or (end is not None and record.line > started.get(end, NEVER)):
            continue
        volume.note(record.timestamp)
        found = judge.judge(record, counter.told)
        if found.verdict or found.ignored or found.change or found.endpoints:
            if first:
                record = msgspec.structs.replace(record, line=record.line - first)  # noqa: PLW2901
            counter.add(record, found)
    stop = opened.begin + tally.bytes
    tally.bytes = max((stop if end is None else min(end, stop)) - begin, 0)
    tally.lines = started.get(NEVER if end is None else end, tally.lines) - started.get(begin, 0)


def read_records(
    opened: Opened,
    reader: Reader,
    tally: InputTally,
    idle: Callable[[], None] | None = None,
) -> Iterator[Record]:
    """Every record of an input, as its lines come in; counts lines into the tally.

    When a pipe falls idle the open records are given out too and ``idle`` is called.
    """
    lines = Lines(opened.chunks)
    assembler = reader.assembler()
    number = 1
    for batch in lines.batches():
        yield from reader.records(number, batch, assembler)
        number += len(batch)
        if not batch:
            yield from (reader.named(record) for record in assembler.flush())
            if idle:
                idle()
    yield from (reader.named(record) for record in assembler.flush())
    tally.lines, tally.bytes = lines.count, lines.bytes
    tally.cut = lines.cut + assembler.cut


def _finished(counter: Counter, tally: InputTally, opened: Opened) -> Tallies:
    tallies = counter.finish()
    for issue in tallies.issues.values():
        tally.first = least(tally.first, issue.first)
        tally.last = greatest(tally.last, issue.last)
    tally.errors = counter.errors
    tally.without_format += counter.without_format
    problems = [*opened.problems]
    if opened.empty:
        problems.append("empty")
    elif not opened.survey.formats:
        problems.append("no known log format: read as plain lines")
    tally.problems = sorted({*tally.problems, *problems})
    tallies.merge(Tallies(inputs={tally.path: tally}))
    return tallies


def conclude(
    tallies: Tallies, tools: Tools, *, interrupted: bool = False, now: int | None = None
) -> Report:
    """The root causes behind everything that was counted.

    ``now`` in nanoseconds since the epoch; None is when the run began.
    """
    issues = settled(fold(tallies), tools)
    return correlate(
        tallies,
        issues,
        categories=tools.packs.categories,
        generated_at=tools.now if now is None else now,
        depends_on=tools.settings.depends_on,
        interrupted=interrupted,
        since=tools.settings.since,
        until=tools.settings.until,
    )


def settled(issues: Sequence[IssueTally], tools: Tools) -> list[IssueTally]:
    """The issues with the verdicts of rules that had to wait for the whole picture."""
    return [
        msgspec.structs.replace(issue, verdict=settle(issue, tools.packs, issues))
        if issue.verdict.windows
        else issue
        for issue in issues
    ]
