"""``logtriage formats`` and reading by a format string, as a user runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")
LINES = "WRN|05:06:07|ledger|low on ink\nERR|05:06:08|ledger|out of ink: 3\n"


def run(*arguments, text=None, environment=None):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        input=text,
        capture_output=True,
        timeout=120,
        encoding="utf-8",
        env=environment,
    )


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "ours.log"
    path.write_text(LINES)
    return path


def test_list_names_formats_that_hold_a_word():
    lines = run("formats", "list", "nginx").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["nginx-error"]


def test_show_prints_the_file_and_corrects_a_wrong_name():
    assert "[[line]]" in run("formats", "show", "nginx-error").stdout
    wrong = run("formats", "show", "ngnix-error")
    assert wrong.returncode == 2
    assert "did you mean 'nginx-error'?" in wrong.stderr


def test_the_built_in_formats_pass_their_check():
    done = run("formats", "check")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_proposed_format_checks_and_reads(log, tmp_path):
    folder = tmp_path / "own"
    assert run("formats", "new", "ours", log, "--out", folder).returncode == 0
    assert run("formats", "check", folder).returncode == 0
    # a rule pack in the same folder is none of the formats' business
    (folder / "rules.toml").write_text('[pack]\nname = "rules"\ntitle = "Rules"\n')
    done = run("parse", log, "--packs", folder, "--output", "jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["format"] for record in records] == ["ours", "ours"]
    assert [record["severity"] for record in records] == ["warn", "error"]
    assert [record["message"] for record in records] == ["low on ink", "out of ink: 3"]


def test_formats_in_the_folder_of_configurations_are_found(log, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    run("formats", "new", "ours", log, "--out", tmp_path / "logtriage" / "formats")
    assert run("formats", "list", "ours").stdout.startswith("ours ")


def test_a_broken_sample_is_shown_with_how_far_it_was_read(log, tmp_path):
    run("formats", "new", "ours", log, "--out", tmp_path)
    path = tmp_path / "ours.toml"
    path.write_text(path.read_text().replace("'ERR|05:06:08|ledger|", "'ERR|05:06:08 ledger|"))
    done = run("formats", "check", path)
    assert done.returncode == 2
    assert "| ERR|05:06:08 ledger|out of ink: 3\n  |             ^ matched up to" in done.stderr


@pytest.mark.parametrize("command", ["parse", "tag"])
def test_a_format_string_reads_and_wrappers_are_peeled(command):
    inner = "05:06:08.123 [exec-3] ERROR com.acme.Ledger - No space left on device"
    wrapped = json.dumps({"log": f"{inner}\n", "stream": "stderr", "time": "2026-03-04T05:06:08Z"})
    pattern = "%d{HH:mm:ss.SSS} [%t] %-5level %logger{36} - %msg%n"
    for text in (inner, wrapped):
        done = run(command, "--format-string", pattern, "--output", "jsonl", text=text)
        assert json.loads(done.stdout)["message"] == "No space left on device"


def test_a_wrong_format_string_is_pointed_at_and_exits_2():
    done = run("scan", "--format-string", "%d %zz %m", text="x\n")
    assert done.returncode == 2
    assert "| %d %zz %m\n  |    ^" in done.stderr


TRACE = """\
Traceback (most recent call last):
  File "/srv/mill/rates.py", line 9, in load
    return rates[key]
           ~~~~~^^^^^
KeyError: 'gbp'
"""


@pytest.mark.parametrize(
    "prefix",
    [
        "Mar  4 05:06:07 gate7 mill[4021]: ",
        "<14>1 2026-03-04T05:06:07.003Z gate7 mill 4021 - - ",
        "2026-03-04T05:06:07.123456789Z ",
        "[pod/mill-7d9fbc4d6f-x2kq9/mill] ",
        "mill-1  | ",
        "2026-03-04T05:06:07.123456789Z stderr F ",
    ],
)
def test_a_trace_whose_every_line_bears_a_prefix_is_one_record(prefix, tmp_path):
    path = tmp_path / "mill.log"
    lines = [*TRACE.splitlines(), "next order"]
    path.write_text("".join(f"{prefix}{line}\n" for line in lines))
    records = [json.loads(line) for line in run("parse", path, "-o", "jsonl").stdout.splitlines()]
    assert [record["lines"] for record in records] == [5, 1]
    assert records[0]["exception"]["type"] == "KeyError"
    report = json.loads(run("scan", path, "-o", "json").stdout)
    assert report["totals"]["errors"] == 1
