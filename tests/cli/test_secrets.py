"""Planted secrets leave the program through no command and no output."""

import json

import pytest
from tests.cli.here import Here
from tests.unit.deliver.servers import http_server, smtp_server
from tests.unit.report.test_redact import PLANTED

SECRETS = {name: secret for name, (_, secret, _) in PLANTED.items() if len(secret) > 4}
# three of them are halves of others, or words of the text
SHORT = {"tiger", "abcxyz"}


def line(number, before, secret, after):
    text = f"{before}{secret}{after}".replace("\n", " ")
    return (
        f"2026-03-04 05:{number // 60:02d}:{number % 60:02d},200 ERROR [exec-3] "
        f"com.example.Ledger{number % 7} - No space left on device, then {text}\n"
    )


def structured(number, before, secret, after):
    record = {
        "time": f"2026-03-04T05:{number // 60:02d}:{number % 60:02d}Z",
        "level": "error",
        "msg": f"write failed: {before}{secret}{after}",
        "password": secret,
        "error": {"type": "OSError", "message": f"no space: {before}{secret}{after}"},
    }
    return json.dumps(record) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    planted = list(enumerate(PLANTED.values()))
    (folder / "ledger.log").write_text("".join(line(n, *each) for n, each in planted))
    (folder / "quay.jsonl").write_text("".join(structured(n, *each) for n, each in planted))
    return folder


@pytest.fixture
def run(folder, capfdbinary, monkeypatch):
    return Here(folder, capfdbinary, monkeypatch)


def leaked(text):
    # JSON and HTML write some characters otherwise
    seen = text + text.replace("\\/", "/").replace('\\"', '"')
    return [name for name, secret in SECRETS.items() if secret in seen and secret not in SHORT]


FILES = ("ledger.log", "quay.jsonl")


@pytest.mark.parametrize(
    "output", "text json jsonl markdown html csv junit sarif prometheus".split()
)
def test_a_scan_tells_no_secret(run, output):
    assert leaked(run("scan", "--show-ignored", "--output", output, *FILES)) == []


@pytest.mark.parametrize("command", ["tag", "parse", "patterns", "explain"])
@pytest.mark.parametrize("output", ["text", "jsonl"])
def test_no_secret_is_told_record_by_record(run, command, output):
    assert leaked(run(command, "--output", output, *FILES)) == []


def test_no_secret_is_told_with_the_template_of_each_record(run):
    assert leaked(run("patterns", "--assign", "--output", "jsonl", *FILES)) == []


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_no_comparison_tells_a_secret(run, output):
    assert leaked(run("compare", *FILES, "--output", output)) == []


@pytest.mark.parametrize("output", ["text", "markdown", "json"])
def test_no_report_of_cron_tells_a_secret(run, tmp_path, output):
    state = tmp_path / "state.db"
    assert leaked(run("report", *FILES, "--state", state, "--always", "--output", output)) == []


def test_secrets_are_shown_where_it_is_asked_for(run):
    shown = run("parse", "--no-redact", "--output", "jsonl", *FILES)

    assert len(leaked(shown)) > len(SECRETS) * 0.9


def test_no_message_tells_a_secret(run, tmp_path):
    with http_server() as http, smtp_server() as smtp:
        (tmp_path / "logtriage.toml").write_text(f"""
[[route]]
to = ["hook", "mail", "slack", "desk", "board", "pager"]
confidence = 0
[delivery.hook]
kind = "webhook"
url = "{http.url}/hook"
[delivery.mail]
kind = "mail"
to = ["ops@quay.example"]
server = "{smtp.address}"
encryption = "none"
[delivery.slack]
kind = "slack"
url = {{ variable = "HOOK" }}
[delivery.desk]
kind = "servicenow"
server = "{http.url}"
token = {{ variable = "HOOK" }}
[delivery.board]
kind = "jira"
server = "{http.url}"
project = "Q"
token = {{ variable = "HOOK" }}
[delivery.pager]
kind = "pagerduty"
server = "{http.url}/v2"
routing_key = {{ variable = "HOOK" }}
""")
        config = tmp_path / "logtriage.toml"
        run("scan", "--notify", "--config", config, *FILES, HOOK=f"{http.url}/s")
        sent = json.dumps([call.body for call in http.calls], ensure_ascii=False)
        mails = "".join(text.replace("=\r\n", "") for _, text in smtp.mails)

    assert len(http.calls) >= 5
    assert smtp.mails
    assert leaked(sent) == []
    assert leaked(mails) == []


def test_the_configuration_adds_kinds_of_secrets_and_can_switch_them_off(
    tmp_path, capfdbinary, monkeypatch
):
    (tmp_path / "a.log").write_text(
        line(1, "berth-", "12345", " password=hunter2 ann@quay.example")
    )
    run = Here(tmp_path, capfdbinary, monkeypatch)
    monkeypatch.delenv("LOGTRIAGE_CONFIG")
    config = tmp_path / "logtriage.toml"
    config.write_text(
        '[redaction]\nmail = true\n[[redaction.secret]]\nname = "berth"\n'
        "regex = 'berth-(?P<secret>[0-9]{5})'\n"
    )
    shown = run("parse", "a.log")
    assert "berth-[berth #" in shown
    assert "hunter2" not in shown
    assert "ann@" not in shown

    report = run("scan", "--output", "json", "a.log")
    assert "berth-12345" not in report

    report = run("report", "a.log", "--no-state", "--always")
    assert "berth-12345" not in report
    assert "hunter2" not in report

    config.write_text("[redaction]\nenabled = false\n")
    assert "hunter2" in run("parse", "a.log")
