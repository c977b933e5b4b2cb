"""What a run was asked to do; made from options, the environment and the configuration file."""

import datetime as dt
import os
import re
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from logtriage.errors import UsageError

DATA: Final = Path(__file__).parent / "data"
"""Folder of the built-in formats, dialects and packs."""


def own_formats() -> Path:
    """Folder of the user's own formats: ``formats`` in logtriage's folder of configurations."""
    base = os.environ.get("XDG_CONFIG_HOME")
    if base and Path(base).is_absolute():
        return Path(base) / "logtriage" / "formats"
    # without a home there is none of either
    return Path(os.environ.get("HOME", "/nonexistent")) / ".config" / "logtriage" / "formats"


class SourceSettings(msgspec.Struct, frozen=True):
    """How inputs are read, where options do not say; each field as in `Settings`."""

    paths: tuple[str, ...] = ()
    """Absolute files, folders and patterns that it is about; none: every input."""
    component: str | None = None
    zone: str | None = None
    year: int | None = None
    format: str | None = None
    format_string: str | None = None

    def covers(self, file: str) -> bool:
        """True where it is about this file; ``-`` is standard input."""
        if not self.paths:
            return True
        if file == "-" or "://" in file:
            return file in self.paths
        names = {os.path.abspath(file), os.path.realpath(file)}  # noqa: PTH100 - links by name too
        return any(_pattern(path).fullmatch(name) for path in self.paths for name in names)


class Settings(msgspec.Struct, frozen=True):
    """Everything that changes what is read and concluded."""

    format: str | None = None
    """Name of the only format to read with."""
    format_string: str | None = None
    """A layout of log4j, Python logging, nginx … to read with."""
    component: str | None = None
    """Component of every input, over what the lines and file names say."""
    zone: str | None = None
    """Zone of timestamps without one; UTC where None."""
    year: int | None = None
    """Year of timestamps without one; else worked out from the file's time."""
    since: int | None = None
    """Nanoseconds since the epoch; dated records before it are left out."""
    until: int | None = None
    """Nanoseconds since the epoch; dated records at or after it are left out."""
    jobs: int | None = None
    """Processes; None lets the size of the input decide."""
    packs: tuple[str, ...] = ()
    """Folders of further rule packs, formats and dialects."""
    disabled: tuple[str, ...] = ()
    """Ids of rules that are switched off."""
    now: int | None = None
    """Nanoseconds since the epoch; a fixed clock makes reports repeatable."""
    sources: tuple[SourceSettings, ...] = ()
    """What the configuration says about inputs; the first that covers one and says a thing
    counts, the options above all."""
    depends_on: dict[str, tuple[str, ...]] = {}
    """Component to those that it calls, from the configuration."""

    def of(self, file: str) -> SourceSettings:
        """How an input is read: ``file`` is what is opened."""
        said = SourceSettings(
            (), self.component, self.zone, self.year, self.format, self.format_string
        )
        for source in self.sources:
            if source.covers(file):
                said = SourceSettings(
                    (),
                    said.component or source.component,
                    said.zone or source.zone,
                    said.year or source.year,
                    *(
                        (said.format, said.format_string)
                        if said.format or said.format_string
                        else (source.format, source.format_string)
                    ),
                )
        return said


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """Matches the files that a path of a source means: it, what is in it, its rotated files."""
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^\]/]+\])", path.rstrip("/"))
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    written = "".join(
        meaning.get(piece)
        or (re.escape(piece) if number % 2 == 0 else f"[{piece[1:-1].replace('!', '^', 1)}]")
        for number, piece in enumerate(pieces)
    )
    rotated = r"(?:[.-]\d[\dT_.-]{0,18})?(?:\.(?:gz|zst|bz2|xz|lz4|Z))?"
    return re.compile(f"{written}(?:/.*|{rotated})", re.DOTALL)


def moment_of(text: str, *, now: dt.datetime) -> int:
    """Nanoseconds since the epoch of ``2h``, ``yesterday``, ``last friday 18:00`` or an ISO time.

    Relative forms count back from ``now``. UsageError where the text is no time.
    """
    from logtriage.model.record import nanoseconds  # noqa: PLC0415 - keeps start-up short

    return nanoseconds(_moment(text.strip(), now))


def _moment(text: str, now: dt.datetime) -> dt.datetime:
    words = text.lower()
    if delta := _span(words):
        return now - delta
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if words in {"now", "today", "yesterday"}:
        return {"now": now, "today": midnight, "yesterday": midnight - dt.timedelta(days=1)}[words]
    from dateutil import parser, relativedelta  # noqa: PLC0415 - for times typed by a person

    back = words.startswith(("last ", "yesterday "))
    default = midnight - dt.timedelta(days=1) if words.startswith("yesterday ") else midnight
    rest = words.removeprefix("last ").removeprefix("yesterday ").removeprefix("today ")
    name = rest.split(" ")[0][:2]
    days = ("mo", "tu", "we", "th", "fr", "sa", "su")
    try:
        if back and name in days and rest[:1].isalpha():
            weekday = days.index(name)
            clock = rest.partition(" ")[2]
            day = midnight + relativedelta.relativedelta(
                days=-1, weekday=relativedelta.weekday(weekday, -1)
            )
            moment = parser.parse(clock, default=day) if clock else day
        else:
            moment = parser.parse(rest if back else text, default=default)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is not a time",
            reason=str(error),
            help="use an ISO time, or 2h, 30m, 'yesterday', 'last friday 18:00'",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _span(words: str) -> dt.timedelta | None:
    words = words.removesuffix(" ago").replace(" ", "")
    units = {
        "ms": 0.001, "s": 1, "sec": 1, "second": 1, "seconds": 1,
        "m": 60, "min": 60, "minute": 60, "minutes": 60,
        "h": 3600, "hour": 3600, "hours": 3600,
        "d": 86_400, "day": 86_400, "days": 86_400, "w": 604_800, "week": 604_800,
        "weeks": 604_800,
    }  # fmt: skip
    digits = len(words) - len(words.lstrip("0123456789."))
    unit = units.get(words[digits:])
    if not digits or unit is None:
        return None
    try:
        return dt.timedelta(seconds=float(words[:digits]) * unit)
    except (ValueError, OverflowError):
        return None


def duration(text: str) -> dt.timedelta:
    """``90s``, ``15m``, ``2h``; UsageError for anything else."""
    span = _span(text.lower())
    if span is None:
        raise UsageError(f"{text!r} is not a duration", help="write 90s, 15m, 2h or 1d")
    return span
