"""Real logrotate between real runs: everything counts once."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")
LOGROTATE = shutil.which("logrotate", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

FAULT = "ERROR [exec-1] com.example.Ledger - order {} failed: No space left on device"


@pytest.mark.real
@pytest.mark.skipif(LOGROTATE is None, reason="logrotate is not installed")
@pytest.mark.parametrize(
    "way", ["create", "create\n compress", "copytruncate", "dateext\n compress"]
)
def test_logrotate_loses_and_doubles_nothing(tmp_path, way):
    folder = tmp_path / "logs"
    folder.mkdir(mode=0o755)
    log = folder / "ledger.log"
    rules = tmp_path / "rotate.conf"
    extra = "dateformat -%s\n" if "dateext" in way else ""
    rules.write_text(f"{log} {{\n rotate 9\n missingok\n {way}\n {extra}}}\n")
    rules.chmod(0o644)
    written, told = 0, 0

    def write(count):
        nonlocal written
        with log.open("a") as file:
            for _ in range(count):
                written += 1
                file.write(
                    f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S},000 {FAULT.format(written)}\n"
                )

    def rotate():
        if extra:
            # its names tell seconds apart
            time.sleep(1.1)
        subprocess.run(
            [LOGROTATE, "-f", "-s", str(tmp_path / "status"), str(rules)], check=True, timeout=60
        )

    def read():
        nonlocal told
        done = subprocess.run(
            [
                PROGRAM,
                "report",
                str(log),
                "--state",
                str(tmp_path / "state"),
                "--always",
                "-o",
                "json",
            ],
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        told += json.loads(done.stdout)["totals"]["errors"]

    write(5)
    read()
    write(3)
    rotate()
    write(4)
    read()
    rotate()
    log.touch()
    write(2)
    rotate()
    log.touch()
    write(1)
    read()

    assert told == written == 15
