"""What a check has to say: one problem, with its place, its reason and its remedy."""

from typing import Final, Literal

import msgspec

from logtriage.errors import ExpressionError, LogtriageError, PackError, Snippet

Level = Literal["error", "warning"]

LONGEST: Final = 160
"""Characters of a quoted line."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a pack."""

    file: str
    rule: str
    check: str
    """R1 … R11, see docs/writing-rules.md."""
    level: Literal["error", "warning"]
    what: str
    reason: str | None = None
    snippet: str | None = None
    help: str | None = None

    def __str__(self) -> str:
        place = f"{self.file} {self.rule}".rstrip()
        parts = [f"{self.level}: {self.what}", f"  --> {place} [{self.check}]"]
        if self.reason:
            parts.append(f" reason: {self.reason}")
        if self.snippet:
            parts.append(self.snippet)
        if self.help:
            parts.append(f" help: {self.help}")
        return "\n".join(parts)


def of_error(file: str, rule: str, number: str, error: LogtriageError) -> Problem:
    """The problem that an error tells of."""
    if not rule and isinstance(error, PackError):
        rule = (error.where or "").removeprefix(file).removesuffix(" when").strip(": ")
    snippet = narrow(error.snippet) if error.snippet else None
    reason = None if isinstance(error, ExpressionError) else error.reason
    return Problem(file, rule, number, "error", error.what, reason, snippet, error.help)


def narrow(snippet: Snippet) -> str:
    """The snippet with a giant line cut around the caret."""
    if len(snippet.text) <= 160:
        return str(snippet)
    start = max(0, snippet.column - 60)
    part = snippet.text[start : start + 158]
    return str(Snippet(f"…{part}…", snippet.column - start + 1, snippet.label))


def first_line(text: str) -> str:
    """The first line of a text, cut where it is giant."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= 160 else f"{line[:159]}…"
