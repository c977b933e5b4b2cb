"""Start, errors and exit codes: the only place that catches what the rest raises."""

import os
import sys
from collections.abc import Sequence
from typing import Final

from logtriage import __version__
from logtriage.errors import LogtriageError, UsageError

COMMANDS: Final = {
    "scan": "scan:scan",
    "tag": "stream:tag",
    "parse": "stream:parse",
    "patterns": "patterns:patterns",
    "explain": "explain:explain",
    "compare": "compare:compare",
    "follow": "follow:follow",
    "report": "report:report",
    "mute": "mute:mute",
    "formats": "formats:app",
    "rules": "rules:app",
    "config": "configuration:app",
}
"""Name to the module of ``cli`` and the function, or the group of commands, in it."""

BUG: Final = 70
INTERRUPTED: Final = 130

_OWN_OPTIONS: Final = frozenset(
    {"--help", "-h", "--version", "--install-completion", "--show-completion"}
)


def main() -> None:
    """Entry point of the program."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code."""
    try:
        code = _run(with_command(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has seen enough (`| head -1`); nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except LogtriageError as error:
        complain(str(error))
        return error.exit_code
    except Exception:  # noqa: BLE001 - the one catch-all: a bug, told so that it can be reported
        complain(_bug(arguments))
        return BUG
    return code


def with_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with the default command put in: ``logtriage x.log`` is a scan."""
    if arguments and (arguments[0] in COMMANDS or arguments[0] in _OWN_OPTIONS):
        return list(arguments)
    if any(name in os.environ for name in ("_LOGTRIAGE_COMPLETE",)):
        return list(arguments)
    if not arguments and sys.stdin is not None and sys.stdin.isatty():
        return ["--help"]
    if arguments:
        _refuse_mistyped(arguments[0])
    return ["scan", *arguments]


def _refuse_mistyped(word: str) -> None:
    """UsageError for what is no path here and all but the name of a command."""
    if not word.isalpha() or os.path.lexists(word):
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only where a path is missing

    if near := get_close_matches(word, COMMANDS, 1, 0.75):
        raise UsageError(
            f"there is no command and no file {word!r}", help=f"did you mean 'logtriage {near[0]}'?"
        )


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["--version"]:
        print(f"logtriage {__version__}")  # noqa: T201 - the answer
        return 0
    # after the quick answers
    from typer import Abort, BadParameter, Exit  # noqa: PLC0415

    from logtriage.cli.app import program  # noqa: PLC0415
    from logtriage.cli.options import HelpWanted  # noqa: PLC0415

    try:
        app = program(arguments[0] if arguments and arguments[0] in COMMANDS else None)
        code = app(arguments, prog_name="logtriage", standalone_mode=False)
    except Abort:
        return INTERRUPTED
    except HelpWanted as wanted:
        return _run([wanted.command, "--help"])
    except Exit as leave:
        return leave.exit_code
    except SystemExit as leave:
        # typer's answer to a closed pipe, which is ours to give
        if isinstance(leave.__context__, BrokenPipeError):
            raise leave.__context__ from None
        raise
    except Exception as error:
        # a BadParameter's grandparent is every error of usage, in whichever copy of click
        if not isinstance(error, BadParameter.__mro__[2]):
            raise
        error.show()  # type: ignore[attr-defined]
        return 2
    return code if isinstance(code, int) else 0


def complain(text: str) -> None:
    """Write an error to standard error, its control characters made harmless."""
    safe = "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in text)
    sys.stderr.write(f"error: {safe}\n")


def _bug(arguments: Sequence[str]) -> str:
    import traceback  # noqa: PLC0415 - takes a tenth of a start, and is not needed by most

    version = ".".join(str(part) for part in sys.version_info[:3])
    return (
        "this is a bug in logtriage; please report it with the text below\n\n"
        f"logtriage {__version__}, Python {version}, {sys.platform}\n"
        f"arguments: {' '.join(arguments)}\n\n{traceback.format_exc()}"
    )
