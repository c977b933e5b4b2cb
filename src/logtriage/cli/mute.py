"""``logtriage mute``: issues that nobody wants to hear of for now, and why."""

import datetime as dt
import time
from pathlib import Path
from typing import Annotated

import typer

from logtriage.cli import options
from logtriage.errors import UsageError


def mute(
    fingerprint: Annotated[
        str | None, typer.Argument(help="Of the issue, as reports show it: v1:…")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Hear of it again from then on: a date, 3d, 2h; else never.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason, for those who read the list.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Hear of it again from now on.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List what is muted.")] = False,
    state: options.State = None,
    wait: options.Wait = 0.0,
    config: options.Config = None,
) -> int:
    """Keep an issue out of reports for a time; it is counted on, and the reports say how many.

    Examples:
      logtriage mute v1:fc957b21a6c35d48 --until 2027-01-15 --why "disk ordered, OPS-71"

      logtriage mute --list

      logtriage mute v1:fc957b21a6c35d48 --lift
    """
    from logtriage.cli.report import state_path  # noqa: PLC0415 - after the quick answers
    from logtriage.model.record import rfc3339  # noqa: PLC0415
    from logtriage.state.mutes import Mute, keep_mute, lift_mute, mutes_of  # noqa: PLC0415
    from logtriage.state.store import Store  # noqa: PLC0415

    if fingerprint is None and not show:
        raise UsageError(
            "mute needs the fingerprint of an issue",
            help="reports show it; logtriage mute --list lists what is muted",
        )
    now = time.time_ns()
    with Store(Path(state) if state else state_path(config), wait=wait) as store:
        from logtriage.state.memory import Memory  # noqa: PLC0415

        memory = Memory(store.connection, now=now)
        with store.transaction():
            if fingerprint is not None:
                known = memory.find(fingerprint)
                if lift and not lift_mute(store.connection, fingerprint):
                    raise UsageError(f"{fingerprint} is not muted")
                if not lift:
                    if known is None:
                        raise UsageError(
                            f"no report told of an issue {fingerprint}",
                            help="the fingerprints are in --output json, as v1:… of each issue",
                        )
                    end = _moment(until) if until else None
                    keep_mute(store.connection, Mute(fingerprint, end, why, now))
            mutes = mutes_of(store.connection, now=now) if show else {}
            for each in sorted(mutes.values(), key=lambda one: one.created):
                known = memory.find(each.fingerprint)
                end_text = rfc3339(each.until, 0) if each.until else "ever"
                over = "" if each.active(now) else "  (over)"
                title = known.title if known else "?"
                told = f"{each.fingerprint}  until {end_text}{over}  {title}"
                typer.echo(options.printable(f"{told}  {each.why}".rstrip()))
    return 0


def _moment(text: str) -> int:
    """Nanoseconds since the epoch of a time to come: a date, or a span from now."""
    from logtriage.model.record import nanoseconds  # noqa: PLC0415 - after the quick answers
    from logtriage.settings import duration, moment_of  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    try:
        moment = nanoseconds(now + duration(text))
    except (UsageError, OverflowError):
        moment = moment_of(text, now=now)
    if moment <= nanoseconds(now):
        raise UsageError(f"--until {text} is over already")
    return moment
