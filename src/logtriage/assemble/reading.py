"""Read the exceptions of a text in one dialect, line by line.

One pass over the lines; each line's kind comes from `logtriage.assemble.lines`, what it means for
the chain is decided here. Links are kept outermost first, whatever order the runtime prints.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from logtriage.assemble.dialects import Role
from logtriage.assemble.lines import Hit, LineKinds
from logtriage.model.record import ExceptionLink, Frame

MESSAGE_LINES: Final = 60
"""Lines of one exception's message; what goes on longer is output, not a message."""

FRAMES: Final = 1000
"""Frames kept of one link."""

GAP: Final = 2
"""Foreign lines amid frames (another thread's output) after which frames go on."""

DROPPED: Final[frozenset[Role]] = frozenset(
    {"open", "link", "part", "section", "back", "frame", "place", "skip"}
)
"""Roles of lines that are no words of the record's message."""


class Reading(NamedTuple):
    """What one dialect makes of a text."""

    links: tuple[ExceptionLink, ...]
    """Outermost first; may be empty where there are only lines of other threads."""
    first: int
    """Index of the first line of the trace."""
    weight: int
    """Lines that this dialect knows."""
    frames: int
    """Frames of the links."""
    dropped: frozenset[int]
    """Indexes of lines that are no words of the record's message: frames and what is with them."""


class _Link:
    __slots__ = ("frames", "message", "pending", "place", "type")

    def __init__(self, type_: str, message: str | None, place: Frame | None = None) -> None:
        self.type = type_
        self.message = [message] if message else []
        self.pending: list[str] = []
        """Lines that are of the message if a line of the trace follows."""
        self.place = place
        self.frames: list[Frame] = []

    def commit(self) -> None:
        self.message += self.pending[: MESSAGE_LINES - len(self.message)]
        self.pending = []

    def finished(self, *, outer_first: bool) -> ExceptionLink:
        frames = self.frames[::-1] if outer_first else self.frames
        place = self.place
        if place is not None and not any(same_place(place, frame) for frame in frames):
            frames = [place, *frames]
        message = "\n".join(self.message).strip()
        return ExceptionLink(self.type, message or None, tuple(frames))


def same_place(one: Frame, other: Frame) -> bool:
    """Whether two frames name one line of one file (paths may be cut at the front)."""
    if one.line != other.line or not one.file or not other.file:
        return False
    if one.function and other.function and one.function != other.function:
        return False
    mine, theirs = one.file.removeprefix("./"), other.file.removeprefix("./")
    return mine.endswith(theirs) or theirs.endswith(mine)


def read_lines(kinds: LineKinds, lines: Sequence[str]) -> Reading | None:
    """The exceptions of the lines in one dialect, or None if no line is of it."""
    walk = _Walk(kinds, lines)
    for index, line in enumerate(lines):
        walk.step(index, line)
    return walk.reading()


class _Walk:
    """The state of one pass."""

    def __init__(self, kinds: LineKinds, lines: Sequence[str]) -> None:
        self.kinds = kinds
        self.dialect = kinds.dialect
        self.lines = lines
        self.after = kinds.dialect.head == "after"
        self.until_blank = kinds.dialect.message == "until-blank"
        self.links: list[_Link] = []
        self.base = 0
        """Where a link goes that wraps those before it: after the group it is a member of."""
        self.main: _Link | None = None
        """The link of the chain that was stated last."""
        self.current: _Link | None = None
        """Where frames go: `main`, or a link that is no part of the chain."""
        self.aside: int | None = None
        """Indent of the line that led away from the chain; None on it."""
        self.foreign = False
        """Within another trace of the same text: nothing more belongs to the chain."""
        self.linked = False
        """A line said that the next exception wraps those before it."""
        self.expecting = False
        """A trace was opened whose exception is stated later."""
        self.member = False
        """The next exception is the first member of a group."""
        self.messaging = False
        self.take = 0
        self.gap = 0
        self.free: list[Frame] = []
        """Frames read before the line that states their exception."""
        self.since = 0
        """Index after the last line that belongs to the trace."""
        self.first = -1
        self.weight = 0
        self.dropped: set[int] = set()
        self.previous: Role | None = None
        self.call: tuple[int, Hit] | None = None
        """A line that names a function: a frame if a place follows at once."""
        self.actions: dict[Role, Callable[[int, Hit], None]] = {
            "open": self.open,
            "type": self.state,
            "cause": self.cause,
            "wrap": self.wrap,
            "link": self.link,
            "part": self.part,
            "section": self.section,
            "aside": self.lead_away,
            "back": self.back,
            "frame": self.frame,
            "place": self.place,
            "text": self.text,
            "end": self.end,
        }

    def reading(self) -> Reading | None:
        if self.first < 0:
            return None
        outer_first = self.dialect.frames == "outer-first"
        links = tuple(link.finished(outer_first=outer_first) for link in self.links)
        frames = sum(len(link.frames) for link in links)
        return Reading(links, self.first, self.weight, frames, frozenset(self.dropped))

    def step(self, index: int, line: str) -> None:
        if self.take and self.current is not None:
            self.take -= 1
            self.current.message.append(self.kinds.bare(line))
            self.since = index + 1
            return
        hit = None
        for candidate in self.kinds.kinds(line):
            needed = candidate.rule.only_after
            if needed is None or needed == self.previous:
                hit = candidate
                break
        if hit is not None and hit.role == "call":
            self.call = (index, hit)
            hit = None
        if hit is None or not self.fits(hit, index):
            self.unknown(index, line)
            return
        role = hit.role
        if self.first < 0:
            self.first = index
        if self.messaging and self.current is not None and role not in {"type", "wrap"}:
            if self.call is not None and self.call[0] == index - 1 and self.current.pending:
                self.current.pending.pop()
            self.current.commit()
        if role == "note" and not self.until_blank:
            self.messaging = False
        action = self.actions.get(role)
        if action is not None:
            action(index, hit)
        if role in DROPPED:
            self.dropped.add(index)
        self.previous = role
        self.weight += 1
        self.since = index + 1
        self.gap = 0

    def fits(self, hit: Hit, index: int) -> bool:
        """Whether the line can have this role here."""
        role = hit.role
        if role == "place" and self.call is not None and self.call[0] == index - 1:
            return True
        if role in {"skip", "place", "note", "text", "link", "back", "end"}:
            # an indented line of a message looks like one of source code
            return self.first >= 0 and not (self.messaging and self.after and role == "skip")
        if role == "type" and self.after:
            return bool(self.free) or self.expecting
        return True

    def unknown(self, index: int, line: str) -> None:
        text = self.kinds.bare(line)
        blank = not text.strip()
        current = self.current
        if not self.messaging or current is None:
            if not blank:
                self.gap += 1
        elif not self.until_blank:
            if len(current.pending) < MESSAGE_LINES:
                current.pending.append(text)
            else:
                self.messaging = False
        elif blank:
            self.messaging = False
        elif len(current.message) < MESSAGE_LINES:
            current.message.append(text)
            self.since = index + 1

    # what each role does

    def open(self, _index: int, _hit: Hit) -> None:
        if self.after and self.links and not self.linked and not self.member:
            self.foreign = True
        self.free = []
        self.expecting = True
        self.messaging = False

    def stated(self, hit: Hit) -> _Link:
        type_ = hit.rule.type or hit.groups.get("type") or self.dialect.name
        # a type within a string of JSON has its backslashes twice
        link = _Link(type_.strip().replace("\\\\", "\\"), hit.groups.get("message"), hit.frame)
        self.take = hit.rule.take
        self.messaging = self.dialect.message != "line"
        if self.after:
            link.frames = self.free[-FRAMES:]
            self.free = []
        return link

    def join(self, link: _Link, at: int) -> None:
        self.links.insert(at, link)
        self.main = self.current = link
        self.aside = None
        within = self.kinds.within
        if within is not None and link.message and (told := within(link.message[0])) is not None:
            link.message = [link.message[0][: told.start()]]
            self.join(_Link(told["type"], told["message"]), at + 1)

    def state(self, _index: int, hit: Hit) -> None:
        main, messaging = self.main, self.messaging
        link = self.stated(hit)
        if self.foreign:
            self.current = link
        elif main is None or self.linked or self.member or self.dialect.again == "outer":
            self.join(link, self.base)
        elif messaging and self.aside is None and not main.frames and main.place is None:
            # what was taken for an exception was a line of text before this one
            at = self.links.index(main)
            del self.links[at]
            self.join(link, at)
        elif self.dialect.again == "inner":
            self.join(link, self.links.index(main) + 1)
        else:
            self.foreign = True
            self.current = link
        self.linked = self.expecting = self.member = False

    def cause(self, index: int, hit: Hit) -> None:
        if self.main is None and not self.foreign:
            self.look_back(index)
        inside = self.aside is not None and 0 < self.aside <= hit.indent
        link = self.stated(hit)
        if self.foreign or inside:
            self.current = link
        elif self.main is None:
            self.join(link, self.base)
        else:
            self.join(link, self.links.index(self.main) + 1)

    def wrap(self, _index: int, hit: Hit) -> None:
        link = self.stated(hit)
        if self.foreign:
            self.current = link
        else:
            self.join(link, self.base)

    def link(self, _index: int, _hit: Hit) -> None:
        self.linked = True
        self.messaging = False

    def part(self, _index: int, hit: Hit) -> None:
        self.messaging = False
        if self.main is None or hit.groups.get("number", "1") != "1":
            self.foreign = True
        elif not self.foreign:
            self.base = self.links.index(self.main) + 1
            self.member = self.expecting = True

    def section(self, _index: int, hit: Hit) -> None:
        self.messaging = False
        main = self.main
        if self.foreign or (main is not None and main.frames):
            self.lead_away(_index, hit)

    def lead_away(self, _index: int, hit: Hit) -> None:
        self.aside = hit.indent
        self.messaging = False
        self.current = _Link("", None)

    def back(self, _index: int, _hit: Hit) -> None:
        self.messaging = False
        if self.main is not None and not self.foreign:
            self.main = self.current = self.links[max(self.links.index(self.main) - 1, 0)]

    def text(self, _index: int, hit: Hit) -> None:
        if self.current is not None and hit.groups.get("message"):
            self.current.message.append(hit.groups["message"])
            self.current.place = self.current.place or hit.frame

    def end(self, _index: int, _hit: Hit) -> None:
        self.messaging = False
        if self.links:
            self.foreign = True

    def frame(self, index: int, hit: Hit) -> None:
        frame = hit.frame
        if frame is None:
            return
        self.messaging = False
        if self.after:
            self.free.append(frame)
            return
        if self.current is None or (self.gap > GAP and self.aside is None):
            self.look_back(index)
        if self.current is not None and len(self.current.frames) < FRAMES:
            self.current.frames.append(frame)

    def place(self, index: int, hit: Hit) -> None:
        if self.call is not None and self.call[0] == index - 1:
            self.dropped.add(index - 1)
            self.frame(index - 1, self.call[1])
            self.call = None
        frames = self.free if self.after else self.current.frames if self.current else []
        place = hit.frame
        if frames and place is not None and frames[-1].file is None:
            last = frames[-1]
            full = f"{last.module}.{last.function}" if last.module else last.function
            own = self.kinds.own(full, place.file, last.module)
            frames[-1] = Frame(last.function, place.file, place.line, last.module, own)

    def look_back(self, index: int) -> None:
        """Find the line above a first frame (or first cause) that states its exception."""
        lines = self.lines
        lowest = max(self.since, index - 40)
        for above in range(index - 1, lowest - 1, -1):
            if not lines[above].strip():
                continue
            hit = self.kinds.loosely(lines[above], index - above)
            if hit is None:
                continue
            link = self.stated(hit)
            self.take, self.messaging = 0, False
            for between in range(above + 1, index):
                if any(each.role in DROPPED for each in self.kinds.kinds(lines[between])):
                    self.dropped.add(between)
                else:
                    link.message.append(self.kinds.bare(lines[between]))
            self.add(link, above)
            return
        default = self.dialect.default_type
        if default is not None and not self.links:
            words = [line.strip() for line in lines[lowest:index] if line.strip()]
            self.add(_Link(default, words[-1] if words else None), index)
        elif self.links:
            self.foreign = True
            self.current = _Link("", None)

    def add(self, link: _Link, index: int) -> None:
        if self.foreign or (self.main is not None and self.dialect.again == "aside"):
            self.foreign = True
            self.current = link
            return
        self.join(link, self.base if self.main is None else self.links.index(self.main) + 1)
        self.first = min(self.first, index) if self.first >= 0 else index
