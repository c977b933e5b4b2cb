"""The formats of other programs, read by those programs' own rules."""

import json
import re
from collections import Counter
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from tests.unit.report.stories import NIGHT, QUIET, nasty_report

from logtriage.report.render import render

STORIES = {"night": NIGHT, "quiet": QUIET, "hostile": nasty_report()}

TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
}
PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "additionalProperties": False,
    "properties": {
        "artifactLocation": {
            "type": "object",
            "required": ["uri"],
            "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*$"}},
        },
        "region": {
            "type": "object",
            "required": ["startLine"],
            "properties": {"startLine": {"type": "integer", "minimum": 1}},
        },
    },
}  # fmt: skip
RESULT = {
    "type": "object",
    # section 3.27 of SARIF 2.1.0: a result needs its message
    "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
    "properties": {
        "message": TEXT,
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "occurrenceCount": {"type": "integer", "minimum": 1},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "locations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "physicalLocation": PHYSICAL,
                    "logicalLocations": {"type": "array", "items": {"type": "object"}},
                },
                "additionalProperties": False,
            },
        },
        "relatedLocations": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer", "minimum": -1},
                    "message": TEXT,
                    "physicalLocation": PHYSICAL,
                },
                "additionalProperties": False,
            },
        },
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string", "format": "uri"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "version", "rules"],
                                "properties": {
                                    "semanticVersion": {"pattern": r"^\d+\.\d+\.\d+"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"required": ["id", "shortDescription"]},
                                    },
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "type": "array",
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {
                                "endTimeUtc": {
                                    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
                                }
                            },
                        },
                    },
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


@pytest.mark.parametrize("story", STORIES)
def test_sarif_keeps_the_rules_of_its_schema(story: str) -> None:
    log = json.loads(render(STORIES[story], "sarif"))
    jsonschema.Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]


@pytest.mark.parametrize("story", STORIES)
def test_prometheus_reads_the_metrics(story: str) -> None:
    parser = pytest.importorskip(
        "prometheus_client.parser", reason="prometheus-client is not installed"
    )
    text = render(STORIES[story], "prometheus")
    families = list(parser.text_string_to_metric_families(text))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    for family in families:
        assert family.type == "gauge"
        assert family.documentation
        labels = [tuple(sorted(sample.labels.items())) for sample in family.samples]
        assert len(labels) == len(set(labels))
        assert all(sample.timestamp is None for sample in family.samples)
    by_name = {family.name: family for family in families}
    assert by_name["logtriage_lines"].samples[0].value == STORIES[story].totals.lines
    errors = sum(sample.value for sample in by_name["logtriage_errors"].samples)
    assert errors == sum(each.count for each in STORIES[story].issues)


@pytest.mark.parametrize("story", STORIES)
def test_junit_counts_what_it_holds(story: str) -> None:
    root = ET.fromstring(render(STORIES[story], "junit"))  # noqa: S314 - our own text
    (suite,) = root
    cases = suite.findall("testcase")
    kinds = Counter(child.tag for case in cases for child in case)
    for element in (root, suite):
        assert int(element.get("tests", "-1")) == len(cases)
        assert int(element.get("failures", "-1")) == kinds["failure"]
        assert int(element.get("errors", "-1")) == kinds["error"]
        assert int(element.get("skipped", "-1")) == kinds["skipped"]
    for case in cases:
        assert case.get("name")
        assert case.get("classname")
        assert all(child.get("message") for child in case)


@pytest.mark.parametrize("story", STORIES)
def test_markdown_stays_on_its_lines(story: str) -> None:
    """Slack, Jira and GitHub agree on little: headings, bold, code spans, lists, simple tables."""
    lines = render(STORIES[story], "markdown").splitlines()
    for line in lines:
        bare = re.sub(r"(`+).*?\1", "", line)
        assert bare.count("**") % 2 == 0, line
        assert not re.search(r"<[a-z/!]", bare), line
    assert sum(line.startswith("# ") for line in lines) == 1
