"""``logtriage follow`` as users run it: files that grow and rotate, pipes, Ctrl-C."""

import contextlib
import datetime as dt
import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, Queue

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")

DISK = "ERROR [exec-1] com.example.Ledger - write of /var/data/a failed: No space left on device"
HEALTH = "INFO  [main] com.example.Ledger - batch done, errors=0"
TRACE = """\
ERROR [exec-1] com.example.Ledger - order 7 failed
java.lang.NullPointerException: name is null
\tat com.example.Ledger.place(Ledger.java:44)"""

PATIENCE = 60.0
"""Seconds after which a machine, however busy, must have answered."""


def line(text: str) -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S},000 {text}\n"


class Following:
    """The running command, and the events that it gives."""

    def __init__(self, *arguments, stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen(
            [PROGRAM, "follow", "--output", "jsonl", *map(str, arguments)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.lines: Queue[bytes] = Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for each in self.process.stdout:
            self.lines.put(each)

    def event(self):
        return json.loads(self.lines.get(timeout=PATIENCE))

    def silent_for(self, seconds: float) -> bool:
        with contextlib.suppress(Empty):
            return not self.lines.get(timeout=seconds)
        return True

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream and not stream.closed:
                stream.close()


def started(running: Following, path: Path) -> None:
    """Wait until the program looks at the file: it has it open."""
    end = time.monotonic() + PATIENCE
    folder = Path(f"/proc/{running.process.pid}/fd")
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if any(os.path.realpath(each) == str(path) for each in folder.iterdir()):
                return
        time.sleep(0.05)
    raise AssertionError("the file was never opened")


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")


@needs_proc
def test_a_growing_file_is_followed_through_rename_and_truncation(tmp_path):
    path = tmp_path / "ledger.log"
    append(path, line(DISK) * 3 + line(HEALTH))
    with Following(path) as running:
        started(running, path)
        append(path, line(HEALTH) + line(TRACE))
        first = running.event()
        # the old name's last words, then the new file
        path.rename(tmp_path / "ledger.log.1")
        append(tmp_path / "ledger.log.1", line(HEALTH))
        append(path, line(HEALTH) + line(DISK))
        second = running.event()
        code = running.interrupt()
        last = running.event()

    assert (first["event"], first["tag"], first["line"]) == ("new", "application-defect", 7)
    assert (second["event"], second["category"], second["line"]) == ("new", "disk-full", 2)
    assert code == 130
    assert last["event"] == "report"
    assert last["report"]["totals"]["errors"] == 2
    assert {cause["tag"] for cause in last["report"]["root_causes"]} == {
        "application-defect",
        "production-incident",
    }


@needs_proc
def test_a_cut_file_begins_anew(tmp_path):
    path = tmp_path / "ledger.log"
    append(path, line(HEALTH) * 50)
    with Following(path) as running:
        started(running, path)
        path.write_text("")
        append(path, line(DISK))
        found = running.event()

    assert (found["event"], found["line"]) == ("new", 1)


@needs_proc
def test_new_files_of_a_folder_are_found_and_rotated_ones_are_not_read_twice(tmp_path):
    path = tmp_path / "ledger.log"
    append(path, line(HEALTH))
    with Following(tmp_path) as running:
        started(running, path)
        append(path, line(DISK))
        first = running.event()
        path.rename(tmp_path / "ledger.log.1")
        append(path, line(HEALTH))
        append(tmp_path / "orders.log", line(TRACE))
        second = running.event()
        running.interrupt()
        last = running.event()["report"]

    assert first["path"].endswith("ledger.log")
    assert second["path"].endswith("orders.log")
    assert last["totals"]["errors"] == 2


def test_a_pipe_is_read_as_it_comes():
    with Following(stdin=subprocess.PIPE) as running:
        running.process.stdin.write(line(DISK).encode())
        running.process.stdin.flush()
        found = running.event()
        running.process.stdin.close()
        assert running.process.wait(PATIENCE) == 0

    assert (found["event"], found["path"], found["line"]) == ("new", "-", 1)
    assert found["text"].endswith("No space left on device")


def test_an_event_is_told_once_and_again_when_it_is_worse():
    with Following(stdin=subprocess.PIPE) as running:
        for _ in range(3):
            running.process.stdin.write(line(DISK).encode())
            running.process.stdin.flush()
        assert running.event()["event"] == "new"
        assert running.silent_for(1.5)
        running.process.stdin.write(line(DISK).encode() * 60)
        running.process.stdin.flush()
        worse = running.event()

    assert worse["event"] == "worse"
    assert worse["errors"] > 20


def test_secrets_do_not_leave_by_events():
    with Following(stdin=subprocess.PIPE) as running:
        text = line(f"{DISK} password=hunter2secret")
        running.process.stdin.write(text.encode())
        running.process.stdin.flush()
        found = running.event()

    assert "hunter2secret" not in json.dumps(found)


def test_plain_lines_where_no_terminal_is_and_the_report_at_the_end():
    done = subprocess.run(
        [PROGRAM, "follow"],
        input=line(DISK) * 3 + line(HEALTH),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    first, *rest = done.stdout.splitlines()

    assert done.returncode == 0
    assert "new        INCIDENT" in first
    assert "Disk full" in first
    assert any("PRODUCTION INCIDENT" in each for each in rest)


def test_a_terminal_shows_a_rolling_report(tmp_path):
    path = tmp_path / "ledger.log"
    append(path, line(DISK) * 3)
    process, terminal = pty.fork()
    if not process:
        os.environ.update(TERM="xterm-256color", COLUMNS="80", LINES="30", LANG="C.UTF-8")
        os.execv(PROGRAM, [PROGRAM, "follow", "--from-start", str(path)])  # noqa: S606
    shown = b""
    end = time.monotonic() + PATIENCE
    while b"PRODUCTION INCIDENT" not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65_536)
    os.kill(process, signal.SIGINT)
    after = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65_536):
            after += piece
    _, status = os.waitpid(process, 0)
    os.close(terminal)

    assert b"\x1b[?1049h" in shown
    assert b"logtriage follow" in shown
    assert b"\x1b[?1049l" in after
    assert b"Disk full" in after.partition(b"\x1b[?1049l")[2]
    assert os.WEXITSTATUS(status) == 130


def test_a_terminal_as_input_is_a_usage_error():
    process, terminal = pty.fork()
    if not process:
        os.execv(PROGRAM, [PROGRAM, "follow"])  # noqa: S606
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65_536):
            shown += piece
    _, status = os.waitpid(process, 0)
    os.close(terminal)

    assert os.WEXITSTATUS(status) == 2
    assert b"follow reads files or a pipe" in shown
