"""Cut the lines of one input into records, each stream by itself.

A line with a head begins a record; what has none carries on the record before it in its stream.
Text without any heads (a crash on standard error) is cut by what the dialects of traces know.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from logtriage.assemble.build import build_record, is_quiet
from logtriage.assemble.dialects import Dialects
from logtriage.assemble.fielded import fielded
from logtriage.assemble.opened import Held, Opened, completed, same_source, told
from logtriage.assemble.patterns import patterns_of
from logtriage.assemble.pieces import Pieces, Whole
from logtriage.assemble.traces import TraceReader
from logtriage.assemble.tracking import Tracker
from logtriage.model.head import Head
from logtriage.model.record import Record
from logtriage.model.severity import ERROR

LINES: Final = 2000
"""Most lines of one record."""

BYTES: Final = 1 << 20
"""Most characters of one record."""

HELD: Final = 24
"""Lines held back at most until a later one tells where they belong."""

PARKED: Final = 16
"""Traces begun by other processes that are kept open while lines of this one come."""

FORGOTTEN: Final = 200
"""Lines after which a parked trace has ended."""

_ANNOUNCES: Final = re.compile(
    r"(?i)\b(?:exceptions?|(?<!0 )(?<!no )errors?(?!\s*[=:]\s*0\b)|traceback|stack ?trace"
    r"|panic(?:s|ked|king)?|fail(?:ed|ure|s|ing)?|crash(?:ed|es|ing)?|fatal|abort(?:ed|ing)?"
    r"|unhandled|uncaught)\b|:\s*$"
)
"""Words that say that a trace comes next: it belongs to the line that says so."""

NONE: Final[tuple[Record, ...]] = ()


class Assembler:
    """Cuts the lines of one input into records."""

    def __init__(
        self,
        path: str,
        traces: TraceReader,
        dialects: Dialects,
        *,
        max_lines: int = LINES,
        max_bytes: int = BYTES,
        reread: Callable[[str], Head | None] | None = None,
    ) -> None:
        """``reread`` reads a line that was put together: partial lines, a pretty-printed object."""
        self.cut = 0
        """Records cut at the limits."""
        self._path = path
        self._traces = traces
        self._max_lines, self._max_bytes = max_lines, max_bytes
        self._reread = reread
        self._open: dict[str | None, Opened] = {}
        self._stream: str | None = None
        """Stream of the last line that named one: lines without a head go on with it."""
        self._parked: list[tuple[int, Opened]] = []
        self._pieces = Pieces(reread, max_bytes)
        self._patterns = patterns_of(dialects)
        self._carries_with = self._patterns.carries_with

    def feed(self, number: int, line: str, head: Head | None) -> Sequence[Record]:
        """Take the next line (1-based number); give the records that it completes."""
        if head is None:
            return self._headless(Held(number, line, line, None))
        if head.partial or self._pieces:
            whole = self._pieces.take(number, line, head)
            return NONE if whole is None else self._put_together(whole)
        return self._whole(number, line, head)

    def flush(self) -> Sequence[Record]:
        """The records that are still open, in the order of their first lines."""
        done: list[Record] = []
        for whole in self._pieces.rest():
            done += self._put_together(whole)
        while self._open:
            done += self._settled(next(iter(self._open.values())))
        done += [self._closed(parked) for _, parked in self._parked]
        self._parked, self._stream = [], None
        return sorted(done, key=lambda record: record.line)

    def _put_together(self, whole: Whole) -> Sequence[Record]:
        done = self._whole(whole.number, whole.raw, whole.head)
        opened = self._open.get(whole.head.stream)
        if opened is not None:
            opened.count += whole.pieces - 1
        return done

    def _whole(self, number: int, line: str, head: Head) -> Sequence[Record]:
        if head.continuation:
            text = line if head.text is None else head.text
            return self._headless(Held(number, line, text, head))
        opened = self._open.get(head.stream)
        done: Sequence[Record] = NONE
        if opened is not None:
            if (
                opened.watched
                or head.joins
                or self._parked
                or head.message.startswith(self._carries_with)
            ):
                if self._goes_with(opened, head):
                    self._stream = head.stream
                    self._take(opened, line, head)
                    return NONE
                if self._parked and self._resumes(number, line, head):
                    return NONE
                done = self._make_way(number, opened, head)
            elif opened.held:
                done = self._settled(opened)
            else:
                done = (self._closed(opened),)
        self._begin(number, line, head)
        return done

    # what a line with a head may carry on

    def _goes_with(self, opened: Opened, head: Head) -> bool:
        """Whether a line carries on a record although it has a head of its own."""
        first = opened.head
        if first is None or opened.loose:
            return False
        if head.joins:
            # a line that states its own level carries on no other program's record
            foreign = head.severity_number is not None and head.format != first.format
            return not foreign and first.attributes.get("pid") == head.attributes.get("pid")
        if first.incomplete and opened.count == 1 and head.timestamp is None:
            return True
        if opened.latest is None or not same_source(opened.latest, head):
            return False
        if opened.report is not None:
            return self._reports(opened, head)
        message = head.message
        if not message.strip():
            return opened.tracker is not None
        if opened.tracker is not None and opened.tracker.accepts(message):
            return True
        if self._patterns.carries_on(message):
            if opened.tracker is None:
                opened.tracker = self._tracker(message)
                opened.watched = True
            return True
        return opened.tracker is not None and message[0] in {" ", "\t"}

    @staticmethod
    def _reports(opened: Opened, head: Head) -> bool:
        report = opened.report
        if report is None:
            return False
        if opened.reported:
            return report.tail(head.message) is not None
        if report.end(head.message) is not None:
            opened.reported = True
            return True
        return report.body is None or report.body(head.message) is not None

    @staticmethod
    def _take(opened: Opened, line: str, head: Head) -> None:
        if opened.head is not None and opened.head.incomplete and opened.count == 1:
            completed(opened, head, head.message)
            opened.count += 1
            opened.lines.append(line)
            return
        opened.add(line, head.message)
        if opened.report is not None:
            opened.members = [*opened.members, head]
        if not head.joins:
            opened.latest = head

    def _resumes(self, number: int, line: str, head: Head) -> bool:
        """Whether the line carries on a trace that lines of others came between."""
        for at, (_, parked) in enumerate(self._parked):
            if parked.stream == head.stream and self._goes_with(parked, head):
                self._take(parked, line, head)
                self._parked[at] = (number, parked)
                return True
        return False

    def _make_way(self, number: int, opened: Opened, head: Head) -> Sequence[Record]:
        """End what the new record ends; a trace of another process may go on after it."""
        done = []
        kept = []
        for since, parked in self._parked:
            same = parked.latest is not None and same_source(parked.latest, head)
            if same or number - since > FORGOTTEN:
                done.append(self._closed(parked))
            else:
                kept.append((since, parked))
        self._parked = kept
        busy = opened.tracker is not None or (opened.report is not None and not opened.reported)
        other = opened.latest is not None and not same_source(opened.latest, head)
        if busy and other and not opened.loose and len(kept) < PARKED:
            del self._open[opened.stream]
            kept.append((number, opened))
            return done
        return [*done, *self._settled(opened)]

    def _begin(self, number: int, line: str, head: Head) -> None:
        opened = Opened(number, line, head, self._max_lines, self._max_bytes)
        message = head.message
        hinted = opened.hinted = self._traces.hinted(message, quiet=is_quiet(head))
        if self._patterns.starts(message, hinted=hinted):
            opened.watched = True
            opened.tracker = self._tracker(message)
        for report in self._patterns.reports.get(head.component_kind or head.component or "", ()):
            if report.begin(message) is not None:
                opened.report, opened.watched, opened.tracker = report, True, None
                break
        if head.incomplete:
            opened.watched = True
        self._open[head.stream] = opened
        self._stream = head.stream

    # lines without heads

    def _headless(self, line: Held) -> Sequence[Record]:
        if line.head is not None:
            self._stream = line.head.stream
        opened = self._open.get(self._stream)
        if opened is None:
            if not line.text or line.text.isspace():
                return NONE
            self._begin_loose(line, line.head)
            return NONE
        if opened.loose and not opened.stray:
            return self._loose(opened, line)
        head = opened.head
        if head is not None and head.incomplete and opened.count == 1:
            completed(opened, None, line.text)
            opened.count += 1
            opened.lines.append(line.raw)
            return NONE
        if self._strays(opened, line.text):
            done = (self._closed(opened),)
            self._begin_loose(line, None if head is None else _inherited(head, line))
            return done
        opened.add(line.raw, line.text)
        return NONE

    def _strays(self, opened: Opened, text: str) -> bool:
        """Whether a line begins a trace that the record before it has nothing to do with."""
        head = opened.head
        if opened.stray:
            tracker = opened.tracker
            if tracker is not None and tracker.accepts(text):
                return False
            return self._patterns.loud(text) is not None and not _ANNOUNCES.search(opened.last)
        number = None if head is None else head.severity_number
        if number is not None and number >= ERROR:
            return False
        loud = self._patterns.crash if number is None else self._patterns.loud
        if loud(text) is None or head is None:
            return False
        return not _ANNOUNCES.search(opened.last) and not _ANNOUNCES.search(head.message)

    def _loose(self, opened: Opened, line: Held) -> Sequence[Record]:
        """A line among lines none of which has a head."""
        if not line.text.strip():
            return NONE if opened.hold(line) < HELD else self._settled(opened)
        answer = self._belongs(opened, line.text)
        if answer:
            opened.take_held()
            opened.add(line.raw, line.text)
            return NONE
        if answer is None and len(opened.held) < HELD:
            opened.hold(line)
            return NONE
        done = [*self._settled(opened, last=False)]
        return [*done, *self._headless(line)]

    def _belongs(self, opened: Opened, text: str) -> bool | None:
        """Whether a line belongs to a record without a head; None: a later line has to tell."""
        answer: bool | None = False
        if opened.tracker is not None:
            answer = opened.tracker.accepts(text)
            if answer:
                return True
        patterns = self._patterns
        blank = bool(opened.held) and not opened.held[-1].text.strip()
        if patterns.loud(text) is not None or (blank and patterns.starts(text)):
            # a trace of its own, unless the line before says that it comes
            return not blank and opened.last.rstrip().endswith(":")
        # what is set in below a heading goes with it, over blank lines too: reports of build tools
        inset = blank and text[0] in " \t" and opened.lines[0][:1] not in {" ", "\t"}
        if patterns.continues(text) is not None and (opened.tracker or inset or not blank):
            if opened.tracker is None and patterns.carries_on(text):
                opened.tracker = self._tracker(text)
            return True
        if not blank:
            first = opened.lines[0]
            if any(begins(first) and follows(text) for begins, follows in patterns.pairs):
                return True
        return answer

    def _tracker(self, line: str) -> Tracker | None:
        """What follows the trace that begins or goes on with the line."""
        every = self._traces.kinds
        tracker = Tracker([every[number] for number in self._patterns.dialects_of(line)], line)
        return tracker if tracker.alive else None

    def _begin_loose(self, line: Held, head: Head | None) -> None:
        opened = Opened(line.number, line.raw, head, self._max_lines, self._max_bytes)
        opened.stream = self._stream
        opened.stray = head is not None and line.head is None
        opened.last = line.text
        if self._patterns.starts(line.text):
            opened.tracker = self._tracker(line.text)
        self._open[self._stream] = opened

    # ends

    def _settled(self, opened: Opened, *, last: bool = True) -> Sequence[Record]:
        """End a record; lines it held back become records of their own.

        Without ``last`` the last of these stays open.
        """
        held = [line for line in opened.held if line.text.strip()]
        opened.held = ()
        done = [self._closed(opened)]
        stream = self._stream
        self._stream = opened.stream
        for line in held:
            done += self._headless(line)
        if last and (left := self._open.get(opened.stream)) is not None:
            done += self._settled(left)
        self._stream = stream
        return done

    def _closed(self, opened: Opened) -> Record:
        if self._open.get(opened.stream) is opened:
            del self._open[opened.stream]
        if not opened.bodies and not opened.loose and len(opened.lines) == 1:
            return build_record(
                self._path,
                opened.line,
                opened.head,
                opened.lines,
                self._traces,
                hinted=opened.hinted,
                count=opened.count,
            )
        opened.trim()
        self.cut += opened.cut
        head, bodies = told(opened)
        if opened.loose and opened.bodies and not opened.stray:
            head, bodies = self._document(opened)
        if head is not None and head.fielded:
            head, bodies = fielded(head, bodies, self._reread)
        return build_record(
            self._path,
            opened.line,
            head,
            opened.lines,
            self._traces,
            bodies=bodies,
            count=opened.count,
        )

    def _document(self, opened: Opened) -> tuple[Head | None, Sequence[str]]:
        """A pretty-printed object is a line of JSON after all."""
        first = opened.lines[0] if opened.head is None else opened.head.message
        if self._reread is None or first.strip() != "{" or opened.last.strip() not in {"}", "},"}:
            return opened.head, opened.bodies
        parts = [first, *opened.bodies]
        head = self._reread(" ".join(part.strip() for part in parts).rstrip(","))
        return (opened.head, opened.bodies) if head is None else (head, [])


def _inherited(head: Head, line: Held) -> Head:
    """A head for a trace without one: time and place of the record before it."""
    return Head(
        format=head.format,
        message=line.text,
        timestamp=head.timestamp,
        precision=head.precision,
        component=head.component,
        component_kind=head.component_kind,
        host=head.host,
        stream=head.stream,
        continuation=True,
    )
