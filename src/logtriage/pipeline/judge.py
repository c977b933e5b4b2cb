"""Classification at the price of a lookup: most records are told by a glance or known already."""

from collections.abc import Callable

from logtriage.model.record import Record
from logtriage.model.severity import WARN
from logtriage.model.verdict import NOTHING, Classification
from logtriage.scan.scanner import Scanner


class Judge:
    """Classifies records one by one: a native glance at the text first, then the rules.

    A record below warn whose text no rule's pattern occurs in can be neither an error nor a
    change; that is what the glance tells.
    """

    def __init__(self, glance: Callable[[], Scanner]) -> None:
        """``glance`` makes the scanner that holds the patterns of all rules."""
        self._make_glance = glance
        self._scanner: Scanner | None = None

    def judge(self, record: Record, classify: Callable[[Record], Classification]) -> Classification:
        """What ``classify`` says about the record, asked only if it can say anything."""
        if (record.severity_number or 0) < WARN and record.exception is None:
            if self._scanner is None:
                self._scanner = self._make_glance()
            if not self._scanner.scan(record.text.encode(errors="replace")):
                return NOTHING
        return classify(record)
