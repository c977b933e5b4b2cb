"""Regular expressions for timestamps that a date pattern describes (SimpleDateFormat, strftime)."""

import re
from typing import Final

_NAMED: Final = {
    "ISO8601": "yyyy-MM-dd HH:mm:ss,SSS",
    "DEFAULT": "yyyy-MM-dd HH:mm:ss,SSS",
    "DEFAULT_MICROS": "yyyy-MM-dd HH:mm:ss,SSSSSS",
    "DEFAULT_NANOS": "yyyy-MM-dd HH:mm:ss,SSSSSSSSS",
    "DEFAULT_PERIOD": "yyyy-MM-dd HH:mm:ss.SSS",
    "ISO8601_BASIC": "yyyyMMdd'T'HHmmss,SSS",
    "ISO8601_BASIC_PERIOD": "yyyyMMdd'T'HHmmss.SSS",
    "ISO8601_PERIOD": "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "ISO8601_OFFSET_DATE_TIME_HH": "yyyy-MM-dd'T'HH:mm:ss,SSSX",
    "ISO8601_OFFSET_DATE_TIME_HHMM": "yyyy-MM-dd'T'HH:mm:ss,SSSXX",
    "ISO8601_OFFSET_DATE_TIME_HHCMM": "yyyy-MM-dd'T'HH:mm:ss,SSSXXX",
    "STRICT": "yyyy-MM-dd'T'HH:mm:ss,SSS",
    "ABSOLUTE": "HH:mm:ss,SSS",
    "ABSOLUTE_PERIOD": "HH:mm:ss.SSS",
    "ABSOLUTE_MICROS": "HH:mm:ss,SSSSSS",
    "ABSOLUTE_NANOS": "HH:mm:ss,SSSSSSSSS",
    "DATE": "dd MMM yyyy HH:mm:ss,SSS",
    "DATE_PERIOD": "dd MMM yyyy HH:mm:ss.SSS",
    "COMPACT": "yyyyMMddHHmmssSSS",
}
"""Names that log4j 2 knows; ``UNIX`` and ``UNIX_MILLIS`` are numbers."""

_WORD: Final = r"[^\W\d_]+\.?"
_ZONE_NAME: Final = r"(?:[A-Z]{1,5}|[A-Z][a-z]+/\w+|GMT[+-]\d{1,2}(?::?\d\d)?)"
_OFFSET: Final = r"(?:Z|[+-]\d\d(?::?\d\d)?)"

_STRFTIME: Final = {
    "Y": r"\d{4}",
    "y": r"\d\d",
    "m": r"\d\d",
    "d": r"\d\d",
    "e": r"[ \d]\d",
    "H": r"\d\d",
    "I": r"\d\d",
    "k": r"[ \d]\d",
    "l": r"[ \d]\d",
    "M": r"\d\d",
    "S": r"\d\d(?:\.\d{1,9})?",
    "f": r"\d{3,9}",
    "L": r"\d{3}",
    "N": r"\d{9}",
    "p": "[AaPp]\\.?[Mm]\\.?",
    "z": _OFFSET,
    "Z": _ZONE_NAME,
    "b": _WORD,
    "h": _WORD,
    "B": _WORD,
    "a": _WORD,
    "A": _WORD,
    "T": r"\d\d:\d\d:\d\d",
    "R": r"\d\d:\d\d",
    "r": r"\d\d:\d\d:\d\d [AP]M",
    "F": r"\d{4}-\d\d-\d\d",
    "D": r"\d\d/\d\d/\d\d",
    "s": r"\d{9,10}",
    "j": r"\d{3}",
    "c": rf"{_WORD} {_WORD} {{1,2}}\d{{1,2}} \d\d:\d\d:\d\d \d{{4}}",
    "%": "%",
}


def from_date_format(pattern: str) -> tuple[str, str]:
    """Expression and order of dates of a SimpleDateFormat pattern or a name that log4j knows."""
    if pattern == "UNIX":
        return r"\d{9,10}", ""
    if pattern == "UNIX_MILLIS":
        return r"\d{12,13}", ""
    pattern = _NAMED.get(pattern, pattern)
    out: list[str] = []
    for piece in re.finditer(r"''|'([^']*)'|([A-Za-z])\2*|[^A-Za-z']", pattern):
        text = piece[0]
        if text == "''":
            out.append("'")
        elif piece[1] is not None:
            out.append(re.escape(piece[1]))
        elif piece[2]:
            out.append(_of_letter(piece[2], len(text)))
        elif text in {",", "."}:
            # the separator of the fraction may follow the locale
            out.append("[.,]")
        else:
            out.append(re.escape(text))
    return "".join(out), _order(re.sub(r"'[^']*'", "", pattern), "y", "M", "d")


def from_strftime(pattern: str) -> tuple[str, str]:
    """Expression and order of dates of a ``strftime`` pattern."""
    out: list[str] = []
    for piece in re.finditer(r"%[-_0^#EO]?(\d)?([A-Za-z%])|.", pattern, re.DOTALL):
        letter = piece[2]
        if letter is None:
            out.append(re.escape(piece[0]))
        elif letter == "f" and piece[1]:
            out.append(rf"\d{{{piece[1]}}}")
        else:
            known = _STRFTIME.get(letter, r"\S+")
            out.append(r"\d{1,2}" if piece[0][1] == "-" and known == r"\d\d" else known)
    return "".join(out), _order(pattern.replace("%Y", "%y"), "%y", "%m", "%d")


def _of_letter(letter: str, width: int) -> str:
    if letter in "yuY":
        return r"\d\d" if width == 2 else r"\d{4}"
    if letter in "ML":
        return _WORD if width >= 3 else r"\d\d" if width == 2 else r"\d\d?"
    if letter in {"S", "n"}:
        return rf"\d{{{width}}}" if letter == "S" else r"\d{1,9}"
    if letter in "dDHhkKmse":
        return r"\d\d" if width >= 2 else r"\d\d?"
    if letter in "Ea":
        return _WORD
    if letter in "zvV":
        return _ZONE_NAME
    if letter in "ZXxO":
        return _OFFSET
    return r"\S+"


def _order(pattern: str, year: str, month: str, day: str) -> str:
    """Which of the numbers of a date comes first, where all are numbers of two digits."""
    places = {
        name: place
        for name, letter in (("year-first", year), ("month-first", month), ("day-first", day))
        if (place := pattern.find(letter)) >= 0
    }
    return min(places, key=lambda name: places[name]) if len(places) == 3 else ""


_CLOCK: Final = r"\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,9})?(?: ?[AaPp][Mm]\b)?"
_OFFSET_END: Final = (
    r"(?: ?(?:Z\b|(?:UTC|GMT)?[+-]\d\d:?\d\d\b|UTC\b|GMT\b|[A-Z]{1,3}[SD]?T\b|MSK\b))?"
)

TIMESTAMP: Final = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}[T _,-]+{_CLOCK}{_OFFSET_END}"
    rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}},?[ T-]+{_CLOCK}{_OFFSET_END}"
    rf"|\d{{1,2}}[/ -][A-Z][a-z]{{2}}[/ -]\d{{4}}[: ]{_CLOCK}{_OFFSET_END}"
    rf"|(?:[A-Z][a-z]{{2}} )?[A-Z][a-z]{{2}} [ \d]?\d (?:\d{{4}} )?{_CLOCK}(?: \d{{4}}\b)?"
    rf"|\d{{8}}[ T_-]\d\d:?\d\d:?\d\d(?:[.,:]\d{{1,9}})?"
    rf"|{_CLOCK}{_OFFSET_END}|\b1\d{{9}}(?:\.\d{{1,9}}|\d{{3}})?\b)"
)
"""Finds a time of a usual shape within a line, for proposals."""
