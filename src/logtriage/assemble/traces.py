"""Find and read the exceptions in a record's text."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from logtriage.assemble.dialects import Dialects
from logtriage.assemble.inline import InlineReader
from logtriage.assemble.lines import LineKinds
from logtriage.assemble.reading import Reading, read_lines
from logtriage.model.record import ExceptionInfo, ExceptionLink

LONGEST: Final = 1 << 18
"""Characters of a text in which exceptions are looked for."""

REMEMBERED: Final = 8192
"""Lines whose triggers are remembered, and characters of each."""

DEPTH: Final = 4
"""Traces within the message of a trace (a JVM's within Python's) that are followed."""

_ESCAPED_FRAME: Final = re.compile(
    r"\\n(?:(?:\\t| {2,8})(?:at |File \\?\"|#\d|from |[\w./@-]{1,200}\.go:\d)|goroutine \d+ \[)"
)
"""Newlines that are still written as two characters: a string within a string of JSON."""

_DIGITS: Final = re.compile(r"\d+")


class Examined(NamedTuple):
    """The exception of a text, and which of its lines are no words of the message."""

    exception: ExceptionInfo | None
    dropped: frozenset[int]


NOTHING: Final = Examined(None, frozenset())


class TraceReader:
    """Reads exceptions in all dialects; the answer depends on the text alone."""

    def __init__(self, dialects: Dialects) -> None:
        self.dialects = dialects
        self.kinds = tuple(LineKinds(dialect) for dialect in dialects.dialects)
        """The kinds of lines of each dialect."""
        self._multi = [(kinds, kinds.dialect.triggers) for kinds in self.kinds]
        self._by_line: dict[str, tuple[int, ...]] = {}
        single = [(kinds, kinds.dialect.single) for kinds in self.kinds]
        self._single = [(kinds, triggers) for kinds, triggers in single if triggers]
        self._inline = InlineReader(dialects)
        self._hints = tuple(dialects.every("hints"))
        self._rare_hints = tuple(dialects.every("rare_hints"))

    def read(self, text: str) -> ExceptionInfo | None:
        """The exception that a record's text tells, with its causes; None if it tells none."""
        if "\n" not in text and not self.hinted(text):
            return None
        return self.examine(text[:LONGEST].split("\n")).exception

    def hinted(self, line: str, *, quiet: bool = False) -> bool:
        """Whether a line may state an exception at all (a quick check).

        ``quiet``: its head states a severity below warning.
        """
        # plain loops: a generator takes twice as long, and every line comes here
        for hint in self._hints:
            if hint in line:
                return True
        if not quiet:
            for hint in self._rare_hints:
                if hint in line:
                    return True
        return False

    def examine(self, lines: Sequence[str]) -> Examined:
        """The exception of a text given as lines, and the lines that are none of its words."""
        if len(lines) == 1:
            return self._single_line(lines[0])
        chosen = self._choose(lines)
        if chosen is None or not chosen[1].links:
            bare = without_prefix(lines) if chosen is None else None
            again = self._choose(bare) if bare else None
            chosen = again if again is not None and again[1].frames else chosen
            lines = bare if chosen is again and bare else lines
        if chosen is None or not chosen[1].links:
            dropped = chosen[1].dropped if chosen else frozenset()
            return Examined(self._first_inline(lines), dropped)
        return self._finish(chosen[0], chosen[1], 0)

    def states_none(self, exception: ExceptionInfo) -> bool:
        """Whether it is a list of calls only: no line states a type or a message."""
        if len(exception.links) > 1 or exception.root.message is not None:
            return False
        return any(
            kinds.dialect.name == exception.dialect
            and kinds.dialect.default_type == exception.root.type
            for kinds in self.kinds
        )

    def _finish(self, kinds: LineKinds, reading: Reading, depth: int) -> Examined:
        links = self._unfold(reading.links, depth)
        return Examined(ExceptionInfo(links, kinds.dialect.name), reading.dropped)

    def _choose(self, lines: Sequence[str]) -> tuple[LineKinds, Reading] | None:
        """The dialect that knows most of the text, or one whose message holds that one's trace."""
        triggered = self._triggered(lines)
        if len(triggered) > 1:
            # those that know few of the lines only saw words they share with the right one
            known = [sum(map(bool, map(kinds.kinds, lines))) for kinds in triggered]
            least = max(known) / 12
            triggered = [
                kinds for kinds, count in zip(triggered, known, strict=True) if count >= least
            ]
        readings = []
        for kinds in triggered:
            reading = read_lines(kinds, lines)
            if reading is not None:
                readings.append((kinds, reading))
        if not readings:
            return None
        best = max(readings, key=_strength)
        first = lines[best[1].first] if best[1].links else None
        for kinds, reading in readings:
            if first and reading.frames and reading.first < best[1].first:
                message = reading.links[-1].message
                if message and "\n" in message and first.strip() in message:
                    return kinds, reading
        return best

    def _triggered(self, lines: Sequence[str]) -> list[LineKinds]:
        """Dialects that a line holds a trigger of; remembered by line, as frames come again."""
        found: set[int] = set()
        for line in lines:
            known = self._by_line.get(line)
            if known is None:
                looked = line[:REMEMBERED]
                known = tuple(
                    number
                    for number, (_, triggers) in enumerate(self._multi)
                    if any(trigger in looked for trigger in triggers)
                )
                if len(self._by_line) >= REMEMBERED:
                    self._by_line.clear()
                self._by_line[line] = known
            if known:
                found.update(known)
        return [self._multi[number][0] for number in sorted(found)]

    def _unfold(self, links: tuple[ExceptionLink, ...], depth: int) -> tuple[ExceptionLink, ...]:
        """Add the causes that the innermost link tells within its message."""
        root = links[-1]
        message = root.message
        if not message:
            return links
        if "\n" in message and depth < DEPTH:
            lines = message.split("\n")
            inner = self._choose(lines)
            if inner is not None and inner[1].frames and inner[1].links:
                words = "\n".join(lines[: inner[1].first]).strip()
                root = ExceptionLink(root.type, words or None, root.frames)
                more = self._unfold(inner[1].links, depth + 1)
                return (*links[:-1], root, *more)
        known = {short(link.type) for link in links}
        told = self._inline.causes(message)
        return (*links, *(link for link in told if short(link.type) not in known))

    def _single_line(self, line: str) -> Examined:
        if not self.hinted(line):
            return NOTHING
        if "\\n" in line and _ESCAPED_FRAME.search(line):
            lines = line.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"').split("\n")
            return Examined(self.examine(lines).exception, frozenset())
        for kinds, triggers in self._single:
            if any(trigger in line for trigger in triggers):
                reading = read_lines(kinds, (line,))
                if reading is not None and reading.links:
                    return Examined(self._finish(kinds, reading, 0).exception, frozenset())
        return Examined(self._inline.read(line), frozenset())

    def _first_inline(self, lines: Iterable[str]) -> ExceptionInfo | None:
        for number, line in enumerate(lines):
            if self.hinted(line):
                found = self._single_line(line).exception
                if found is not None:
                    return found
            if number > 40:
                break
        return None


def _strength(entry: tuple[LineKinds, Reading]) -> tuple[bool, int, int, int]:
    reading = entry[1]
    return (bool(reading.links), reading.frames, reading.weight, -reading.first)


def short(type_: str) -> str:
    """Last segment of a type's name."""
    return re.split(r"[.\\:/]", type_)[-1]


def without_prefix(lines: Sequence[str]) -> list[str] | None:
    """The lines without the log prefix that stands before each, or None if there is none."""
    masked = [_DIGITS.sub("0", line[:200]) for line in lines[:50] if line.strip()]
    if len(masked) < 2:
        return None
    prefix = masked[0]
    for line in masked[1:]:
        size = min(len(prefix), len(line))
        end = next((at for at in range(size) if prefix[at] != line[at]), size)
        prefix = prefix[:end]
    if len(prefix) < 3 or prefix.isspace():
        return None
    # blanks at its end may be the indentation of the trace's own lines
    text = prefix.rstrip() + (" " if prefix != prefix.rstrip() else "")
    pattern = re.compile(re.escape(text).replace("0", r"\d+"))
    return [pattern.sub("", line, count=1) for line in lines]
