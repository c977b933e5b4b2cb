"""Numbers, times and shares as people read them; histograms as a row of bars."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from logtriage.model.report import Counts, Window

BARS: Final = "▁▂▃▄▅▆▇█"
ASCII_BARS: Final = "_.:-=+*#"

TIMES: Final = "\N{MULTIPLICATION SIGN}"
_TO: Final = "\N{EN DASH}"
_UNITS: Final = ("kB", "MB", "GB", "TB", "PB")


def moment(timestamp: str | None) -> dt.datetime | None:
    """The instant of an RFC 3339 text; None where there is none or it cannot be read."""
    if not timestamp:
        return None
    try:
        return dt.datetime.fromisoformat(timestamp)
    except ValueError:
        return None


def clock(timestamp: str | None) -> str:
    """``03:12:04``; a question mark where the time is unknown."""
    instant = moment(timestamp)
    return instant.strftime("%H:%M:%S") if instant else "?"


def when(timestamp: str | None, *, day: dt.date | None = None) -> str:
    """``2027-01-02 03:12:04``, without the date where it is ``day``."""
    instant = moment(timestamp)
    if instant is None:
        return "?"
    if day == instant.date():
        return instant.strftime("%H:%M:%S")
    return instant.strftime("%Y-%m-%d %H:%M:%S")


def span_of(window: Window) -> str:
    """``2027-01-02 02:58:00 to 03:41:12 UTC``: the end's date only where it differs."""
    first, last = moment(window.first), moment(window.last)
    if first is None or last is None:
        return "times unknown"
    return f"{when(window.first)} {_TO} {when(window.last, day=first.date())} UTC"


def day_of(window: Window) -> dt.date | None:
    """The one day that all times of a window lie on; None where there are several."""
    first, last = moment(window.first), moment(window.last)
    return first.date() if first and last and first.date() == last.date() else None


def lag(seconds: float | None) -> str:
    """``+1 s``, ``+2 min``; empty where unknown."""
    return "" if seconds is None else f"{'+' if seconds >= 0 else '-'}{duration(abs(seconds))}"


def duration(seconds: float) -> str:
    """``0.4 s``, ``42 s``, ``12 min``, ``3.5 h``, ``2.1 days``."""
    if seconds < 0.05:
        return "0 s"
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        # no decimals where they would say nothing
        return f"{seconds / 3600:.1f}".removesuffix(".0") + " h"
    return f"{seconds / 86_400:.1f} days"


def size(count: int) -> str:
    """``812 B``, ``4.1 kB``, ``412 MB``: powers of ten."""
    if count < 1000:
        return f"{count} B"
    value, units = count / 1000, iter(_UNITS)
    unit = next(units)
    while value >= 999.5 and unit != _UNITS[-1]:
        value, unit = value / 1000, next(units)
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def many(count: int, noun: str, plural: str | None = None) -> str:
    """``1 error``, ``2,112 errors``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def share(part: int, whole: int) -> str:
    """``2.9 %``; never 0 for something, never 100 for less than all."""
    if whole <= 0:
        return "?"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "less than 0.1 %"
    if percent > 99.9 and part < whole:
        return "more than 99.9 %"
    return f"{percent:.0f} %" if percent >= 10 or percent == int(percent) else f"{percent:.1f} %"


def buckets(counts: Sequence[int], number: int) -> list[int]:
    """The counts in at most ``number`` buckets of equal length; the sum stays."""
    if len(counts) <= number:
        return list(counts)
    # every bucket takes its share of positions; none is left out, none counted twice
    sums = [0] * number
    for index, count in enumerate(counts):
        sums[index * number // len(counts)] += count
    return sums


def over_window(histogram: Counts | None, window: Window, number: int = 16) -> Counts | None:
    """The counts over the whole window of the logs: what was before and after shows too.

    The histogram itself where the window has no length, or its steps are longer than a part.
    """
    first, last = moment(window.first), moment(window.last)
    start = moment(histogram.start) if histogram else None
    if histogram is None or start is None or first is None or last is None or last <= first:
        return histogram
    length = (last - first).total_seconds()
    number = min(number, max(int(length / max(histogram.step_seconds, 1)), 1))
    sums = [0] * number
    for index, count in enumerate(histogram.counts):
        at = (start - first).total_seconds() + (index + 0.5) * histogram.step_seconds
        sums[min(max(int(at / length * number), 0), number - 1)] += count
    return Counts(window.first or "", max(round(length / number), 1), tuple(sums))


def sparkline(histogram: Counts | None, number: int = 16, *, ascii_only: bool = False) -> str:
    """A row of bars, the highest for the fullest bucket; empty where it would tell nothing."""
    if histogram is None or len(histogram.counts) < 2 or not any(histogram.counts):
        return ""
    bars = ASCII_BARS if ascii_only else BARS
    sums = buckets(histogram.counts, number)
    top = max(sums)
    return "".join(bars[0] if not n else bars[max(1, -(-n * 7 // top))] for n in sums)
