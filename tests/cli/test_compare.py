"""``logtriage compare`` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")
SAMPLES = Path(__file__).parents[2] / "sample_logs"


def run(*arguments):
    return subprocess.run(
        [PROGRAM, "compare", *map(str, arguments)], capture_output=True, timeout=120
    )


def compared(*arguments):
    done = run("--output", "json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_release_that_leaks_is_new_with_its_version():
    found = compared(SAMPLES / "quiet", SAMPLES / "pool-leak")
    first = found["differences"][0]

    assert found["schema"] == "logtriage.comparison/1"
    assert (first["status"], first["tag"]) == ("new", "application-defect")
    assert first["trigger"]["version"] == "1.8.0"
    assert {"component": "records", "before": "1.7.1", "after": "1.8.0"} in found["versions"]


def test_the_other_way_round_it_is_gone():
    found = compared(SAMPLES / "pool-leak", SAMPLES / "quiet")

    assert {each["status"] for each in found["differences"]} == {"gone"}


@pytest.mark.parametrize("option", ["--around", "--since"])
def test_one_input_is_parted_at_a_time(option):
    found = compared(SAMPLES / "database-down", option, "2026-11-24T00:06:40Z")
    before, after = found["before"], found["after"]

    assert found["differences"][0]["category"] in {"database-down", "connection-terminated"}
    assert before["window"]["last"] == after["window"]["first"] == "2026-11-24T00:06:40.000Z"
    assert before["errors"] < after["errors"]


def test_no_difference_is_told_in_one_line_or_not_at_all():
    done = run(SAMPLES / "quiet", SAMPLES / "quiet")

    assert done.returncode == 0
    assert "nothing new, gone, grown or shrunk" in done.stdout.decode()
    assert run("-q", SAMPLES / "quiet", SAMPLES / "quiet").stdout == b""


@pytest.mark.parametrize(("value", "code"), [("application", 1), ("production", 1), ("none", 0)])
def test_fail_on_looks_at_what_is_new_or_grown(value, code):
    assert run("--fail-on", value, SAMPLES / "quiet", SAMPLES / "pool-leak").returncode == code
    assert run("--fail-on", value, SAMPLES / "pool-leak", SAMPLES / "quiet").returncode == 0


def test_files_are_written_too(tmp_path):
    files = tmp_path / "a.md", tmp_path / "a.json"
    done = run(SAMPLES / "quiet", SAMPLES / "pool-leak", "--out", files[0], "--out", files[1])

    assert done.returncode == 0
    assert files[0].read_text().startswith("# logtriage compare\n")
    assert json.loads(files[1].read_text())["differences"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x.log"], "compare needs two paths, not 1"),
        (["a", "b", "c"], "compare needs two paths, not 3"),
        (["a", "--around", "2h", "--since", "3h"], "give one of them"),
        (["a", "--since", "2h", "--until", "3h"], "--until is not after"),
        (["a", "b", "--output", "csv"], "there is no output 'csv'"),
    ],
)
def test_what_cannot_be_compared_is_told(arguments, words):
    done = run(*arguments)

    assert done.returncode == 2
    assert words in done.stderr.decode()


def test_a_missing_side_exits_3(tmp_path):
    done = run(SAMPLES / "quiet", tmp_path / "nope.log")

    assert done.returncode == 3
    assert b"before" in done.stdout
