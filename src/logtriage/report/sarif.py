"""Defects as SARIF 2.1.0, at the place in the code that their stack traces name.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
import re
from typing import Final, NamedTuple
from urllib.parse import quote

from logtriage import __version__
from logtriage.model.report import TENTATIVE, Issue, Report
from logtriage.report.safe import visible, visible_lines

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"

RELATED: Final = 3
"""Log lines that a result points to."""

# ``OrderService.place (OrderService.java:44)``, or the file alone
_PLACE: Final = re.compile(r"(?:(?P<function>.*?) \()?(?P<file>[^()]+?):(?P<line>\d{1,9})\)?")


class Place(NamedTuple):
    """Where in the code."""

    function: str | None
    file: str
    line: int


def as_sarif(report: Report) -> str:
    """One run with a result for each defect whose place in the code is known."""
    found = [
        (issue, place)
        for issue in report.issues
        if issue.tag == "application-defect" and (place := place_of(issue)) is not None
    ]
    categories = sorted({issue.category for issue, _ in found})
    driver = {
        "name": "logtriage",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [
            {
                "id": visible(name),
                "name": _pascal(name),
                "shortDescription": {"text": visible(name).replace("-", " ").capitalize()},
            }
            for name in categories
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.interrupted,
                "endTimeUtc": report.generated_at,
            }
        ],
        "results": [
            _result(issue, place, categories.index(issue.category)) for issue, place in found
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    # ASCII: nothing of a log reaches a terminal as it is
    return json.dumps(log, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def place_of(issue: Issue) -> Place | None:
    """The own frame that an issue's exception names."""
    culprit = issue.exception.culprit if issue.exception else None
    found = _PLACE.fullmatch(culprit) if culprit else None
    if found is None or not 0 < int(found["line"]) < 2**31:
        return None
    return Place(found["function"], found["file"], int(found["line"]))


def _result(issue: Issue, place: Place, index: int) -> dict[str, object]:
    physical = {
        "artifactLocation": {"uri": uri(place.file)},
        "region": {"startLine": place.line},
    }
    location: dict[str, object] = {"physicalLocation": physical}
    if place.function:
        location["logicalLocations"] = [
            {"fullyQualifiedName": visible(place.function), "kind": "function"}
        ]
    return {
        "ruleId": visible(issue.category),
        "ruleIndex": index,
        "level": _level(issue),
        "message": {"text": _message(issue)},
        "locations": [location],
        "relatedLocations": [
            {
                "id": number,
                "message": {"text": visible_lines(exemplar.text.partition("\n")[0])},
                "physicalLocation": {
                    "artifactLocation": {"uri": uri(exemplar.path)},
                    "region": {"startLine": max(exemplar.line, 1)},
                },
            }
            for number, exemplar in enumerate(issue.exemplars[:RELATED])
        ],
        "partialFingerprints": {"logtriage/v1": issue.fingerprint},
        "occurrenceCount": issue.count,
        "properties": {
            "tag": issue.tag,
            "confidence": issue.confidence,
            "component": visible(issue.component) if issue.component else None,
            "rootCause": issue.root_cause,
        },
    }


def _level(issue: Issue) -> str:
    if issue.confidence < TENTATIVE:
        return "note"
    return "error" if issue.severity_number >= 17 else "warning"


def _message(issue: Issue) -> str:
    words = visible(issue.title)
    thrown = issue.exception
    if thrown is not None and (thrown.root_message or thrown.message):
        words += f": {visible(thrown.root_message or thrown.message or '')}"
    return f"{words} ({issue.count:,} in the logs)"


def uri(path: str) -> str:
    """A path as a URI reference; absolute ones get the file scheme."""
    plain = path.replace("\\", "/")
    if re.match(r"[A-Za-z]:/", plain):
        plain = f"/{plain}"
    encoded = quote(plain, errors="replace", safe="/:@!$&'()*+,;=~" if plain[:1] == "/" else "/@~")
    return f"file://{encoded}" if plain.startswith("/") else encoded


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name)) or "Defect"
