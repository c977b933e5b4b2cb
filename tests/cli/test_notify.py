"""``scan --notify``: what a configuration names is told, for real, on loopback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.deliver.servers import http_server, smtp_server

from logtriage.scan.cache import cache_folder

PROGRAM = str(Path(sys.executable).parent / "logtriage")

LOG = (
    "2026-03-04 05:06:08,200 ERROR [exec-3] com.example.Ledger - write of /var/data failed: "
    "No space left on device (token=4f9a8b7c6d5e4f9a)\n"
)

FILE = """\
[sla.P2]
respond = "15m"

[[route]]
to = ["operations"]
tag = "production-incident"

[[route]]
to = ["developers"]
tag = "application-defect"

[delivery.operations]
kind = "webhook"
url = "URL"

[delivery.developers]
kind = "mail"
to = ["dev@quay.example"]
server = "SMTP"
encryption = "none"
"""

DEFECT = """\
2026-03-04 05:06:09,300 ERROR [exec-4] com.example.Ledger - booking failed
java.lang.NullPointerException: Cannot invoke "Cabin.deck()" because "cabin" is null
\tat com.example.Ledger.book(Ledger.java:44)
"""


def run(*arguments, folder):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        timeout=120,
        cwd=folder,
        text=True,
        env={**os.environ, "HOME": str(folder), "LOGTRIAGE_CACHE": str(cache_folder())},
    )


@pytest.fixture
def place(tmp_path):
    with http_server() as http, smtp_server() as smtp:
        text = FILE.replace("URL", f"{http.url}/hook").replace("SMTP", smtp.address)
        (tmp_path / "logtriage.toml").write_text(text)
        yield tmp_path, http, smtp


def test_incidents_and_defects_go_their_own_ways(place):
    folder, http, smtp = place
    (folder / "ledger.log").write_text(LOG * 3)
    (folder / "cabins.log").write_text(DEFECT * 3)
    done = run("scan", "ledger.log", "cabins.log", "--notify", folder=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert "root" not in done.stderr
    (call,) = http.calls
    assert call.body["news"][0]["category"] == "disk-full"
    assert "4f9a8b7c6d5e4f9a" not in str(call.body)
    ((to, text),) = smtp.mails
    assert to == ["dev@quay.example"]
    assert "1 new defect" in text
    assert "Disk full" not in text


def test_a_dry_run_sends_nothing(place):
    folder, http, smtp = place
    (folder / "ledger.log").write_text(LOG)
    done = run("scan", "ledger.log", "--notify", "--dry-run", folder=folder)

    assert done.returncode == 0
    assert done.stdout.startswith("== to operations\nPOST ")
    assert "Disk full" in done.stdout
    assert "4f9a8b7c6d5e4f9a" not in done.stdout
    assert not http.calls
    assert not smtp.mails


def test_what_was_not_delivered_is_told_and_exits_3(place):
    folder, http, _ = place
    http.answers = [(500, {}, {})]
    (folder / "ledger.log").write_text(LOG)
    done = run("scan", "ledger.log", "--notify", folder=folder)

    assert done.returncode == 3
    assert "not delivered to operations: HTTP 500" in done.stderr
    assert "Disk full" in done.stdout


def test_nobody_to_notify_is_an_error_before_anything_is_read(tmp_path):
    done = run("scan", "nowhere.log", "--notify", "--config", "/dev/null", folder=tmp_path)

    assert done.returncode == 2
    assert "there is nobody to notify" in done.stderr
    assert run("scan", "nowhere.log", "--dry-run", folder=tmp_path).returncode == 2
