"""The formats that programs read."""

import csv
import io
import json
import re
from importlib import resources
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
from tests.unit.report.stories import DISK, NASTY, NIGHT, QUIET, nasty_report

from logtriage.errors import UsageError
from logtriage.model.report import Report
from logtriage.report.machine import CSV_COLUMNS, cell, schema
from logtriage.report.render import OUTPUT_BY_ENDING, OUTPUTS, render
from logtriage.report.sarif import uri

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
HOSTILE = nasty_report()


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("report", [NIGHT, QUIET, HOSTILE], ids=["night", "quiet", "hostile"])
def test_no_format_lets_a_control_character_through(report: Report, output: str) -> None:
    shown = render(report, output)
    assert shown.endswith("\n")
    assert not CONTROL.search(shown.replace("\r\n", "\n"))
    shown.encode()


@pytest.mark.parametrize("output", OUTPUTS)
def test_undecodable_file_names_do_not_stop_a_report(output: str) -> None:
    odd = msgspec.structs.replace(NIGHT.inputs[0], path="logs/\udcff.log", problems=("gone",))
    broken = msgspec.structs.replace(NIGHT, inputs=(odd,))
    render(broken, output).encode()


def test_an_unknown_output_is_told_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no output 'yaml'") as caught:
        render(NIGHT, "yaml")
    assert "sarif" in str(caught.value)


def test_every_ending_has_an_output() -> None:
    assert set(OUTPUT_BY_ENDING.values()) == set(OUTPUTS)


def test_json_is_the_report() -> None:
    text = render(NIGHT, "json", redact=False)
    assert msgspec.json.decode(text, type=Report) == NIGHT
    assert next(iter(json.loads(text))) == "schema"


@pytest.mark.parametrize("report", [NIGHT, QUIET, HOSTILE], ids=["night", "quiet", "hostile"])
def test_json_obeys_the_shipped_schema(report: Report) -> None:
    shipped = resources.files("logtriage").joinpath("data/schemas/report.json").read_text("utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(shipped))
    jsonschema.validate(json.loads(render(report, "json")), json.loads(shipped))


def test_the_shipped_schema_is_that_of_the_model() -> None:
    shipped = resources.files("logtriage").joinpath("data/schemas/report.json").read_text("utf-8")
    assert json.loads(shipped) == json.loads(json.dumps(schema()))


def test_every_line_of_jsonl_is_an_object_with_its_type() -> None:
    objects = [json.loads(line) for line in render(NIGHT, "jsonl").splitlines()]
    assert [each["type"] for each in objects] == (
        ["summary"]
        + ["root_cause"] * len(NIGHT.root_causes)
        + ["issue"] * len(NIGHT.issues)
        + ["change"] * len(NIGHT.changes)
        + ["ignored"] * len(NIGHT.ignored)
        + ["input"] * len(NIGHT.inputs)
    )
    assert objects[0]["totals"]["errors"] == NIGHT.totals.errors


def test_csv_has_a_row_for_each_cause_and_issue() -> None:
    rows = list(csv.DictReader(io.StringIO(render(NIGHT, "csv"), newline="")))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["id"] for row in rows] == [
        *(each.id for each in NIGHT.root_causes),
        *(each.id for each in NIGHT.issues),
    ]
    assert sum(int(row["errors"]) for row in rows if row["kind"] == "issue") == sum(
        each.count for each in NIGHT.issues
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\u00a0=1", "|x", "\t=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


def test_numbers_and_words_are_left_alone() -> None:
    assert cell(-0.5) == "-0.5"
    assert cell("disk = full") == "disk = full"
    assert cell(None) == ""


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def test_junit_tells_defects_incidents_and_doubts_apart() -> None:
    suite = parsed(render(NIGHT, "junit")).find("testsuite")
    assert suite is not None
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "3", "failures": "1", "errors": "1", "skipped": "1"}
    kinds = [case[0].tag for case in suite.findall("testcase")]
    assert kinds == ["error", "failure", "skipped"]
    assert "logs/postgres.log:1201" in (suite.findtext("testcase/error") or "")
    assert "not a gzip file" in (suite.findtext("system-err") or "")


def test_junit_of_a_quiet_run_passes() -> None:
    suite = parsed(render(QUIET, "junit"))
    assert suite.get("tests") == "1"
    assert [len(case) for case in suite.iter("testcase")] == [0]


def test_hostile_text_cannot_break_xml() -> None:
    cases = list(parsed(render(HOSTILE, "junit")).iter("testcase"))
    assert len(cases) == 2
    assert "<script>alert(1)</script>" in (cases[0].get("name") or "")


SAMPLE = re.compile(
    r'[a-z_]+(?:\{[a-z_]+="(?:[^"\\]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\]|\\["\\n])*")*\})? -?[0-9.]+'
)


@pytest.mark.parametrize("report", [NIGHT, QUIET, HOSTILE], ids=["night", "quiet", "hostile"])
def test_metrics_have_the_shape_of_the_text_format(report: Report) -> None:
    lines = render(report, "prometheus").splitlines()
    named = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert len(named) == len(set(named))
    for line in lines:
        assert line.startswith(("# HELP logtriage_", "# TYPE logtriage_")) or SAMPLE.fullmatch(line)


def test_metrics_count_what_the_report_counts() -> None:
    shown = render(NIGHT, "prometheus")
    assert 'logtriage_errors{tag="application-defect",severity="error"} 217\n' in shown
    assert "logtriage_root_causes_firing 1\n" in shown
    assert "logtriage_last_run_success 0\n" in shown
    assert "logtriage_last_run_success 1\n" in render(QUIET, "prometheus")


def test_sarif_names_the_places_of_defects() -> None:
    (run,) = json.loads(render(NIGHT, "sarif"))["runs"]
    places = {
        (
            place["physicalLocation"]["artifactLocation"]["uri"],
            place["physicalLocation"]["region"]["startLine"],
        )
        for result in run["results"]
        for place in result["locations"]
    }
    assert places == {("Berths.java", 44), ("src/kiosk/layout.py", 9)}
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["partialFingerprints"]["logtriage/v1"].startswith("v1:")
        assert result["level"] == "error"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("/srv/x/y.py", "file:///srv/x/y.py"),
        ("C:\\x\\y.cs", "file:///C:/x/y.cs"),
        ("a:b.py", "a%3Ab.py"),
    ],
)
def test_paths_become_references(path: str, expected: str) -> None:
    assert uri(path) == expected


def test_markdown_shows_what_logs_wrote_and_runs_none_of_it() -> None:
    shown = render(HOSTILE, "markdown")
    assert "<script" not in re.sub(r"(`+).*?\1", "", shown)
    assert not re.search(r"(?<!\w)@here", re.sub(r"(`+).*?\1", "", shown))
    titles = [line for line in shown.splitlines() if line.startswith("## 1.")]
    assert len(titles) == 1
    table = [line for line in shown.splitlines() if line.startswith("| I")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {8}


def test_markdown_tells_the_night() -> None:
    shown = render(NIGHT, "markdown")
    assert "## 1. Disk full; /var/lib/postgresql on quay-1" in shown
    assert "- `logs/postgres.log:1201` 03:12:04 `could not write to file" in shown
    assert "- **now** df -h on quay-1;" in shown
    assert "still firing" in shown


def test_markdown_is_brief_where_nothing_is_sure() -> None:
    _, brief = render(NIGHT, "markdown").split("## 3. ")
    brief, _ = brief.split("\n## ", 1)
    assert brief.strip().splitlines()[-2:] == [
        "- `logs/mailer.log:77` 03:20:00 `pool timeout after 30000ms`",
        "- **settle** a leak in the code or too much load: does the pool recover when traffic falls?",
    ]


def test_hostile_text_is_shown_not_dropped() -> None:
    assert DISK.title not in render(HOSTILE, "json")
    assert NASTY.partition("<")[2][:12] in render(HOSTILE, "json")
