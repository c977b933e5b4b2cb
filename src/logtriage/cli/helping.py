"""Help pages: the examples first, plain and fast."""

import inspect
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


def split_help(text: str) -> tuple[str, list[str]]:
    """What a docstring says, and its examples without the blank lines between them."""
    words, _, examples = inspect.cleandoc(text).partition("\f")[0].partition("Examples:\n")
    lines = [line.strip() for line in examples.splitlines()]
    return words.strip(), [line for line in lines if line]


class _ExamplesFirst:
    """Writes the examples before the description; nothing is rewrapped in them."""

    help: str | None

    def format_help_text(self, _context: Any, formatter: Any) -> None:  # noqa: ANN401 - of a library
        """Examples, then the words."""
        words, examples = split_help(self.help or "")
        if examples:
            with formatter.section("Examples"):
                for line in examples:
                    formatter.write(f"{' ' * formatter.current_indent}{line}\n")
        if words:
            formatter.write_paragraph()
            formatter.write_text(words)


class HelpCommand(_ExamplesFirst, TyperCommand):
    """A command whose help begins with its examples."""


class HelpGroup(_ExamplesFirst, TyperGroup):
    """A group of commands; what each does is told in full, not cut at the margin."""

    def format_commands(self, context: Any, formatter: Any) -> None:  # noqa: ANN401 - of a library
        """Name and first paragraph of each command."""
        rows = []
        for name in self.list_commands(context):
            command = self.get_command(context, name)
            if command is not None and not command.hidden:
                words, _ = split_help(command.help or "")
                rows.append((name, " ".join(words.partition("\n\n")[0].split())))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def with_examples_first(app: typer.Typer) -> typer.Typer:
    """The same program, and the groups in it, with help of this kind."""
    app.info.cls = HelpGroup
    for command in app.registered_commands:
        command.cls = HelpCommand
    for group in app.registered_groups:
        if group.typer_instance is not None:
            with_examples_first(group.typer_instance)
            group.cls = HelpGroup
    return app
