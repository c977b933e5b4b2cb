"""Write docs/cli.md and docs/logtriage.1 from the commands: `python docs/make_cli.py`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from logtriage.cli.app import program
from logtriage.cli.helping import split_help

FOLDER = Path(__file__).parent
HEAD = """\
# Commands

Made from the commands by `python docs/make_cli.py`; a test sees to it that it is current.
`logtriage PATH…` is short for `logtriage scan PATH…`.
"""


def pages() -> Iterator[tuple[str, Any, Any]]:
    """Path, command and context of every command, the program itself first."""
    root = get_command(program())
    yield from _pages(root, _context(root, "logtriage", None))


def _context(command: Any, name: str, parent: Any) -> Any:  # noqa: ANN401 - of a library
    return typer.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=100,
        help_option_names=["-h", "--help"],
    )


def _pages(command: Any, context: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401
    yield context.command_path, command, context
    for name in getattr(command, "commands", {}):
        inner = command.commands[name]
        yield from _pages(inner, _context(inner, name, context))


def markdown() -> str:
    """The page for readers of the repository."""
    parts = [HEAD]
    for path, command, context in pages():
        level = "##" if path.count(" ") < 2 else "###"
        parts.append(f"{level} {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def manual() -> str:
    """The page for man(1)."""
    lines = ['.TH LOGTRIAGE 1 "" "logtriage" "User Commands"', ".SH NAME"]
    lines.append("logtriage \\- what broke first, what merely followed, whose it is to fix")
    for path, command, context in pages():
        words, examples = split_help(command.help or "")
        lines += [f".SH {_roff(path.upper())}" if " " in path else ".SH DESCRIPTION"]
        usage = command.get_usage(context).removeprefix("Usage: ")
        lines += [".nf", _roff(" ".join(usage.split())), ".fi"]
        for paragraph in words.split("\n\n"):
            lines += [".PP", _roff(" ".join(paragraph.split()))]
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record:
                lines += [".TP", f".B {_roff(record[0])}", _roff(record[1])]
        if examples:
            lines += [".PP", "Examples:", ".nf", *map(_roff, examples), ".fi"]
    lines += [".SH ENVIRONMENT"]
    for name, words in ENVIRONMENT.items():
        lines += [".TP", f".B {name}", _roff(words)]
    return "\n".join(lines) + "\n"


ENVIRONMENT = {
    "NO_COLOR": "No colour, whatever the terminal can do.",
    "FORCE_HYPERLINK": "1: places are links on any terminal; 0: on none.",
    "LOGTRIAGE_CACHE": "Folder of compiled tables, in place of the XDG cache folder.",
    "LOGTRIAGE_SCAN": "plain: the twin of the native scan, in Python alone.",
}


def _roff(text: str) -> str:
    """Text without a meaning to roff."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    plain = re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", plain)
    return f"\\&{plain}" if plain.startswith((".", "\\(aq")) else plain


def main() -> None:
    """Write both."""
    (FOLDER / "cli.md").write_text(markdown(), encoding="utf-8")
    (FOLDER / "logtriage.1").write_text(manual(), encoding="utf-8")


if __name__ == "__main__":
    main()
