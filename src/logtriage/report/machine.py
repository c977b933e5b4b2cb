"""The report for programs: JSON, JSON lines, CSV, JUnit, Prometheus."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from logtriage.model.report import Report, RootCause
from logtriage.report.cards import Look, doubt_of, labels_of, said, tentative
from logtriage.report.figures import moment
from logtriage.report.safe import json_text, visible, visible_lines, xml_text

CSV_COLUMNS: Final = (
    *("kind", "id", "rank", "tag", "confidence", "priority", "severity", "category", "title"),
    *("component", "host", "errors", "first_seen", "last_seen", "root_cause", "status", "route"),
    *("path", "line", "text", "fingerprint"),
)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_SPACES: Final = " \u00a0\u3000"


def as_json(report: Report) -> str:
    """One indented object and a newline; schema ``logtriage.report/1``."""
    encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
    return f"{harmless(encoded)}\n"


def schema() -> dict[str, object]:
    """JSON Schema of `as_json`, from the model itself."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "title": "logtriage.report/1", **msgspec.json.schema(Report)}


def as_jsonl(report: Report) -> str:
    """One object a line, its ``type`` first: the summary, then the parts of the report."""
    lines = [_object("summary", _summary(report))]
    for kind, parts in (
        ("root_cause", report.root_causes),
        ("issue", report.issues),
        ("change", report.changes),
        ("ignored", report.ignored),
        ("input", report.inputs),
    ):
        lines += [_object(kind, msgspec.to_builtins(part)) for part in parts]
    return "\n".join(lines) + "\n"


def _summary(report: Report) -> dict[str, object]:
    return {
        "schema": report.schema,
        "generated_at": report.generated_at,
        "window": report.window,
        "totals": report.totals,
        "interrupted": report.interrupted,
    }


def _object(kind: str, fields: dict[str, object]) -> str:
    return harmless(msgspec.json.encode({"type": kind} | fields))


def harmless(encoded: bytes) -> str:
    """JSON whose texts neither drive a terminal nor turn its lines round."""
    return json_text(encoded).decode()


def as_csv(report: Report) -> str:
    """Root causes, then issues, one row each, columns as in `CSV_COLUMNS`.

    RFC 4180; cells that a spreadsheet would take for a formula begin with an apostrophe.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\r\n", restval="")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({name: cell(value) for name, value in row.items()})
    return stream.getvalue()


def cell(value: object) -> str:
    """The value as text that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = visible_lines(str(value))
    return f"'{text}" if text.lstrip(_SPACES).startswith(_FORMULA) else text


def _rows(report: Report) -> Iterator[dict[str, object]]:
    for cause in report.root_causes:
        proof = cause.evidence[0] if cause.evidence else None
        yield {
            "kind": "root_cause",
            "id": cause.id,
            "rank": cause.rank,
            "tag": cause.tag,
            "confidence": cause.confidence,
            "priority": cause.priority,
            "severity": cause.severity,
            "category": cause.category,
            "title": cause.title,
            "component": cause.component,
            "host": cause.host,
            "errors": cause.errors,
            "first_seen": cause.started_at,
            "last_seen": cause.ended_at,
            "root_cause": cause.id,
            "route": cause.route,
            "path": proof.path if proof else None,
            "line": proof.line if proof else None,
            "text": proof.text if proof else None,
            "fingerprint": cause.fingerprint,
        }
    for issue in report.issues:
        first = issue.exemplars[0] if issue.exemplars else None
        yield {
            "kind": "issue",
            "id": issue.id,
            "tag": issue.tag,
            "confidence": issue.confidence,
            "severity": issue.severity,
            "category": issue.category,
            "title": issue.title,
            "component": issue.component,
            "host": issue.host,
            "errors": issue.count,
            "first_seen": issue.first_seen,
            "last_seen": issue.last_seen,
            "root_cause": issue.root_cause,
            "status": issue.status,
            "path": first.path if first else None,
            "line": first.line if first else None,
            "text": first.text.partition("\n")[0] if first else None,
            "fingerprint": issue.fingerprint,
        }


def as_junit(report: Report) -> str:
    """JUnit XML: a defect is a failure, an incident an error, a tentative one is skipped."""
    causes = report.root_causes
    doubtful = sum(map(tentative, causes))
    failures = sum(1 for each in causes if _is_defect(each) and not tentative(each))
    errors = len(causes) - doubtful - failures
    tests = len(causes) or 1
    head = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{doubtful}"'
    stamp = moment(report.generated_at)
    at = f' timestamp="{stamp:%Y-%m-%dT%H:%M:%S}"' if stamp else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {head}>",
        f'  <testsuite name="logtriage" {head}{at} time="0">',
    ]
    for cause in causes:
        lines += _testcase(cause, report)
    if not causes:
        lines.append('    <testcase classname="logtriage" name="no root cause" time="0"/>')
    problems = [f"{each.path}: {told}" for each in report.inputs for told in each.problems]
    if problems:
        lines.append(f"    <system-err>{_xml(chr(10).join(problems))}</system-err>")
    lines += ["  </testsuite>", "</testsuites>", ""]
    return "\n".join(lines)


def _is_defect(cause: RootCause) -> bool:
    return cause.tag == "application-defect"


def _testcase(cause: RootCause, report: Report) -> list[str]:
    kind = "skipped" if tentative(cause) else "failure" if _is_defect(cause) else "error"
    message = f"{cause.priority} {doubt_of(cause)}: {cause.title}"
    body = [cause.summary]
    body += [f"{each.path}:{each.line}: {said(each)}" for each in cause.evidence]
    body += [f"{label}: {words}" for label, words in labels_of(cause, report, Look())]
    typed = "" if kind == "skipped" else f" type={_attribute(cause.category)}"
    name = _attribute(cause.component or cause.category)
    return [
        f'    <testcase classname={name} name={_attribute(cause.title)} time="0">',
        f"      <{kind} message={_attribute(message)}{typed}>{_xml(chr(10).join(body))}</{kind}>",
        "    </testcase>",
    ]


def _xml(text: str) -> str:
    return escape(xml_text(visible_lines(text)))


def _attribute(text: str) -> str:
    return quoteattr(xml_text(visible(text)))


def as_prometheus(report: Report) -> str:
    """The textfile format of node_exporter (0.0.4): this run's counts as gauges, no timestamps."""
    totals = report.totals
    stamp = moment(report.generated_at)
    issues = Counter((each.tag, each.category) for each in report.issues)
    errors: Counter[tuple[str, str]] = Counter()
    for issue in report.issues:
        errors[issue.tag, issue.severity] += issue.count
    causes = Counter((each.tag, each.priority, each.category) for each in report.root_causes)
    firing = sum(1 for each in report.root_causes if each.firing)
    complete = not report.interrupted and not any(each.problems for each in report.inputs)
    lines: list[str] = []
    for name, words, samples in (
        ("lines", "Lines read.", [((), totals.lines)]),
        ("input_bytes", "Bytes read.", [((), totals.bytes)]),
        (
            "errors",
            "Error records, by tag and severity.",
            [((("tag", t), ("severity", s)), n) for (t, s), n in sorted(errors.items())],
        ),
        ("other_errors", "Error records beyond the cap on issues.", [((), totals.other_errors)]),
        ("ignored", "Records that an ignore rule took out.", [((), totals.ignored)]),
        (
            "issues",
            "Groups of like errors, by tag and category.",
            [((("tag", t), ("category", c)), n) for (t, c), n in sorted(issues.items())],
        ),
        (
            "root_causes",
            "Root causes, by tag, priority and category.",
            [
                ((("tag", t), ("priority", p), ("category", c)), n)
                for (t, p, c), n in sorted(causes.items())
            ],
        ),
        ("root_causes_firing", "Root causes still firing at the end of the logs.", [((), firing)]),
        (
            "last_run_timestamp_seconds",
            "When the report was made.",
            [((), round(stamp.timestamp(), 3))] if stamp else [],
        ),
        ("last_run_success", "1 where every input was read to its end.", [((), int(complete))]),
    ):
        lines += _metric(f"logtriage_{name}", words, samples)
    return "\n".join(lines) + "\n"


def _metric(
    name: str, words: str, samples: Iterable[tuple[tuple[tuple[str, str], ...], float]]
) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inner = ",".join(f'{key}="{_label(text)}"' for key, text in labels)
        yield f"{name}{{{inner}}} {value}" if inner else f"{name} {value}"


def _label(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace('"', '\\"')


def escape(text: str) -> str:
    """Text of an XML element.

    Not that of the standard library, which loads the whole of urllib: 45 ms of start-up.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoteattr(text: str) -> str:
    """Text of an XML attribute, quoted."""
    return f'"{escape(text).replace(chr(34), "&quot;")}"'
