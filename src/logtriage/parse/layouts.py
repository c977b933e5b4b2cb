"""What the layouts of timestamps mean: from the shape of a text to the places of its parts."""

import functools
import re
from typing import Final

import msgspec


class Layout(msgspec.Struct, frozen=True):
    """How to read the texts that differ only in their digits."""

    kind: str
    """``parts``, ``epoch``, ``exponent``, ``other`` (dateutil) or ``none`` (not a time)."""
    pattern: re.Pattern[str] | None = None
    fraction_start: int = -1
    """Where the fraction begins, its separator included; -1 without one."""
    fraction_end: int = -1
    separator: int = 0
    """Characters between the second and the first digit of the fraction."""
    milliseconds: bool = False
    """The fraction is a number of milliseconds without leading zeros: ``5:6:7:8``."""
    second_start: int = -1
    """Where the digits of the second stand in a text that states its whole date; else -1: which
    year or day it is then depends on the second, too."""
    second_end: int = -1


_ZONE: Final = (
    r"(?:\s?(?P<zone>[Zz]\b|(?:UTC|GMT)?[+\-−]\d{1,2}:?(?:\d\d)?(?::?\d\d)?"  # noqa: RUF001
    r"|[A-Z][A-Za-z]{1,5}\b(?!/)|[A-Z][A-Za-z]+/[A-Za-z_/]+)"
    r"(?:\s?[\[(][^\])\d]+[\])]|\s[A-Z]{3,4}\b)?(?:\sm=[+-]\d+\.\d+)?)?"
)
_HALF: Final = r"(?:\s?(?P<half>[AaPp]\.?[Mm]\b\.?))?"
_TIME: Final = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)"
    r"(?:[:.](?P<second>\d\d)(?:(?P<separator>[.,:])(?P<fraction>\d{1,12}))?)?"
)
_MONTH_NAME: Final = r"(?P<month>[^\W\d_]{3,10}\.?)"
_WEEKDAY: Final = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"

_ISO_DATE: Final = r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
_NUMBERS: Final = r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<middle>\d{1,2})[-/.](?P<last>\d{4}|\d\d)"
_COMPACT_DATE: Final = r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
_FRACTION: Final = r"(?:(?P<separator>[.,:])(?P<fraction>\d{1,9}))?"
_NAMED_YEAR: Final = r"(?:(?P<year>\d{4}),?\s+(?:at\s+|@\s+)?)?"
_LATE_YEAR: Final = r"(?:[-/\s.,]\s?(?:de\s)?(?P<year>\d{4})|[-/.](?P<short_year>\d\d))?"

_SHAPES: Final = (
    # 2026-03-04 05:06:07,123 · 2026-03-04T05:06:07.123+01:00 · 2026/03/04-05.06.07.123456
    rf"(?:[A-Z][a-z]{{1,2}},?\s+)?{_ISO_DATE}(?:T|\s+|\s*[-,_:/@]\s*|\sat\s)\s*{_TIME}{_HALF}{_ZONE}",
    # Mar  4 05:06:07 · Wed Mar 04 05:06:07.123456 2026 · Mar 4, 2026 5:06:07 AM
    (
        rf"{_WEEKDAY}{_MONTH_NAME}\s+(?P<day>\d{{1,2}}),?\s+{_NAMED_YEAR}{_TIME}{_HALF}{_ZONE}"
        r"(?:\s+(?P<late_year>\d{4}))?"
    ),
    # 2026-Mar-04 05:06:07.123456
    rf"(?P<year>\d{{4}})[-/ ]{_MONTH_NAME}[-/ ](?P<day>\d{{1,2}})[T\s]\s*{_TIME}{_HALF}{_ZONE}",
    # 10/Oct/2026:13:55:36 -0700 · 04-Mar-2026 05:06:07.123 · Wed, 04 Mar 2026 05:06:07 GMT
    (
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.?[-/\s.]\s?(?:de\s)?{_MONTH_NAME}{_LATE_YEAR}"
        rf"(?:::?|[\s,T]|\s?-\s|\sat\s)\s*{_TIME}{_HALF}{_ZONE}"
    ),
    # 20260304-05:06:07:123 · 20260304T050607.123Z · 20260304050607 · 20260304 05:06:07
    rf"{_COMPACT_DATE}[-T_ :]?(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d){_FRACTION}{_ZONE}",
    # 20260304-5:6:7:8 (numbers without leading zeros, milliseconds last)
    (
        rf"{_COMPACT_DATE}[-T_ ](?P<hour>\d{{1,2}}):(?P<minute>\d{{1,2}}):(?P<second>\d{{1,2}})"
        r"(?:(?P<separator>:)(?P<fraction>\d{1,3}))?"
    ),
    # 081109 203518 · 260304  5:06:07
    (
        r"(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)\s+"
        rf"(?P<hour>\d{{1,2}}):?(?P<minute>\d\d):?(?P<second>\d\d){_FRACTION}"
    ),
    # 03/04/2026 05:06:07 AM · 04.03.2026 05:06:07 · 17/06/09 20:10:40
    rf"{_NUMBERS}(?:T|\s+|\s*[-,_:]\s*)\s*{_TIME}{_HALF}{_ZONE}",
    # 03-04 05:06:07.123 (Android) · 0304 05:06:07.123456 (klog)
    (
        r"(?P<month>\d\d)[-/.]?(?P<day>\d\d)(?:\s+|[|/-])"
        rf"(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d){_FRACTION}{_ZONE}"
    ),
    # 05:06:07.123
    rf"{_TIME}{_HALF}{_ZONE}",
    # 2026-03-04 · 04.03.2026 · Mar 4, 2026
    _ISO_DATE,
    _NUMBERS,
    rf"{_WEEKDAY}{_MONTH_NAME}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
)

_DIGITS_BY_UNIT: Final = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_RELATIVE: Final = re.compile(r"[+\-]?\s*\d+(?:\.\d+)?\s*(?:s|ms|sec|seconds)?|\s*\d+\.\d{6}")
_EXPONENT: Final = re.compile(r"1\.\d{6,17}[eE]\+?0?9")
_EPOCH: Final = re.compile(r"\d{9,10}(?:[.,]\d{1,12})?|\d{13}(?:\.\d+)?|\d{16}|\d{19}")


@functools.lru_cache(maxsize=len(_SHAPES))
def _compiled(index: int) -> re.Pattern[str]:
    return re.compile(rf"[\[(<*.]?\s*{_SHAPES[index]}\s*[\])>]?")


def find_layout(text: str, *, unit: str = "", relative: bool = False) -> Layout:
    """The layout of a timestamp; a text that is none gets kind ``other`` or ``none``."""
    if relative:
        return Layout("none")
    if _EXPONENT.fullmatch(text):
        return Layout("exponent")
    numeric = _epoch_layout(text, unit)
    if numeric is not None:
        return numeric
    for index in range(len(_SHAPES)):
        found = _compiled(index).fullmatch(text)
        if found is None:
            continue
        second = _second_span(found)
        if "fraction" not in found.re.groupindex or found.start("fraction") < 0:
            return Layout("parts", found.re, second_start=second[0], second_end=second[1])
        start, end = found.start("separator"), found.end("fraction")
        milliseconds = found["separator"] == ":" and end - start <= 4
        if not milliseconds:
            end = min(end, start + 10)
        return Layout("parts", found.re, start, end, 1, milliseconds, *second)
    if _RELATIVE.fullmatch(text) or not any(map(str.isdecimal, text)):
        return Layout("none")
    return Layout("other")


def _second_span(found: re.Match[str]) -> tuple[int, int]:
    """Start and end of the second where the text states year, month and day; else -1, -1."""
    parts = found.groupdict()
    dated = parts.get("year") or parts.get("late_year") or parts.get("last")
    return found.span("second") if dated and parts.get("second") else (-1, -1)


def _epoch_layout(text: str, unit: str) -> Layout | None:
    """A number of seconds, or of milli-, micro- or nanoseconds."""
    if unit and text.isdecimal():
        digits = _DIGITS_BY_UNIT.get(unit, 0)
    elif _EPOCH.fullmatch(text):
        whole = re.split("[.,]", text)[0]
        digits = max(len(whole) - 10, 0)
        if len(whole) != len(text) and not digits:
            start = len(whole)
            return Layout("epoch", None, start, min(len(text), start + 10), 1)
    else:
        return None
    if not digits:
        return Layout("epoch")
    end = len(re.split("[.,]", text)[0])
    if end <= digits:
        return Layout("none")
    return Layout("epoch", None, end - digits, end, 0)
