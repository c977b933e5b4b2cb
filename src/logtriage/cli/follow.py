"""``logtriage follow``: live, like ``tail -F`` with a verdict."""

import sys
from collections import deque
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from logtriage.cli import options
from logtriage.cli.console import INTERRUPTED, complain
from logtriage.errors import UsageError
from logtriage.model.event import Event

if TYPE_CHECKING:
    from logtriage.engine.follow import Follower
    from logtriage.model.report import Report

PAST: Final = 5
"""Latest events that stay on the screen."""


def follow(
    paths: options.Paths = None,
    output: Annotated[str, typer.Option("--output", "-o", help="text or jsonl.")] = "text",
    window: Annotated[str, typer.Option(help="How far back the report reaches: 30m, 2h.")] = "30m",
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Read what the files hold already, too.")
    ] = False,
    format_name: options.Format = None,
    format_string: options.FormatString = None,
    component: options.Component = None,
    zone: options.Zone = None,
    year: options.Year = None,
    packs: options.Packs = None,
    config: options.Config = None,
    no_redact: options.NoRedact = False,
    color: options.ColourOption = options.Colour.AUTO,
    no_color: options.NoColour = False,
) -> int:
    """Follow growing logs: a rolling report on a terminal, one line an event elsewhere.

    Files are followed through renames and truncation, new files of folders and globs as they come.

    Examples:
      logtriage follow /var/log/shop/

      kubectl logs -f deploy/orders | logtriage follow

      logtriage follow app.log --output jsonl | while read -r event; do …; done
    """
    if output not in {"text", "jsonl"}:
        raise UsageError(f"follow has no output {output!r}", help="choose text or jsonl")
    if options.refuse_terminal(paths):
        raise UsageError("follow reads files or a pipe", help="logtriage follow app.log")
    from logtriage.engine.follow import Follower  # noqa: PLC0415 - after the options are checked
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415
    from logtriage.settings import duration  # noqa: PLC0415
    from logtriage.source.watch import Watch  # noqa: PLC0415

    seconds = duration(window).total_seconds()
    if seconds < 60:
        raise UsageError("--window is at least a minute")
    tools = Tools(
        options.make_settings(
            format_name=format_name,
            format_string=format_string,
            component=component,
            zone=zone,
            year=year,
            packs=packs,
            config=config,
        )
    )
    watch = Watch(paths or [], from_start=from_start)
    for trouble in watch.troubles:
        complain(f"{trouble.path}: {trouble.reason}; it is followed as soon as it is there")
    look = options.look_of(color, no_color=no_color)
    secrecy = options.secrecy_of(config, no_redact=no_redact)
    follower = Follower(watch, tools, window=seconds)
    try:
        if look.terminal and output == "text":
            _on_screen(follower, look, window)
        else:
            _as_events(follower, output, secrecy)
    except KeyboardInterrupt:
        _last(follower, output, look, secrecy)
        return INTERRUPTED
    finally:
        watch.close()
    if output == "text":
        _last(follower, output, look, secrecy)
    return 0


def _on_screen(follower: "Follower", look: options.Look, window: str) -> None:
    from logtriage.report.events import event_text  # noqa: PLC0415 - only on a terminal
    from logtriage.report.figures import many  # noqa: PLC0415
    from logtriage.report.screen import screen  # noqa: PLC0415 - loads rich

    past: deque[str] = deque(maxlen=PAST)
    with screen(colour=look.colour, ascii_only=look.ascii_only) as drawn:

        def tell(report: "Report", events: list[Event]) -> None:
            past.extend(event_text(event, proof=False) for event in events)
            active = many(follower.active, "active root cause")
            head = f"{active}, {many(follower.lines, 'line')} read, the last {window} shown"
            drawn.draw(report, head, [*past])

        follower.run(tell)


def _as_events(follower: "Follower", output: str, secrecy: options.Secrecy) -> None:
    from logtriage.report.events import event_line, event_text, redacted_event  # noqa: PLC0415

    redaction = secrecy.stream

    def tell(_report: "Report", events: list[Event]) -> None:
        for each in events:
            event = redacted_event(each, redaction) if redaction else each
            if output == "jsonl":
                line = event_line(event)
            else:
                line = options.printable(event_text(event)).encode(errors="replace")
            sys.stdout.buffer.write(line + b"\n")
        if events:
            sys.stdout.buffer.flush()

    follower.run(tell)


def _last(follower: "Follower", output: str, look: options.Look, secrecy: options.Secrecy) -> None:
    """Print the report on the window as it is now."""
    from logtriage.deliver.output import print_text  # noqa: PLC0415 - at the end
    from logtriage.report.redact import outgoing  # noqa: PLC0415
    from logtriage.report.render import render  # noqa: PLC0415

    report = follower.conclude()
    if output == "jsonl":
        harmless = outgoing(report, redact=not secrecy.no_redact, redaction=secrecy.redaction)
        line = msgspec.json.encode({"event": "report", "report": harmless})
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
        return
    shown = render(
        report,
        "text",
        width=look.width,
        crop=look.terminal,
        colour=look.colour,
        links=look.links,
        ascii_only=look.ascii_only,
        redact=not secrecy.no_redact and not look.terminal,
        redaction=secrecy.redaction,
    )
    print_text(shown)
