"""The command line."""

from logtriage.cli.console import main

__all__ = ["main"]
