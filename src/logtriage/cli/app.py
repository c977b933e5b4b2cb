"""The commands of the program."""

import typer

from logtriage.cli import (
    compare,
    configuration,
    explain,
    formats,
    patterns,
    rules,
    scan,
    stream,
)

app = typer.Typer(
    name="logtriage",
    help="What broke first, what merely followed, whose it is to fix, and how sure that is.",
    no_args_is_help=True,
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
app.add_typer(formats.app)
app.add_typer(configuration.app)
app.add_typer(rules.app)
