"""``tag``, ``parse`` and ``patterns``: record by record."""

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from logtriage.cli import options
from logtriage.cli.console import complain
from logtriage.deliver.output import print_bytes
from logtriage.errors import InputError, UsageError
from logtriage.model.report import TENTATIVE

if TYPE_CHECKING:
    from logtriage.model.record import Record
    from logtriage.pipeline.tools import Tools
    from logtriage.source.locate import Source

Write = Callable[[bytes], None]


class Sink:
    """Standard output in large pieces, or line by line where somebody waits for each."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def line(self, line: bytes) -> None:
        """Write one line."""
        self._pieces.append(line)
        self._size += len(line)
        if self._size > 1 << 16:
            self.flush()

    def flush(self) -> None:
        """Write out what is held."""
        if self._pieces:
            print_bytes(b"\n".join(self._pieces) + b"\n")
            self._pieces.clear()
            self._size = 0


def each_input(paths: list[str] | None, use: "Callable[[Source], None]") -> int:
    """Call ``use`` for every input; trouble is told and the run goes on. The exit code."""
    from logtriage.source.locate import locate  # noqa: PLC0415 - after the options are checked

    sources, troubles = locate(paths or [])
    failed = False
    for trouble in troubles:
        complain(f"{trouble.path}: {trouble.reason}")
        failed |= trouble.failed
    for source in sources:
        try:
            use(source)
        except InputError as error:
            complain(f"{source.path}: {error.reason or error.what}")
            failed = True
    return 3 if failed else 0


def stream(
    source: "Source",
    tools: "Tools",
    flush: Callable[[], None],
    *,
    quiet: bool = False,
    verbose: int = 0,
) -> "Iterator[Record]":
    """Records of an input; ``flush`` is called whenever the input has no more for now.

    What is odd about an input is told on standard error unless ``quiet``, how it was read if
    ``verbose``.
    """
    from logtriage.model.tally import InputTally  # noqa: PLC0415
    from logtriage.pipeline.flow import read_records  # noqa: PLC0415
    from logtriage.pipeline.opened import Opened  # noqa: PLC0415
    from logtriage.pipeline.reading import Reader  # noqa: PLC0415

    opened = Opened(source, tools, eager=not source.regular)
    if opened.survey.binary:
        if not quiet:
            complain(f"{source.path}: binary data, not a log: passed over")
        return
    reader = Reader(source, opened.survey, tools)
    settings = tools.settings
    since, until = settings.since, settings.until
    tally = InputTally(source.path)
    for record in read_records(opened, reader, tally, idle=flush):
        moment = record.timestamp
        if moment is not None and (
            (since is not None and moment < since) or (until is not None and moment >= until)
        ):
            continue
        yield record
    if verbose:
        said = f"{', '.join(opened.survey.formats) or 'no format'}, {tally.lines:,} lines"
        sys.stderr.write(f"{options.printable(source.path)}: {said}\n")
    for problem in [] if quiet else opened.problems:
        complain(f"{source.path}: {problem}")


def tag(
    paths: options.Paths = None,
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
    fail_on: Annotated[
        options.FailOn,
        typer.Option(
            metavar="WHAT", help="Exit 1 for such an error: none, production, application or any."
        ),
    ] = options.FailOn.NONE,
    no_redact: options.NoRedact = False,
    color: options.ColourOption = options.Colour.AUTO,
    no_color: options.NoColour = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing of odd inputs.")
    ] = False,
    verbose: options.Verbose = 0,
) -> int:
    """Print each error record with its tag, as it is read.

    Examples:
      kubectl logs -f deploy/orders | logtriage tag

      logtriage tag app.log --output jsonl
    """
    if output not in {"text", "jsonl"}:
        raise UsageError(f"tag has no output {output!r}", help="choose text or jsonl")
    from logtriage.group.fingerprint import fingerprint_text, issue_key  # noqa: PLC0415
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415
    from logtriage.report.stream import tagged_line, tagged_text  # noqa: PLC0415

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
    redaction = secrecy.stream
    tools = Tools(settings)
    sink = Sink()
    judge = tools.judge()

    look = options.look_of(color, no_color=no_color)
    wanted = options.tags_of(fail_on)
    found = False

    def use(source: "Source") -> None:
        nonlocal found
        for record in stream(source, tools, sink.flush, quiet=quiet, verbose=verbose):
            verdict = judge.judge(record, tools.classifier.classify).verdict
            if verdict is None:
                continue
            found = found or (verdict.tag in wanted and verdict.confidence >= TENTATIVE)
            if output == "text":
                told = tagged_text(record, verdict)
                told = options.printable(redaction.text(told) if redaction else told)
                sink.line(_drawn(told, look).encode(errors="replace"))
            else:
                key, _ = issue_key(record, verdict)
                sink.line(tagged_line(record, verdict, fingerprint_text(key), redaction))

    options.need_input(paths, "tag")
    code = each_input(paths, use)
    sink.flush()
    return 1 if found else code


def _drawn(line: str, look: options.Look) -> str:
    """The line with its tag in colour, in ASCII where the locale is."""
    if look.ascii_only:
        from logtriage.report.safe import ascii_text  # noqa: PLC0415

        line = ascii_text(line)
    if look.colour:
        for word, colour in (("INCIDENT", "31"), ("DEFECT", "35")):
            if f"  {word}  " in line[:26]:
                return line.replace(word, f"\x1b[1;{colour}m{word}\x1b[0m", 1)
    return line


def parse(
    paths: options.Paths = None,
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
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing of odd inputs.")
    ] = False,
    verbose: options.Verbose = 0,
) -> int:
    """Print every record, normalised.

    Examples:
      logtriage parse app.log --output jsonl | jq .message

      journalctl -o json | logtriage parse
    """
    if output not in {"text", "jsonl"}:
        raise UsageError(f"parse has no output {output!r}", help="choose text or jsonl")
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415
    from logtriage.report.stream import parsed_line, parsed_text  # noqa: PLC0415

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
    options.need_input(paths, "parse")
    secrecy = options.secrecy_of(config, no_redact=no_redact, on_screen=output == "text")
    redaction = secrecy.stream
    tools = Tools(settings)
    sink = Sink()

    def use(source: "Source") -> None:
        if output == "jsonl":
            for record in stream(source, tools, sink.flush, quiet=quiet, verbose=verbose):
                sink.line(parsed_line(record, redaction))
        else:
            for record in stream(source, tools, sink.flush, quiet=quiet, verbose=verbose):
                told = parsed_text(record)
                told = redaction.text(told) if redaction else told
                sink.line(options.printable(told).encode(errors="replace"))

    code = each_input(paths, use)
    sink.flush()
    return code
