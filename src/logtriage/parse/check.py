"""Checks formats by their own samples, and all formats against each other."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from logtriage.errors import PackError, Snippet
from logtriage.model.head import Head
from logtriage.model.record import rfc3339
from logtriage.model.severity import severity_name
from logtriage.parse.catalog import (
    FORMATS,
    Catalog,
    build_table,
    read_folders,
    taken_documents,
    taken_samples,
    with_default_keys,
)
from logtriage.parse.order import overlaps
from logtriage.parse.reader import LineReader
from logtriage.parse.schema import Format, Sample, check_line

REFERENCE: Final = int(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp()) * 1_000_000_000
"""The time at which samples are read: it decides their year where they state none."""


def check_folders(
    folders: Sequence[Path] = (), wanted: Collection[str] = ()
) -> tuple[list[PackError], int]:
    """All that is wrong with formats, each with the built-in ones beside it, and how many they are.

    ``wanted`` are the paths of the files to check; none: all of them.
    """
    every = [FORMATS, *folders]
    read = read_folders(every)
    checked = [entry for entry in read if not wanted or entry[0].path in wanted]
    problems: list[PackError] = []
    for made, _ in checked:
        problems.extend(broken_lines(made))
    if problems:
        return problems, len(checked)
    catalog = Catalog(build_table(every))
    for made, samples in checked:
        problems.extend(check_format(catalog, made, samples))
    problems.extend(check_overlaps(read, {made.name for made, _ in checked}))
    return problems, len(checked)


def broken_lines(made: Format) -> Iterator[PackError]:
    """What is wrong with the expressions of a format."""
    for number, line in enumerate(made.lines, 1):
        try:
            check_line(line.regex, f"{made.path} [[line]] #{number}")
        except PackError as error:
            yield error


def check_format(catalog: Catalog, made: Format, samples: Sequence[Sample]) -> Iterator[PackError]:
    """What is wrong with one format: expressions, samples, what they expect."""
    broken = list(broken_lines(made))
    yield from broken
    if broken:
        return
    if not any(sample.match for sample in samples):
        yield PackError(
            "a format without a sample",
            where=made.path,
            reason="samples tell in which order formats are tried, and prove that this one works",
        )
    if all(sample.match for sample in samples):
        yield PackError(
            "a format without a near miss",
            where=made.path,
            help="add a [[sample]] with match = false and why",
        )
    yield from unproven_lines(catalog, made, samples)
    reader = LineReader(catalog, reference=REFERENCE)
    alone = LineReader(catalog, (made.name,), reference=REFERENCE, strict=True)
    for number, sample in enumerate(samples, 1):
        where = f"{made.path} [[sample]] #{number}"
        first = sample.text.split("\n", 1)[0]
        if not sample.match:
            near = alone.read(first)
            if near is not None and near.format == made.name:
                yield PackError(
                    "a near miss is read by the format",
                    where=where,
                    reason=sample.why or None,
                    snippet=Snippet(first, 0),
                )
            if not sample.why:
                yield PackError("a near miss does not say why", where=where)
            continue
        head = reader.read(first)
        own = [catalog.pattern(shape) for shape in catalog.shapes_of(made.name)]
        if head is None or (own and not any(pattern.match(first) for pattern in own)):
            yield unmatched(made, first, where)
            continue
        wanted = {"format": made.name, **sample.expect}
        if made.wraps and "format" not in sample.expect:
            del wanted["format"]
        for field, value in wanted.items():
            if not agrees(head, field, value):
                yield PackError(
                    f"a sample gives another {field}",
                    where=where,
                    reason=f"expected {value!r}, got {field_of(head, field)!r} "
                    f"(read as {head.format})",
                    snippet=Snippet(first, 0),
                )


def unproven_lines(
    catalog: Catalog, made: Format, samples: Sequence[Sample]
) -> Iterator[PackError]:
    """Shapes that no sample shows."""
    firsts = [sample.text.split("\n", 1)[0] for sample in samples if sample.match]
    shapes = sorted(catalog.shapes_of(made.name), key=lambda n: catalog.shapes[n].line)
    for shape in shapes:
        pattern = catalog.pattern(shape)
        if not any(pattern.match(first) for first in firsts):
            line = made.lines[catalog.shapes[shape].line]
            yield PackError(
                f"no sample shows line {line.name!r}",
                where=made.path,
                snippet=Snippet(line.regex, 0),
                help="add one, or remove the shape",
            )


def unmatched(made: Format, line: str, where: str) -> PackError:
    """The error for a sample that no shape matches, with how far the best one came."""
    reach = max((matched_up_to(shape.regex, line) for shape in made.lines), default=0)
    return PackError(
        "a sample is not read by its format",
        where=where,
        reason="every sample must be read in full",
        snippet=Snippet(line, reach, "matched up to here"),
        help="fix the expression, or set match = false and say why",
    )


def matched_up_to(regex: str, line: str) -> int:
    """How many characters of a line an expression matches before it fails.

    Ever shorter beginnings of the expression are tried: slow, and only done for an error message.
    """
    best = 0
    for end in range(len(regex), 0, -1):
        try:
            found = re.match(regex[:end], line, re.ASCII)
        except (re.error, OverflowError):
            continue
        if found is not None:
            best = max(best, found.end())
            if best:
                return best
    return best


def check_overlaps(
    read: Sequence[tuple[Format, tuple[Sample, ...]]], names: Collection[str] = ()
) -> Iterator[PackError]:
    """Formats that take each other's samples: nothing could say which one a line belongs to.

    ``names``: only where one of these formats takes part; none: all.
    """
    complete = with_default_keys(read)
    shapes = [(number, line) for number, (made, _) in enumerate(read) for line in made.lines]
    from logtriage.parse.catalog import Shape  # noqa: PLC0415 - a value of the catalog only

    numbered = [
        Shape(number, line)
        for number, (made, _) in enumerate(complete)
        for line in range(len(made.lines))
    ]
    format_of = [number for number, _ in shapes]
    for overlap in overlaps(taken_samples(complete, numbered), format_of):
        one, two = complete[format_of[overlap.first]][0], complete[format_of[overlap.second]][0]
        if not names or one.name in names or two.name in names:
            yield ambiguity(one, two, overlap.first_sample, overlap.second_sample)
    numbers = [n for n, (made, _) in enumerate(complete) if made.kind == "json"]
    for overlap in overlaps(taken_documents(complete, numbers), range(len(numbers))):
        one = complete[numbers[overlap.first]][0]
        two = complete[numbers[overlap.second]][0]
        if names and one.name not in names and two.name not in names:
            continue
        yield ambiguity(one, two, overlap.first_sample, overlap.second_sample)


def ambiguity(one: Format, two: Format, first: str, second: str) -> PackError:
    """The error for two formats that cannot be told apart."""
    return PackError(
        f"formats {one.name!r} and {two.name!r} take each other's samples",
        where=f"{one.path}, {two.path}",
        reason=f"{two.name} takes {first!r}; {one.name} takes {second!r}",
        help="make one of them more specific",
    )


def agrees(head: Head, field: str, value: object) -> bool:
    """Whether a head has the value that a sample expects."""
    found = field_of(head, field)
    if field == "timestamp" and isinstance(value, str) and head.timestamp is not None:
        return bool(rfc3339(head.timestamp, head.precision) == value)
    return bool(found == value)


def field_of(head: Head, field: str) -> object:
    """A field of a head by the name that samples use: ``severity``, ``attributes.pid``."""
    if field == "timestamp":
        return rfc3339(head.timestamp, head.precision)
    if field == "severity":
        return severity_name(head.severity_number)
    if field.startswith("attributes."):
        return head.attributes.get(field.removeprefix("attributes."))
    if field not in Head.__struct_fields__:
        return f"no such field: {field}"
    return getattr(head, field)
