"""What the readers of all kinds of formats share: levels, components, timestamps of one format."""

import re
from collections.abc import Mapping
from typing import Final

from logtriage.parse.levels import NUMBER_BY_PRIORITY, number_of
from logtriage.parse.schema import Format
from logtriage.parse.timestamp import TimestampReader

REMEMBERED: Final = 2000
"""Most levels and components kept."""

_PROGRAM: Final = re.compile(r"(?:.*/)?([A-Za-z][\w.+-]*?)(?:[@\[(:].*)?$", re.ASCII)


class FormatFields:
    """Levels, components and timestamps as one format writes them."""

    def __init__(
        self, made: Format, clock: TimestampReader, component_kinds: Mapping[str, str]
    ) -> None:
        self.name = made.name
        self.component = made.component
        self.clock = clock
        self.keys = made.keys
        self.attribute_names = made.attributes
        self._fixed_kind = made.component_kind
        self._component_kinds = component_kinds
        self._levels: dict[str, int | None] = dict(made.levels)
        self._folded = {word.lower(): number for word, number in made.levels.items()}
        self._kinds: dict[str | None, str | None] = {None: made.component_kind}

    def severity(self, word: str) -> int | None:
        """The number of a level as this format writes it."""
        try:
            return self._levels[word]
        except KeyError:
            number = self._folded.get(word.lower())
            if number is None:
                number = number_of(word)
            if len(self._levels) < REMEMBERED:
                self._levels[word] = number
            return number

    def kind_of(self, component: str | None) -> str | None:
        """The kind of a component: the format's own, else by the program's name."""
        try:
            return self._kinds[component]
        except KeyError:
            kind = self._fixed_kind or kind_of_program(component or "", self._component_kinds)
            if len(self._kinds) < REMEMBERED:
                self._kinds[component] = kind
            return kind


def kind_of_program(name: str, kinds: Mapping[str, str]) -> str | None:
    """The kind of a program by its name: ``postfix/smtpd``, ``/usr/sbin/cron``, ``redis-1``."""
    folded = name.lower()
    known = kinds.get(folded)
    if known is not None:
        return known
    if "/" in folded and (known := kinds.get(folded.split("/", 1)[0])):
        return known
    found = _PROGRAM.match(folded)
    if found is None:
        return None
    program = found[1]
    return kinds.get(program) or kinds.get(re.sub(r"[-_.]?\d+$", "", program))


def priority_severity(text: str) -> int | None:
    """The severity of a syslog PRI (facility * 8 + severity)."""
    return NUMBER_BY_PRIORITY[int(text) & 7] if text.isdecimal() and len(text) <= 3 else None
