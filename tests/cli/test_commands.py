"""The program as a user runs it: exit codes, pipes, bad input, order of files."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")

BROKEN = """\
2026-03-04 05:06:07,100 INFO  [main] com.example.Ledger - opened
2026-03-04 05:06:08,200 ERROR [exec-3] com.example.Ledger - write of /var/data/a failed: No space left on device
2026-03-04 05:06:09,300 ERROR [exec-4] com.example.Ledger - write of /var/data/b failed: No space left on device
2026-03-04 05:06:10,400 INFO  [main] com.example.Ledger - closed
"""
QUIET = "".join(
    f"2026-03-04 05:06:{second:02d},000 INFO  [main] com.example.Ledger - batch {second} done, errors=0\n"
    for second in range(50)
)


def run(*arguments, text=None, **options):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], input=text, capture_output=True, timeout=120, **options
    )


def report(*arguments, text=None):
    done = run("scan", "--output", "json", *arguments, text=text)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "ledger.log"
    path.write_text(BROKEN)
    return path


def test_a_full_disk_is_the_root_cause(broken):
    found = report(broken)
    root = found["root_causes"][0]

    assert (root["tag"], root["category"]) == ("production-incident", "disk-full")
    assert root["evidence"][0]["line"] == 2
    assert found["totals"]["errors"] == 2
    assert found["totals"]["lines"] == 4
    assert found["inputs"][0]["format"] == "log4j"


def test_a_healthy_log_says_so_in_one_line(tmp_path):
    path = tmp_path / "ledger.log"
    path.write_text(QUIET)
    done = run(path)

    assert done.returncode == 0
    assert done.stdout.decode().startswith("nothing to report")


def test_quiet_says_nothing_at_all(tmp_path):
    path = tmp_path / "ledger.log"
    path.write_text(QUIET)

    assert run("scan", "-q", path).stdout == b""


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 40, b"{" * 5000, b"\n\n\n"])
def test_what_is_no_log_ends_well(tmp_path, content):
    path = tmp_path / "x.log"
    path.write_bytes(content)
    done = run(path)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_missing_file_is_named_and_exits_3(broken, tmp_path):
    done = run("scan", "--output", "json", broken, tmp_path / "nope.log")
    found = json.loads(done.stdout)

    assert done.returncode == 3
    assert found["root_causes"]
    assert any("nope.log" in entry["path"] for entry in found["inputs"] if entry["problems"])


def test_a_folder_without_logs_exits_0(tmp_path):
    assert run(tmp_path).returncode == 0


def test_a_wrong_option_exits_2():
    assert run("scan", "--frobnicate").returncode == 2


@pytest.mark.parametrize(("value", "code"), [("any", 1), ("production", 1), ("application", 0)])
def test_fail_on_chooses_the_exit_code(broken, value, code):
    assert run("scan", "--fail-on", value, broken).returncode == code


def test_a_cut_and_packed_file_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "ledger.log.gz"
    path.write_bytes(gzip.compress((BROKEN * 200).encode())[:-20])
    found = report(path)

    assert found["root_causes"][0]["category"] == "disk-full"
    assert found["inputs"][0]["problems"]


def test_the_order_of_files_never_changes_the_report(broken, tmp_path):
    other = tmp_path / "other.log"
    other.write_text(BROKEN.replace("Ledger", "Stock").replace("05:06", "05:05"))
    forward, backward = report(broken, other), report(other, broken)
    for found in (forward, backward):
        del found["generated_at"]

    assert forward == backward


def test_a_pipe_gives_the_same_tags_and_evidence_as_the_file(broken):
    piped, filed = report("-", text=BROKEN.encode()), report(broken)

    def facts(found):
        return [
            (root["tag"], root["category"], [line["text"] for line in root["evidence"]])
            for root in found["root_causes"]
        ]

    assert facts(piped) == facts(filed)


def test_a_closed_pipe_is_quiet(broken):
    done = subprocess.run(
        ["sh", "-c", f"{PROGRAM} parse {broken} | head -1"], capture_output=True, timeout=60
    )

    assert done.returncode == 0
    assert done.stderr == b""


def test_ctrl_c_prints_the_partial_report():
    with subprocess.Popen(
        [PROGRAM, "scan", "--output", "json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        process.stdin.write(BROKEN.encode() * 2000)
        process.stdin.flush()
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert json.loads(out)["interrupted"] is True


def test_tag_speaks_before_the_end_of_input():
    with subprocess.Popen(
        [PROGRAM, "tag", "--output", "jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(BROKEN.encode())
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        process.stdin.close()
        process.wait(60)

    assert (first["tag"], first["category"], first["line"]) == (
        "production-incident",
        "disk-full",
        2,
    )


def test_parse_prints_every_record(broken):
    lines = run("parse", "--output", "jsonl", broken).stdout.splitlines()
    records = [json.loads(line) for line in lines]

    assert [record["line"] for record in records] == [1, 2, 3, 4]
    assert records[1]["timestamp"] == "2026-03-04T05:06:08.200Z"
    assert (records[1]["severity"], records[1]["severity_number"]) == ("error", 17)


def test_an_unwritable_cache_is_ignored(broken, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    done = run(broken, env={**os.environ, "LOGTRIAGE_CACHE": str(blocked)})

    assert done.returncode == 0
    assert b"Disk full" in done.stdout


def test_the_plain_scan_gives_the_same_report(broken):
    plain = run("scan", "--output", "json", broken, env={**os.environ, "LOGTRIAGE_SCAN": "plain"})
    found, native = json.loads(plain.stdout), report(broken)
    for one in (found, native):
        del one["generated_at"]

    assert found == native


def test_two_processes_find_what_one_finds(tmp_path):
    path = tmp_path / "ledger.log"
    with path.open("w") as file:
        for minute in range(60):
            file.write((QUIET * 330 + BROKEN).replace(" 05:06", f" 05:{minute:02d}"))
    assert path.stat().st_size > 50 << 20
    one, two = report("--jobs", "1", path), report("--jobs", "2", path)
    for found in (one, two):
        del found["generated_at"]

    assert one == two


def test_a_mistyped_command_is_told():
    done = run("comapre", "a", "b")

    assert done.returncode == 2
    assert b"did you mean 'logtriage compare'?" in done.stderr


def test_a_file_named_like_a_command_is_read(tmp_path):
    (tmp_path / "scann").write_text(BROKEN)

    assert b"Disk full" in run("scann", cwd=tmp_path).stdout


def test_help_begins_with_examples():
    for command in ([], ["scan"], ["tag"], ["parse"], ["patterns"], ["compare"], ["report"]):
        lines = run(*command, "--help").stdout.decode().splitlines()

        assert lines[0].startswith("Usage: logtriage")
        assert lines[2:4][0] == "Examples:"
        assert lines[3].startswith("  ")


def test_help_needs_none_of_the_heavy_libraries():
    code = (
        "import sys; from logtriage.cli.console import run; run(['scan', '--help']);"
        "print({'rich', 'hyperscan', 'pyparsing', 'jinja2', 'sqlite3', 'apprise', 'smtplib'}"
        " & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)

    assert done.stdout.decode().splitlines()[-1] == "set()"


def test_a_run_loads_no_other_command():
    code = (
        "import sys; from logtriage.cli.console import run; run(['tag', '--help']);"
        "print(sorted(name for name in sys.modules if name.startswith('logtriage.cli.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    loaded = done.stdout.decode().splitlines()[-1]

    assert "logtriage.cli.stream" in loaded
    assert "logtriage.cli.scan" not in loaded
    assert "logtriage.cli.compare" not in loaded
