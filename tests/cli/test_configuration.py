"""``logtriage config``, and the configuration as other commands use it."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from logtriage.scan.cache import cache_folder

PROGRAM = str(Path(sys.executable).parent / "logtriage")

LOG = "2026-03-04 05:06:08,200 ERROR [exec-3] com.example.Ledger - write failed: No space left on device\n"

FILE = """\
[[source]]
paths = ["*.log"]
component = "ledger-of-ferry"
timezone = "Asia/Tokyo"

[delivery.hook]
kind = "webhook"
url = "https://quay.example/x?token=4f9a8b7c6d5e4f9a8b7c"
headers = { Authorization = { variable = "LOGTRIAGE_HOOK" } }
"""


def run(*arguments, folder, **environment):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        timeout=120,
        cwd=folder,
        text=True,
        # a cache of its own would be made anew for each test
        env={
            **os.environ,
            "HOME": str(folder),
            "LOGTRIAGE_CACHE": str(cache_folder()),
            **environment,
        },
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "logtriage.toml").write_text(FILE)
    (tmp_path / "a.log").write_text(LOG)
    return tmp_path


def test_a_scan_reads_as_the_configuration_says(folder):
    done = run("scan", "--output", "json", "a.log", folder=folder)
    cause = json.loads(done.stdout)["root_causes"][0]

    assert cause["component"] == "ledger-of-ferry"
    assert cause["started_at"] == "2026-03-03T20:06:08.200Z"


def test_a_format_string_is_for_its_own_source_only(folder):
    (folder / "logtriage.toml").write_text(
        "[[source]]\npaths = ['odd.txt']\nformat_string = '%-5level|%d{ISO8601}|%msg%n'\n"
    )
    (folder / "odd.txt").write_text("ERROR|2026-03-04 05:06:08,200|No space left on device\n")
    done = run("scan", "--output", "json", "a.log", "odd.txt", folder=folder)
    formats = {each["path"]: each["format"] for each in json.loads(done.stdout)["inputs"]}

    assert formats == {"a.log": "log4j", "odd.txt": "format-string"}


def test_options_go_before_the_configuration(folder):
    done = run("scan", "--output", "json", "--tz", "UTC", "a.log", folder=folder)

    assert json.loads(done.stdout)["root_causes"][0]["started_at"] == "2026-03-04T05:06:08.200Z"


def test_an_empty_file_stands_for_no_configuration(folder):
    done = run("scan", "--output", "json", "--config", "/dev/null", "a.log", folder=folder)

    assert json.loads(done.stdout)["root_causes"][0]["component"] != "ledger-of-ferry"


def test_show_tells_where_values_came_from_and_no_secret(folder):
    done = run("config", "show", folder=folder, LOGTRIAGE_HOOK="s3cr3t-value", LOGTRIAGE_JOBS="2")

    assert tomllib.loads(done.stdout)["jobs"] == 2
    assert "jobs = 2  # LOGTRIAGE_JOBS" in done.stdout
    assert "logtriage.toml:4" in done.stdout
    assert "# " + str(folder / "logtriage.toml") in done.stdout
    for secret in ("s3cr3t-value", "4f9a8b7c6d5e"):
        assert secret not in done.stdout


def test_show_prints_a_file_that_is_read_alike(folder):
    shown = run("config", "show", folder=folder).stdout
    (folder / "again.toml").write_text(shown)
    again = run("config", "show", "--config", folder / "again.toml", "-o", "json", folder=folder)
    first = run("config", "show", "-o", "json", folder=folder)

    def values(done):
        return [(each["key"], each["value"]) for each in json.loads(done.stdout)["values"]]

    assert values(again) == values(first)


def test_check_warns_of_what_looks_wrong(folder):
    done = run("config", "check", folder=folder)

    assert done.returncode == 0
    assert "LOGTRIAGE_HOOK is not set" in done.stdout
    assert "delivery.hook: no route leads to it" in done.stdout


@pytest.mark.parametrize("command", [("scan", "a.log"), ("tag", "a.log"), ("config", "check")])
def test_a_wrong_configuration_exits_2(folder, command):
    (folder / "logtriage.toml").write_text("jobs = 0\n")
    done = run(*command, folder=folder)

    assert done.returncode == 2
    assert "logtriage.toml:1" in done.stderr


def test_without_configuration_nothing_of_it_is_loaded(tmp_path):
    (tmp_path / "a.log").write_text(LOG)
    code = (
        "import sys; from logtriage.cli.console import run; run(['scan', 'a.log', '-q']);"
        "print([m for m in sys.modules if 'logtriage.configuration.' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "LOGTRIAGE_CACHE": str(cache_folder()),
        },
    )

    assert done.stdout.splitlines()[-1] == "['logtriage.configuration.find']"
