"""Styled lines on a colour terminal, drawn by rich."""

import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.style import Style as Look
from rich.text import Text

from logtriage.report.lines import Line, Piece, Style
from logtriage.report.safe import ascii_text

# Colour says tag, rank and time only; the text reads the same without it. The sixteen colours of
# the terminal's own theme keep their contrast on dark and light backgrounds.
_LOOKS: Final = {
    Style.PLAIN: Look(),
    Style.DIM: Look(dim=True),
    Style.TITLE: Look(bold=True),
    Style.INCIDENT: Look(color="red", bold=True),
    Style.DEFECT: Look(color="magenta", bold=True),
    Style.URGENT: Look(color="red", bold=True, reverse=True),
    Style.FIRING: Look(color="red", bold=True),
    Style.TIME: Look(color="cyan"),
    Style.GOOD: Look(color="green"),
    Style.PLACE: Look(underline=False),
}


def coloured(lines: Iterable[Line], *, ascii_only: bool = False, links: bool = False) -> str:
    """The lines with ANSI colours and, with ``links``, OSC 8 links to the files they name."""
    stream = io.StringIO()
    # a width of its own and a height: rich would else ask the environment and crop
    console = Console(
        file=stream,
        force_terminal=True,
        color_system="standard",
        width=10_000,
        height=100,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        legacy_windows=False,
        no_color=False,
    )
    for line in lines:
        text = Text(no_wrap=True, overflow="ignore")
        for piece in line:
            shown = ascii_text(piece.text) if ascii_only else piece.text
            text.append(shown, _look(piece, links=links))
        text.rstrip()
        console.print(text, soft_wrap=True)
    return stream.getvalue()


def _look(piece: Piece, *, links: bool) -> Look:
    look = _LOOKS[piece.style]
    if not links or piece.path is None or piece.path == "-" or "://" in piece.path:
        return look
    # the line goes into the fragment: terminals hand it to the editor or leave it alone
    # and the host keeps a terminal at the other end of ssh from opening a file of its own
    place = Path(piece.path).absolute().as_uri().removeprefix("file://")
    target = f"file://{os.uname().nodename}{place}" + (f"#L{piece.line}" if piece.line else "")
    return look + Look(link=target)
