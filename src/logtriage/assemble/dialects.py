"""Stack-trace dialects: the schema of ``data/traces/*.toml`` and how they are loaded.

One file describes how one runtime prints exceptions: which lines state one, which are frames, how a
chain of causes is told, and what is library code. Adding a runtime adds a file. What the files
compile to is cached as msgpack; regular expressions are compiled when a text first shows one of the
dialect's triggers.
"""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from logtriage.errors import PackError
from logtriage.scan.cache import cached, content_key, folder_key

DATA: Final = Path(__file__).parent.parent / "data" / "traces"
"""Folder of the built-in dialects."""

SCHEMA: Final = "traces/1"
"""Part of the cache key; raise it when a structure below changes."""

Role = Literal[
    "open",
    "type",
    "loose",
    "cause",
    "wrap",
    "link",
    "part",
    "section",
    "aside",
    "back",
    "frame",
    "call",
    "place",
    "skip",
    "note",
    "text",
    "end",
]


class LineRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of line of a trace."""

    role: Role
    """What the line does:

    * ``open``: a trace begins, its exception is stated later
    * ``type``: states an exception
    * ``loose``: states one, believed only on a line above a first frame
    * ``cause``: states the cause of the exception before it
    * ``wrap``: states what wraps all before it
    * ``link``: the next exception stated wraps those before it
    * ``part``: a member (group ``number``) of an exception group: the first is taken as the cause
    * ``section``: a thread: the first belongs to the exception, the others lead away from it
    * ``aside``: what follows is not of the chain
    * ``back``: the frames that follow belong to the outer exception again
    * ``frame``; ``call``: a frame if a ``place`` follows at once; ``place``: completes a frame
    * ``skip``: dropped from the record's message; ``note``: kept in it
    * ``text``: more of the exception's message
    * ``end``: last line of the trace
    """
    regex: str
    """Matched at the start of the line (``loose``: searched). Linear. Groups: type, message,
    function, file, line, module, number."""
    type: str | None = None
    """The exception's type where the line does not print one (``panic``)."""
    take: int = 0
    """So many following lines are the message, whatever they look like."""
    reach: int = 30
    """``loose``: at most so many lines above the first frame."""
    only_after: Role | None = None
    """Counts only where the line before it in the trace had this role."""


class InlineRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exception stated within a line of text, without frames."""

    regex: str
    """Searched; groups type and message."""
    triggers: tuple[str, ...]
    """One of these must be in the text (compared as written)."""
    type: str | None = None


class Library(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tells a library's frame from the program's own."""

    functions: tuple[str, ...] = ()
    """Prefixes of the full function name (module and function)."""
    parts: tuple[str, ...] = ()
    """Substrings of the full function name."""
    files: tuple[str, ...] = ()
    """Substrings of the file's path, and of the module."""
    own_needs: Literal["function", "file"] = "function"
    """What a frame must state to be called own where nothing says that it is a library's."""


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Consecutive lines with heads of their own that are one record (a kernel oops)."""

    name: str
    component: str
    """Component or component kind of its heads."""
    begin: str
    """Regular expression on the message of the first line; searched."""
    end: str | None = None
    """The same for the last line, which belongs to it."""
    body: str | None = None
    """Lines that may stand before the end; None = any."""
    tail: str | None = None
    """Lines that may follow the end."""
    telling: tuple[str, ...] = ()
    """The record's message begins with the first line that one of these finds, in this order."""


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A real trace and what must be read from it."""

    text: str
    name: str | None = None
    match: bool = True
    why: str | None = None
    """Why a near miss (``match = false``) is not one."""
    expect: "Expectation | None" = None
    records: tuple[int, ...] | None = None
    """Lines of each record when fed line by line, no line having a head."""


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts of the exception; those left out are not compared."""

    type: str
    message: str | None = None
    root_type: str | None = None
    root_message: str | None = None
    chain: tuple[str, ...] | None = None
    culprit: str | None = None
    frames: int | None = None
    """Of all links together."""
    own: int | None = None
    """Frames of all links that are the program's own."""
    first_frame: str | None = None
    """`place_of` the root's innermost frame."""


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines that carry on a record of a certain kind (``WHERE`` after ``SELECT``)."""

    first: str
    """Searched in the record's first line."""
    next: str
    """Matched at the start of the line that carries it on."""


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one runtime prints exceptions."""

    name: str
    title: str
    triggers: tuple[str, ...] = ()
    """The dialect is tried on texts of several lines that contain one of these."""
    single: tuple[str, ...] = ()
    """The same for texts of one line."""
    hints: tuple[str, ...] = ()
    """Short pieces, one of which is in each of `single` and in each trigger of `inline`: most
    lines have none of any dialect and are asked nothing more."""
    rare_hints: tuple[str, ...] = ()
    """The same, not looked for in lines whose head states a severity below warning."""
    head: Literal["before", "after"] = "before"
    """Whether the exception is stated before its frames or after them."""
    frames: Literal["inner-first", "outer-first"] = "inner-first"
    again: Literal["inner", "outer", "aside"] = "aside"
    """What one more exception in the same trace is, where no line between them tells."""
    message: Literal["until-frame", "until-blank", "line"] = "until-frame"
    """How far an exception's message goes."""
    default_type: str | None = None
    """Type of frames that no line states an exception for; None = they tell nothing."""
    strip: str | None = None
    """What to remove from the start of each line first."""
    separator: str = "."
    """Between the parts of a full function name."""
    segments: int = 0
    """How many of those parts name the function, the others its module; 0 = all."""
    starts_with: tuple[str, ...] = ()
    """Beginnings, as written, of lines that may begin a trace."""
    starts: tuple[str, ...] = ()
    """Other lines that may begin a trace; matched at the start of a line. In a line with a head
    they count where it has one of the words that `inline` and `single` ask for, or begins with no
    letter."""
    loud: tuple[str, ...] = ()
    """Lines that begin a record of their own after a head below error that does not announce
    them."""
    crash: tuple[str, ...] = ()
    """The same, after a head that states no severity too: only a runtime prints them."""
    continues: tuple[str, ...] = ()
    """Lines that carry on the record before them, whatever that is."""
    carries: tuple[str, ...] = ()
    """Frames and causes that are unmistakable: they carry on the record before them even where a
    log head (of syslog, of Fluentd) stands before each of them. Asked of lines that begin with
    white space or with one of `carries_with`."""
    carries_with: tuple[str, ...] = ()
    """Beginnings, as written, of such lines that are not indented."""
    scan: tuple[str, ...] = ()
    """Regular expressions of the native engine that find lines which start or announce a trace."""
    within: str | None = None
    """A cause stated on the same line as what it caused, before the frames; searched in the
    message; groups type and message."""
    nested: tuple[str, ...] = ()
    """Causes told within a message; searched; groups type and message."""
    line: tuple[LineRule, ...] = ()
    inline: tuple[InlineRule, ...] = ()
    report: tuple[Report, ...] = ()
    pair: tuple[Pair, ...] = ()
    library: Library = Library()
    refs: tuple[str, ...] = ()


class DialectFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One TOML file."""

    dialect: Dialect
    line: tuple[LineRule, ...] = ()
    inline: tuple[InlineRule, ...] = ()
    report: tuple[Report, ...] = ()
    pair: tuple[Pair, ...] = ()
    library: Library = Library()
    sample: tuple[Sample, ...] = ()


class Dialects(msgspec.Struct, frozen=True):
    """All dialects, by name."""

    dialects: tuple[Dialect, ...]

    def every(
        self,
        field: Literal[
            "starts",
            "starts_with",
            "loud",
            "crash",
            "continues",
            "carries",
            "carries_with",
            "scan",
            "nested",
            "hints",
            "rare_hints",
        ],
    ) -> list[str]:
        """The expressions of one field of all dialects, each once."""
        return list(
            dict.fromkeys(regex for dialect in self.dialects for regex in getattr(dialect, field))
        )


def load_dialects(extra_folders: Sequence[Path] = ()) -> Dialects:
    """The built-in dialects and those of further folders; of two with one name the last counts.

    Raises `PackError` for a file that cannot be read or does not follow the schema.
    """
    folders = [DATA, *extra_folders]
    key = content_key([SCHEMA, folder_key(folders)])
    data = cached("traces", key, lambda: msgspec.msgpack.encode(read_folders(folders)))
    return msgspec.msgpack.decode(data, type=Dialects)


def read_folders(folders: Sequence[Path]) -> Dialects:
    """Read every ``*.toml`` of the folders, without the cache and without their samples."""
    found = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            # a user's folder may hold packs and formats too
            if folder != DATA and b"[dialect]" not in path.read_bytes():
                continue
            dialect = merged(read_file(path))
            found[dialect.name] = dialect
    return Dialects(tuple(found[name] for name in sorted(found)))


def merged(file: DialectFile) -> Dialect:
    """The dialect with the tables that the file states beside it."""
    return msgspec.structs.replace(
        file.dialect,
        line=file.line,
        inline=file.inline,
        report=file.report,
        pair=file.pair,
        library=file.library,
    )


def read_file(path: Path) -> DialectFile:
    """Read and check one file; `PackError` names what is wrong with it."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), DialectFile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PackError("cannot read the dialect", where=str(path), reason=str(problem)) from None
    except msgspec.ValidationError as problem:
        raise PackError(
            "the dialect does not follow the schema",
            where=str(path),
            reason=str(problem),
            help="see docs/writing-formats.md for the tables of a dialect",
        ) from None
    for where, regex in _expressions(file):
        try:
            re.compile(regex)
        except re.error as problem:
            raise PackError(
                "a regular expression does not compile",
                where=f"{path} {where}",
                reason=str(problem),
            ) from None
    return file


def _expressions(file: DialectFile) -> list[tuple[str, str]]:
    dialect = file.dialect
    found = [
        *((f"[[line]] {rule.role}", rule.regex) for rule in file.line),
        *(("[[inline]]", rule.regex) for rule in file.inline),
        *(
            (field, regex)
            for field in ("starts", "loud", "crash", "continues", "carries", "scan", "nested")
            for regex in getattr(dialect, field)
        ),
    ]
    found.extend(
        (field, regex) for field in ("strip", "within") if (regex := getattr(dialect, field))
    )
    for report in file.report:
        parts = (report.begin, report.end, report.body, report.tail, *report.telling)
        found.extend((f"[[report]] {report.name}", part) for part in parts if part)
    return found
