"""Exceptions stated within a line of text, without frames."""

import re
from typing import Final

from logtriage.assemble.dialects import Dialects, InlineRule
from logtriage.model.record import ExceptionInfo, ExceptionLink

LONGEST: Final = 8192
"""Characters of a line that are looked at."""

CAUSES: Final = 8
"""Causes told within one message that are followed."""


class InlineReader:
    """Finds ``java.net.ConnectException: Connection refused`` and the like in a line."""

    def __init__(self, dialects: Dialects) -> None:
        self._rules = [
            (dialect.name, rule) for dialect in dialects.dialects for rule in dialect.inline
        ]
        self._nested = dialects.every("nested")
        self._patterns: dict[str, re.Pattern[str]] = {}

    def read(self, line: str) -> ExceptionInfo | None:
        """The exception that stands first in the line, with the causes its message tells."""
        best: tuple[int, int] | None = None
        found: tuple[str, InlineRule, re.Match[str]] | None = None
        for order, (dialect, rule) in enumerate(self._rules):
            if not any(trigger in line for trigger in rule.triggers):
                continue
            match = self._pattern(rule.regex).search(line, 0, LONGEST)
            if match is None:
                continue
            start = match.start("type") if rule.type is None else match.start()
            if best is None or (start, order) < best:
                best = (start, order)
                found = (dialect, rule, match)
        if found is None:
            return None
        dialect, rule, match = found
        link = self._link(match, rule.type)
        return ExceptionInfo((link, *self.causes(link.message)), dialect)

    def causes(self, message: str | None) -> list[ExceptionLink]:
        """Causes that a message tells: ``…; nested exception is …``, ``Type: Type: …``."""
        links: list[ExceptionLink] = []
        while message and len(links) < CAUSES:
            matches = [
                match
                for regex in self._nested
                if (match := self._pattern(regex).search(message, 0, LONGEST))
            ]
            if not matches:
                break
            first = min(matches, key=lambda match: match.start())
            link = self._link(first, None)
            if links and link == links[-1]:
                break
            links.append(link)
            message = link.message
        return links

    @staticmethod
    def _link(match: re.Match[str], type_: str | None) -> ExceptionLink:
        groups = match.groupdict()
        message = groups.get("message")
        return ExceptionLink(type_ or groups["type"], (message or "").strip() or None)

    def _pattern(self, regex: str) -> re.Pattern[str]:
        pattern = self._patterns.get(regex)
        if pattern is None:
            pattern = self._patterns[regex] = re.compile(regex)
        return pattern
