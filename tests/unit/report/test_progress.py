"""The progress line: only on a terminal, only on long runs, gone in the end."""

import io
import os

from logtriage.report.progress import Progress


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pipe_sees_nothing() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, 1000, clock=clock)
    clock.now += 60
    progress.update(500)
    progress.close()
    assert not stream.getvalue()


def test_a_short_run_shows_nothing() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 1000, clock=clock)
    clock.now += 0.9
    progress.update(900)
    progress.close()
    assert not stream.getvalue()


def test_a_long_run_tells_share_rate_and_time_left() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 3_000_000_000, clock=clock, width=100)
    clock.now += 4
    progress.update(1_200_000_000)
    shown = stream.getvalue()
    assert "40 %  1.2 GB of 3.0 GB  300 MB/s  6 s left" in shown
    progress.close()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_it_is_told_a_few_times_a_second_at_most() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, None, clock=clock, ascii_only=True)
    clock.now += 2
    for done in range(1000):
        clock.now += 0.001
        progress.update(done)
    assert 4 <= stream.getvalue().count("\r") <= 6
    assert stream.getvalue().isascii()


def test_it_never_wraps() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 3_000_000_000, clock=clock, width=30)
    clock.now += 4
    progress.update(1_200_000_000)
    assert len(stream.getvalue().removeprefix("\r\x1b[K")) < 30


def test_processes_add_to_one_sum() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 1000, clock=clock, width=100)
    progress.add(100)
    child = os.fork()
    if not child:
        progress.add(300)
        os._exit(0)
    os.waitpid(child, 0)
    clock.now += 2
    progress.add(100)
    assert "50 %  500 B of 1.0 kB" in stream.getvalue()


def test_what_another_process_wrote_is_erased_too() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, 1000, clock=clock)
    clock.now += 2
    progress.close()
    assert stream.getvalue() == "\r\x1b[K"
