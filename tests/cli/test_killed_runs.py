"""Killed at any moment, a run of ``report`` either was or was not: each record counts once."""

import datetime as dt
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from tests.rotation import WAYS, rotate

from logtriage.cli import console

LINE = (
    "{clock} ERROR [exec-1] com.example.Ledger - order {number} failed: No space left on device\n"
)


class Writer:
    """A process that appends, sometimes half a line, and rotates its log."""

    def __init__(self, folder: Path, seed: int):
        self.folder = folder
        self.live = folder / "ledger.log"
        self.live.touch()
        self.random = random.Random(seed)  # noqa: S311 - not for secrets
        self.stop_reading, self.stop = os.pipe()
        self.told, self.tell = os.pipe()

    def start(self) -> int:
        process = os.fork()
        if process:
            return process
        try:
            # a test that failed must not be outlived
            parent = os.getppid()
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            os.set_blocking(self.stop_reading, False)
            number = 0
            while not self._stopped() and os.getppid() == parent:
                number = self._step(number)
                time.sleep(self.random.random() * 0.01)
            os.write(self.tell, str(number).encode())
        finally:
            os._exit(0)

    def _stopped(self) -> bool:
        try:
            return bool(os.read(self.stop_reading, 1))
        except BlockingIOError:
            return False

    def _step(self, number: int) -> int:
        draw = self.random.random()
        if draw < 0.02:
            rotate(self.live, self.random.choice(WAYS))
            return number
        lines = []
        for _ in range(self.random.randint(1, 5)):
            number += 1
            clock = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S},000"
            lines.append(LINE.format(clock=clock, number=number))
        text = "".join(lines)
        cut = self.random.randint(1, len(text)) if draw < 0.3 else len(text)
        with self.live.open("a") as file:
            file.write(text[:cut])
            file.flush()
            if cut < len(text):
                time.sleep(self.random.random() * 0.005)
                file.write(text[cut:])
        return number


def run_once(arguments: list[str], *, kill_after: float | None) -> bool:
    """Run the command in a fork; True where it ended before it was killed."""
    process = os.fork()
    if not process:
        code = 1
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            code = console.run(arguments)
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        return True
    return False


def kill_often(tmp_path: Path, kills: int, seed: int) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    state = tmp_path / "state.sqlite"
    arguments = ["report", str(folder), "--state", str(state), "--output", "json", "--always"]
    writer = Writer(folder, seed)
    # formats, rules and scanners are compiled and loaded once, before anything is forked
    assert run_once(arguments, kill_after=None)
    console.run([*arguments[:2], "--no-state", "--output", "json"])
    process = writer.start()
    try:
        killed, finished = _kill(arguments, kills, seed)
        os.write(writer.stop, b"x")
        written = int(os.read(writer.told, 100))
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    assert run_once(arguments, kill_after=None)

    with sqlite3.connect(state) as made:
        (count,) = made.execute("SELECT sum(count) FROM issue").fetchone()
        (hours,) = made.execute("SELECT sum(count) FROM hour").fetchone()
    assert (count, hours) == (written, written)
    print(f"{killed} kills, {finished} runs to their end, {written} records")  # noqa: T201


def _kill(arguments: list[str], kills: int, seed: int) -> tuple[int, int]:
    """Runs that were killed, and runs that were too fast for that."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    begun = time.monotonic()
    assert run_once(arguments, kill_after=None)
    whole = time.monotonic() - begun
    killed = finished = 0
    while killed < kills:
        if run_once(arguments, kill_after=chance.random() * whole * 1.2):
            finished += 1
        else:
            killed += 1
    return killed, finished


def test_twenty_kills_lose_and_double_nothing(tmp_path):
    kill_often(tmp_path, 20, seed=1)


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("LOGTRIAGE_SLOW"), reason="LOGTRIAGE_SLOW=1 runs it")
def test_hundreds_of_kills_lose_and_double_nothing(tmp_path):
    kill_often(tmp_path, 400, seed=2)
