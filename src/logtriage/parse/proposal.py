"""A format proposed from sample lines, or from a format string with its sample lines.

The lines are cut into pieces (a time, a level, bracketed text, words, what stands between); pieces
that all lines share in kind become the head, what follows them is the message.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from logtriage.errors import PackError, Snippet
from logtriage.parse.check import matched_up_to
from logtriage.parse.date_patterns import TIMESTAMP
from logtriage.parse.levels import number_of
from logtriage.parse.schema import Format, FormatLine, check_line

MOST_PIECES: Final = 24
"""A head with more pieces is none: the message has begun long before."""

ENOUGH: Final = 0.9
"""Share of the lines that have to agree on a piece."""

_PIECE: Final = re.compile(
    rf"(?P<time>{TIMESTAMP})"
    r"|(?P<bracket>\[[^\]]{0,120}\]|\([^)]{0,60}\)|<[^>]{0,60}>)"
    r"|(?P<quoted>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<word>[\w$./@#~+*%-]*[\w$@#~*%](?:(?::{1,2}|/)[\w$.@-]+)*)"
    r"|(?P<blank>[ \t]+)"
    r"|(?P<mark>.)"
)


class _Piece(msgspec.Struct, frozen=True):
    kind: str
    """``time``, ``level``, ``bracket``, ``quoted``, ``word``, ``number``, ``blank``, ``mark``."""
    text: str


class _Names:
    """Names of groups, each given once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def group(self, names: Sequence[str], body: str) -> str:
        """A group with the first of the names that is free, or one with a number."""
        for name in (*names, *(f"{names[-1]}_{number}" for number in range(2, MOST_PIECES + 2))):
            if name not in self.taken:
                self.taken.add(name)
                return f"(?P<{name}>{body})"
        return f"(?:{body})"


def proposed(name: str, lines: Sequence[str]) -> Format:
    """A format that reads the lines; PackError where they have no head in common."""
    samples = [line for line in lines if line.strip() and not line[0].isspace()]
    if not samples:
        raise PackError("no sample lines", help="give some lines of the log, as they are")
    cut = [_pieces(line) for line in samples]
    head = _common(cut)
    if not any(piece.kind in {"time", "level", "bracket"} for piece in head):
        raise PackError(
            "the lines have no head in common",
            reason="they share neither a time, nor a level, nor anything in brackets",
            snippet=Snippet(samples[0], 0),
            help="give lines of one format, or a format string",
        )
    regex = _expression(head, cut)
    check_line(regex, "the proposed expression")
    return Format(name=name, title=f"{name} (proposed)", kind="text", lines=(FormatLine(regex),))


def first_unread(made: Format, lines: Sequence[str]) -> PackError | None:
    """What is wrong with the first line that no shape of the format matches."""
    patterns = [re.compile(line.regex, re.ASCII) for line in made.lines]
    for line in lines:
        if not any(pattern.match(line) for pattern in patterns):
            reach = max((matched_up_to(shape.regex, line) for shape in made.lines), default=0)
            return PackError(
                "a sample is not read by the format",
                snippet=Snippet(line, reach, "matched up to here"),
                help="fix the format string or the expression",
            )
    return None


def _pieces(line: str) -> list[_Piece]:
    found = []
    for match in _PIECE.finditer(line):
        kind, text = match.lastgroup or "mark", match[0]
        if kind == "word" and _is_level(text):
            kind = "level"
        elif kind == "word" and text.isdecimal():
            kind = "number"
        elif kind == "bracket" and _is_level(text[1:-1].strip()):
            kind = "level"
        elif kind == "bracket" and re.fullmatch(TIMESTAMP, text[1:-1]):
            kind = "time"
        found.append(_Piece(kind, text))
        if len(found) == MOST_PIECES:
            break
    return found


def _is_level(text: str) -> bool:
    plain = text.strip(" :*-")
    return plain.isalpha() and (len(plain) > 1 or plain.isupper()) and number_of(plain) is not None


def _common(cut: Sequence[Sequence[_Piece]]) -> list[_Piece]:
    """The pieces at the begin that nearly all lines have, without those of the message."""
    head: list[_Piece] = []
    for place in range(max(map(len, cut))):
        here = [pieces[place] for pieces in cut if len(pieces) > place]
        model = here[0] if here else None
        if model is None:
            break
        alike = [piece for piece in here if _alike(model, piece)]
        if len(alike) < ENOUGH * len(cut):
            break
        head.append(model)
    structure = {"time", "level", "bracket", "quoted"}
    end = max((at for at, piece in enumerate(head) if piece.kind in structure), default=-1) + 1
    # names right after the last of them belong to the head where a mark ends them
    mark, start = "", end
    for at in range(end, len(head)):
        piece = head[at]
        if piece.kind == "mark" and piece.text in ":-|>=," and mark in {"", piece.text}:
            mark, end, start = piece.text, at + 1, at + 1
        elif piece.kind not in {"blank", "word", "number"} or at - start > 5:
            break
    return head[:end]


def _alike(one: _Piece, two: _Piece) -> bool:
    if one.kind == "mark" or two.kind == "mark":
        return one.text == two.text
    if {one.kind, two.kind} <= {"word", "number"}:
        return True
    enclosed = (one.text[0] in "[(<", two.text[0] in "[(<")
    return one.kind == two.kind and enclosed[0] == enclosed[1]


def _expression(head: Sequence[_Piece], cut: Sequence[Sequence[_Piece]]) -> str:
    names = _Names()
    parts = []
    for at, piece in enumerate(head):
        texts = [pieces[at].text for pieces in cut if len(pieces) > at]
        following = head[at + 1].text if at + 1 < len(head) else ""
        if piece.kind == "word" and following == "=" and len(set(texts)) == 1:
            parts.append(re.escape(piece.text))
            continue
        parts.append(_PART[piece.kind](names, piece, texts))
    return f"^{''.join(parts)}(?:\\s*)(?P<message>.*)$".replace(" +(?:\\s*)", "\\s*").replace(
        "(?:\\s*)", "\\s*"
    )


def _time(names: _Names, piece: _Piece, texts: Sequence[str]) -> str:
    del texts
    if piece.text[0] == "[" and piece.text[-1] == "]":
        return rf"\[{names.group(('timestamp', 'time'), '[^]]+')}\]"
    # digits may be one or two; words are months, weekdays, zones
    shape = re.sub(r"\d+", lambda run: _digits(len(run[0])), re.escape(piece.text))
    shape = re.sub(r"(?<![\\A-Za-z])[A-Za-z]{3,}", "[A-Za-z]+", shape).replace(r"\ ", " +")
    shape = re.sub(r"(?: \+)+", " +", shape)
    return names.group(("timestamp", "time"), shape.replace(r"\-", "-"))


def _digits(count: int) -> str:
    return r"\d{1,2}" if count <= 2 else r"\d{3,9}" if count != 4 else r"\d{4}"


def _level(names: _Names, piece: _Piece, texts: Sequence[str]) -> str:
    opened, closed = _enclosing(piece)
    padded = " *" if opened and any(" " in text for text in texts) else ""
    return f"{opened}{padded}{names.group(('severity', 'level'), '[A-Za-z]+')}{padded}{closed}"


def _enclosing(piece: _Piece) -> tuple[str, str]:
    if piece.text[0] not in "[(<":
        return "", ""
    return re.escape(piece.text[0]), re.escape(piece.text[-1])


def _bracket(names: _Names, piece: _Piece, texts: Sequence[str]) -> str:
    opened, closed = _enclosing(piece)
    inner = {text[1:-1].strip() for text in texts if text[0] == piece.text[0]}
    last = piece.text[-1]
    choices = ("logger", "thread", "field") if _loggers(inner) else ("thread", "field")
    if all(text.isdecimal() for text in inner):
        choices = ("pid", "field")
    return f"{opened}{names.group(choices, f'[^{re.escape(last)}]*')}{closed}"


def _loggers(texts: set[str]) -> bool:
    return all(re.fullmatch(r"[A-Za-z_$][\w$]*(?:[.:/]{1,2}[\w$*-]+)+", text) for text in texts)


def _word(names: _Names, piece: _Piece, texts: Sequence[str]) -> str:
    del piece
    if len(set(texts)) == 1 and len(texts) > 2 and not re.search(r"[\w]", texts[0]):
        return re.escape(texts[0])
    if all(text.isdecimal() for text in texts):
        return names.group(("pid", "number"), r"\d+")
    return names.group(("logger", "field"), r"[^\s\[\]|]*[^\s\[\]|:,]")


def _quoted(names: _Names, piece: _Piece, texts: Sequence[str]) -> str:
    del piece, texts
    return f'"{names.group(("quoted",), r"[^" + chr(34) + r"]*")}"'


_PART: Final[dict[str, Callable[[_Names, _Piece, Sequence[str]], str]]] = {
    "time": _time,
    "level": _level,
    "bracket": _bracket,
    "quoted": _quoted,
    "word": _word,
    "number": _word,
    "blank": lambda _names, _piece, _texts: " +",
    "mark": lambda _names, piece, _texts: re.escape(piece.text),
}
