"""What the dialects know of single lines, joined into a few expressions."""

import re
from collections.abc import Sequence
from typing import Final

from logtriage.assemble.dialects import Dialects, Report
from logtriage.scan.regexes import compiled, compiled_bytes

_NEVER: Final = r"[^\s\S]"

_GROUP_NAME: Final = compiled(r"\(\?P<\w+>")


def anonymous(expression: str) -> str:
    """The expression without group names, so that many can be joined."""
    return _GROUP_NAME.sub("(?:", expression)


def joined(expressions: Sequence[str]) -> str:
    """One expression that matches where any of these does."""
    return "|".join(f"(?:{anonymous(expression)})" for expression in expressions) or _NEVER


def continuation_pattern(dialects: Dialects) -> re.Pattern[bytes]:
    """Matches at the start of a line that carries on the record before it, whatever the format."""
    return compiled_bytes(joined(dialects.every("continues")))


def stray_pattern(dialects: Dialects) -> re.Pattern[bytes]:
    """Matches at the start of a line that may begin a record of its own although it has no head.

    Whether it does depends on the head before it, see `logtriage.assemble.assembler.Assembler`.
    """
    return compiled_bytes(joined([*dialects.every("crash"), *dialects.every("loud")]))


def trace_head_patterns(dialects: Dialects) -> list[str]:
    """Expressions of the native scan that find lines which begin or announce a trace."""
    return dialects.every("scan")


class LinePatterns:
    """What the assembler asks about a line."""

    def __init__(self, dialects: Dialects) -> None:
        self._starts_with = tuple(dialects.every("starts_with"))
        self._starts = compiled(joined(dialects.every("starts"))).match
        self.carries_with = (" ", "\t", *dialects.every("carries_with"))
        """Beginnings of all lines that `carries` may match."""
        self.carries = compiled(joined(dialects.every("carries"))).match
        self.continues = compiled(joined(dialects.every("continues"))).match
        self.loud = compiled(joined([*dialects.every("crash"), *dialects.every("loud")])).match
        self.crash = compiled(joined(dialects.every("crash"))).match
        self._each = [
            (
                (*dialect.starts_with, *dialect.carries_with),
                joined((*dialect.starts, *dialect.carries)),
            )
            for dialect in dialects.dialects
        ]
        self.pairs = tuple(
            (compiled(pair.first).search, compiled(pair.next).match)
            for dialect in dialects.dialects
            for pair in dialect.pair
        )
        self.reports: dict[str, list[ReportPatterns]] = {}
        for dialect in dialects.dialects:
            for report in dialect.report:
                self.reports.setdefault(report.component, []).append(ReportPatterns(report))

    def starts(self, line: str, *, hinted: bool = True) -> bool:
        """Whether a trace may begin with the line."""
        if line.startswith(self._starts_with):
            return True
        return (hinted or not line[:1].isalnum()) and self._starts(line) is not None

    def carries_on(self, line: str) -> bool:
        """Whether the line is a frame or a cause beyond doubt."""
        return line.startswith(self.carries_with) and self.carries(line) is not None

    def dialects_of(self, line: str) -> list[int]:
        """Numbers of the dialects in which a trace may begin or go on with the line."""
        # few of these are ever asked for
        return [
            number
            for number, (beginnings, regex) in enumerate(self._each)
            if line.startswith(beginnings) or compiled(regex).match(line)
        ]


class ReportPatterns:
    """A report of several lines with heads, compiled."""

    def __init__(self, report: Report) -> None:
        self.begin = compiled(report.begin).search
        self.end = compiled(report.end or _NEVER).search
        self.body = compiled(report.body).search if report.body else None
        self.tail = compiled(report.tail or _NEVER).search
        self.telling = tuple(compiled(regex).search for regex in report.telling)


def patterns_of(dialects: Dialects) -> LinePatterns:
    """The patterns of a set of dialects; made once, every input of a run asks for them."""
    known = _MADE.get(id(dialects))
    if known is None or known[0] is not dialects:
        known = _MADE[id(dialects)] = (dialects, LinePatterns(dialects))
    return known[1]


_MADE: Final[dict[int, tuple[Dialects, LinePatterns]]] = {}
