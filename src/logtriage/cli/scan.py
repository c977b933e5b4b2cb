"""``logtriage scan``: read everything, print the report."""

import time
from pathlib import Path
from typing import Annotated

import typer

from logtriage.cli import options
from logtriage.errors import UsageError
from logtriage.model.report import TENTATIVE, Report


def scan(
    paths: options.Paths = None,
    output: options.Output = "text",
    out: options.OutFiles = None,
    since: options.Since = None,
    until: options.Until = None,
    around: options.Around = None,
    format_name: options.Format = None,
    format_string: options.FormatString = None,
    component: options.Component = None,
    zone: options.Zone = None,
    year: options.Year = None,
    jobs: options.Jobs = None,
    packs: options.Packs = None,
    config: options.Config = None,
    top: Annotated[int, typer.Option(metavar="N", help="Issues shown in the table.")] = 10,
    show_ignored: Annotated[
        bool, typer.Option("--show-ignored", help="List what was ignored, and why.")
    ] = False,
    fail_on: Annotated[
        options.FailOn,
        typer.Option(
            metavar="WHAT", help="Exit 1 for a root cause: none, production, application or any."
        ),
    ] = options.FailOn.NONE,
    notify: Annotated[
        bool, typer.Option("--notify", help="Tell those whom the configuration names.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="With --notify: print what would be sent, send nothing."),
    ] = False,
    state: options.State = None,
    no_state: options.NoState = False,
    wait: options.Wait = 0.0,
    no_redact: options.NoRedact = False,
    color: options.ColourOption = options.Colour.AUTO,
    no_color: options.NoColour = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> int:
    """Read everything, print what broke first, what followed, and whose it is.

    Examples:
      logtriage /var/log/shop/*.log

      kubectl logs deploy/orders --since=1h | logtriage

      logtriage scan app.log --since 2h --output json
    """
    from logtriage.cli.giving import check_outputs, give_out, reading  # noqa: PLC0415
    from logtriage.cli.notifying import messages_of, planned, send_all, show  # noqa: PLC0415
    from logtriage.engine.local import run  # noqa: PLC0415 - after the options are checked
    from logtriage.pipeline.flow import conclude  # noqa: PLC0415
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415
    from logtriage.source.locate import locate  # noqa: PLC0415

    if dry_run and not notify:
        raise UsageError("--dry-run goes with --notify")
    if notify and state:
        raise UsageError("--notify goes without --state", help="logtriage report keeps and tells")
    check_outputs(output, out or ())
    options.need_input(paths, "scan")
    started = time.monotonic()
    settings = options.make_settings(
        since=since,
        until=until,
        around=around,
        format_name=format_name,
        format_string=format_string,
        component=component,
        zone=zone,
        year=year,
        jobs=jobs,
        packs=packs,
        config=config,
    )
    secrecy = options.secrecy_of(config, no_redact=no_redact)
    plan = planned(config) if notify else None
    tools = Tools(settings)
    sources, troubles = locate(paths or [])

    def give(report: Report, *, failed: bool) -> None:
        nothing = not report.root_causes and not failed
        give_out(
            report,
            output,
            out or (),
            color=color,
            no_color=no_color,
            top=top,
            show_ignored=show_ignored,
            no_redact=secrecy.no_redact,
            redaction=secrecy.redaction,
            seconds=time.monotonic() - started,
            silent=quiet and nothing,
            promises=options.promises_of(config),
        )
        if verbose:
            options.tell_inputs(report)

    if state and not no_state:
        from logtriage.engine.kept import run_kept  # noqa: PLC0415 - sqlite3 only where wanted
        from logtriage.state.store import Store  # noqa: PLC0415

        with Store(Path(state), wait=wait) as store, store.transaction() as keep:
            with reading(sources, tools, quiet=quiet):
                kept = run_kept(store, sources, troubles, tools)
            report, failed = kept.report, kept.failed
            # what was not shown is not known: the state is kept after this, or not at all
            give(report, failed=failed)
            keep.wanted = not report.interrupted
    else:
        with reading(sources, tools, quiet=quiet):
            result = run(sources, tools)
        failed = result.note_troubles(troubles)
        report = conclude(result.tallies, tools, interrupted=result.interrupted)
        if plan is not None and dry_run:
            show(messages_of(report, plan, secrecy), plan)
            return 3 if failed else 0
        give(report, failed=failed)
    if report.interrupted:
        return 130
    if plan is not None:
        failed |= not send_all(messages_of(report, plan, secrecy), plan)
    if found_by(report, fail_on):
        return 1
    return 3 if failed else 0


def found_by(report: Report, fail_on: options.FailOn) -> bool:
    """True where a root cause of the wanted tag is not tentative."""
    wanted = options.tags_of(fail_on)
    return any(
        cause.tag in wanted and cause.confidence >= TENTATIVE for cause in report.root_causes
    )
