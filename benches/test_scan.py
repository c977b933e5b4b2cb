"""Scan throughput on generated logs, start-up and peak memory.

Fair: the logs hold ids, times and stack traces as real ones do; the page cache is warm.
"""

import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")
LEVELS = ("INFO", "INFO", "DEBUG")
HEALTHY = ("batch {n} done in {n} ms, errors=0", "GET /api/items/{n} completed status=200")
FAULTY = (
    "write of /var/data/{n:x} failed: No space left on device",
    "call {n} failed\n\tat a.B.c(B.java:7)",
)


def write(path: Path, lines: int, every: int) -> None:
    source = random.Random(7)
    with path.open("w") as file:
        for number in range(lines):
            faulty = number % every == 0
            level = "ERROR" if faulty else source.choice(LEVELS)
            text = source.choice(FAULTY if faulty else HEALTHY).format(n=source.getrandbits(30))
            second = number // 50
            clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            file.write(f"2026-03-04 {clock},{number % 1000:03d} {level:<5} [main] a.B - {text}\n")


@pytest.mark.parametrize(("name", "every"), [("app", 100), ("dense", 4)])
@pytest.mark.parametrize("jobs", [1, 2])
def test_scan(benchmark, tmp_path, name, every, jobs):
    path = tmp_path / f"{name}.log"
    write(path, 1_000_000, every)
    command = [PROGRAM, "scan", "--jobs", str(jobs), "--output", "json", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    benchmark.pedantic(
        subprocess.run, (command,), {"check": True, "capture_output": True}, rounds=3
    )
    benchmark.extra_info["bytes"] = path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    benchmark.extra_info["peak_mb"] = round(peak)

    assert peak < 200


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "sample_logs/quiet"]])
def test_start(benchmark, arguments):
    benchmark.pedantic(
        subprocess.run, ([PROGRAM, *arguments],), {"check": True, "capture_output": True}, rounds=7
    )
