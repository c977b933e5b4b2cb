"""All formats: found in folders, ordered by their samples, kept in the cache."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from logtriage.errors import PackError
from logtriage.parse.documents import flattened
from logtriage.parse.order import Taken, ranked, taken_by
from logtriage.parse.schema import Format, KeyLists, Sample, read_format
from logtriage.scan.cache import cached, folder_key
from logtriage.scan.lines import LineMatcher, make_line_matcher
from logtriage.scan.regexes import compiled

FORMATS: Final = Path(__file__).parents[1] / "data" / "formats"
COMPONENT_KINDS: Final = FORMATS.parent / "component_kinds.toml"

DOCUMENT: Final = "json-lines"
"""The format whose key lists all documents fall back on."""


class Shape(msgspec.Struct, frozen=True):
    """One ``[[line]]`` of one format."""

    format: int
    line: int


class Table(msgspec.Struct, frozen=True):
    """What the cache holds."""

    formats: tuple[Format, ...]
    shapes: tuple[Shape, ...]
    """In the order of the files: the numbers that the matcher answers with."""
    ranks: tuple[int, ...]
    """Place of each shape, specific before generic."""
    documents: tuple[int, ...]
    """Formats of JSON documents, specific before generic."""
    component_kinds: Mapping[str, str]


class Catalog:
    """The formats of one run."""

    def __init__(self, table: Table) -> None:
        self.formats = table.formats
        self.shapes = table.shapes
        self.ranks = table.ranks
        self.documents = table.documents
        self.component_kinds = table.component_kinds
        self._by_name = {made.name: number for number, made in enumerate(table.formats)}
        self._patterns: dict[int, re.Pattern[str]] = {}
        self._json: dict[tuple[str, ...], Format | None] = {}

    def names(self) -> list[str]:
        """Names of all formats, sorted."""
        return sorted(self._by_name)

    def get(self, name: str) -> Format:
        """The format of a name; PackError where there is none."""
        return self.formats[self.number(name)]

    def number(self, name: str) -> int:
        """Its place in `formats`; PackError where there is none."""
        number = self._by_name.get(name)
        if number is None:
            import difflib  # noqa: PLC0415 - for a mistyped name

            near = difflib.get_close_matches(name, self._by_name, 1)
            raise PackError(
                f"unknown format {name!r}",
                help=f"did you mean {near[0]!r}?" if near else "see `logtriage formats list`",
            )
        return number

    def with_format(self, made: Format) -> "Catalog":
        """A catalog that has one more format, tried before all others."""
        added = tuple(Shape(len(self.formats), line) for line in range(len(made.lines)))
        return Catalog(
            Table(
                (*self.formats, made),
                (*self.shapes, *added),
                (*(rank + len(added) for rank in self.ranks), *range(len(added))),
                self.documents,
                self.component_kinds,
            )
        )

    def shapes_of(self, name: str) -> list[int]:
        """Numbers of the shapes of a format, specific before generic."""
        number = self.number(name)
        own = [n for n, shape in enumerate(self.shapes) if shape.format == number]
        return sorted(own, key=self.ranks.__getitem__)

    def pattern(self, shape: int) -> re.Pattern[str]:
        """The compiled expression of a shape."""
        pattern = self._patterns.get(shape)
        if pattern is None:
            pattern = self._patterns[shape] = compiled(self.expression(shape), re.ASCII)
        return pattern

    def expression(self, shape: int) -> str:
        """The expression of a shape as written."""
        place = self.shapes[shape]
        return self.formats[place.format].lines[place.line].regex

    @cached_property
    def matcher(self) -> LineMatcher:
        """Tells which shapes match a line."""
        return make_line_matcher("lines", [self.expression(n) for n in range(len(self.shapes))])

    def matching(self, line: str) -> list[int]:
        """Shapes that match a line, specific before generic."""
        found = self.matcher.matching(line.encode("utf-8", "replace"))
        if len(found) > 1:
            found.sort(key=self.ranks.__getitem__)
        return found

    def document_format(self, flat: Mapping[str, Any]) -> Format | None:
        """The most specific format that a flattened JSON document satisfies."""
        for number in self.documents:
            if satisfies(flat, self.formats[number].keys.require):
                return self.formats[number]
        return None


def satisfies(flat: Mapping[str, Any], require: Sequence[str]) -> bool:
    """Whether a flattened document has all keys that a format asks for."""
    for wanted in require:
        for choice in wanted.split("|"):
            key, equals, value = choice.partition("=")
            if key in flat and (not equals or str(flat[key]) == value):
                break
        else:
            return False
    return True


def load_catalog(extra_folders: Sequence[Path] = ()) -> Catalog:
    """All formats, those of the extra folders too; PackError where a file is wrong.

    A format of a later folder replaces one of the same name.
    """
    folders = [FORMATS, *extra_folders]
    # the modules too: what they make of the same files changes with them
    key = folder_key([*folders, FORMATS.parent]) + folder_key([Path(__file__).parent], "*.py")
    stored = cached("formats", key, lambda: msgspec.msgpack.encode(build_table(folders)))
    try:
        table = msgspec.msgpack.decode(stored, type=Table)
    except msgspec.DecodeError:
        table = build_table(folders)
    return Catalog(table)


def read_folders(folders: Sequence[Path]) -> list[tuple[Format, tuple[Sample, ...]]]:
    """The formats of folders with their samples, in the order of their names."""
    found: dict[str, tuple[Format, tuple[Sample, ...]]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                text = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise PackError(
                    "a format file cannot be read", where=str(path), reason=str(error)
                ) from error
            if folder != FORMATS and holds_something_else(text):
                continue
            made, samples = read_format(text, path)
            found[made.name] = made, samples
    return [found[name] for name in sorted(found)]


def holds_something_else(text: str) -> bool:
    """Whether a file of a user's folder is a rule pack or a trace dialect, not a format."""
    return not _FORMAT.search(text) and _OTHER.search(text) is not None


_FORMAT: Final = re.compile(r"(?m)^[ \t]*\[format\]")
_OTHER: Final = re.compile(
    r"(?m)^[ \t]*\[(?:pack|dialect|\[(?:rule|change|endpoint|category|signal)\])\]"
)


def build_table(folders: Sequence[Path]) -> Table:
    """Everything the cache holds, from the files."""
    read = with_default_keys(read_folders(folders))
    formats = tuple(made for made, _ in read)
    shapes = tuple(
        Shape(number, line)
        for number, made in enumerate(formats)
        for line in range(len(made.lines))
    )
    format_of = [shape.format for shape in shapes]
    taken = taken_samples(read, shapes)
    # a format that takes many samples of others is generic, whatever pair of them is compared
    foreign = [0] * len(formats)
    for entry in taken:
        for number in {format_of[other] for other in entry.others}:
            foreign[number] += number != format_of[entry.owner]
    ties = [
        (foreign[s.format], -literal_characters(formats[s.format].lines[s.line].regex), n)
        for n, s in enumerate(shapes)
    ]
    order = ranked(len(shapes), taken, format_of, ties)
    ranks = [0] * len(shapes)
    for place, shape in enumerate(order):
        ranks[shape] = place
    return Table(
        formats,
        shapes,
        tuple(ranks),
        ranked_documents(read),
        read_component_kinds(),
    )


def with_default_keys(
    read: Sequence[tuple[Format, tuple[Sample, ...]]],
) -> list[tuple[Format, tuple[Sample, ...]]]:
    """The same formats, key lists they leave out taken from the plain JSON format."""
    defaults = next((made.keys for made, _ in read if made.name == DOCUMENT), KeyLists())
    complete = []
    for made, samples in read:
        if made.kind in {"json", "logfmt", "csv"}:
            values = {
                name: getattr(made.keys, name) or getattr(defaults, name)
                for name in KeyLists.__struct_fields__
                if name != "require"
            }
            keys = KeyLists(require=made.keys.require, **values)
            complete.append((msgspec.structs.replace(made, keys=keys), samples))
        else:
            complete.append((made, samples))
    return complete


def taken_samples(
    read: Sequence[tuple[Format, tuple[Sample, ...]]], shapes: Sequence[Shape]
) -> list[Taken]:
    """Which shapes take the samples of all formats."""
    expressions = [read[s.format][0].lines[s.line].regex for s in shapes]
    matcher = make_line_matcher("lines", expressions)
    seen = [
        (number, line, matcher.matching(line.encode()))
        for number, (made, samples) in enumerate(read)
        if made.kind != "json"
        for line in head_lines(samples)
    ]
    return taken_by(seen, [shape.format for shape in shapes])


def ranked_documents(read: Sequence[tuple[Format, tuple[Sample, ...]]]) -> tuple[int, ...]:
    """Numbers of the JSON formats, specific before generic."""
    numbers = [n for n, (made, _) in enumerate(read) if made.kind == "json"]
    taken = taken_documents(read, numbers)
    ties = [(0, -len(read[n][0].keys.require), n) for n in numbers]
    order = ranked(len(numbers), taken, range(len(numbers)), ties)
    return tuple(numbers[place] for place in order)


def taken_documents(
    read: Sequence[tuple[Format, tuple[Sample, ...]]], numbers: Sequence[int]
) -> list[Taken]:
    """Which JSON formats take the samples of all of them."""
    seen = []
    for place, number in enumerate(numbers):
        for line in head_lines(read[number][1]):
            flat = flattened(line)
            if flat is not None:
                matching = [
                    other
                    for other, candidate in enumerate(numbers)
                    if satisfies(flat, read[candidate][0].keys.require)
                ]
                seen.append((place, line, matching))
    return taken_by(seen, range(len(numbers)))


def head_lines(samples: Sequence[Sample]) -> list[str]:
    """The first line of each sample that the format reads."""
    return [sample.text.split("\n", 1)[0] for sample in samples if sample.match]


def literal_characters(regex: str) -> int:
    """How many characters of an expression stand for themselves: how specific it is."""
    plain = re.sub(r"\(\?P<\w+>|\\[dwsDWS]|\[[^\]]*\]|\{[^}]*\}|[()*+?.^$|]", "", regex)
    return len(plain)


def read_component_kinds() -> dict[str, str]:
    """Program name to kind of component, from the data table."""
    table = tomllib.loads(COMPONENT_KINDS.read_text("utf-8"))
    return {name: kind for kind, names in table.items() for name in names}
