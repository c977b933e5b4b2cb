"""``logtriage formats``: list, show, check and make the formats of logs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from logtriage.cli import options
from logtriage.cli.console import complain
from logtriage.errors import UsageError

if TYPE_CHECKING:
    from logtriage.parse.catalog import Catalog
    from logtriage.parse.schema import Format

MOST_SAMPLES: Final = 400
"""Lines that a proposal looks at."""

KEPT_SAMPLES: Final = 3
"""Lines that become samples of a new format."""

app = typer.Typer(
    name="formats",
    help="The formats that logs are read with: list, show, check, make new ones.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.command("list")
def list_formats(
    words: Annotated[list[str] | None, typer.Argument(help="Only those that hold a word.")] = None,
    packs: options.Packs = None,
    output: Annotated[str, typer.Option("--output", "-o", help="text or jsonl.")] = "text",
) -> int:
    """Print name, kind and title of every format."""
    if output not in {"text", "jsonl"}:
        raise UsageError(f"formats list has no output {output!r}", help="choose text or jsonl")
    import msgspec  # noqa: PLC0415 - after the options are checked

    wanted = [word.lower() for word in words or ()]
    found = [
        made
        for made in _catalog(packs).formats
        if all(word in f"{made.name} {made.title}".lower() for word in wanted)
    ]
    found.sort(key=lambda made: made.name)
    for made in found:
        kind = f"wraps {made.wraps}" if made.wraps else made.kind
        if output == "jsonl":
            row = {
                "name": made.name,
                "kind": made.kind,
                "wraps": made.wraps or None,
                "title": made.title,
                "component": made.component,
                "path": made.path,
            }
            _print(msgspec.json.encode(row).decode())
        else:
            _print(f"{made.name:<24} {kind:<14} {options.printable(made.title)}")
    return 0


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Name of a format.")],
    packs: options.Packs = None,
) -> int:
    """Print the file of a format: its expressions, levels and samples."""
    made = _catalog(packs).get(name)
    _print(f"# {made.path}")
    _print(Path(made.path).read_text("utf-8").rstrip("\n"))
    return 0


@app.command("check")
def check(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Format files or folders; none: the built-in ones.")
    ] = None,
) -> int:
    """Run the samples of formats, against all other formats too; exit 2 where one fails."""
    from logtriage.parse.check import check_folders  # noqa: PLC0415 - as above

    folders: list[Path] = []
    wanted: set[str] = set()
    for text in paths or ():
        path = Path(text)
        if not path.exists():
            raise UsageError(f"{text!r} does not exist", help="name a format's file or a folder")
        folder = path if path.is_dir() else path.parent
        wanted.update(str(file) for file in (path.glob("*.toml") if path.is_dir() else [path]))
        if folder not in folders:
            folders.append(folder)
    problems, checked = check_folders(folders, wanted)
    for problem in problems:
        complain(f"{problem}\n")
    _print(
        f"{checked} formats checked: {len(problems) or 'no'} problem{'s' * (len(problems) != 1)}"
    )
    return 2 if problems else 0


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Name of the format to make.")],
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files with sample lines; '-' reads standard input.")
    ] = None,
    format_string: options.FormatString = None,
    date_format: Annotated[
        str, typer.Option(help="The date's own pattern (Python's datefmt).")
    ] = "",
    out: Annotated[
        str | None, typer.Option(help="Write NAME.toml into this folder, not to the terminal.")
    ] = None,
) -> int:
    """Make a format from a format string, from sample lines, or from both.

    Examples:
      logtriage formats new ours app.log

      logtriage formats new ours --format-string '%d{ISO8601} [%t] %-5p %c - %m%n' app.log
    """
    from logtriage.parse.format_toml import toml_of  # noqa: PLC0415
    from logtriage.parse.proposal import first_unread, proposed  # noqa: PLC0415

    _check_name(name)
    lines = _sample_lines(paths, wait=format_string is None)
    if format_string is not None:
        from logtriage.parse.format_strings import format_from_string  # noqa: PLC0415

        made = format_from_string(format_string, name=name, date_format=date_format)
    elif lines:
        made = proposed(name, lines)
    else:
        raise UsageError(
            "formats new needs sample lines or a format string",
            help=f"logtriage formats new {name} app.log, or --format-string '…'",
        )
    problem = first_unread(made, [line for line in lines if not line[:1].isspace()])
    text = toml_of(made, _distinct(made, lines))
    if out is None:
        _print(text.rstrip("\n"))
    else:
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.toml"
        if path.exists():
            raise UsageError(f"{path} exists already", help="choose another name, or remove it")
        path.write_text(text, "utf-8")
        _print(f"wrote {path}; prove it with: logtriage formats check {path}")
    if problem is not None:
        complain(str(problem))
        return 2
    return 0


def _catalog(packs: list[str] | None) -> "Catalog":
    from logtriage.pipeline.tools import Tools  # noqa: PLC0415 - after the options are checked

    return Tools(options.make_settings(packs=packs)).catalog


def _check_name(name: str) -> None:
    if not name.isascii() or not name.replace("-", "").isalnum() or name != name.lower():
        raise UsageError(
            f"{name!r} is not a name for a format", help="use small letters, digits and dashes"
        )


def _sample_lines(paths: list[str] | None, *, wait: bool) -> list[str]:
    """The first lines of files or standard input; none where there is nothing to read."""
    if not paths and (not wait or options.refuse_terminal(paths)):
        return []
    lines: list[str] = []
    for path in paths or ["-"]:
        if path == "-":
            raw = sys.stdin.buffer.read(1 << 20)
        else:
            try:
                with Path(path).open("rb") as file:
                    raw = file.read(1 << 20)
            except OSError as error:
                raise UsageError(f"{path}: {error.strerror}") from error
        lines += raw.decode("utf-8-sig", "replace").splitlines()[:MOST_SAMPLES]
    return [line for line in lines if line.strip()]


def _distinct(made: "Format", lines: list[str]) -> list[str]:
    """Sample lines that show different levels and lengths, the shortest of each level."""
    import re  # noqa: PLC0415 - as above

    by_level: dict[str, str] = {}
    for line in lines:
        for shape in made.lines:
            found = re.match(shape.regex, line, re.ASCII)
            if found:
                level = found.groupdict().get("severity") or ""
                by_level[level] = min(by_level.get(level, line), line, key=len)
                break
    return list(by_level.values())[:KEPT_SAMPLES]


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
