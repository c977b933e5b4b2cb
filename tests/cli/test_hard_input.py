"""Input that is cut, endless, slow or given up on: an answer, and never a traceback."""

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")
ERROR = b"2026-03-04 10:00:00,000 ERROR [main] shop.Cart - disk: No space left on device\n"
FINE = b"2026-03-04 10:00:01,000 INFO [main] shop.Cart - fine\n"


def scan(path, *arguments):
    command = [PROGRAM, "scan", "--output", "json", *arguments, str(path)]
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("cut", [1, 30, len(ERROR) + 20, 3 * len(ERROR) - 1])
def test_a_file_that_ends_anywhere(tmp_path, cut):
    path = tmp_path / "cut.log"
    path.write_bytes((ERROR * 3)[:cut])
    report = scan(path)

    assert report["totals"]["bytes"] == cut
    assert report["totals"]["lines"] == -(-cut // len(ERROR))


def test_nul_bytes_between_lines_are_no_end(tmp_path):
    path = tmp_path / "nul.log"
    path.write_bytes(FINE * 400 + b"\0" * 300 + b"\n" + ERROR + FINE * 50)
    report = scan(path)

    assert report["totals"]["errors"] == 1
    assert report["issues"][0]["exemplars"][0]["line"] == 402


@pytest.mark.parametrize("begin", [FINE, ERROR[:-1]])
def test_one_endless_line_is_cut_within_bounded_memory(tmp_path, begin):
    path = tmp_path / "endless.log"
    with path.open("wb") as file:
        file.write(FINE * 100 + begin)
        for _ in range(96):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + ERROR)
    peak = tmp_path / "peak"
    # a process of its own to ask: this one's other children may have been larger
    measure = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[2:]);"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss;"
        "open(sys.argv[1], 'w').write(str(peak)); sys.exit(done.returncode)"
    )
    command = [PROGRAM, "scan", "--output", "json", "--jobs", "1", path]
    done = subprocess.run(
        [sys.executable, "-c", measure, peak, *command], capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)

    assert report["totals"]["lines"] == 102 + (begin == FINE)
    assert report["totals"]["errors"] == 1 + (begin != FINE)
    assert int(peak.read_text()) / 1024 < 200


def test_an_interrupt_gives_what_was_counted():
    with subprocess.Popen(
        [PROGRAM, "scan", "--output", "json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(ERROR * 2 + FINE * 40_000)
        process.stdin.flush()
        # it waits for more when what it was given is read
        wait_until_read(process)
        process.send_signal(signal.SIGINT)
        out = process.stdout.read()
        process.wait(60)

    assert process.returncode == 130
    report = json.loads(out)
    assert report["totals"]["errors"] == 2
    assert "interrupted" in " ".join(report["inputs"][0]["problems"])


def wait_until_read(process):
    """Until the pipe is empty and the program asks for more."""

    for _ in range(600):
        left = int.from_bytes(
            fcntl.ioctl(process.stdin.fileno(), termios.FIONREAD, b"\0\0\0\0"), sys.byteorder
        )
        if not left and "pipe" in Path(f"/proc/{process.pid}/wchan").read_text():
            return
        time.sleep(0.1)


@pytest.mark.parametrize("command", ["tag", "parse"])
def test_a_line_of_a_slow_pipe_comes_before_its_end(command):
    with subprocess.Popen(
        [PROGRAM, command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(ERROR)
        process.stdin.flush()
        # the pipe stays open: without the program's own flush nothing would ever come
        ready, _, _ = select.select([process.stdout], [], [], 60)
        assert ready
        assert b"No space left" in os.read(process.stdout.fileno(), 1 << 16)
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    path = tmp_path / "long.log"
    path.write_bytes(FINE * 20_000)
    with subprocess.Popen(
        [PROGRAM, "parse", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        os.read(process.stdout.fileno(), 1000)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
