"""``logtriage explain``, as a user runs it."""

import json

import pytest

from logtriage.cli.console import run

LINES = """\
2026-03-04 05:06:07,100 INFO  [main] com.example.Ledger - opened
2026-03-04 05:06:08,200 ERROR [exec-3] com.example.Ledger - write of /var/data/a failed: No space left on device
2026-03-04 05:06:09,300 ERROR [exec-4] com.example.Ledger - write of /var/data/b failed: No space left on device
2026-03-04 05:06:10,400 ERROR [exec-4] com.example.Ledger - quote failed
java.lang.NullPointerException: zone is null
	at com.example.Zones.code(Zones.java:7)
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "ledger.log"
    path.write_text(LINES)
    return path


def told(capsys, *arguments):
    code = run(["explain", *map(str, arguments)])
    shown = capsys.readouterr()
    assert code == 0, shown.err
    return shown.out


def test_each_error_is_explained_once(log, capsys):
    rows = [json.loads(line) for line in told(capsys, log, "-o", "jsonl").splitlines()]

    assert [(row["line"], row["count"], row["category"]) for row in rows] == [
        (2, 2, "disk-full"),
        (4, 1, "null-dereference"),
    ]
    first, second = rows
    assert first["tag"] == "production-incident"
    assert first["codes"]["errno"] == ["ENOSPC"]
    assert first["fields"]["severity"] == "error"
    assert any(rule["outcome"] == "fired" for rule in first["rules"])
    assert any(rule["outcome"] == "missed" for rule in first["rules"])
    assert first["log_odds"]["sum"] > 0 > second["log_odds"]["sum"]
    assert first["fingerprint"].startswith("v1:")


def test_text_names_the_words_that_spoke_and_the_sum(log, capsys):
    shown = told(capsys, log, "--line", "3")
    assert "PRODUCTION INCIDENT  disk-full" in shown
    assert "ENOSPC" in shown
    assert "fingerprint  v1:" in shown
    assert "rules that fired" in shown
    assert "sum  rules +" in shown


def test_an_issue_is_found_by_its_name_and_by_its_fingerprint(log, capsys):
    assert run(["scan", str(log), "--output", "json"]) == 0
    issues = json.loads(capsys.readouterr().out)["issues"]
    for issue in issues:
        by_name = told(capsys, log, "--issue", issue["id"], "-o", "jsonl")
        by_print = told(capsys, log, "--issue", issue["fingerprint"], "-o", "jsonl")
        assert json.loads(by_name)["issue"] == issue["id"]
        assert json.loads(by_print)["category"] == issue["category"]


def test_a_healthy_line_is_explained_when_asked_for(log, capsys):
    assert "NO ERROR" in told(capsys, log, "--line", "1")


def test_unknown_issues_and_lines_are_told(log, capsys):
    assert run(["explain", str(log), "--issue", "I99"]) == 2
    assert "there is no issue 'I99'" in capsys.readouterr().err
    assert run(["explain", str(log), "--line", "99"]) == 2
