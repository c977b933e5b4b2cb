"""One door to every format a report can be written in."""

from collections.abc import Mapping
from typing import Final

from logtriage.errors import UsageError
from logtriage.model.report import Report
from logtriage.report.cards import Look
from logtriage.report.lines import plain
from logtriage.report.redact import Redaction, encodable_report, redacted
from logtriage.report.text import text_lines

OUTPUTS: Final = (
    *("text", "json", "jsonl", "markdown", "html", "csv", "junit", "sarif", "prometheus"),
)

OUTPUT_BY_ENDING: Final = {
    ".txt": "text",
    ".log": "text",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".csv": "csv",
    ".xml": "junit",
    ".sarif": "sarif",
    ".prom": "prometheus",
}
"""What ``--out FILE`` means by the ending of FILE."""


def render(
    report: Report,
    output: str,
    *,
    width: int = 80,
    crop: bool = False,
    colour: bool = False,
    links: bool = False,
    ascii_only: bool = False,
    top: int = 10,
    show_ignored: bool = False,
    redact: bool = True,
    redaction: Redaction | None = None,
    seconds: float | None = None,
    promises: Mapping[str, str] | None = None,
) -> str:
    """The report as ``output`` says, ending in a newline.

    Args:
        report: what to show.
        output: one of `OUTPUTS`.
        width: columns of the text report; 40 at least.
        crop: cut long lines of the text report, for a terminal.
        colour: ANSI colours in the text report.
        links: OSC 8 links from places to files, with ``colour``.
        ascii_only: the text report in ASCII.
        top: issues in the table of the text report.
        show_ignored: list what was ignored in the text report.
        redact: take secrets out; right for all that leaves the terminal.
        redaction: how; None as it is without configuration.
        seconds: how long the run took, for the text report.
        promises: what was promised for a priority, for the text report.

    Raises:
        UsageError: there is no such output.
    """
    if output not in OUTPUTS:
        raise UsageError(
            f"there is no output '{output}'", help=f"choose one of {', '.join(OUTPUTS)}"
        )
    report = redacted(report, redaction) if redact else report
    report = encodable_report(report)
    if output != "text":
        return _machine(report, output)
    look = Look(
        width=max(width, 40),
        crop=crop,
        ascii_only=ascii_only,
        top=top,
        show_ignored=show_ignored,
        seconds=seconds,
        promises=promises,
    )
    lines = text_lines(report, look)
    if colour:
        from logtriage.report.terminal import coloured  # noqa: PLC0415 - rich is not needed without

        return coloured(lines, ascii_only=ascii_only, links=links)

    return plain(lines, ascii_only=ascii_only)


def _machine(report: Report, output: str) -> str:
    """Each format's module is loaded only when it is asked for."""
    if output == "html":
        from logtriage.report.page import as_html as rendered  # noqa: PLC0415
    elif output == "markdown":
        from logtriage.report.markdown import as_markdown as rendered  # noqa: PLC0415
    elif output == "sarif":
        from logtriage.report.sarif import as_sarif as rendered  # noqa: PLC0415
    else:
        from logtriage.report import machine  # noqa: PLC0415

        rendered = {
            "json": machine.as_json,
            "jsonl": machine.as_jsonl,
            "csv": machine.as_csv,
            "junit": machine.as_junit,
            "prometheus": machine.as_prometheus,
        }[output]
    return rendered(report)
