"""Which records read alike although their bytes differ: identifiers and numbers aside.

Records that differ in digits only are told by their text without digits, see
`logtriage.group.counting`. The others hold identifiers of hexadecimal digits, or numbers that carry
meaning (``status=502``): these are told by an expression that is made of the first of them, found
under the text without hexadecimal digits.
"""

import re
from typing import Final, Generic, TypeVar

DIGITS: Final = b"0123456789"

_HEXADECIMAL_DIGITS: Final = b"0123456789abcdefABCDEF"

LONGEST: Final = 4096
"""Bytes of the longest record that an expression is made of."""

MOST: Final = 5000
"""Most expressions kept."""

ALIKE: Final = 8
"""Most expressions that are tried for one text without hexadecimal digits."""

_HEXADECIMAL: Final = re.compile(
    rb"(?<![0-9A-Za-z_])(?=[a-fA-F]{0,31}[0-9])[0-9a-fA-F]{6,}(?:-[0-9a-fA-F]{4,})*(?![0-9A-Za-z_])"
)
_HEXADECIMAL_HOLE: Final = rb"(?=[a-fA-F]{0,31}[0-9])[0-9a-fA-F]{6,}(?:-[0-9a-fA-F]{4,})*"

# A code has at most five characters; longer numbers after the same words are none, but are kept
# from standing for one.
_CODES: Final = re.compile(
    rb"""(?ix)
    (?:errno|error|code|status|exit(?:ed)?|signal|returned|rc|sqlstate|state|http/\d(?:\.\d)?"?)
        [ =:#("'\[]{0,3}-?(\d[0-9a-z]{0,31})\b
    | "[ ](\d{3})[ ]
    | [(\[](\d{4})[)\]/]
    | \b([a-z]{2,5}-?\d{4,5})\b
    | \b(0x8[0-9a-f]{7})\b
    """
)
_CODE_CHARACTERS: Final = 5
_CODE_HOLES: Final = (
    rb"([0-9][0-9A-Za-z]{0,4})(?![0-9A-Za-z_])",
    rb"([0-9]{3})",
    rb"([0-9]{4})",
    rb"([A-Za-z]{2,5}-?[0-9]{4,5})",
    rb"(0[xX]8[0-9a-fA-F]{7})",
)
_NO_CODE: Final = rb"[0-9][0-9A-Za-z]{5,}"

_NUMBER: Final = re.compile(rb"[0-9]+")

Value = TypeVar("Value")


def plain_key(span: bytes) -> bytes | None:
    """The record without digits; None where that would lose what tells it from others."""
    if _CODES.search(span) or _HEXADECIMAL.search(span):
        return None
    return span.translate(None, DIGITS)


def coarse_key(span: bytes) -> tuple[bytes, ...]:
    """The record without identifiers and digits, and its codes."""
    return (_HEXADECIMAL.sub(b"", span).translate(None, DIGITS), *codes_of(span))


def codes_of(span: bytes) -> tuple[bytes, ...]:
    """Numbers of the record that carry meaning, in its order."""
    return tuple(
        code
        for found in _CODES.finditer(span)
        if found.lastindex and _is_code(code := found[found.lastindex], found.lastindex)
    )


def _is_code(text: bytes, kind: int) -> bool:
    return kind > 1 or len(text) <= _CODE_CHARACTERS


class Shape(Generic[Value]):
    """Records that differ in identifiers and plain numbers; values by their codes."""

    __slots__ = ("fullmatch", "values")

    def __init__(self, span: bytes) -> None:
        self.fullmatch = re.compile(expression_of(span)).fullmatch
        self.values: dict[tuple[bytes, ...], Value] = {}


class Shapes(Generic[Value]):
    """Values by shape, for records that come in many."""

    def __init__(self) -> None:
        self._filed: dict[bytes, list[Shape[Value]]] = {}
        self._count = 0

    def get(self, span: bytes, default: Value) -> Value:
        """The value of a record that reads like one that was put."""
        for shape in self._filed.get(span.translate(None, _HEXADECIMAL_DIGITS), ()):
            found = shape.fullmatch(span)
            if found:
                return shape.values.get(found.groups(), default)
        return default

    def put(self, span: bytes, value: Value) -> None:
        """Keep the value for the records that read like this one, where there is room."""
        if len(span) > LONGEST or self._count >= MOST:
            return
        filed = self._filed.setdefault(span.translate(None, _HEXADECIMAL_DIGITS), [])
        for shape in filed:
            found = shape.fullmatch(span)
            if found:
                shape.values[found.groups()] = value
                self._count += 1
                return
        if len(filed) < ALIKE:
            shape = Shape(span)
            found = shape.fullmatch(span)
            if found:
                shape.values[found.groups()] = value
                filed.append(shape)
                self._count += 1

    def clear(self) -> None:
        """Forget all."""
        self._filed.clear()
        self._count = 0


def expression_of(span: bytes) -> bytes:
    r"""Matches the whole of records that read alike; a group for each code.

    >>> expression_of(b"rc=5 after 77 ms").decode()
    'rc=([0-9][0-9A-Za-z]{0,4})(?![0-9A-Za-z_])\\ after\\ [0-9]+\\ ms'
    """
    holes: list[tuple[int, int, bytes]] = []
    for found in _CODES.finditer(span):
        kind = found.lastindex or 0
        begin, end = found.span(kind)
        holes.append(
            (begin, end, _CODE_HOLES[kind - 1] if _is_code(found[kind], kind) else _NO_CODE)
        )
    for pattern, hole in ((_HEXADECIMAL, _HEXADECIMAL_HOLE), (_NUMBER, rb"[0-9]+")):
        taken = sorted(holes)
        holes += [
            (*found.span(), hole)
            for found in pattern.finditer(span)
            if not any(begin < found.end() and found.start() < end for begin, end, _ in taken)
        ]
    parts, position = [], 0
    for begin, end, hole in sorted(holes):
        parts += [re.escape(span[position:begin]), hole]
        position = end
    return b"".join([*parts, re.escape(span[position:])])
