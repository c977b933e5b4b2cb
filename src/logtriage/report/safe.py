"""Text of logs made harmless: it was written by whoever could make a program log it.

Control characters could drive a terminal, bidirectional ones could turn a line round before the
reader's eyes, lone surrogates cannot be encoded. They are shown, never sent.
"""

import re
from typing import Final

# Explicit directional marks, isolates and overrides (UAX #9), zero-width characters, line and
# paragraph separators, the byte order mark, and language tags.
_DECEIVING: Final = (
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)

_UNSAFE: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_DECEIVING}]")
_UNSAFE_BUT_LINES: Final = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff{_DECEIVING}]")
_NOT_ASCII: Final = re.compile(r"[^\x20-\x7e\n]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NOT_XML: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

# msgspec escapes what JSON demands; terminals also obey DEL and C1, and some turn lines round
_UNSAFE_JSON: Final = re.compile(f"[\x7f-\x9f{_DECEIVING}]")

_CONTROL_PICTURES: Final = 0x2400
_DELETE_PICTURE: Final = "\u2421"

_ASCII_TWINS: Final = str.maketrans(
    {
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{MIDDLE DOT}": "-",
        "├": "|",
        "└": "`",
        "│": "|",
        "─": "-",
        "↳": ">",
        "→": "->",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\u00a0": " ",
    }
)


def visible(text: str) -> str:
    """One line whose control and deceiving characters are shown: ``␛[31m``, ``u202e`` escaped."""
    if text.isprintable() and text.isascii():
        return text
    return _UNSAFE.sub(_shown, text)


def visible_lines(text: str) -> str:
    """The same for a text of several lines, whose line feeds stay."""
    return _UNSAFE_BUT_LINES.sub(_shown, text.replace("\r\n", "\n"))


def ascii_text(text: str) -> str:
    """In ASCII: signs have a twin, all else is written as its escape sequence."""
    if text.isascii():
        return text
    return _NOT_ASCII.sub(_escaped, text.translate(_ASCII_TWINS))


def encodable(text: str) -> str:
    """Lone surrogates, as file names may hold them, replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def json_text(encoded: bytes) -> bytes:
    """JSON whose strings hold control and deceiving characters as escapes: the same data."""
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _UNSAFE_JSON.sub(_json_escaped, encoded.decode()).encode()


def xml_text(text: str) -> str:
    """Characters that XML 1.0 forbids or discourages (its section 2.2) are shown instead."""
    return _NOT_XML.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x09:
        return " "
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == 0x7F else _escaped(match)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    # JSON knows UTF-16 only
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
