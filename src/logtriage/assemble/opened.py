"""A record that may go on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from logtriage.model.head import Head

if TYPE_CHECKING:
    from logtriage.assemble.patterns import ReportPatterns
    from logtriage.assemble.tracking import Tracker

SECONDS: Final = 5
"""Lines of one trace that a transport stamps one by one lie no further apart."""


class Held(NamedTuple):
    """A line that a later one has to tell the place of."""

    number: int
    raw: str
    text: str
    head: Head | None


class Opened:
    """Lines of a record so far; the assembler decides what is added."""

    # what few records need is set on those alone: every line with a head makes one of these
    bodies: Sequence[str] = ()
    """Lines after the first without wrappers and heads."""
    room: int
    """Lines that may still be added."""
    cut = False
    """Lines were left out."""
    stray = False
    """A loose record among lines with heads; it took over the time of the one before."""
    held: Sequence[Held] = ()
    tracker: "Tracker | None" = None
    watched = False
    """A line with a head of its own may carry it on."""
    report: "ReportPatterns | None" = None
    reported = False
    """The report's last line has come."""
    members: Sequence[Head] = ()
    """Heads of a report's lines after the first."""
    hinted = True
    """The first line may state an exception."""

    def __init__(self, line: int, raw: str, head: Head | None, room: int, size: int) -> None:
        self.line = line
        self.lines = [raw]
        """As they stand in the input."""
        self.head = head
        self.latest = head
        """Head of the last line that had one."""
        if head is None:
            self.stream = None
            self.last = raw
            self.loose = True
        else:
            self.stream = head.stream
            self.last = head.message
            """The last line that is not blank, without its head."""
            self.loose = head.continuation
            """No format read its first line."""
        self.count = 1
        self.room = room
        self.size = size - len(raw)
        """Characters that may still be added."""

    def hold(self, line: Held) -> int:
        """Keep a line back; how many there are now."""
        self.held = [*self.held, line]
        return len(self.held)

    def add(self, raw: str, text: str) -> None:
        """Take a line in, unless the record has its fill."""
        self.count += 1 + raw.count("\n")
        if text and not text.isspace():
            self.last = text
        if self.room <= 1 or self.size < len(raw):
            self.cut = True
            return
        self.room -= 1
        self.size -= len(raw) + 1
        self.lines.append(raw)
        self.bodies = self._mine()
        self.bodies.append(text)

    def _mine(self) -> list[str]:
        return self.bodies if isinstance(self.bodies, list) else []

    def trim(self) -> None:
        """Leave blank lines at the end out."""
        bodies = self._mine()
        while bodies and not self.cut and not bodies[-1].strip():
            bodies.pop()
            self.lines.pop()
            self.count -= 1

    def take_held(self) -> None:
        """The lines held back belong to it."""
        for held in self.held:
            self.add(held.raw, held.text)
        self.held = ()


def same_source(one: Head, other: Head) -> bool:
    """Whether two lines were written by the same process, at about the same time."""
    if one.component != other.component or one.host != other.host:
        return False
    if one.format != other.format:
        # one transport, but only the first line in a format of its own: the next one is bare
        if other.logger is not None or other.component is None:
            return False
    elif one.logger != other.logger or one.thread != other.thread:
        return False
    mine, theirs = one.attributes, other.attributes
    if mine and theirs and (mine.get("pid") != theirs.get("pid")):
        return False
    if one.timestamp is None or other.timestamp is None:
        return True
    return abs(other.timestamp - one.timestamp) <= SECONDS * 1_000_000_000


def completed(opened: Opened, head: Head | None, text: str) -> None:
    """Let the second line of a head state what the first left open."""
    first = opened.head
    if first is None:
        return
    if head is None:
        opened.head = msgspec.structs.replace(first, message=text, incomplete=False)
    else:
        opened.head = msgspec.structs.replace(
            first,
            message=head.message,
            severity_number=head.severity_number or first.severity_number,
            severity_text=head.severity_text or first.severity_text,
            exception_text=head.exception_text or first.exception_text,
            incomplete=False,
        )
    opened.last = opened.head.message


def told(opened: Opened) -> tuple[Head | None, Sequence[str]]:
    """Head and bodies of a report: the most telling line first, the highest severity."""
    heads = [head for head in (opened.head, *opened.members) if head is not None]
    if opened.report is None or not heads:
        return opened.head, opened.bodies
    chosen = 0
    for telling in opened.report.telling:
        found = next((at for at, head in enumerate(heads) if telling(head.message)), None)
        if found is not None:
            chosen = found
            break
    loudest = max(heads, key=lambda head: head.severity_number or 0)
    head = msgspec.structs.replace(
        heads[chosen],
        severity_number=loudest.severity_number,
        severity_text=loudest.severity_text,
    )
    bodies = [opened.head.message if opened.head else "", *opened.bodies]
    if chosen < len(bodies):
        del bodies[chosen]
    return head, bodies
