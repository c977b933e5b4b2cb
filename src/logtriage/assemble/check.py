"""Check a dialect against the samples in its file."""

from pathlib import Path

from logtriage.assemble.assembler import Assembler
from logtriage.assemble.dialects import Dialects, Expectation, Sample, read_file
from logtriage.assemble.traces import TraceReader
from logtriage.errors import PackError
from logtriage.model.record import ExceptionInfo, Record, place_of


def check_file(path: Path, dialects: Dialects) -> list[PackError]:
    """What is wrong with the samples of one file, read with all ``dialects``."""
    try:
        file = read_file(path)
    except PackError as problem:
        return [problem]
    reader = TraceReader(dialects)
    problems = []
    name = file.dialect.name
    if name != path.stem:
        problems.append(PackError("the dialect is not named as its file", where=str(path)))
    if not file.sample:
        problems.append(PackError("the dialect has no samples", where=str(path)))
    hints = [*dialects.every("hints"), *dialects.every("rare_hints")]
    triggers = [*file.dialect.single, *(each for rule in file.inline for each in rule.triggers)]
    problems += [
        PackError("no hint is part of a trigger", where=str(path), reason=repr(trigger))
        for trigger in triggers
        if not any(hint in trigger for hint in hints)
    ]
    for number, sample in enumerate(file.sample, 1):
        where = f"{path} [[sample]] #{number}"
        found, splits = _read(sample, dialects, reader)
        problems += [
            PackError("a sample is not read as it states", where=where, reason=reason)
            for reason in [*_against(sample, found, name), *splits]
        ]
    return problems


def text_of(sample: Sample) -> str:
    """The sample without the newline before its closing quotes."""
    return sample.text.removesuffix("\n")


def _against(sample: Sample, found: ExceptionInfo | None, name: str) -> list[str]:
    if not sample.match:
        told = [] if sample.why else ["a near miss must say why"]
        if found is not None and found.dialect == name:
            told.append(f"read as {found.outermost.type!r} although match = false")
        return told
    if sample.expect is None:
        return [] if sample.records else ["states neither what to expect nor records"]
    if found is None:
        return ["no exception was found"]
    facts = facts_of(found)
    return [
        f"{field} is {facts[field]!r}, not {wanted!r}"
        for field in Expectation.__struct_fields__
        if (wanted := getattr(sample.expect, field)) is not None and facts[field] != wanted
    ]


def facts_of(found: ExceptionInfo) -> dict[str, object]:
    """What an `Expectation` states, of an exception that was read."""
    frames = [frame for link in found.links for frame in link.frames]
    return {
        "type": found.outermost.type,
        "message": found.outermost.message,
        "root_type": found.root.type,
        "root_message": found.root.message,
        "chain": tuple(link.type for link in found.links),
        "culprit": found.culprit,
        "frames": len(frames),
        "own": sum(frame.own is True for frame in frames),
        "first_frame": place_of(found.root.frames[0]) if found.root.frames else None,
    }


def _read(
    sample: Sample, dialects: Dialects, reader: TraceReader
) -> tuple[ExceptionInfo | None, list[str]]:
    """The exception of the sample, or of its first record that has one, and how it is cut."""
    text = text_of(sample)
    if sample.records is None:
        return reader.read(text), []
    assembler = Assembler("sample", reader, dialects)
    records: list[Record] = []
    for number, line in enumerate(text.split("\n"), 1):
        records += assembler.feed(number, line, None)
    records += assembler.flush()
    found = next((record.exception for record in records if record.exception), None)
    counts = tuple(record.lines for record in records)
    if counts == sample.records:
        return found, []
    return found, [f"cut into records of {list(counts)} lines, not {list(sample.records)}"]
