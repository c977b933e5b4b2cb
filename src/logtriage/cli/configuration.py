"""``logtriage config``: check and show the configuration."""

from typing import Annotated

import typer

from logtriage.cli import options
from logtriage.errors import UsageError

app = typer.Typer(
    name="config",
    help="Check and show the configuration.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("check")
def check(config: options.Config = None) -> int:
    """Check the configuration and all that it names; exit 2 where something is wrong.

    Examples:
      logtriage config check

      logtriage config check --config staging.toml
    """
    from logtriage.cli.configured import configured  # noqa: PLC0415 - after the quick answers
    from logtriage.configuration.warnings import warnings_of  # noqa: PLC0415

    loaded = configured(config)
    if loaded is None:
        typer.echo("no configuration: nothing to check")
        return 0
    for warning in warnings_of(loaded):
        typer.echo(f"warning: {options.printable(warning)}")
    typer.echo(f"{options.printable(loaded.path or 'environment')}: no errors")
    return 0


@app.command("show")
def show(
    config: options.Config = None,
    output: Annotated[str, typer.Option("--output", "-o", help="text or json.")] = "text",
) -> int:
    """Print the values in force, and where each came from. Secrets are never shown.

    Examples:
      logtriage config show

      LOGTRIAGE_JOBS=2 logtriage config show --output json
    """
    if output not in {"text", "json"}:
        raise UsageError(f"config show has no output {output!r}", help="choose text or json")
    from logtriage.cli.configured import configured  # noqa: PLC0415 - after the quick answers
    from logtriage.configuration.load import Loaded  # noqa: PLC0415
    from logtriage.configuration.schema import Configuration  # noqa: PLC0415
    from logtriage.configuration.show import as_json, as_toml  # noqa: PLC0415

    loaded = configured(config) or Loaded(Configuration(), None, {})
    shown = as_json(loaded) if output == "json" else as_toml(loaded)
    typer.echo(shown, nl=False)
    return 0
