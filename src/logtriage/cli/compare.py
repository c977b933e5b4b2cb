"""``logtriage compare``: what is new, gone, grown or shrunk between two sets of logs."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from logtriage.cli import options
from logtriage.errors import LogtriageError, UsageError
from logtriage.settings import Settings, moment_of

if TYPE_CHECKING:
    from logtriage.model.comparison import Comparison
    from logtriage.model.report import Report
    from logtriage.source.locate import Source

_HELP = "compare BEFORE AFTER, or compare PATH… --around TIME"


def compare(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="BEFORE AFTER",
            help="Two files, folders or globs; or any number of them with --around or --since.",
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FORMAT", help="text, json or markdown.")
    ] = "text",
    out: options.OutFiles = None,
    around: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="What came before TIME against what came from it on."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="From this time on (to --until) against all before it."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Leave out what is newer.")
    ] = None,
    format_name: options.Format = None,
    format_string: options.FormatString = None,
    component: options.Component = None,
    zone: options.Zone = None,
    year: options.Year = None,
    jobs: options.Jobs = None,
    packs: options.Packs = None,
    config: options.Config = None,
    top: Annotated[int, typer.Option(metavar="N", help="Issues shown of each kind.")] = 10,
    fail_on: Annotated[
        options.FailOn,
        typer.Option(
            metavar="WHAT",
            help="Exit 1 for a new or grown issue: none, production, application or any.",
        ),
    ] = options.FailOn.NONE,
    no_redact: options.NoRedact = False,
    color: options.ColourOption = options.Colour.AUTO,
    no_color: options.NoColour = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing of no change.")] = False,
    verbose: options.Verbose = 0,
) -> int:
    """Print which errors are new, gone, grown or shrunk, and what likely made them so.

    Windows of different length are compared by errors an hour.

    Examples:
      logtriage compare logs-of-monday/ logs-of-tuesday/

      logtriage compare /var/log/shop/*.log --around 2026-11-23T14:05

      logtriage compare app.log --since 1h --fail-on application
    """
    from logtriage.cli.giving import check_outputs  # noqa: PLC0415
    from logtriage.report.comparison import OUTPUTS  # noqa: PLC0415

    check_outputs(output, out or (), known=OUTPUTS)
    settings = options.make_settings(
        format_name=format_name,
        format_string=format_string,
        component=component,
        zone=zone,
        year=year,
        jobs=jobs,
        packs=packs,
        config=config,
    )
    sides = _sides(paths, settings, around=around, since=since, until=until)
    (before, failed, _), (after, failed_after, stopped) = (
        _report(chosen, each, quiet=quiet) for chosen, each in sides
    )
    failed |= failed_after
    secrecy = options.secrecy_of(config, no_redact=no_redact)
    found = _compared(before, after, secrecy)
    shown = found if secrecy.no_redact else None
    look = options.look_of(color, no_color=no_color)
    if look.terminal and output == "text":
        # what stays in the terminal is not redacted: the person there owns the logs
        shown = _compared(before, after, options.secrecy_of(config, no_redact=True))
    _give_out(
        shown or found,
        found,
        output,
        out or [],
        look,
        top=top,
        silent=quiet and not found.differences and not failed,
    )
    if verbose:
        options.tell_inputs(before)
        options.tell_inputs(after)
    if stopped or found.interrupted:
        return 130
    if _worse(found, fail_on):
        return 1
    return 3 if failed else 0


Side = tuple[list[str], Settings]


def _sides(
    paths: list[str],
    settings: Settings,
    *,
    around: str | None,
    since: str | None,
    until: str | None,
) -> tuple[Side, Side]:
    """The paths and the window of each side; UsageError where there are not two."""
    now = dt.datetime.now(dt.UTC)
    if around and since:
        raise UsageError("--around and --since both say where AFTER begins; give one of them")
    last = moment_of(until, now=now) if until else None
    cut = around or since
    if cut is None:
        if len(paths) != 2:
            raise UsageError(
                f"compare needs two paths, not {len(paths)}",
                reason="without --around or --since there is nothing else to tell two sides apart",
                help=_HELP,
            )
        limited = msgspec.structs.replace(settings, until=last)
        return ([paths[0]], limited), ([paths[1]], limited)
    middle = moment_of(cut, now=now)
    if last is not None and last <= middle:
        raise UsageError("--until is not after the time that parts the two sides")
    return (
        (paths, msgspec.structs.replace(settings, until=middle)),
        (paths, msgspec.structs.replace(settings, since=middle, until=last)),
    )


def _report(paths: list[str], settings: Settings, *, quiet: bool) -> "tuple[Report, bool, bool]":
    """The report of a side, whether a path failed, and whether the user broke off."""
    from logtriage.cli.giving import reading  # noqa: PLC0415 - after the options are checked
    from logtriage.engine.local import run  # noqa: PLC0415
    from logtriage.pipeline.flow import conclude  # noqa: PLC0415
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415
    from logtriage.source.locate import locate  # noqa: PLC0415

    tools = Tools(settings)
    sources: list[Source]
    sources, troubles = locate(paths)
    with reading(sources, tools, quiet=quiet):
        result = run(sources, tools)
    failed = result.note_troubles(troubles)
    report = conclude(result.tallies, tools, interrupted=result.interrupted)
    return report, failed, result.interrupted


def _compared(before: "Report", after: "Report", secrecy: options.Secrecy) -> "Comparison":
    from logtriage.correlate.comparing import compare as compare_reports  # noqa: PLC0415
    from logtriage.report.redact import encodable_report, redacted  # noqa: PLC0415

    both = (before, after)
    if not secrecy.no_redact:
        both = (redacted(before, secrecy.redaction), redacted(after, secrecy.redaction))
    return compare_reports(encodable_report(both[0]), encodable_report(both[1]))


def _give_out(
    shown: "Comparison",
    redacted: "Comparison",
    output: str,
    out: list[str],
    look: options.Look,
    *,
    top: int,
    silent: bool,
) -> None:
    from logtriage.cli.giving import output_of  # noqa: PLC0415
    from logtriage.deliver.output import print_text, write_whole  # noqa: PLC0415
    from logtriage.report.comparison import OUTPUTS, render_comparison  # noqa: PLC0415

    first: LogtriageError | None = None
    for path in out:
        chosen = output_of(path, output, known=OUTPUTS)
        try:
            write_whole(path, render_comparison(redacted, chosen, top=top))
        except LogtriageError as error:
            first = first or error
    if not silent:
        text = render_comparison(
            shown,
            output,
            width=look.width,
            crop=look.terminal,
            colour=look.colour,
            links=look.links,
            ascii_only=look.ascii_only,
            top=top,
        )
        print_text(text, encoding=None if output == "text" else "utf-8")
    if first is not None:
        raise first


def _worse(found: "Comparison", fail_on: options.FailOn) -> bool:
    """True where an issue of the wanted tag is surely new or grown."""
    wanted = options.tags_of(fail_on)
    return any(each.tag in wanted and each.status in {"new", "grown"} for each in found.differences)
