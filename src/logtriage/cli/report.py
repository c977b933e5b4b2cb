"""``logtriage report``: the cron job. What came since the last run, said only where it is news."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from logtriage.cli import options
from logtriage.cli.configured import configured
from logtriage.errors import UsageError


def report(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, globs; none reads those of the configuration."),
    ] = None,
    output: options.Output = "text",
    out: options.OutFiles = None,
    yesterday: Annotated[
        bool, typer.Option("--yesterday", help="All of yesterday (UTC or --tz); state stays.")
    ] = False,
    since_last: Annotated[
        bool, typer.Option("--since-last", help="What came since the last run: the default.")
    ] = False,
    always: Annotated[
        bool, typer.Option("--always", help="Say so too when there is nothing new.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print what would be said and sent; keep and send nothing."),
    ] = False,
    state: options.State = None,
    no_state: options.NoState = False,
    wait: options.Wait = 0.0,
    format_name: options.Format = None,
    format_string: options.FormatString = None,
    component: options.Component = None,
    zone: options.Zone = None,
    year: options.Year = None,
    jobs: options.Jobs = None,
    packs: options.Packs = None,
    config: options.Config = None,
    fail_on: Annotated[
        options.FailOn, typer.Option(help="Exit 1 where such a root cause is news.")
    ] = options.FailOn.NONE,
    no_redact: options.NoRedact = False,
    color: options.ColourOption = options.Colour.AUTO,
    no_color: options.NoColour = False,
    verbose: options.Verbose = 0,
) -> int:
    """Say what is new since the last run, and nothing where nothing is: made for cron.

    Examples:
      logtriage report

      logtriage report /var/log/shop/ --state /var/lib/shop/triage.sqlite

      logtriage report --yesterday --always --output html --out yesterday.html
    """
    from logtriage.cli.giving import check_outputs  # noqa: PLC0415 - after the quick answers
    from logtriage.cli.reporting import Reporting, plan_in_force  # noqa: PLC0415
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415

    if yesterday and since_last:
        raise UsageError("--yesterday and --since-last are two things; give one of them")
    check_outputs(output, out or ())
    window = _yesterday(zone) if yesterday else (None, None)
    settings = options.make_settings(
        since=window[0],
        until=window[1],
        format_name=format_name,
        format_string=format_string,
        component=component,
        zone=zone,
        year=year,
        jobs=jobs,
        packs=packs,
        config=config,
    )
    wanted = paths or _configured_paths(config)
    reporting = Reporting(
        tools=Tools(settings),
        paths=wanted,
        output=output,
        out=tuple(out or ()),
        always=always,
        dry_run=dry_run,
        plan=plan_in_force(config),
        secrecy=options.secrecy_of(config, no_redact=no_redact),
        look=options.look_of(color, no_color=no_color),
        fail_on=options.tags_of(fail_on),
        verbose=bool(verbose),
    )
    if no_state:
        return reporting.without_state()
    path = Path(state) if state else state_path(config)
    return reporting.with_state(path, wait=wait, look_back=yesterday)


def _configured_paths(config: str | None) -> list[str]:
    loaded = configured(config)
    found = [
        path for each in (loaded.configuration.source if loaded else ()) for path in each.paths
    ]
    if not found:
        raise UsageError(
            "report was given no PATH, and the configuration has no [[source]]",
            help="logtriage report /var/log/shop/, or add a [[source]] to logtriage.toml",
        )
    return found


def state_path(config: str | None) -> Path:
    """The state that the configuration names, else the one of this user."""
    from logtriage.state.store import default_path  # noqa: PLC0415 - loads sqlite3

    loaded = configured(config)
    named = loaded.configuration.state.path if loaded else None
    return Path(named) if named else default_path()


def _yesterday(zone: str | None) -> tuple[str, str]:
    """First moment of yesterday, and of today, as ISO texts."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only here

    try:
        where = ZoneInfo(zone) if zone else dt.UTC
    except (ValueError, OSError, KeyError) as error:
        raise UsageError(f"{zone!r} is not a time zone") from error
    midnight = dt.datetime.now(where).replace(hour=0, minute=0, second=0, microsecond=0)
    before = (midnight - dt.timedelta(hours=12)).replace(hour=0)
    return before.isoformat(), midnight.isoformat()
