"""The contract with users' scripts: options, exit codes, fields, sums, order."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from logtriage.cli.app import program

PROGRAM = str(Path(sys.executable).parent / "logtriage")
SAMPLES = Path(__file__).parents[2] / "sample_logs"

READING = "--since --until --around --format --format-string --tz --year --config --packs --output".split()
REPORTING = "--out --top --fail-on --no-redact --color --no-color --quiet -q --verbose -v".split()

OPTIONS = {
    "scan": [*READING, *REPORTING, "--component", "--jobs", "--show-ignored", "--no-state"],
    "tag": [*READING, "--component", "--fail-on", "--no-redact", "--color", "--no-color", "-q", "-v"],
    "parse": [*READING, "--component", "-q", "-v"],
    "patterns": [*READING, "--component", "--assign", "--top", "-q", "-v"],
    "explain": [*READING, "--issue", "--no-redact"],
    "report": [
        *(each for each in READING if each not in {"--since", "--until", "--around"}),
        *"--out --fail-on --no-redact --color --no-color -v --state --no-state --always".split(),
    ],
    "follow": "--output --format --component --tz --config --no-redact --color --no-color".split(),
    "compare": [
        *(each for each in READING if each != "--around"),
        *(*REPORTING, "--around", "--component", "--jobs"),
    ],
}  # fmt: skip

FIELDS = {
    "totals": "bytes lines errors application_defects production_incidents other_errors ignored "
    "lines_without_format lines_cut",
    "inputs": "path format component lines bytes errors first last problems",
    "root_causes": "id rank tag tag_confidence confidence priority severity category title summary "
    "component host started_at ended_at errors issue evidence symptoms trigger reasons impact "
    "next_steps runbook route",
    "issues": "id fingerprint tag confidence category severity severity_number title template "
    "component host exception count first_seen last_seen histogram rules exemplars root_cause status",
    "changes": "kind component timestamp path line text",
    "evidence": "path line timestamp text",
    "symptoms": "issue component links lag_seconds",
    "trigger": "kind timestamp path line text",
    "impact": "requests_failed requests_total components",
    "exception": "type message culprit chain",
    "histogram": "start step_seconds counts",
    "exemplars": "path line timestamp text",
}

TAG = (
    "path line lines timestamp severity severity_number component host tag confidence category "
    "fingerprint rules message text"
)
PARSE = (
    "path line lines format timestamp severity severity_number component host logger thread message "
    "attributes trace_id span_id exception text"
)

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
MOMENTS = frozenset(
    {
        *("generated_at", "first", "last", "started_at", "ended_at", "timestamp"),
        *("first_seen", "last_seen", "start"),
    }
)


def run(*arguments, text=None, **options):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], input=text, capture_output=True, timeout=120, **options
    )


@pytest.fixture(scope="module", params=["database-down", "bad-deploy", "pool-leak", "quiet"])
def report(request):
    done = run("scan", "--output", "json", "--no-state", SAMPLES / request.param)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", OPTIONS)
def test_every_option_is_on_its_commands(command):
    known = {
        name
        for parameter in get_command(program(command)).commands[command].params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    assert set(OPTIONS[command]) - known == set()


def objects(value, name=None):
    """Every object of a JSON text with the name of the field that holds it."""
    if isinstance(value, dict):
        yield name, value
        for key, each in value.items():
            yield from objects(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each, name)


def test_every_field_is_there(report):
    assert set(report) >= {"schema", "generated_at", "window", *list(FIELDS)[:5]}
    assert report["schema"] == "logtriage.report/1"
    for name, value in objects(report):
        if name in FIELDS:
            assert set(value) >= set(FIELDS[name].split()), name


def test_the_sums_are_right(report):
    totals, issues = report["totals"], report["issues"]
    assert totals["errors"] == sum(each["count"] for each in issues) + totals["other_errors"]
    assert totals["errors"] == totals["application_defects"] + totals["production_incidents"]
    assert totals["errors"] == sum(each["errors"] for each in report["inputs"])
    assert totals["lines"] == sum(each["lines"] for each in report["inputs"])
    for each in issues:
        if each["histogram"]:
            assert sum(each["histogram"]["counts"]) <= each["count"]


def test_root_causes_are_in_order_tentative_ones_last(report):
    causes = report["root_causes"]
    assert [each["rank"] for each in causes] == list(range(1, len(causes) + 1))
    doubtful = [each["confidence"] < 0.6 for each in causes]
    assert doubtful == sorted(doubtful)


def test_tags_ids_and_priorities_are_those_of_the_contract(report):
    ids = {each["id"] for each in report["issues"]}
    causes = {each["id"] for each in report["root_causes"]}
    for each in [*report["root_causes"], *report["issues"]]:
        assert each["tag"] in {"application-defect", "production-incident"}
        assert 0 <= each["confidence"] <= 1
    for each in report["root_causes"]:
        assert each["issue"] in ids
        assert {symptom["issue"] for symptom in each["symptoms"]} <= ids
        assert re.fullmatch("P[1-5]", each["priority"])
        assert each["evidence"]
        assert each["summary"].count(". ") >= 1
    for each in report["issues"]:
        assert each["root_cause"] is None or each["root_cause"] in causes
        assert each["status"] is None
        assert each["fingerprint"].startswith("v1:")


def test_timestamps_are_rfc_3339_in_utc(report):
    for _, value in objects(report):
        for key in MOMENTS & set(value):
            if isinstance(value[key], str):
                assert MOMENT.fullmatch(value[key]), (key, value[key])
                dt.datetime.fromisoformat(value[key])


def test_evidence_is_the_very_line(report):
    for cause in report["root_causes"]:
        for proof in cause["evidence"]:
            lines = Path(proof["path"]).read_text().splitlines()
            assert proof["text"] in lines[proof["line"] - 1]


def test_what_is_unknown_is_null(tmp_path):
    log = tmp_path / "x.log"
    log.write_text("something failed: No space left on device\n" * 3)
    found = json.loads(run("scan", "--output", "json", log).stdout)

    assert found["window"] == {"first": None, "last": None}
    (issue,) = found["issues"]
    assert issue["first_seen"] is issue["last_seen"] is issue["histogram"] is issue["host"] is None
    (entry,) = found["inputs"]
    assert entry["format"] is entry["first"] is None
    assert found["root_causes"][0]["impact"]["requests_total"] is None
    assert found["root_causes"][0]["evidence"][0]["timestamp"] is None


def test_a_last_line_without_its_end_counts(tmp_path):
    log = tmp_path / "x.log"
    log.write_text("one\ntwo: No space left on device")
    found = json.loads(run("scan", "--output", "json", log).stdout)

    assert found["totals"]["lines"] == 2
    assert found["totals"]["errors"] == 1


@pytest.mark.parametrize(("command", "fields"), [("tag", TAG), ("parse", PARSE)])
def test_lines_of_streams_have_their_fields(command, fields):
    log = SAMPLES / "pool-leak" / "records.log"
    lines = run(command, "--output", "jsonl", log).stdout.decode().splitlines()
    records = [json.loads(line) for line in lines]
    text = log.read_text().splitlines()

    assert records
    for record in records:
        assert set(record) >= set(fields.split())
        assert record["text"].splitlines()[0] == text[record["line"] - 1]
        assert record["text"].count("\n") + 1 == record["lines"]
    if command == "parse":
        assert sum(record["lines"] for record in records) == len(text)


def test_lines_of_patterns_have_their_fields():
    log = SAMPLES / "pool-leak" / "records.log"
    lines = run("patterns", "--assign", "--output", "jsonl", log).stdout.decode().splitlines()

    assert all(set(json.loads(line)) >= {"path", "line", "pattern", "template"} for line in lines)


WINDOW = {
    "since": ["--since", "2026-11-24T00:06:40Z"],
    "until": ["--until", "2026-11-24T00:06:40Z"],
    "around": ["--around", "2026-11-24T00:06:50Z"],
    "none": [],
}


def test_windows_leave_out_what_is_outside():
    folder = SAMPLES / "database-down"
    found = {
        name: json.loads(run("scan", "--output", "json", folder, *options).stdout)["totals"][
            "errors"
        ]
        for name, options in WINDOW.items()
    }

    assert found["since"] + found["until"] == found["none"] == found["around"]
    assert 0 < found["until"] < found["since"]


def test_show_ignored_lists_what_was_ignored():
    done = run("scan", "--show-ignored", SAMPLES / "quiet").stdout.decode()
    found = json.loads(run("scan", "--output", "json", SAMPLES / "quiet").stdout)

    assert found["totals"]["ignored"] == sum(each["count"] for each in found["ignored"])
    assert all(each["rule"] in done for each in found["ignored"])


def test_top_bounds_what_is_shown(tmp_path):
    for number, word in enumerate("alpha beta gamma delta epsilon zeta".split()):
        (tmp_path / f"{word}.log").write_text(
            f"2026-03-04 {number:02d}:00:00,000 ERROR [main] com.example.{word.title()} - {word} broke\n"
        )
    few, many = (run("scan", "--top", count, tmp_path).stdout.decode() for count in (2, 50))

    assert len(few.splitlines()) < len(many.splitlines())
    assert "--top" in few
    assert "--top" not in many


def test_quiet_and_verbose(tmp_path):
    assert run("scan", "-q", SAMPLES / "disk-full").stdout
    told = run("scan", "-v", SAMPLES / "disk-full").stderr.decode()
    assert len(told.splitlines()) == len(list((SAMPLES / "disk-full").glob("*.log")))
    binary = tmp_path / "x.log"
    binary.write_bytes(bytes(range(256)) * 64)
    assert b"binary" in run("tag", binary).stderr
    assert run("tag", "-q", binary).stderr == b""
    assert b"no format" not in run("parse", "-v", SAMPLES / "disk-full" / "redis.log").stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["scan", SAMPLES / "quiet"], 0),
        (["scan", "--fail-on", "any", SAMPLES / "quiet"], 0),
        (["scan", "--fail-on", "production", SAMPLES / "disk-full"], 1),
        (["scan", "--fail-on", "application", SAMPLES / "disk-full"], 0),
        (["scan", "--fail-on", "application", SAMPLES / "pool-leak"], 1),
        (["tag", "--fail-on", "production", SAMPLES / "disk-full"], 1),
        (["scan", "--fail-on", "production", SAMPLES / "disk-full", "/nowhere/x.log"], 1),
        (["scan", SAMPLES / "disk-full", "/nowhere/x.log"], 3),
        (["scan", "/nowhere/x.log"], 3),
        (["tag", "/nowhere/x.log"], 3),
        (["scan", "--output", "yaml", SAMPLES / "quiet"], 2),
        (["scan", "--fail-on", "everything", SAMPLES / "quiet"], 2),
        (["scan", "--since", "1h", "--around", "2h", SAMPLES / "quiet"], 2),
        (["scan", "--since", "the day before the party", SAMPLES / "quiet"], 2),
        (["scan", "--tz", "Mars/Olympus", SAMPLES / "quiet"], 2),
        (["scan", "--packs", "/nowhere", SAMPLES / "quiet"], 2),
        (["scan", "--config", "/nowhere.toml", SAMPLES / "quiet"], 2),
    ],
)
def test_exit_codes(arguments, code):
    assert run(*arguments).returncode == code


def test_a_bug_exits_70_with_a_note_to_paste():
    code = (
        "import sys; from logtriage.cli import console, scan\n"
        "import logtriage.source.locate as locate\n"
        "def broken(paths): raise RuntimeError('a screw is loose')\n"
        "locate.locate = broken\n"
        "sys.exit(console.run(['scan', 'x.log']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)

    assert done.returncode == 70
    for words in ("this is a bug", "a screw is loose", "Python", "scan x.log"):
        assert words in done.stderr.decode()


def test_secrets_do_not_leave_the_terminal_with_tags():
    log = "2026-03-04 05:06:08 ERROR login failed: password=Sesame-77-open\n"
    for output in ("text", "jsonl"):
        assert b"Sesame" not in run("tag", "--output", output, text=log.encode()).stdout
        shown = run("tag", "--output", output, "--no-redact", text=log.encode()).stdout
        assert b"Sesame-77-open" in shown


def test_colour_of_tags_only_adds():
    log = SAMPLES / "disk-full" / "postgres.log"
    plain = run("tag", log, env={**os.environ, "LANG": "C.UTF-8"}).stdout.decode()
    coloured = run("tag", "--color", "always", log, env={**os.environ, "LANG": "C.UTF-8"})

    assert "\x1b[1;31mINCIDENT\x1b[0m" in coloured.stdout.decode()
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.stdout.decode()) == plain
