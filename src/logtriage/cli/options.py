"""Options that several commands share."""

import contextlib
import datetime as dt
import os
import shutil
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, TextIO

import typer

from logtriage.cli.configured import configured
from logtriage.errors import UsageError
from logtriage.model.report import Report
from logtriage.settings import Settings, duration, moment_of

if TYPE_CHECKING:
    from logtriage.report.redact import Redaction


class FailOn(StrEnum):
    """What makes the exit code 1."""

    NONE = "none"
    PRODUCTION = "production"
    APPLICATION = "application"
    ANY = "any"


def tags_of(fail_on: FailOn) -> tuple[str, ...]:
    """The tags that it means."""
    return {
        FailOn.NONE: (),
        FailOn.PRODUCTION: ("production-incident",),
        FailOn.APPLICATION: ("application-defect",),
        FailOn.ANY: ("production-incident", "application-defect"),
    }[fail_on]


class Colour(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, folders, globs, archives or '-'; none reads standard input.",
    ),
]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FORMAT",
        help="text, json, jsonl, markdown, html, csv, junit, sarif or prometheus.",
    ),
]
OutFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--out", metavar="FILE", help="Write to FILE too, in the format of its ending; repeatable."
    ),
]
Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Leave out what is older: an ISO time, 2h, yesterday."),
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Leave out what is newer.")]
Around = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only a window around TIME (15 minutes before, 10 after)."),
]
Format = Annotated[
    str | None, typer.Option("--format", metavar="NAME", help="Read with this format only.")
]
FormatString = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help="A log4j, Python, nginx, Apache, HAProxy or Envoy layout to read with."
    ),
]
Component = Annotated[str | None, typer.Option(metavar="NAME", help="Component of all inputs.")]
Zone = Annotated[
    str | None,
    typer.Option("--tz", metavar="ZONE", help="Zone of times without one; UTC if not told."),
]
Year = Annotated[int | None, typer.Option(metavar="N", help="Year of times without one.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", metavar="N", min=1, max=256, help="Processes.")
]
Packs = Annotated[
    list[str] | None,
    typer.Option(metavar="DIR", help="A folder of own packs, formats, dialects; repeatable."),
]
Config = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Configuration in place of the one that is found."),
]
State = Annotated[
    str | None, typer.Option(help="Read on from where FILE says the last run ended, and keep it.")
]
NoState = Annotated[bool, typer.Option("--no-state", help="Keep no state.")]
Wait = Annotated[
    float, typer.Option(min=0, help="Seconds to wait for another run to let the state go.")
]
NoRedact = Annotated[bool, typer.Option("--no-redact", help="Show secrets as they are.")]
ColourOption = Annotated[
    Colour, typer.Option("--color", metavar="WHEN", help="auto, always or never.")
]
NoColour = Annotated[bool, typer.Option("--no-color", help="The same as --color never.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing when nothing is found.")]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, show_default=False, help="Say how each input was read."
    ),
]


def make_settings(
    *,
    since: str | None = None,
    until: str | None = None,
    around: str | None = None,
    format_name: str | None = None,
    format_string: str | None = None,
    component: str | None = None,
    zone: str | None = None,
    year: int | None = None,
    jobs: int | None = None,
    packs: list[str] | None = None,
    config: str | None = None,
) -> Settings:
    """Settings of the shared options, and of the configuration where they do not say.

    Raises:
        UsageError: the options contradict each other.
        ConfigurationError: the configuration is wrong.
    """
    now = dt.datetime.now(dt.UTC)
    first = moment_of(since, now=now) if since else None
    last = moment_of(until, now=now) if until else None
    if around:
        if since or until:
            raise UsageError("--around stands for --since and --until; give one or the other")
        middle = moment_of(around, now=now)
        first, last = middle - 900 * 1_000_000_000, middle + 600 * 1_000_000_000
    if first is not None and last is not None and first >= last:
        raise UsageError("--since is not before --until")
    settings = Settings(
        format=format_name,
        format_string=format_string,
        component=component,
        zone=zone,
        year=year,
        since=first,
        until=last,
        jobs=jobs,
        packs=tuple(packs or ()),
    )
    loaded = configured(config)
    if loaded is None:
        return settings
    from logtriage.configuration.apply import applied  # noqa: PLC0415 - where there is some

    return applied(loaded.configuration, settings)


class Secrecy(NamedTuple):
    """What is done about secrets in what leaves the terminal."""

    no_redact: bool
    redaction: "Redaction | None"
    """None as it is without configuration."""

    @property
    def stream(self) -> "Redaction | None":
        """For commands that write record by record; None where secrets are shown."""
        if self.no_redact:
            return None
        from logtriage.report.redact import built_in  # noqa: PLC0415 - reads its table

        return self.redaction or built_in()


def secrecy_of(config: str | None, *, no_redact: bool, on_screen: bool = False) -> Secrecy:
    """What the option and the configuration say; ``on_screen``: this text stays in the terminal.

    Raises:
        ConfigurationError: the configuration is wrong.
        DeliveryError: its key is not there.
    """
    # what stays in the terminal is not redacted: the person there owns the logs
    if no_redact or (on_screen and sys.stdout.isatty()):
        return Secrecy(no_redact=True, redaction=None)
    loaded = configured(config)
    if loaded is None:
        return Secrecy(no_redact=False, redaction=None)
    from logtriage.configuration.apply import redaction_of  # noqa: PLC0415 - where there is some

    table = loaded.configuration.redaction
    return Secrecy(not table.enabled, redaction_of(table) if table.enabled else None)


def promises_of(config: str | None) -> dict[str, str]:
    """Priority to what the configuration promises for it: ``respond within 15 min``."""
    loaded = configured(config)
    if loaded is None or not loaded.configuration.sla:
        return {}
    from logtriage.report.figures import duration as told  # noqa: PLC0415 - where there is some

    return {
        str(priority): f"respond within {told(duration(each.respond).total_seconds())}"
        for priority, each in loaded.configuration.sla.items()
        if each.respond is not None
    }


class HelpWanted(Exception):  # noqa: N818 - a wish, not an error
    """The command would wait for somebody to type a log: its help is shown instead."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


def refuse_terminal(paths: list[str] | None) -> bool:
    """True where the command would wait for somebody to type a log."""
    return not paths and sys.stdin is not None and sys.stdin.isatty()


def need_input(paths: list[str] | None, command: str) -> None:
    """HelpWanted where no path is given and standard input is a terminal."""
    if refuse_terminal(paths):
        raise HelpWanted(command)


def printable(text: str) -> str:
    """One line of text whose control characters cannot reach a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\t" if c == "\t" else repr(c)[1:-1] for c in text)


class Look(NamedTuple):
    """How standard output can show a report."""

    terminal: bool
    width: int
    colour: bool
    links: bool
    ascii_only: bool


def look_of(wanted: Colour, *, no_color: bool) -> Look:
    """What standard output is and can do."""
    terminal = sys.stdout.isatty()
    dumb = os.environ.get("TERM") in {"dumb", "unknown"}
    colour = wanted is Colour.ALWAYS or (
        wanted is Colour.AUTO and terminal and not dumb and not os.environ.get("NO_COLOR")
    )
    width = shutil.get_terminal_size((80, 24)).columns if terminal else 80
    return Look(
        terminal=terminal,
        width=min(width, 120),
        colour=colour and not no_color,
        links=terminal and colour and not no_color and shows_links(os.environ),
        ascii_only=not (speaks_unicode(os.environ) and encodes_unicode(sys.stdout)),
    )


def encodes_unicode(stream: TextIO) -> bool:
    """Whether the stream can say more than ASCII."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def speaks_unicode(environment: Mapping[str, str]) -> bool:
    """Whether the user's locale is one of UTF-8.

    Python turns the C locale into UTF-8 for itself and says so in LC_CTYPE (PEP 538): that is not
    what the user asked for, nor what cron puts at the head of its mail.
    """
    if environment.get("PYTHONIOENCODING") or environment.get("PYTHONUTF8") == "1":
        return True
    chosen = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG", "")
    plain = environment.get("LANG", "") in {"", "C", "POSIX"}
    if not environment.get("LC_ALL") and plain and environment.get("LC_CTYPE") in _COERCED:
        return False
    return "utf8" in chosen.lower().replace("-", "")


_COERCED: Final = ("C.UTF-8", "C.utf8", "UTF-8")

_LINKING: Final = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"})
_LINKING_TERMS: Final = ("xterm-kitty", "alacritty", "foot", "wezterm", "xterm-ghostty", "contour")


def shows_links(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is one that makes OSC 8 links of places; others may print rubbish."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced != "0"
    with contextlib.suppress(ValueError):
        if int(environment.get("VTE_VERSION", "0")) >= 5000:
            return True
    return (
        environment.get("TERM_PROGRAM") in _LINKING
        or environment.get("TERM", "").startswith(_LINKING_TERMS)
        or bool(environment.get("WT_SESSION") or environment.get("KONSOLE_VERSION"))
    )


def tell_inputs(report: Report) -> None:
    """Say on standard error how each input was read."""
    for entry in report.inputs:
        said = [entry.format or "no format", f"{entry.lines:,} lines", f"{entry.errors:,} errors"]
        said += entry.problems
        sys.stderr.write(f"{printable(entry.path)}: {printable(', '.join(said))}\n")
