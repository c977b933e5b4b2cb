"""Reads timestamps of every shape to nanoseconds since the epoch.

A text is first reduced to its *layout* (digits become ``0``). What a layout means is found out
once, with the regular expressions of `logtriage.parse.layouts`; from then on a text costs a look-up
of its second, cut before the fraction, and an ``int`` of its fraction.
"""

import datetime as dt
from typing import Final

import msgspec

from logtriage.parse.calendar_words import MONTH_BY_NAME, zone_named
from logtriage.parse.layouts import Layout, find_layout

SECOND: Final = 1_000_000_000

SLACK: Final = 86_400
"""Seconds a timestamp without year or date may lie after the reference: clocks and zones differ."""

REMEMBERED: Final = 20_000
"""Most seconds and layouts kept; a hostile input must not fill the memory."""

LONGEST: Final = 64
"""Most characters of a timestamp."""

_ZEROS: Final = str.maketrans("123456789", "000000000")

_TAI_OFFSET: Final = 2**62 + 10
"""TAI64 labels count from 1970 with 2^62 added, and TAI was 10 s ahead at the epoch of the
libraries that print them (https://cr.yp.to/libtai/tai64.html)."""


class Hints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a format knows about its timestamps that a single one does not tell."""

    order: str = ""
    """``day-first``, ``month-first`` or ``year-first``, for dates of two-digit numbers."""
    unit: str = ""
    """``s``, ``ms``, ``us`` or ``ns``, for numbers; else told from the number of digits."""
    zone: str = ""
    """The zone of timestamps that state none, where the format fixes it."""
    relative: bool = False
    """Seconds since boot or start: no absolute time."""


class TimestampReader:
    """Reads the timestamps of one format in one input."""

    def __init__(
        self,
        reference: int,
        *,
        zone: dt.tzinfo | None = None,
        year: int | None = None,
        hints: Hints | None = None,
    ) -> None:
        """``reference`` is in nanoseconds: no timestamp without year or date lies after it."""
        hints = hints or Hints()
        self._zone = (zone_named(hints.zone) if hints.zone else zone) or dt.UTC
        self._year = year
        self._reference = reference // SECOND
        self._order = hints.order
        self._unit = hints.unit
        self._relative = hints.relative
        self._layouts: dict[str, Layout] = {}
        self._cuts: dict[int, tuple[int, int, int, int, int]] = {}
        self._seconds: dict[str, int | None] = {}
        self._minutes: dict[str, int] = {}
        """Epoch second of a minute's begin, by its text without those digits."""

    def read(self, text: str) -> tuple[int, int] | None:
        """Nanoseconds since the epoch and digits of fraction; None where it is not understood."""
        cut = self._cuts.get(len(text))
        if cut is not None:
            # the layout seen last at this length: right where it leads to a second known already
            start, end, begin, scale, digits = cut
            if not digits:
                second = self._seconds.get(text)
                if second is not None:
                    return second * SECOND, 0
            else:
                second = self._seconds.get(text[:start] + text[end:])
                if second is not None and (fraction := text[begin:end]).isdecimal():
                    return second * SECOND + int(fraction) * scale, digits
        return self._read_by_layout(text)

    def _read_by_layout(self, text: str) -> tuple[int, int] | None:
        if len(text) > LONGEST:
            return None
        if text[:2] == "@4":
            return _tai(text)
        layout = self._layouts.get(text.translate(_ZEROS))
        if layout is None:
            layout = self._learn(text)
        start, end = layout.fraction_start, layout.fraction_end
        key = text if start < 0 else text[:start] + text[end:]
        try:
            second = self._seconds[key]
        except KeyError:
            second = self._remember(key, layout)
        if second is None:
            return None
        begin = start + layout.separator
        digits = end - begin if start >= 0 else 0
        fraction = int(text[begin:end]) if digits else 0
        scale = _SCALE[digits]
        if layout.milliseconds:
            scale, digits = 1_000_000, 3
        self._cuts[len(text)] = (start, end, begin, scale, digits)
        return second * SECOND + fraction * scale, digits

    def second(self, text: str) -> int | None:
        """Epoch second of a timestamp, its fraction cut off or not."""
        try:
            return self._seconds[text]
        except KeyError:
            found = self.read(text)
            return None if found is None else found[0] // SECOND

    def _learn(self, text: str) -> Layout:
        layout = find_layout(text, unit=self._unit, relative=self._relative)
        if len(self._layouts) >= REMEMBERED:
            self._layouts.clear()
        self._layouts[text.translate(_ZEROS)] = layout
        return layout

    def _remember(self, key: str, layout: Layout) -> int | None:
        start, end = layout.second_start, layout.second_end
        minute = key[:start] + key[end:] if start >= 0 else ""
        within = int(key[start:end]) if minute else 0
        begin = self._minutes.get(minute)
        # the 60th, of a leap second, has no place in its minute
        if begin is not None and within < 60:
            second: int | None = begin + within
        else:
            try:
                second = self._compute(key, layout)
            except (ValueError, OverflowError):
                second = None
            if minute and second is not None and within < 60:
                if len(self._minutes) >= REMEMBERED:
                    self._minutes.clear()
                self._minutes[minute] = second - within
        if len(self._seconds) >= REMEMBERED:
            self._seconds.clear()
        self._seconds[key] = second
        return second

    def _compute(self, text: str, layout: Layout) -> int | None:
        """The epoch second of a text without its fraction."""
        kind = layout.kind
        if kind == "epoch":
            return int(text.strip("[]() "))
        if kind == "exponent":
            return int(float(text))
        if kind == "other":
            return self._guess(text)
        if kind == "none" or layout.pattern is None:
            return None
        found = layout.pattern.fullmatch(text)
        if found is None:
            return None
        return self._from_parts(found.groupdict())

    def _from_parts(self, parts: dict[str, str | None]) -> int | None:
        hour = int(parts.get("hour") or 0)
        half = (parts.get("half") or "").lower()
        if half:
            hour = hour % 12 + (12 if half[0] == "p" else 0)
        clock = hour * 3600 + int(parts.get("minute") or 0) * 60 + int(parts.get("second") or 0)
        if hour > 24 or int(parts.get("minute") or 0) > 59 or int(parts.get("second") or 0) > 60:
            return None
        zone_text = parts.get("zone")
        zone = (zone_named(zone_text) if zone_text else None) or self._zone
        date = self._date(parts)
        if date is None:
            return None
        year, month, day = date
        if not month:
            return self._latest_day(clock, zone)
        if year is None:
            return self._latest_year(month, day, clock, zone)
        return _epoch(dt.date(year, month, day), clock, zone)

    def _date(self, parts: dict[str, str | None]) -> tuple[int | None, int, int] | None:
        """Year (None where not stated), month (0: no date at all), day."""
        first = parts.get("first")
        if first is not None:
            return self._ordered(
                first, parts["middle"] or "", parts["last"] or "", dotted=parts.get("mark") == "."
            )
        month_text = parts.get("month")
        if month_text is None:
            return None, 0, 0
        month = (
            int(month_text)
            if month_text.isdecimal()
            else MONTH_BY_NAME.get(month_text.lower().rstrip("."), 0)
        )
        if not 1 <= month <= 12:
            return None
        year_text = parts.get("year") or parts.get("late_year") or parts.get("short_year")
        year = _whole_year(year_text) if year_text else None
        return year, month, int(parts["day"] or 0)

    def _ordered(
        self, first: str, middle: str, last: str, *, dotted: bool
    ) -> tuple[int, int, int] | None:
        """A date of three numbers, the order told by the format or by what is possible.

        Dots are written where the day comes first, slashes and dashes where it may not.
        """
        one, two, three = int(first), int(middle), int(last)
        order = self._order
        if not order:
            if one > 31 or (len(last) == 2 and three > 31 and one > 12):
                order = "year-first" if one > 31 else "day-first"
            else:
                order = "day-first" if one > 12 or dotted else "month-first"
        if order == "year-first":
            date = _whole_year(first), two, three
        elif order == "day-first":
            date = _whole_year(last), two, one
        else:
            date = _whole_year(last), one, two
        if date[1] > 12 and date[2] <= 12 and order != "year-first":
            # the only reading that is a date wins over the format's usual order
            date = date[0], date[2], date[1]
        return date if 1 <= date[1] <= 12 else None

    def _latest_year(self, month: int, day: int, clock: int, zone: dt.tzinfo) -> int | None:
        """The latest such day that does not lie after the reference."""
        if self._year is not None:
            return _epoch(dt.date(self._year, month, day), clock, zone)
        limit = self._reference + SLACK
        newest = dt.datetime.fromtimestamp(limit, zone).year
        for year in range(newest, newest - 9, -1):
            try:
                second = _epoch(dt.date(year, month, day), clock, zone)
            except ValueError:  # 29 February
                continue
            if second <= limit:
                return second
        return None

    def _latest_day(self, clock: int, zone: dt.tzinfo) -> int:
        """The latest such time of day that does not lie after the reference."""
        today = dt.datetime.fromtimestamp(self._reference, zone).date()
        second = _epoch(today, clock, zone)
        if second > self._reference + 3600:
            return _epoch(today - dt.timedelta(days=1), clock, zone)
        return second

    def _guess(self, text: str) -> int | None:
        from dateutil import parser  # noqa: PLC0415 - slow to import and rarely needed

        day_first = self._order == "day-first"
        default = dt.datetime.fromtimestamp(self._reference, self._zone).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        try:
            moment = parser.parse(
                text,
                dayfirst=day_first,
                default=default,
                tzinfos=lambda name, _offset: zone_named(name or "") or self._zone,
            )
        except (parser.ParserError, OverflowError, ValueError, TypeError, AttributeError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
        return int((moment - _EPOCH) // dt.timedelta(seconds=1))


def _tai(text: str) -> tuple[int, int] | None:
    """A TAI64N label: seconds and nanoseconds in hexadecimal."""
    if len(text) != 25:
        return None
    try:
        second, fraction = int(text[1:17], 16), int(text[17:], 16)
    except ValueError:
        return None
    return (second - _TAI_OFFSET) * SECOND + fraction % SECOND, 9


def _whole_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _epoch(date: dt.date, clock: int, zone: dt.tzinfo) -> int:
    """Epoch second of a local date and seconds of the day; a leap second is the next second.

    In the gap of a clock put forward the offset before the change holds, in the hour that comes
    twice the first of them is taken.
    """
    local = (date.toordinal() - _EPOCH_DAY) * 86_400 + clock
    if zone is dt.UTC:
        return local
    moment = dt.datetime.combine(date, dt.time(), zone) + dt.timedelta(seconds=clock)
    offset = moment.utcoffset() or dt.timedelta()
    return local - offset // dt.timedelta(seconds=1)


_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()
_SCALE: Final = tuple(10 ** (9 - digits) for digits in range(10))
