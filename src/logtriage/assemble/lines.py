"""What kind of line of a trace a line is, in one dialect."""

import re
from typing import Final, NamedTuple

from logtriage.assemble.dialects import Dialect, LineRule, Role
from logtriage.model.record import Frame
from logtriage.scan.regexes import compiled

LONGEST: Final = 4096
"""Characters of a line that are looked at."""

REMEMBERED: Final = 8192
"""Lines whose kind is remembered; the same frames come again and again."""


class Hit(NamedTuple):
    """A line as one rule reads it."""

    role: Role
    rule: LineRule
    indent: int
    groups: dict[str, str]
    """Only groups that took part."""
    frame: Frame | None
    """For a frame, and where the line that states an exception names a place."""


class LineKinds:
    """Sorts lines into the kinds of one dialect; compiles its expressions at first use."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._rules: list[tuple[LineRule, re.Pattern[str]]] | None = None
        self._loose: list[tuple[LineRule, re.Pattern[str]]] = []
        self._strip = compiled(dialect.strip) if dialect.strip else None
        self.within = compiled(dialect.within).search if dialect.within else None
        """Finds a cause stated on the line of what it caused."""
        self._known: dict[str, tuple[Hit, ...]] = {}

    def kinds(self, line: str) -> tuple[Hit, ...]:
        """All readings up to the first that needs nothing before it; empty for foreign lines."""
        known = self._known.get(line)
        if known is None:
            known = self._read(line)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            if len(line) <= LONGEST:
                self._known[line] = known
        return known

    def bare(self, line: str) -> str:
        """The line without what the dialect prints before each line."""
        return self._strip.sub("", line, count=1) if self._strip else line

    def loosely(self, line: str, reach: int) -> Hit | None:
        """The line as one above a first frame that states the exception."""
        if self._rules is None:
            self._compile()
        for rule, pattern in self._loose:
            if rule.reach >= reach:
                match = pattern.search(line, 0, LONGEST)
                if match:
                    return self._hit(rule, match, line)
        return None

    def _compile(self) -> list[tuple[LineRule, re.Pattern[str]]]:
        regexes = [(rule, compiled(rule.regex)) for rule in self.dialect.line]
        self._rules = [pair for pair in regexes if pair[0].role != "loose"]
        self._loose = [pair for pair in regexes if pair[0].role == "loose"]
        return self._rules

    def _read(self, line: str) -> tuple[Hit, ...]:
        rules = self._rules if self._rules is not None else self._compile()
        line = self.bare(line)
        hits = []
        for rule, pattern in rules:
            match = pattern.match(line, 0, LONGEST)
            if match:
                hits.append(self._hit(rule, match, line))
                if rule.only_after is None:
                    break
        return tuple(hits)

    def _hit(self, rule: LineRule, match: re.Match[str], line: str) -> Hit:
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        frame = None
        if rule.role in {"frame", "call", "place"} or "file" in groups or "function" in groups:
            frame = self._frame(groups)
        indent = len(line) - len(line.lstrip())
        return Hit(rule.role, rule, indent, groups, frame)

    def _frame(self, groups: dict[str, str]) -> Frame:
        function, module = groups.get("function"), groups.get("module")
        file, number = groups.get("file"), groups.get("line")
        dialect = self.dialect
        full = function
        if function and module and not function.startswith(module):
            full = f"{module}{dialect.separator}{function}"
        own = self.own(full, file, module)
        if function and dialect.segments:
            module, function = shortened(function, dialect.separator, dialect.segments, module)
        return Frame(
            function=function or None,
            file=file or None,
            line=int(number) if number and number.isdecimal() and len(number) < 10 else None,
            module=module or None,
            own=own,
        )

    def own(self, function: str | None, file: str | None, module: str | None) -> bool | None:
        """False for a library's frame, True for an own one, None where nothing tells."""
        library = self.dialect.library
        if function and function.startswith(library.functions):
            return False
        if function and any(part in function for part in library.parts):
            return False
        if file and any(part in file for part in library.files):
            return False
        if module and any(part in module for part in library.files):
            return False
        if library.own_needs == "file":
            return True if file else None
        return True if function or file else None


def shortened(
    function: str, separator: str, segments: int, module: str | None
) -> tuple[str | None, str]:
    """Module and the last ``segments`` parts of a full function name."""
    parts = function.rsplit(separator, segments)
    if len(parts) <= segments:
        return module, function
    if not parts[-2] and separator == "." and segments > 1:
        # a .NET constructor: Acme.Ledger..ctor
        parts = [*function[: -len(parts[-1]) - 2].rsplit(".", 1), f".{parts[-1]}"]
        if len(parts) < 3:
            return module, function
    return module or parts[0], separator.join(parts[1:])
