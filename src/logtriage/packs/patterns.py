"""Patterns of the native scan: anchors in the many ways that raw lines write them."""

import json
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
    r"""Expression and caseless flag for an anchor.

    >>> scan_pattern(Anchor('relation "x', caseless=True))
    ('relation \\\\{0,3}"x', True)
    """
    if anchor.regex:
        return _loosened(anchor.text), anchor.caseless
    text, caseless = anchor.text, anchor.caseless and anchor.text.lower() != anchor.text.upper()
    if text.isascii():
        return "".join(map(_character, text)), caseless
    longest = max(re.findall(r"[\x20-\x7e]+", text) or [""], key=len)
    if len(longest) >= ENOUGH:
        return "".join(map(_character, longest)), caseless
    # the scan reads bytes: the engine folds only ASCII letters, so the usual cases are spelt out
    forms = {text, text.lower(), text[:1].upper() + text[1:].lower()} if caseless else {text}
    spelt = {"".join(map(_character, form)) for form in forms}
    spelt |= {"".join(map(_character, json.dumps(form)[1:-1])) for form in forms}
    return "|".join(sorted(spelt)), caseless


ENOUGH: Final = 8
"""ASCII characters that stand for a text with others among them."""


def _character(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    return re.escape(character) if character.isascii() and character != " " else character


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
