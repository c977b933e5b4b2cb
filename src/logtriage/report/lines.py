"""Lines of styled pieces: one layout for plain text and for a colour terminal."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from logtriage.report.cells import fitted, width_of
from logtriage.report.safe import ascii_text, visible


class Style(StrEnum):
    """What a piece is; the terminal chooses its colour."""

    PLAIN = ""
    DIM = "dim"
    TITLE = "title"
    INCIDENT = "incident"
    DEFECT = "defect"
    URGENT = "urgent"
    FIRING = "firing"
    TIME = "time"
    GOOD = "good"
    PLACE = "place"


class Piece(NamedTuple):
    """A run of text of one style."""

    text: str
    style: Style = Style.PLAIN
    path: str | None = None
    """The file it stands for, for a link."""
    line: int = 0


Line = list[Piece]


def line_of(*pieces: Piece | str) -> Line:
    """A line; bare texts are plain, and all of them safe to print."""
    return [
        Piece(visible(piece))
        if isinstance(piece, str)
        else piece._replace(text=visible(piece.text))
        for piece in pieces
    ]


def columns(line: Line) -> int:
    """How wide a line is."""
    return sum(width_of(piece.text) for piece in line)


def justified(left: Line, right: Line, width: int) -> Line:
    """One line with the right part at the right margin, or two blanks after the left one."""
    gap = max(2, width - columns(left) - columns(right))
    return [*left, Piece(" " * gap), *right] if right else left


def cropped(line: Line, width: int) -> Line:
    """The line cut to ``width`` columns with an ellipsis."""
    if columns(line) <= width:
        return line
    kept: Line = []
    left = width
    for piece in line:
        wide = width_of(piece.text)
        if wide >= left:
            kept.append(piece._replace(text=fitted(piece.text + " ", left)))
            break
        kept.append(piece)
        left -= wide
    return kept


def plain(lines: Iterable[Line], *, ascii_only: bool = False) -> str:
    """The lines as text without styles, blanks at their ends removed."""
    encode: Callable[[str], str] = ascii_text if ascii_only else str
    return "".join(encode("".join(piece.text for piece in line)).rstrip() + "\n" for line in lines)
