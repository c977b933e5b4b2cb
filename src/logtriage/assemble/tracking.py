"""Whether the next line of a text without heads carries on the trace that was begun.

The same kinds of lines as in `logtriage.assemble.reading`, asked forwards: a record must be cut
before the rest of its trace is known.
"""

from collections.abc import Sequence
from typing import Final

from logtriage.assemble.dialects import Role
from logtriage.assemble.lines import Hit, LineKinds

PREFACE: Final = 8
"""Lines between a place and the exception that was raised there (source, caret, blanks)."""

_BEGIN: Final[frozenset[Role]] = frozenset(
    {"open", "type", "frame", "cause", "section", "note", "aside"}
)

_ALWAYS: Final[frozenset[Role]] = frozenset(
    {"frame", "place", "skip", "note", "back", "link", "part", "section", "aside", "end", "text"}
)


class Tracker:
    """The dialects that a begun trace may be of, each with its state."""

    def __init__(self, kinds: Sequence[LineKinds], line: str) -> None:
        """Begin with the first line of a trace."""
        tracks = [_Track(each) for each in kinds]
        self._tracks = [track for track in tracks if track.begins(line)]

    def accepts(self, line: str) -> bool | None:
        """Whether the line carries on the trace; None where a later line has to tell.

        Blank lines are not asked about: they belong to what follows them.
        """
        answers = [(track, track.accepts(line)) for track in self._tracks]
        sure = [track for track, answer in answers if answer]
        if sure:
            self._tracks = sure
            return True
        if any(answer is None for _, answer in answers):
            return None
        return False

    @property
    def alive(self) -> bool:
        """Whether any dialect knows the first line."""
        return bool(self._tracks)


class _Track:
    def __init__(self, kinds: LineKinds) -> None:
        self._kinds = kinds
        self._after = kinds.dialect.head == "after"
        self._previous: Role | None = None
        self._take = 0
        self._expecting = 0
        """Lines that may still come before the exception is stated."""
        self._messaging = False
        """The exception's message may go on: no frame came yet."""
        self._framed = False
        self._linked = False
        self._ended = False
        self._announced = False
        """Only words came that say that an exception is stated next."""

    def begins(self, line: str) -> bool:
        hit = self._hit(line)
        if hit is None or hit.role not in _BEGIN or (hit.role == "type" and self._after):
            return False
        self._note(hit)
        return True

    def accepts(self, line: str) -> bool | None:
        if self._take:
            self._take -= 1
            return True
        if self._ended:
            return False
        hit = self._hit(line)
        if hit is None or hit.role == "call":
            return self._foreign(hit)
        if not self._fits(hit):
            return False
        self._note(hit)
        return True

    def _hit(self, line: str) -> Hit | None:
        for hit in self._kinds.kinds(line):
            needed = hit.rule.only_after
            if needed is None or needed == self._previous:
                return hit
        return None

    def _foreign(self, hit: Hit | None) -> bool | None:
        if hit is not None and self._framed:
            return True
        if self._expecting and not self._after:
            self._expecting -= 1
            return True
        return None if self._messaging else False

    def _fits(self, hit: Hit) -> bool:
        role = hit.role
        if role in _ALWAYS:
            again = self._kinds.dialect.again != "aside"
            return again or not (self._after and role == "frame" and self._stated)
        if role == "open":
            return self._linked or self._previous in {None, "part", "note"}
        if role == "type":
            if self._expecting or self._linked or (self._after and self._framed):
                return True
            if self._announced:
                return True
            return self._framed and self._kinds.dialect.again != "aside"
        return True

    @property
    def _stated(self) -> bool:
        return self._previous == "type" and not self._linked

    def _note(self, hit: Hit) -> None:
        role = hit.role
        if role in {"type", "cause", "wrap"}:
            self._expecting = 0
            self._linked = False
            self._take = hit.rule.take
            self._framed = hit.frame is not None and not self._after
            self._messaging = not self._after and self._kinds.dialect.message == "until-frame"
        elif role == "open":
            self._expecting = PREFACE
            self._linked = False
        elif role in {"frame", "place", "section"}:
            self._framed = self._framed or role != "section"
            self._messaging = False
        elif role == "link":
            self._linked = True
        elif role == "part":
            self._expecting = PREFACE
        elif role == "end":
            self._ended = True
        elif role == "note" and self._previous is None:
            # words before the exception
            self._messaging = not self._after
            self._announced = True
            self._previous = role
            return
        self._announced = False
        self._previous = role
