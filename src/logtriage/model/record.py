"""What the logs say: one record, and the exception it may carry.

Field names follow the OpenTelemetry log data model.
"""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

NO_ATTRIBUTES: Final[Mapping[str, str]] = {}


class Frame(msgspec.Struct, frozen=True):
    """One line of a stack trace."""

    function: str | None = None
    """Function or method, with its class where the runtime prints it: ``OrderService.place``."""
    file: str | None = None
    line: int | None = None
    module: str | None = None
    """Package, module or library the function belongs to."""
    own: bool | None = None
    """True for the program's own code, False for a library's, None where nothing tells."""


class ExceptionLink(msgspec.Struct, frozen=True):
    """One exception of a chain."""

    type: str
    """As printed: ``java.lang.NullPointerException``, ``KeyError``, ``panic``."""
    message: str | None = None
    frames: tuple[Frame, ...] = ()
    """Innermost call first, whatever order the runtime prints."""


class ExceptionInfo(msgspec.Struct, frozen=True):
    """An exception with its causes."""

    links: tuple[ExceptionLink, ...]
    """Outermost first, the root cause last; never empty."""
    dialect: str | None = None
    """Name of the trace dialect that read it: ``java``, ``python``, ``go`` …"""

    @property
    def outermost(self) -> ExceptionLink:
        """The exception that reached the log statement."""
        return self.links[0]

    @property
    def root(self) -> ExceptionLink:
        """The innermost cause."""
        return self.links[-1]

    @property
    def culprit(self) -> str | None:
        """Innermost own frame of the root, else of an outer link, else the root's first frame."""
        fallback = None
        for link in reversed(self.links):
            for frame in link.frames:
                if frame.own:
                    return place_of(frame)
                fallback = fallback or frame
        return place_of(fallback) if fallback else None


def place_of(frame: Frame) -> str | None:
    """``OrderService.place (OrderService.java:44)``; parts that are unknown are left out."""
    place = frame.file
    if place and frame.line:
        place = f"{place}:{frame.line}"
    if frame.function and place:
        return f"{frame.function} ({place})"
    return frame.function or place


class Record(msgspec.Struct, frozen=True):
    """One log record: a head line and its continuation lines, read and normalised."""

    path: str
    """Where it came from, as the user named it; ``-`` is standard input."""
    line: int
    """1-based number of its first line."""
    lines: int
    """How many lines it has."""
    text: str
    """All of its lines, joined by newlines, undecodable bytes as U+FFFD."""
    message: str
    """Body of the head line, without timestamp, level and the like; continuation lines follow
    after a newline, except the frames of stack traces."""
    format: str | None = None
    """Name of the format that read it; None where no format did."""
    timestamp: int | None = None
    """Nanoseconds since the epoch, UTC."""
    precision: int = 0
    """Digits of the fraction of a second that the source states."""
    severity_number: int | None = None
    """OpenTelemetry number, see `logtriage.model.severity`; None where the line states none."""
    severity_text: str | None = None
    """The level as written."""
    component: str | None = None
    """Service, program or unit that wrote it."""
    component_kind: str | None = None
    """``database``, ``proxy``, ``kernel`` …, where the format or the program's name tells."""
    host: str | None = None
    logger: str | None = None
    thread: str | None = None
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    """Everything else the line states, flat, dotted keys, values as text."""
    trace_id: str | None = None
    span_id: str | None = None
    exception: ExceptionInfo | None = None


def nanoseconds(moment: dt.datetime) -> int:
    """Nanoseconds since the epoch of an aware datetime, exact to its microsecond."""
    delta = moment - _EPOCH
    return ((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * 1000


def rfc3339(timestamp: int | None, precision: int = 3) -> str | None:
    """``2026-11-23T13:00:00.000Z`` with ``precision`` digits of fraction (0 to 9)."""
    if timestamp is None:
        return None
    second, fraction = divmod(timestamp, 1_000_000_000)
    text = _second_text(second)
    if text is None:
        return None
    if precision <= 0:
        return f"{text}Z"
    return f"{text}.{fraction:09d}"[: 20 + min(precision, 9)] + "Z"


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str | None:
    """Date and time of an epoch second; many records and sheets share one."""
    try:
        text = (_EPOCH + dt.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:
        return None
    return text.rjust(19, "0")


_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
