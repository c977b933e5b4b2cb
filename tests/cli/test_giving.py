"""Where a report goes: files whole or not at all, terminals in their width, pipes uncropped."""

import contextlib
import csv
import fcntl
import json
import os
import pty
import re
import resource
import struct
import subprocess
import sys
import termios
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

PROGRAM = str(Path(sys.executable).parent / "logtriage")
LOG = """\
2026-03-04 05:06:07,100 INFO  [main] com.example.Ledger - opened
2026-03-04 05:06:08,200 ERROR [exec-3] com.example.Ledger - write of /var/data/ledger/segments/0001/a-very-long-name-of-a-segment.dat failed: No space left on device
2026-03-04 05:06:09,300 ERROR [exec-4] com.example.Ledger - write of /var/data/ledger/segments/0001/another-long-name-of-a-segment.dat failed: No space left on device
2026-03-04 05:06:10,400 INFO  [main] com.example.Ledger - closed
"""
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\")
LOCALE = {"LC_ALL": "", "LC_CTYPE": "", "LANG": "C.UTF-8", "PYTHONUTF8": "", "NO_COLOR": ""}


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "ledger.log"
    path.write_text(LOG)
    return path


def run(*arguments, environment=None, **options):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        timeout=120,
        env={**os.environ, **LOCALE, **(environment or {})},
        **options,
    )


def on_a_terminal(*arguments, columns=80, environment=None):
    """What the program shows on a terminal of so many columns."""
    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {**os.environ, **LOCALE, "TERM": "xterm-256color", **(environment or {})}
    variables.pop("COLUMNS", None)
    with subprocess.Popen(
        [PROGRAM, *map(str, arguments)], stdout=secondary, stdin=secondary, env=variables
    ) as process:
        os.close(secondary)
        shown = b""
        # the end of a terminal is an error on Linux
        with contextlib.suppress(OSError):
            while piece := os.read(primary, 65536):
                shown += piece
        process.wait(60)
    os.close(primary)
    return shown.decode().replace("\r\n", "\n")


def test_files_get_the_format_of_their_ending(log, tmp_path):
    names = ("a.json", "a.csv", "a.xml", "a.html", "a.md", "a.sarif", "a.prom", "a.jsonl", "a.txt")
    files = [tmp_path / name for name in names]
    done = run("scan", log, *[part for file in files for part in ("--out", file)])

    assert (done.returncode, done.stderr) == (0, b"")
    by_name = {file.name: file.read_text() for file in files}
    assert json.loads(by_name["a.json"])["schema"] == "logtriage.report/1"
    assert next(csv.DictReader(by_name["a.csv"].splitlines()))["kind"] == "root_cause"
    assert ET.fromstring(by_name["a.xml"]).tag == "testsuites"  # noqa: S314 - our own text
    assert by_name["a.html"].startswith("<!DOCTYPE html>")
    assert by_name["a.md"].startswith("# ")
    assert json.loads(by_name["a.sarif"])["version"] == "2.1.0"
    assert by_name["a.prom"].startswith("# HELP")
    assert all(json.loads(line)["type"] for line in by_name["a.jsonl"].splitlines())
    assert "PRODUCTION INCIDENT" in by_name["a.txt"]
    assert "PRODUCTION INCIDENT" in done.stdout.decode()


def test_a_file_of_another_ending_gets_what_standard_output_gets(log, tmp_path):
    run("scan", log, "--output", "json", "--out", tmp_path / "report.new")

    assert json.loads((tmp_path / "report.new").read_text())["root_causes"]


def test_a_missing_folder_is_told_before_anything_is_read(log, tmp_path):
    done = run("scan", log, "--out", tmp_path / "none" / "a.json")

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"there is no folder" in done.stderr


def test_a_full_disk_leaves_the_former_file_and_the_screen(log, tmp_path):
    former = tmp_path / "out" / "a.html"
    former.parent.mkdir()
    former.write_text("former")
    done = run(
        *("scan", log, "--out", former, "--out", tmp_path / "b.prom"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000)),
    )

    assert done.returncode == 2
    assert f"cannot write {former}".encode() in done.stderr
    assert list(former.parent.iterdir()) == [former]
    assert former.read_text() == "former"
    assert b"PRODUCTION INCIDENT" in done.stdout
    assert (tmp_path / "b.prom").read_text().startswith("# HELP")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["scan", "tag", "parse"])
def test_a_full_standard_output_is_told(log, command):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [PROGRAM, command, log], stdout=full, stderr=subprocess.PIPE, timeout=60
        )

    assert done.returncode == 2
    assert done.stderr.decode().startswith("error: cannot write to standard output\n")
    assert "no space left" in done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_device_is_written_to_and_its_trouble_told(log):
    assert run("scan", log, "--out", "/dev/null").returncode == 0
    done = run("scan", log, "--out", "/dev/full")

    assert done.returncode == 2
    assert b"cannot write /dev/full" in done.stderr


def test_a_link_keeps_being_one(log, tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("former")
    link.symlink_to(real)
    run("scan", log, "--out", link)

    assert link.is_symlink()
    assert json.loads(real.read_text())["root_causes"]


def test_a_terminal_gets_colour_and_its_width(log):
    shown = on_a_terminal(log)

    assert "\x1b[1;31mPRODUCTION INCIDENT" in shown
    assert max(len(line) for line in ESCAPE.sub("", shown).splitlines()) <= 80
    assert "\x1b]8;" not in shown


def test_places_are_links_where_the_terminal_makes_some(log):
    shown = on_a_terminal(log, environment={"TERM_PROGRAM": "WezTerm"})

    assert f"{log}#L2" in shown
    assert "\x1b]8;" not in on_a_terminal(log, environment={"TERM_PROGRAM": "Apple_Terminal"})


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--no-color"], {}),
        (["--color", "never"], {}),
        ([], {"NO_COLOR": "1"}),
        ([], {"TERM": "dumb"}),
    ],
)
def test_colour_can_be_refused(log, arguments, environment):
    assert "\x1b" not in on_a_terminal(log, *arguments, environment=environment)


def test_a_pipe_has_no_colour_unless_asked_and_nothing_is_cropped(log):
    plain = run(log).stdout.decode()

    assert not plain.isascii()

    assert "\x1b" not in plain
    assert "another-long-name-of-a-segment.dat failed: No space left on device" in plain
    assert "…" not in plain.partition(" more ")[0]
    assert "\x1b[" in run(log, "--color", "always").stdout.decode()


@pytest.mark.parametrize(
    "environment",
    [{"LANG": "C"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LANG": ""}, {"LC_ALL": "de_DE"}],
)
def test_ascii_where_the_locale_is_not_utf8(log, environment):
    assert run(log, environment=environment).stdout.isascii()
    assert json.loads(run(log, "--output", "json", environment=environment).stdout)


def test_progress_is_for_terminals_alone(log):
    assert run(log).stderr == b""
    assert run("-", input=LOG.encode()).stderr == b""


def test_promises_of_the_configuration_are_told(log, tmp_path):
    configuration = tmp_path / "logtriage.toml"
    promises = {"P1": "15m", "P2": "1h", "P3": "4h", "P4": "8h", "P5": "24h"}
    configuration.write_text(
        "".join(f'[sla.{name}]\nrespond = "{time}"\n' for name, time in promises.items())
    )
    report = json.loads(run("scan", log, "--output", "json").stdout)
    shown = run("scan", log, "--config", configuration).stdout.decode()

    told = {"P1": "15 min", "P2": "60 min", "P3": "4 h", "P4": "8 h", "P5": "24 h"}
    wanted = told[report["root_causes"][0]["priority"]]
    assert f"who    production support, respond within {wanted}" in shown
