"""Where in a TOML text a key stands: the standard reader does not say.

The text has been read without errors before, so what is looked at here is valid TOML.
"""

import re
from typing import Final, NamedTuple

Step = str | int
Path = tuple[Step, ...]
"""Keys from the top down; the numbers are places in arrays of tables, from 0."""

_PIECE: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|\n|\[\[|\]\]|[\[\]{}=,.]"
    r"|[^\s\[\]{}=,.\"'#]+",
    re.DOTALL,
)


class Place(NamedTuple):
    """Of a key: 1-based line, 0-based column."""

    line: int
    column: int


def places_of(text: str) -> dict[Path, Place]:
    """The place of every key and table of a valid TOML text."""
    return _Places(text).found


def nearest(places: dict[Path, Place], path: Path) -> Place | None:
    """The place of the path, else that of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if place := places.get(path[:length]):
            return place
    return None


class _Places:
    def __init__(self, text: str) -> None:
        self.found: dict[Path, Place] = {}
        self._arrays: dict[Path, int] = {}
        self._table: Path = ()
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._pieces = [(found[0], found.start()) for found in _PIECE.finditer(text)]
        self._at = 0
        while self._at < len(self._pieces):
            self._statement()

    def _next(self) -> tuple[str, int]:
        piece = self._pieces[self._at]
        self._at += 1
        return piece

    def _statement(self) -> None:
        piece, start = self._next()
        if piece == "\n" or piece.startswith("#"):
            return
        if piece in {"[", "[["}:
            self._header(start, array=piece == "[[")
            return
        self._at -= 1
        self._pair(self._table, ends="\n")

    def _header(self, start: int, *, array: bool) -> None:
        keys: list[str] = []
        while (piece := self._next()[0]) not in {"]", "]]"}:
            if piece != ".":
                keys.append(_unquoted(piece))
        path: Path = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            if array and number == len(keys):
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
        self._table = path
        self._note(path, start)

    def _pair(self, table: Path, ends: str) -> None:
        """``key = value``, up to what ends it."""
        path, start = table, -1
        while self._at < len(self._pieces):
            piece, at = self._next()
            start = at if start < 0 else start
            if piece == "=":
                break
            if piece != ".":
                path = (*path, _unquoted(piece))
        self._note(path, start)
        self._value(path, ends)

    def _value(self, path: Path, ends: str) -> None:
        while self._at < len(self._pieces):
            piece, _ = self._next()
            if piece in ends:
                # whoever began a bracket reads its end
                self._at -= piece != "\n"
                return
            if piece == "{":
                self._inline(path)
            elif piece in {"[", "[["}:
                self._array(path, len(piece))

    def _inline(self, table: Path) -> None:
        while self._at < len(self._pieces):
            piece, _ = self._next()
            if piece == "}":
                return
            if piece not in {",", "\n"} and not piece.startswith("#"):
                self._at -= 1
                self._pair(table, ends=",}")

    def _array(self, path: Path, depth: int) -> None:
        number = 0
        while depth and self._at < len(self._pieces):
            piece, at = self._next()
            if piece in {"[", "[["}:
                depth += len(piece)
            elif piece in {"]", "]]"}:
                depth -= len(piece)
            elif piece == ",":
                number += depth == 1
            elif piece == "{":
                self._note((*path, number), at)
                self._inline((*path, number))
            elif piece != "\n" and not piece.startswith("#"):
                self._note((*path, number), at)

    def _note(self, path: Path, offset: int) -> None:
        line = _line_of(self._starts, offset)
        self.found.setdefault(path, Place(line + 1, offset - self._starts[line]))


def _line_of(starts: list[int], offset: int) -> int:
    from bisect import bisect_right  # noqa: PLC0415 - only where something is wrong

    return bisect_right(starts, offset) - 1


def _unquoted(piece: str) -> str:
    return piece[1:-1] if piece[:1] in {'"', "'"} else piece
