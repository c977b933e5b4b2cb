"""``logtriage report`` as cron runs it: news once, then silence, then the end."""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from logtriage.state.store import Store

PROGRAM = str(Path(sys.executable).parent / "logtriage")

FAULT = "ERROR [exec-1] com.example.Ledger - write of /var/data/a failed: No space left on device"
HEALTH = "INFO  [main] com.example.Ledger - batch done, errors=0"


class Log:
    """A log file, and the runs over it with a state of their own."""

    def __init__(self, folder: Path):
        self.path = folder / "ledger.log"
        self.path.touch()
        self.state = folder / "state.sqlite"
        self.folder = folder

    def write(self, text: str, *, seconds_ago: int, times: int = 1) -> None:
        now = dt.datetime.now(dt.UTC)
        with self.path.open("a") as file:
            for number in range(times):
                moment = now - dt.timedelta(seconds=seconds_ago - number)
                file.write(f"{moment:%Y-%m-%d %H:%M:%S},000 {text}\n")

    def run(self, *arguments, command="report", paths=None):
        given = [self.path] if paths is None else paths
        return subprocess.run(
            [PROGRAM, command, *map(str, given), "--state", str(self.state), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=self.folder,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path)


def silent(done) -> bool:
    return (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_news_are_told_once_and_the_end_too(log):
    log.write(HEALTH, seconds_ago=1200)
    assert silent(log.run())

    log.write(FAULT, seconds_ago=900, times=5)
    told = log.run()
    assert told.returncode == 0
    assert told.stderr == ""
    first, _, *rest = told.stdout.splitlines()
    assert first.endswith(": 1 new incident")
    assert rest[0].startswith("NEW        PRODUCTION INCIDENT")
    assert "Disk full" in rest[1]
    assert "ledger.log:2" in told.stdout

    assert silent(log.run())
    log.write(FAULT, seconds_ago=895)
    assert silent(log.run())

    log.write(HEALTH, seconds_ago=300)
    over = log.run()
    assert over.stdout.splitlines()[0].endswith(": 1 resolved")
    assert "RESOLVED   PRODUCTION INCIDENT" in over.stdout
    assert silent(log.run())

    log.write(FAULT, seconds_ago=10)
    back = log.run()
    assert "REGRESSED  PRODUCTION INCIDENT" in back.stdout


def test_status_and_delta_are_in_the_json(log):
    log.write(FAULT, seconds_ago=100, times=3)
    first = json.loads(log.run("--output", "json").stdout)
    log.write(FAULT, seconds_ago=90, times=2)
    second = json.loads(log.run("--output", "json", "--always").stdout)

    assert [issue["status"] for issue in first["issues"]] == ["new"]
    assert first["delta"]["new"][0]["root_cause"] == "RC1"
    assert [issue["status"] for issue in second["issues"]] == ["ongoing"]
    assert second["delta"]["new"] == []
    assert second["delta"]["still"][0]["today"] in {2, 5}  # midnight may lie between
    assert second["totals"]["errors"] == 2
    assert second["root_causes"][0]["evidence"][0]["line"] == 4


@pytest.mark.parametrize("output", ["markdown", "html", "csv", "junit", "prometheus", "jsonl"])
def test_every_output_takes_a_delta(log, output):
    log.write(FAULT, seconds_ago=100, times=3)
    done = log.run("--output", output)

    assert done.returncode == 0
    assert "Disk full" in done.stdout or "disk-full" in done.stdout or output == "prometheus"


def test_always_says_that_nothing_is_new(log):
    assert log.run("--always").stdout.splitlines()[0].endswith(": nothing new")


def test_a_dry_run_says_it_and_moves_nothing(log):
    log.write(FAULT, seconds_ago=100, times=3)
    shown = log.run("--dry-run").stdout

    assert "1 new incident" in shown
    assert log.run().stdout.splitlines()[:4] == shown.splitlines()[:4]


def test_yesterday_reads_the_whole_day_whatever_was_read_before(log):
    midnight = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0)
    noon = dt.datetime.now(dt.UTC) - (midnight - dt.timedelta(hours=12))
    log.write(FAULT, seconds_ago=int(noon.total_seconds()), times=4)
    log.path.rename(log.folder / "ledger.log.1")
    log.write(HEALTH, seconds_ago=1)
    log.run(paths=[log.folder])
    before = log.state.read_bytes()
    told = json.loads(log.run("--yesterday", "--output", "json").stdout)

    assert told["totals"]["errors"] == 4
    assert [entry["status"] for entry in told["delta"]["new"]] == ["new"]
    assert log.state.read_bytes() == before


def test_a_muted_issue_is_counted_and_not_told(log):
    log.write(FAULT, seconds_ago=900, times=3)
    known = json.loads(log.run("--output", "json").stdout)["issues"][0]["fingerprint"]
    muted = log.run(known, "--until", "3d", "--why", "disk ordered", command="mute", paths=[])
    log.write(HEALTH, seconds_ago=500)
    assert muted.returncode == 0
    assert silent(log.run())

    log.write(FAULT, seconds_ago=10)
    assert silent(log.run())
    log.write(FAULT, seconds_ago=5)
    found = json.loads(log.run("--always", "--output", "json").stdout)["delta"]
    assert [entry["why"] for entry in found["muted"]] == ["disk ordered"]
    assert found["still"] == found["new"] == found["regressed"] == []
    listed = log.run("--list", command="mute", paths=[]).stdout
    assert known in listed
    assert "disk ordered" in listed

    assert log.run(known, "--lift", command="mute", paths=[]).returncode == 0
    log.write(FAULT, seconds_ago=4)
    assert json.loads(log.run("--always", "--output", "json").stdout)["delta"]["still"]


def test_a_mute_of_nothing_known_is_an_error(log):
    done = log.run("v1:0000000000000000", command="mute", paths=[])

    assert done.returncode == 2
    assert "no report told of" in done.stderr


def test_a_locked_state_exits_75(log):
    with Store(log.state):
        busy = log.run()
        late = log.run("--wait", "0.2")

    assert (busy.returncode, late.returncode) == (75, 75)
    assert "locked by another run" in busy.stderr


@pytest.mark.parametrize("content", [b"not a database at all " * 40, None])
def test_a_broken_state_is_told_and_left_alone(log, content):
    log.write(FAULT, seconds_ago=100, times=3)
    log.run()
    body = content or log.state.read_bytes()[:5000] + b"\0" * 60_000
    log.state.write_bytes(body)
    done = log.run()

    assert done.returncode == 2
    assert "state" in done.stderr
    assert done.stdout == ""
    assert log.state.read_bytes() == body


def test_another_programs_database_is_refused(log):
    with sqlite3.connect(log.state) as other:
        other.execute("CREATE TABLE people (name TEXT)")
    done = log.run()

    assert done.returncode == 2
    assert "not a state of logtriage" in done.stderr


def test_a_newer_state_is_refused(log):
    log.run()
    with sqlite3.connect(log.state) as state:
        state.execute("PRAGMA user_version = 999")
    done = log.run()

    assert done.returncode == 2
    assert "newer logtriage" in done.stderr


def test_a_missing_file_is_told_once_and_exits_3(log, tmp_path):
    log.write(HEALTH, seconds_ago=100)
    paths = [log.path, tmp_path / "gone.log"]
    first, second = log.run(paths=paths), log.run(paths=paths)

    assert (first.returncode, second.returncode) == (3, 3)
    assert "gone.log" in first.stdout
    assert second.stdout == second.stderr == ""


def test_without_state_all_is_news(log):
    log.write(FAULT, seconds_ago=100, times=3)
    first, second = log.run("--no-state"), log.run("--no-state")

    assert "Disk full" in first.stdout
    assert "Disk full" in second.stdout
    assert not log.state.exists()


def test_fail_on_is_about_news(log):
    log.write(FAULT, seconds_ago=100, times=3)

    assert log.run("--fail-on", "application").returncode == 0
    log.write(FAULT, seconds_ago=90)
    assert log.run("--fail-on", "production").returncode == 0


def test_what_could_not_be_printed_is_read_again(log):
    log.write(FAULT, seconds_ago=100, times=3)
    full = subprocess.run(
        ["sh", "-c", f"{PROGRAM} report {log.path} --state {log.state} > /dev/full"],
        capture_output=True,
        timeout=60,
    )
    assert full.returncode != 0

    assert "1 new incident" in log.run().stdout


def test_scan_keeps_state_where_asked(log):
    log.write(FAULT, seconds_ago=100, times=3)
    first = json.loads(log.run("--output", "json", command="scan").stdout)
    log.write(FAULT, seconds_ago=90)
    second = json.loads(log.run("--output", "json", command="scan").stdout)

    assert (first["totals"]["errors"], second["totals"]["errors"]) == (3, 1)
    assert second["issues"][0]["status"] == "ongoing"


def test_sources_come_from_the_configuration(log):
    log.write(FAULT, seconds_ago=100, times=3)
    (log.folder / "logtriage.toml").write_text('[[source]]\npaths = ["ledger*.log"]\n')
    done = log.run(paths=[])

    assert "1 new incident" in done.stdout


def test_no_source_is_a_usage_error(log):
    done = log.run(paths=[])

    assert done.returncode == 2
    assert "[[source]]" in done.stderr
