"""A report that is drawn anew in place, for ``follow`` on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from logtriage.model.report import Report
from logtriage.report.cards import Look
from logtriage.report.lines import Line, Piece, Style, cropped, line_of, plain
from logtriage.report.terminal import coloured
from logtriage.report.text import text_lines

_FOOT: Final = "Ctrl-C ends with the whole report"


class Screen:
    """The terminal while it belongs to `follow`."""

    def __init__(self, live: Live, console: Console, *, colour: bool, ascii_only: bool) -> None:
        self._live = live
        self._console = console
        self._colour = colour
        self._ascii_only = ascii_only

    def draw(self, report: Report, head: str, past: list[str]) -> None:
        """Draw the report, cut to the screen, with the latest events at its foot."""
        width, height = self._console.size
        look = Look(width=max(min(width, 120), 40), crop=True, ascii_only=self._ascii_only, top=5)
        room = max(height - len(past) - 3, 3)
        shown = [line_of(Piece("logtriage follow  ", Style.TITLE), head), [], *_body(report, look)]
        if len(shown) > room:
            rest = len(shown) - room + 1
            shown = [*shown[: room - 1], line_of(Piece(f"    … {rest} more lines", Style.DIM))]
        foot: list[Line] = [line_of(Piece(text, Style.DIM)) for text in past]
        shown += [[], *foot, line_of(Piece(_FOOT, Style.DIM))]
        shown = [cropped(line, look.width) for line in shown]
        if self._colour:
            text = Text.from_ansi(coloured(shown, ascii_only=self._ascii_only))
        else:
            text = Text(plain(shown, ascii_only=self._ascii_only))
        text.no_wrap = True
        self._live.update(text, refresh=True)


@contextmanager
def screen(*, colour: bool, ascii_only: bool) -> Iterator[Screen]:
    """Take the terminal's second screen, and give it back at the end."""
    console = Console(no_color=not colour, highlight=False, markup=False, emoji=False)
    with Live(console=console, screen=True, auto_refresh=False, transient=True) as live:
        yield Screen(live, console, colour=colour, ascii_only=ascii_only)


def _body(report: Report, look: Look) -> list[Line]:
    if not report.totals.lines:
        return [line_of("waiting for lines")]
    return text_lines(report, look)
