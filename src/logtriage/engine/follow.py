"""Follows inputs live: what comes is counted in a moving window, and looked at as a whole."""

import os
import time
from collections.abc import Callable
from typing import Final

from logtriage.engine.stories import Stories
from logtriage.model.event import Event
from logtriage.model.report import Report
from logtriage.pipeline.flow import conclude
from logtriage.pipeline.live import Live, Window
from logtriage.pipeline.sightings import parts_of
from logtriage.pipeline.tools import Tools
from logtriage.source.locate import Source
from logtriage.source.watch import Watch

POLL: Final = 0.2
"""Seconds between two looks at files that give nothing."""

LOAD: Final = 4
"""A look at the whole window may take one part in so many of the time."""


QUIET_TELL: Final = 1.0
"""Seconds between two tellings of a report that did not change."""


class Follower:
    """A run that ends when its input does, or when the user has seen enough."""

    def __init__(self, watch: Watch, tools: Tools, *, window: float) -> None:
        """``window`` in seconds."""
        self._watch = watch
        self._tools = tools
        self._lives: dict[str, Live] = {}
        self._window = Window(window)
        self._stories = Stories()
        self._fresh: set[str] = set()
        self._dirty = True
        self._rest_until = self._told = 0.0
        self.lines = 0
        """Lines read so far."""
        self.report: Report | None = None
        """As it was at the last look."""

    @property
    def active(self) -> int:
        """Root causes that are not over."""
        return self._stories.active

    def run(self, tell: Callable[[Report, list[Event]], None]) -> None:
        """Read until standard input ends; ``tell`` gets the report whenever it changed."""
        ready = False
        while not self._watch.ended:
            came = self._watch.poll(self._use, ready=ready)
            for live in self._lives.values():
                live.settle()
            self._gather()
            if self._window.age():
                self._dirty = True
            now = time.monotonic()
            if now >= self._rest_until:
                self._look(tell)
                took = time.monotonic() - now
                self._rest_until = now + took * LOAD
            ready = self._watch.wait(0.0 if came else POLL)
        for live in self._lives.values():
            live.end()
        self._gather()
        self._look(tell)

    def conclude(self) -> Report:
        """The report on the window as it is now."""
        for live in self._lives.values():
            live.end()
        self._gather()
        self.report = conclude(self._window.total(), self._tools, now=time.time_ns())
        return self.report

    def _use(self, source: Source, chunk: bytes | None) -> None:
        live = self._lives.get(source.path)
        if live is None:
            tail = self._watch.tails.get(source.file)
            lines = line_ends(source, tail.begun) if tail and tail.begun else 0
            live = self._lives[source.path] = Live(source, self._tools, lines + 1)
        if chunk is None:
            live.begin_anew()
        else:
            live.feed(chunk)

    def _gather(self) -> None:
        for live in self._lives.values():
            if not live.touched:
                continue
            tallies = live.take()
            self.lines += sum(tally.lines for tally in tallies.inputs.values())
            self._fresh.update(tallies.issues)
            self._dirty |= bool(tallies.issues or tallies.changes)
            self._window.add(tallies)

    def _look(self, tell: Callable[[Report, list[Event]], None]) -> None:
        events: list[Event] = []
        if self._dirty or self.report is None:
            total = self._window.total()
            parts = parts_of(total)
            self.report = conclude(total, self._tools, now=time.time_ns())
            events = self._stories.look(self.report, parts, self._fresh)
            self._fresh.clear()
            self._dirty = False
        else:
            events = self._stories.pass_time()
            if not events and time.monotonic() < self._told + QUIET_TELL:
                return
        self._told = time.monotonic()
        tell(self.report, events)


def line_ends(source: Source, end: int) -> int:
    """Line ends of a file before an offset."""
    count = begin = 0
    try:
        descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        while begin < end and (chunk := os.pread(descriptor, min(1 << 20, end - begin), begin)):
            count += chunk.count(b"\n")
            begin += len(chunk)
    finally:
        os.close(descriptor)
    return count
