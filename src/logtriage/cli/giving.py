"""Giving a report out: to standard output and to files; how far a long run is meanwhile."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from logtriage.cli.options import Colour, encodes_unicode, look_of, speaks_unicode
from logtriage.deliver.output import print_text, write_whole
from logtriage.errors import LogtriageError, UsageError
from logtriage.model.report import Report
from logtriage.pipeline.tools import Tools
from logtriage.report.progress import Progress
from logtriage.report.redact import Redaction
from logtriage.report.render import OUTPUT_BY_ENDING, OUTPUTS, render
from logtriage.source.locate import Source

_PACKED = (".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip", ".tgz", ".z")


def check_outputs(output: str, out: Sequence[str], *, known: Sequence[str] = OUTPUTS) -> None:
    """UsageError where there is no such output or no folder for a file: before hours of reading."""
    if output not in known:
        raise UsageError(f"there is no output {output!r}", help=f"choose one of {', '.join(known)}")
    for path in out:
        if not path.strip() or Path(path).is_dir():
            raise UsageError(f"cannot write {path!r}", reason="it is a folder, not a file")
        if not Path(path).absolute().parent.is_dir():
            raise UsageError(
                f"cannot write {path}", reason=f"there is no folder {Path(path).parent}"
            )


def output_of(path: str, output: str, *, known: Sequence[str] = OUTPUTS) -> str:
    """What to write to a file: as its ending says, else as standard output gets it."""
    named = OUTPUT_BY_ENDING.get(Path(path).suffix.lower(), output)
    return named if named in known else output


@contextlib.contextmanager
def reading(sources: Sequence[Source], tools: Tools, *, quiet: bool) -> Iterator[None]:
    """Tell on standard error how far the reading is, where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    whole = all(each.regular and not each.path.lower().endswith(_PACKED) for each in sources)
    progress = Progress(
        sys.stderr,
        sum(each.size or 0 for each in sources) if whole else None,
        width=shutil.get_terminal_size((80, 24)).columns,
        ascii_only=not (speaks_unicode(os.environ) and encodes_unicode(sys.stderr)),
    )
    tools.on_read = progress.add
    try:
        yield
    finally:
        progress.close()


def give_out(
    report: Report,
    output: str,
    out: Sequence[str],
    *,
    color: Colour = Colour.AUTO,
    no_color: bool = False,
    top: int = 10,
    show_ignored: bool = False,
    no_redact: bool = False,
    redaction: Redaction | None = None,
    seconds: float | None = None,
    silent: bool = False,
    promises: Mapping[str, str] | None = None,
) -> None:
    """Write the files, then standard output unless ``silent``.

    A file that cannot be written keeps neither the others nor the screen from the report; the
    first such trouble is raised in the end.
    """
    look = look_of(color, no_color=no_color)
    first: LogtriageError | None = None
    for path in out:
        chosen = output_of(path, output)
        try:
            write_whole(
                path,
                render(
                    report,
                    chosen,
                    top=top,
                    show_ignored=show_ignored,
                    redact=not no_redact,
                    redaction=redaction,
                    promises=promises,
                ),
            )
        except LogtriageError as error:
            first = first or error
    if not silent:
        # what stays in the terminal is not redacted: the person there owns the logs
        redact = not no_redact and not (look.terminal and output == "text")
        shown = render(
            report,
            output,
            width=look.width,
            crop=look.terminal,
            colour=look.colour,
            links=look.links,
            ascii_only=look.ascii_only,
            top=top,
            show_ignored=show_ignored,
            redact=redact,
            redaction=redaction,
            seconds=seconds if look.terminal else None,
            promises=promises,
        )
        print_text(shown, encoding=None if output == "text" else "utf-8")
    if first is not None:
        raise first
