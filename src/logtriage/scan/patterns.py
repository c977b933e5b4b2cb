"""What a scan looks for: linear patterns that never match across a line end."""

import re

import msgspec


class Pattern(msgspec.Struct, frozen=True, order=True):
    """One pattern of the native scan, in the syntax that `re` and Hyperscan share."""

    expression: str
    caseless: bool = False


def within_line(expression: str) -> str:
    r"""The same expression with every class that could match a newline kept from it.

    A negated class and ``\s`` match newlines; on a block of many lines a match would then run on
    into the next line and flag the wrong one.

    >>> within_line(r'"[^"]*"\s')
    '"[^\\n"]*"[ \\t\\r\\f\\v]'
    """
    out: list[str] = []
    position, inside = 0, False
    while position < len(expression):
        character = expression[position]
        if character == "\\":
            pair = expression[position : position + 2]
            out.append(_ESCAPES_INSIDE.get(pair, pair) if inside else _ESCAPES.get(pair, pair))
            position += 2
            continue
        if inside:
            inside = character != "]"
        elif character == "[":
            inside = True
            width = 2 if expression.startswith("[^", position) else 1
            out.append("[^\\n" if width == 2 else "[")
            position += width
            if expression.startswith("]", position):
                out.append("\\]")
                position += 1
            continue
        out.append(character)
        position += 1
    return "".join(out)


def for_scan(expression: str) -> str:
    r"""The expression as the scan looks for it: within a line, without names, long repeats open.

    ``X{0,160}`` costs the native engine a counter of 160 states; ``X{0,}`` costs one state and
    finds all the same lines and a few more, which the rules then look at themselves.

    >>> for_scan(r"(?P<unit>\w+)[^\n]{0,160}failed")
    '(?:\\w+)[^\\n\\n]{0,}failed'
    """
    anonymous = re.sub(r"\(\?P<\w+>", "(?:", within_line(expression))
    return re.sub(r"(?<!\\)\{(\d+),(?:1[6-9]|[2-9]\d|\d{3,})\}", r"{\1,}", anonymous)


_SPACE = " \\t\\r\\f\\v"
_ESCAPES = {
    "\\s": f"[{_SPACE}]",
    "\\D": "[^0-9\\n]",
    "\\W": "[^0-9A-Za-z_\\n]",
    "\\A": "^",
    "\\Z": "$",
    "\\z": "$",
}
_ESCAPES_INSIDE = {"\\s": _SPACE}
