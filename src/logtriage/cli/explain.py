"""``logtriage explain``: why each error got its tag."""

import sys
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from logtriage.cli import options
from logtriage.cli.stream import Sink, each_input, stream
from logtriage.errors import UsageError

if TYPE_CHECKING:
    from logtriage.classify.explain import Explanation
    from logtriage.cli.explained import Clean
    from logtriage.model.record import Record
    from logtriage.model.report import Issue, Report
    from logtriage.pipeline.tools import Tools
    from logtriage.report.redact import Redaction
    from logtriage.source.locate import Source

MOST: Final = 10_000
"""Different errors that are remembered; later ones are counted only."""


class Explained(msgspec.Struct, omit_defaults=False):
    """One kind of record, the first of its kind, and how many there are."""

    record: "Record"
    explanation: "Explanation"
    fingerprint: str | None
    """None where the record is no error."""
    count: int = 1
    issue: str | None = None


class Gathered:
    """Records by what they are: an error of a fingerprint, or ignored by a rule."""

    def __init__(self, tools: "Tools", *, nearly: int, ignored: bool) -> None:
        self._tools = tools
        self._judge = tools.judge()
        self._nearly = nearly
        self._ignored = ignored
        self.kinds: dict[str, Explained] = {}
        self.beyond = 0
        self.quiet = 0

    def add(self, record: "Record", *, always: bool = False) -> None:
        """Count a record; the first of each kind is explained, ``always`` whatever it is."""
        from logtriage.group.fingerprint import fingerprint_text, issue_key  # noqa: PLC0415

        classifier = self._tools.classifier
        found = self._judge.judge(record, classifier.classify)
        fingerprint = None
        if found.verdict is not None:
            fingerprint = fingerprint_text(issue_key(record, found.verdict)[0])
        self.quiet += found.ignored is not None
        if fingerprint is not None:
            key = fingerprint
        elif found.ignored is not None and self._ignored:
            key = f"ignored {found.ignored.rule}"
        elif always:
            key = "line"
        else:
            return
        known = self.kinds.get(key)
        if known is not None:
            known.count += 1
        elif len(self.kinds) >= MOST:
            self.beyond += 1
        else:
            self.kinds[key] = Explained(record, self._explanation(record), fingerprint)

    def _explanation(self, record: "Record") -> "Explanation":
        from logtriage.classify.explain import explain as explain_record  # noqa: PLC0415

        return explain_record(self._tools.classifier, record, nearly=self._nearly)


def explain(
    paths: options.Paths = None,
    issue: Annotated[
        str | None,
        typer.Option(help="Only this one: I3 or RC1 of the scan's report, or a fingerprint."),
    ] = None,
    line: Annotated[
        int | None, typer.Option(min=1, help="Only the record on this line, error or not.")
    ] = None,
    show_ignored: Annotated[
        bool, typer.Option("--show-ignored", help="Explain what was ignored too.")
    ] = False,
    nearly: Annotated[int, typer.Option(min=0, help="Most rules shown that nearly fired.")] = 5,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FORMAT", help="text or jsonl.")
    ] = "text",
    since: options.Since = None,
    until: options.Until = None,
    around: options.Around = None,
    format_name: options.Format = None,
    format_string: options.FormatString = None,
    component: options.Component = None,
    zone: options.Zone = None,
    year: options.Year = None,
    packs: options.Packs = None,
    config: options.Config = None,
    no_redact: options.NoRedact = False,
) -> int:
    """Print why each error got its tag: fields, rules that fired or nearly did, the sum.

    Examples:
      logtriage explain app.log --issue I3

      logtriage explain app.log --line 1201

      tail -50 app.log | logtriage explain
    """
    if output not in {"text", "jsonl"}:
        raise UsageError(f"explain has no output {output!r}", help="choose text or jsonl")
    options.need_input(paths, "explain")
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415 - after the options are checked

    settings = options.make_settings(
        since=since,
        until=until,
        around=around,
        format_name=format_name,
        format_string=format_string,
        component=component,
        zone=zone,
        year=year,
        packs=packs,
        config=config,
    )
    secrecy = options.secrecy_of(config, no_redact=no_redact, on_screen=output == "text")
    tools = Tools(settings)
    gathered = Gathered(tools, nearly=nearly, ignored=show_ignored)
    sink = Sink()

    def use(source: "Source") -> None:
        for record in stream(source, tools, sink.flush):
            if line is None:
                gathered.add(record)
            elif record.line <= line < record.line + record.lines:
                gathered.add(record, always=True)

    report = _report(paths, tools) if issue is None or issue[:1] in "IR" else None
    code = each_input(paths, use)
    kinds = list(gathered.kinds.values())
    if report is not None:
        _name_issues(kinds, report)
    if issue is not None:
        kinds = _only(kinds, issue, report)
    if line is not None and not kinds:
        raise UsageError(f"no record stands on line {line}", help="lines are counted from 1")
    _write(kinds, gathered, sink, output=output, redaction=secrecy.stream)
    return code


def _report(paths: list[str] | None, tools: "Tools") -> "Report | None":
    """The scan's report, whose names for issues users know; None where the input is a pipe."""
    from logtriage.engine.local import run  # noqa: PLC0415 - as above
    from logtriage.pipeline.flow import conclude  # noqa: PLC0415
    from logtriage.source.locate import locate  # noqa: PLC0415

    sources, _ = locate(paths or [])
    if not all(source.regular for source in sources):
        return None
    return conclude(run(sources, tools).tallies, tools)


def _name_issues(kinds: list[Explained], report: "Report") -> None:
    """Give each kind the name of its issue: by fingerprint, or by an exemplar's place.

    Kinds of one issue can differ in fingerprint: templates are settled when all is read.
    """
    by_print = {issue.fingerprint: issue.id for issue in report.issues}
    places = {
        (exemplar.path, exemplar.line): issue.id
        for issue in report.issues
        for exemplar in issue.exemplars
    }
    for kind in kinds:
        place = (kind.record.path, kind.record.line)
        kind.issue = places.get(place) or by_print.get(kind.fingerprint or "")


def _only(kinds: list[Explained], wanted: str, report: "Report | None") -> list[Explained]:
    if wanted[:1] in "IR" and report is None:
        raise UsageError(
            f"{wanted} is a name in the report of a scan, and a pipe can't be read twice",
            help="name a file, or give the fingerprint",
        )
    issue: Issue | None = None
    if report is not None:
        names = {cause.id: cause.issue for cause in report.root_causes}
        name = names.get(wanted) or wanted
        issue = next((one for one in report.issues if one.id == name), None)
        if issue is None:
            known = ", ".join(one.id for one in report.issues[:8]) or "none"
            raise UsageError(f"there is no issue {wanted!r}", help=f"issues are {known}")
        return [kind for kind in kinds if kind.issue == issue.id]
    found = [kind for kind in kinds if (kind.fingerprint or "").startswith(wanted)]
    if not found:
        raise UsageError(
            f"no error has the fingerprint {wanted!r}", help="`logtriage tag -o jsonl` shows them"
        )
    return found


def _cleaner(record: "Record", redaction: "Redaction | None") -> "Clean":
    """Takes secrets out of all that is said of a record, whole ones and pieces."""
    if redaction is None:
        return lambda _name, text: text
    from logtriage.report.leftovers import without_pieces  # noqa: PLC0415 - as above

    secrets = redaction.secrets(record.text)

    def clean(name: str, text: str) -> str:
        whole = redaction.value(name, text) if name else redaction.text(text)
        return without_pieces(whole, secrets)

    return clean


def _write(
    kinds: list[Explained],
    gathered: Gathered,
    sink: Sink,
    *,
    output: str,
    redaction: "Redaction | None",
) -> None:
    from logtriage.cli.explained import as_line, as_text  # noqa: PLC0415 - as above

    for kind in kinds:
        clean = _cleaner(kind.record, redaction)
        if output == "jsonl":
            sink.line(as_line(kind, clean))
        else:
            told = as_text(kind, clean)
            sink.line("\n".join(options.printable(part) for part in told).encode(errors="replace"))
            sink.line(b"")
    sink.flush()
    if output == "text":
        said = [] if kinds else ["no errors"]
        if gathered.quiet and not any(kind.explanation.classification.ignored for kind in kinds):
            said.append(f"{gathered.quiet:,} records ignored (--show-ignored explains them)")
        if gathered.beyond:
            said.append(f"{gathered.beyond:,} further kinds of errors not explained")
        if said:
            sys.stdout.write("; ".join(said) + "\n")
