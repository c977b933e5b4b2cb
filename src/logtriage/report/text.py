"""The report for a person, in plain text: the answer stands in the first screen."""

from logtriage.model.report import Report, RootCause


def as_text(report: Report) -> str:
    """Coverage, then each root cause; one line when there is nothing to report."""
    totals = report.totals
    span = f"{report.window.first or '?'} to {report.window.last or '?'}"
    if not report.root_causes and not totals.errors:
        return f"nothing to report: {totals.lines:,} lines, {span}, {totals.ignored:,} ignored\n"
    lines = [
        f"logtriage  {len(report.inputs)} files, {totals.lines:,} lines  {span}",
        f"           {totals.errors:,} errors in {len(report.issues)} issues",
    ]
    for cause in report.root_causes:
        lines += ["", *cause_lines(cause)]
    return "\n".join(lines) + "\n"


def cause_lines(cause: RootCause) -> list[str]:
    """One root cause as a card."""
    tag = cause.tag.replace("-", " ").upper()
    lines = [
        f"{cause.rank:2}  {tag}  {cause.priority}  sure {cause.confidence:.2f}",
        f"    {cause.title}",
        f"    {cause.summary}",
    ]
    lines += [f"      {line.path}:{line.line}  {line.text}" for line in cause.evidence]
    lines += [f"      then {symptom.count:,} x  {symptom.title}" for symptom in cause.symptoms]
    lines += [f"    now    {step}" for step in cause.next_steps]
    return lines
