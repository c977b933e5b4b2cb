"""The one exception tree; only ``cli.console`` catches it and chooses the exit code.

::

    LogtriageError                exit 2 unless a child says otherwise
    ├── UsageError                an option or argument cannot be what it is
    ├── ConfigurationError        logtriage.toml is wrong
    ├── PackError                 a rule pack, a format or a dialect is wrong
    │   └── ExpressionError       its ``when`` does not parse or type-check
    ├── StateError                the state file is damaged, foreign or cannot be written
    ├── InputError                exit 3: a PATH could not be opened or read to its end
    ├── DeliveryError             a message was not taken; told and kept, it ends no run
    └── StateLockedError          exit 75: another run holds the state
"""

from typing import ClassVar, NamedTuple


class Snippet(NamedTuple):
    """A piece of the user's own text with the place of the trouble marked."""

    text: str
    """One line, as the user wrote it."""
    column: int
    """0-based character the caret stands under."""
    label: str = ""
    """Words after the caret, such as ``matched up to here``."""

    def __str__(self) -> str:
        return f"  | {self.text}\n  | {' ' * self.column}^ {self.label}".rstrip()


class LogtriageError(Exception):
    """What went wrong, where, why, the text in question, and what to do about it."""

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        reason: str | None = None,
        snippet: Snippet | None = None,
        help: str | None = None,  # noqa: A002 - the word a reader of the message sees
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.reason = reason
        self.snippet = snippet
        self.help = help

    def __str__(self) -> str:
        """Five parts, each on its own line, absent ones left out."""
        parts = [self.what]
        if self.where:
            parts.append(f"  --> {self.where}")
        if self.reason:
            parts.append(f" reason: {self.reason}")
        if self.snippet:
            parts.append(str(self.snippet))
        if self.help:
            parts.append(f" help: {self.help}")
        return "\n".join(parts)


class UsageError(LogtriageError):
    """An option or argument cannot be what it is."""


class ConfigurationError(LogtriageError):
    """The configuration file is wrong."""


class PackError(LogtriageError):
    """A rule pack, a format or a trace dialect is wrong."""


class ExpressionError(PackError):
    """A ``when`` expression does not parse or does not type-check."""


class InputError(LogtriageError):
    """A PATH could not be opened or read to its end."""

    exit_code = 3


class DeliveryError(LogtriageError):
    """A destination did not take a message."""

    def __init__(self, what: str, *, again: bool = True, wait: int | None = None) -> None:
        """``again``: a later try can succeed; ``wait``: seconds the other side asks for."""
        super().__init__(what)
        self.again = again
        self.wait = wait


class StateError(LogtriageError):
    """The state file is damaged, another program's, or cannot be read or written."""


class StateLockedError(LogtriageError):
    """Another run holds the state file."""

    exit_code = 75
