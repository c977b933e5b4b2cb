"""How wide a text is on a terminal, and how to make it fit."""

import unicodedata
from typing import Final

ELLIPSIS: Final = "…"


def width_of(text: str) -> int:
    """Columns a text takes: East Asian wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def fitted(text: str, width: int) -> str:
    """The text, cut to ``width`` columns with an ellipsis where it is longer."""
    if width_of(text) <= width:
        return text
    kept = []
    left = max(width, 1) - 1
    for character in text:
        left -= _width(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ELLIPSIS


def padded(text: str, width: int) -> str:
    """The text with blanks after it up to ``width`` columns."""
    return text + " " * (width - width_of(text))


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns, broken between words, nothing lost."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        grown = f"{line} {word}" if line else word
        if line and width_of(grown) > width:
            lines.append(line)
            line = word
        else:
            line = grown
        while width_of(line) > width:
            head = _head(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line] if line else lines


def _head(text: str, width: int) -> str:
    left = width
    for index, character in enumerate(text):
        left -= _width(character)
        if left < 0:
            return text[: max(index, 1)]
    return text


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
