"""The commands of the program."""

from typing import Final

import typer

from logtriage.cli import (
    compare,
    configuration,
    explain,
    follow,
    formats,
    mute,
    patterns,
    report,
    rules,
    scan,
    stream,
)
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
app.command("scan")(scan.scan)
app.command("tag")(stream.tag)
app.command("parse")(stream.parse)
app.command("patterns")(patterns.patterns)
app.command("explain")(explain.explain)
app.command("compare")(compare.compare)
app.command("follow")(follow.follow)
app.command("report")(report.report)
app.command("mute")(mute.mute)
app.add_typer(formats.app)
app.add_typer(configuration.app)
app.add_typer(rules.app)
with_examples_first(app)
