"""Patterns of the native scan: anchors in the many ways that raw lines write them."""

import re
from typing import Final

from logtriage.expr.tree import Anchor

_ESCAPED: Final = {
    # inside JSON strings
    '"': r'\\{0,3}"',
    "\\": r"\\{1,4}",
    "/": r"\\?/",
    "\t": r"(?:\t|\\t)",
    "\n": r"(?:\n|\\n)",
    # Go's encoder writes these three for the sake of HTML
    "<": r"(?:<|\\u003c|&lt;)",
    ">": r"(?:>|\\u003e|&gt;)",
    "&": r"(?:&|\\u0026|&amp;)",
    "'": r"(?:'|\\u0027|&#39;|&apos;)",
}


def scan_pattern(anchor: Anchor) -> tuple[str, bool]:
    """Expression and caseless flag for an anchor.

    >>> scan_pattern(Anchor('relation "x', caseless=True))
    ('relation \\\\\\\\{0,3}"x', True)
    """
    if anchor.regex:
        return _loosened(anchor.text), anchor.caseless
    return "".join(_character(character, anchor.caseless) for character in anchor.text), (
        anchor.caseless and anchor.text.lower() != anchor.text.upper()
    )


def _character(character: str, caseless: bool) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character.isascii():
        return re.escape(character) if character != " " else " "
    # the scan reads bytes: the engine folds only ASCII letters, so both cases are spelt out
    forms = {character, character.lower(), character.upper()} if caseless else {character}
    single = sorted(form for form in forms if len(form) == 1)
    escapes = [f"\\\\u{ord(form):04x}" for form in single if ord(form) <= 0xFFFF]
    return f"(?:{'|'.join([*single, *escapes])})"


def _loosened(expression: str) -> str:
    """A regular expression that also takes quotes as JSON escapes them."""
    out, inside, position = [], False, 0
    while position < len(expression):
        character = expression[position]
        if character == "\\":
            out.append(expression[position : position + 2])
            position += 2
            continue
        if inside:
            inside = character != "]"
        elif character == "[":
            inside = True
        elif character == '"':
            following = expression[position + 1 : position + 2]
            character = r'(?:\\{0,3}")' if following in {"?", "*", "+", "{"} else r'\\{0,3}"'
        out.append(character)
        position += 1
    return "".join(out)
