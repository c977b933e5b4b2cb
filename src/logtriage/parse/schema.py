"""What a format file may say, checked and turned into the values that the readers use."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from logtriage.errors import PackError, Snippet
from logtriage.parse.levels import declared_number
from logtriage.parse.timestamp import Hints

KINDS: Final = ("text", "access", "json", "logfmt", "csv")
WRAPS: Final = ("", "lines", "records")

FIELDS: Final = (
    *("timestamp", "severity", "message", "host", "component", "logger", "thread"),
    *("trace_id", "span_id", "exception", "stream", "pri"),
)
"""Groups and keys with a meaning of their own; every other one becomes an attribute."""


FRAGMENTS: Final = Path(__file__).parents[1] / "data" / "fragments.toml"
_FRAGMENT: Final = re.compile(r"\{\{(\w+)\}\}")


@cache
def fragments() -> dict[str, str]:
    """The pieces that expressions of formats share, by name; each is whole in itself."""
    made: dict[str, str] = {}
    for name, text in tomllib.loads(FRAGMENTS.read_text("utf-8")).items():
        made[name] = _FRAGMENT.sub(lambda found: made[found[1]], text)
    return made


def expanded(regex: str, where: str) -> str:
    """An expression with each ``{{name}}`` written out; PackError where there is no such piece."""
    for found in _FRAGMENT.finditer(regex):
        if found[1] not in fragments():
            raise PackError(
                f"unknown piece {found[1]!r} of an expression",
                where=where,
                snippet=Snippet(regex, found.start()),
                help=f"there are {', '.join(fragments())}",
            )
    return _FRAGMENT.sub(lambda found: fragments()[found[1]], regex)


class FormatLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One shape of a head line, as ``[[line]]`` states it."""

    regex: str
    name: str = "default"
    severity: str | int | None = None
    """Severity of all lines of this shape, for formats that state none in the line."""
    message: str | None = None
    """Template of the message over the groups: ``"{request} {status}"``."""
    joins: bool = False
    """A line of this shape carries on the record before it."""
    incomplete: bool = False
    """The head goes on in the next line: level and message stand there."""
    partial: bool = False
    """The next line of the stream goes on with this one."""
    fields: bool = False
    """The lines that follow are its fields, ``NAME=value`` each, to be read as a document."""


class KeyLists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a document keeps its fields: dotted keys, the first one present is taken."""

    require: tuple[str, ...] = ()
    """Keys that must all be there; ``a|b`` is one of two, ``key=value`` asks for the value."""
    timestamp: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    message: tuple[str, ...] = ()
    logger: tuple[str, ...] = ()
    component: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    trace_id: tuple[str, ...] = ()
    span_id: tuple[str, ...] = ()
    exception: tuple[str, ...] = ()
    stream: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    """An HTTP status: attribute ``http.response.status_code``."""


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line that the format reads, with the fields expected, or one that it must not read."""

    text: str
    expect: dict[str, Any] = {}
    match: bool = True
    why: str = ""


class Format(msgspec.Struct, frozen=True):
    """One format, checked; what the cache holds."""

    name: str
    title: str
    kind: str
    lines: tuple[FormatLine, ...] = ()
    component: str | None = None
    component_kind: str | None = None
    wraps: str = ""
    """``lines``: a transport that holds any line of another format. ``records``: each line is a
    record of its own whose message may be in a format of its own."""
    levels: dict[str, int] = {}
    attributes: dict[str, str] = {}
    columns: tuple[str, ...] = ()
    keys: KeyLists = KeyLists()
    hints: Hints = Hints()
    scan: tuple[str, ...] = ()
    records: str = ""
    """Lists that hold the records of a document which is a batch of them: ``events``, ``a.b``."""
    refs: tuple[str, ...] = ()
    path: str = ""


class _FormatTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    kind: str = "text"
    refs: tuple[str, ...] = ()
    component: str | None = None
    component_kind: str | None = None
    wraps: str = ""
    records: str = ""
    columns: tuple[str, ...] = ()


class _ScanTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    patterns: tuple[str, ...] = ()


class _FormatFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: _FormatTable
    line: tuple[FormatLine, ...] = ()
    levels: dict[str, str | int] = {}
    attributes: dict[str, str] = {}
    timestamp: Hints = Hints()
    json: KeyLists = KeyLists()
    scan: _ScanTable = _ScanTable()
    sample: tuple[Sample, ...] = ()


def read_format(text: str, path: Path) -> tuple[Format, tuple[Sample, ...]]:
    """A format and its samples from the text of its file; PackError tells what is wrong where.

    Regular expressions are not compiled here: `check_line` does that, where a format is checked.
    """
    try:
        table = msgspec.convert(tomllib.loads(text), _FormatFile)
    except tomllib.TOMLDecodeError as error:
        raise PackError("a format file is not TOML", where=str(path), reason=str(error)) from error
    except msgspec.ValidationError as error:
        raise PackError("a format file is wrong", where=str(path), reason=str(error)) from error
    head = table.format
    where = f"{path} [format]"
    if head.name != path.stem:
        raise PackError(
            f"format {head.name!r} is in file {path.name!r}",
            where=where,
            reason="a format is found by the name of its file",
            help=f"name the file {head.name}.toml",
        )
    if head.kind not in KINDS:
        raise PackError(f"unknown kind {head.kind!r}", where=where, help=f"one of {KINDS}")
    if head.wraps not in WRAPS:
        raise PackError(f"unknown wraps {head.wraps!r}", where=where, help=f"one of {WRAPS[1:]}")
    if head.kind != "json" and not table.line:
        raise PackError("a format without a [[line]]", where=where)
    if head.kind == "csv" and not head.columns:
        raise PackError("a format of kind csv without columns", where=where)
    for number, line in enumerate(table.line, 1):
        if line.severity is not None:
            declared_number(line.severity, where=f"{path} [[line]] #{number} severity")
    lines = tuple(
        msgspec.structs.replace(
            line, regex=expanded(line.regex, where=f"{path} [[line]] #{number}")
        )
        for number, line in enumerate(table.line, 1)
    )
    made = Format(
        name=head.name,
        title=head.title,
        kind=head.kind,
        lines=lines,
        component=head.component,
        component_kind=head.component_kind,
        wraps=head.wraps,
        levels={
            word: declared_number(value, where=f"{path} [levels] {word}")
            for word, value in table.levels.items()
        },
        attributes=table.attributes,
        columns=head.columns,
        keys=table.json,
        hints=table.timestamp,
        scan=table.scan.patterns,
        records=head.records,
        refs=head.refs,
        path=str(path),
    )
    return made, table.sample


def check_line(regex: str, where: str) -> re.Pattern[str]:
    """The compiled regular expression of a head line; PackError where it cannot be one."""
    try:
        compiled = re.compile(regex, re.ASCII)
    except re.error as error:
        raise PackError(
            "a regular expression does not compile",
            where=where,
            reason=error.msg,
            snippet=Snippet(regex, error.pos or 0),
        ) from error
    if not regex.startswith("^") or not regex.endswith("$"):
        raise PackError(
            "a regular expression is not anchored",
            where=where,
            reason="it has to match the whole line",
            snippet=Snippet(regex, 0 if not regex.startswith("^") else len(regex)),
            help="begin it with ^ and end it with $",
        )
    if (place := _refused(regex)) is not None:
        raise PackError(
            "a regular expression needs more than linear time, or more than one engine knows",
            where=where,
            snippet=Snippet(regex, place, "here"),
            help="no look-around, back-references, atomic groups, or | outside of a group",
        )
    return compiled


def _refused(regex: str) -> int | None:
    """Where an expression uses what the native engine lacks."""
    found = re.search(r"\(\?(?:[=!>]|<[=!]|P=)|(?<!\\)[*+?}]\+", regex)
    if found:
        return found.start()
    depth, inside, position = 0, False, 0
    while position < len(regex):
        character = regex[position]
        if character == "\\":
            position += 2
            continue
        if inside:
            inside = character != "]"
        elif character == "[":
            inside = True
            # a bracket right after the opening one is a member
            position += 1 + regex.startswith("^", position + 1)
            position += regex.startswith("]", position)
            continue
        else:
            depth += (character == "(") - (character == ")")
            if character == "|" and depth == 0:
                return position
        position += 1
    return None
