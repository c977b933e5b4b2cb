"""The commands of the program."""

from importlib import import_module
from typing import Final

import typer

from logtriage.cli.console import COMMANDS
from logtriage.cli.helping import with_examples_first

HELP: Final = """What broke first, what merely followed, whose it is to fix, and how sure that is.

Reads any logs: files, folders, globs, archives, standard input. Without a command it is a scan:
see logtriage scan --help for its options. logtriage --version tells the version.

Exit codes: 0 done; 1 found what --fail-on names; 2 wrong usage, configuration or pack; 3 a path
could not be read; 70 a bug; 75 the state is locked; 130 interrupted.

Examples:
    logtriage /var/log/shop/                           # the root causes in a folder
    kubectl logs deploy/orders --since=1h | logtriage  # or in a pipe
    logtriage app.log --since 2h --out report.html     # as a page with a picture
    kubectl logs -f deploy/orders | logtriage tag      # each error as it comes
    logtriage compare yesterday/ today/                # what is new
    logtriage explain app.log --issue I3               # why it was tagged so
"""


def program(only: str | None = None) -> typer.Typer:
    """The program with all its commands, or with one: a run needs no other, and starts sooner."""
    app = typer.Typer(
        name="logtriage",
        help=HELP,
        no_args_is_help=True,
        subcommand_metavar="[PATH]... | COMMAND [ARGS]...",
        # plain help is faster than rich help, and help is asked for in a hurry
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        add_completion=True,
    )
    # with one command and no callback it would be that command itself
    app.callback()(_nothing)
    for name in [only] if only else COMMANDS:
        module, _, function = COMMANDS[name].partition(":")
        command = getattr(import_module(f"logtriage.cli.{module}"), function)
        if isinstance(command, typer.Typer):
            app.add_typer(command)
        else:
            app.command(name)(command)
    return with_examples_first(app)


def _nothing() -> None:
    pass
