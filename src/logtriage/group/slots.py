"""The running count of records that read alike and keep their timestamp in the same place."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from logtriage.model.record import Record
from logtriage.model.tallies import earliest, smallest_ids
from logtriage.model.tally import EXEMPLARS, TRACE_IDS, Exemplar, Histogram, IssueTally
from logtriage.model.verdict import Classification

UNDATED_SECOND: Final = 1 << 40
"""Stands for the second of a record without a timestamp: sorts after all others."""

_FRACTION: Final = re.compile(rb"(?<=[0-9])[.,](\d{1,9})")
_NANO: Final = 1_000_000_000


class Layout(NamedTuple):
    """Where in a record the timestamp stands (byte offsets)."""

    begin: int = 0
    cut: int = 0
    """End of the part down to the second."""
    fraction: int = 0
    """Start of the digits after the second; equal to `end` where there are none."""
    end: int = 0
    suffix: bytes = b""
    """What follows the fraction: a zone."""
    anchor: bytes = b""
    """The bytes before the timestamp; they find it in lines where it stands elsewhere."""

    def shift(self, span: bytes) -> int:
        """How much further right than in the first record the timestamp stands."""
        anchor = self.anchor
        if not anchor or span.startswith(anchor, self.begin - len(anchor)):
            return 0
        found = span.find(anchor)
        return 0 if found < 0 else found + len(anchor) - self.begin


NOWHERE: Final = Layout()


def layout_of(span: bytes, where: tuple[int, int] | None) -> Layout:
    """Layout of a record whose timestamp covers the bytes ``where`` of its first line."""
    if where is None:
        return NOWHERE
    begin, end = where
    stamp = span[begin:end]
    anchor = span[max(begin - 3, 0) : begin]
    if any(byte in b"0123456789" for byte in anchor):
        anchor = span[begin - 1 : begin]
    if stamp.isdigit() and len(stamp) in {13, 16, 19}:
        return Layout(begin, begin + 10, begin + 10, end, b"", anchor)
    # the last run of digits after a dot is the fraction: "2026.01.02 03.04.05.678"
    found = next(reversed(list(_FRACTION.finditer(stamp))), None)
    if found is None or stamp[: found.start()].count(b":") < 2:
        return Layout(begin, end, end, end, b"", anchor)
    start, stop = found.span(1)
    return Layout(begin, begin + start - 1, begin + start, begin + stop, stamp[stop:], anchor)


class Slot:
    """Counts of one issue in one layout. Mutable: it lives inside one `Counter` only."""

    __slots__ = (
        "begin",
        "cache",
        "classification",
        "count",
        "cut",
        "identities",
        "kept",
        "key",
        "last",
        "last_moment",
        "layout",
        "record",
        "seconds",
        "spans",
        "starts",
        "template",
        "traced",
        "worst",
    )

    def __init__(
        self,
        record: Record,
        classification: Classification,
        key: str,
        template: str,
        layout: Layout,
        cache: dict[bytes, int],
    ) -> None:
        self.record = record
        self.classification = classification
        self.key = key
        self.template = template
        self.layout = layout
        self.begin, self.cut = layout.begin, layout.cut
        self.cache = cache
        self.count = 0
        self.seconds: Counter[int] = Counter()
        self.spans: list[bytes] = []
        """Records of the block at hand that are not counted yet."""
        self.starts: list[int] = []
        """Their offsets in the block."""
        self.kept: list[tuple[int, int, int, bytes | Record]] = []
        """(second, nanoseconds, line, record) of the earliest, sorted."""
        self.worst = UNDATED_SECOND
        """Second of the latest exemplar once all places are taken."""
        self.last = -1
        self.last_moment: int | None = None
        self.traced: re.Pattern[bytes] | None = None
        self.identities: set[str] = set()

    def trace_by(self, span: bytes) -> None:
        """Find trace ids of later records by the words before the first one's."""
        identity = (self.record.trace_id or "").encode()
        if not identity:
            return
        at = span.find(identity)
        if at >= 0:
            before = re.escape(span[max(at - 12, 0) : at].translate(None, b"0123456789"))
            if len(before) >= 3:
                self.traced = re.compile(before + rb"([0-9A-Za-z][0-9A-Za-z_-]{5,63})")

    def note_identity(self, span: bytes) -> None:
        """Remember the trace id of a record."""
        if self.traced and (found := self.traced.search(span)):
            self.add_identity(found[1].decode())

    def add_identity(self, identity: str) -> None:
        """Remember a trace id, a bounded sample of them."""
        identities = self.identities
        identities.add(identity)
        if len(identities) > 4 * TRACE_IDS:
            self.identities = set(smallest_ids(identities))

    def second(self, span: bytes, second_of: Callable[[str], int | None]) -> int | None:
        """Epoch second of a record, cached; None where no timestamp stands at its place."""
        layout = self.layout
        shift = layout.shift(span)
        stamp = span[layout.begin + shift : layout.cut + shift]
        if not stamp:
            self.cache[stamp] = UNDATED_SECOND
            return UNDATED_SECOND
        known = self.cache.get(stamp)
        if known is not None:
            return known
        second = second_of((stamp + layout.suffix).decode(errors="replace"))
        if second is not None:
            if len(self.cache) > 100_000:
                self.cache.clear()
            self.cache[stamp] = second
        return second

    def moment(self, second: int, span: bytes) -> int:
        """Nanoseconds since the epoch, with the fraction."""
        layout = self.layout
        if layout.fraction == layout.end or second == UNDATED_SECOND:
            return second * _NANO
        shift = layout.shift(span)
        digits = span[layout.fraction + shift : layout.end + shift]
        if not digits.isdigit():
            return second * _NANO
        return second * _NANO + int(digits.ljust(9, b"0")[:9])

    def earliest_of(
        self, spans: Sequence[bytes], starts: Sequence[int], seconds: Sequence[int]
    ) -> list[tuple[int, int, bytes, int]]:
        """(second, nanoseconds, record, offset) of those that may become exemplars."""
        found = [
            (second, self.moment(second, span), start, span)
            for second, span, start in zip(seconds, spans, starts, strict=True)
            if second <= self.worst
        ]
        found.sort(key=lambda entry: entry[1:3])
        return [(second, moment, span, start) for second, moment, start, span in found[:EXEMPLARS]]

    def note_last(self, spans: Sequence[bytes], seconds: Sequence[int]) -> None:
        """Note the latest of some records."""
        last = max(seconds)
        if last == UNDATED_SECOND:
            last = max((second for second in seconds if second != UNDATED_SECOND), default=-1)
        if last < self.last or last < 0:
            return
        moment = max(
            self.moment(last, span)
            for second, span in zip(seconds, spans, strict=True)
            if second == last
        )
        if self.last_moment is None or moment > self.last_moment:
            self.last, self.last_moment = last, moment

    def note_last_time(self, timestamp: int | None) -> None:
        """Note a record's timestamp."""
        if timestamp is not None and (self.last_moment is None or timestamp > self.last_moment):
            self.last, self.last_moment = timestamp // _NANO, timestamp

    def keep(self, second: int, moment: int, line: int, record: bytes | Record) -> None:
        """Keep a record as an exemplar if it is among the earliest."""
        kept = self.kept
        if len(kept) >= EXEMPLARS and (moment, line) >= kept[-1][1:3]:
            return
        kept.append((second, moment, line, record))
        kept.sort(key=lambda entry: entry[:3])
        del kept[EXEMPLARS:]
        if len(kept) == EXEMPLARS:
            self.worst = kept[-1][0]

    @property
    def undated(self) -> int:
        """Records without a timestamp."""
        return self.seconds.get(UNDATED_SECOND, 0)

    def issue(self, exemplars: list[Exemplar], path: str) -> IssueTally:
        """The issue's tally as this slot counted it."""
        record, verdict = self.record, self.classification.verdict
        if verdict is None:
            raise AssertionError("only errors become issues")
        histogram = Histogram()
        for second in sorted(self.seconds):
            if second != UNDATED_SECOND:
                histogram.add(second, self.seconds[second])
        kept = earliest(exemplars, EXEMPLARS)
        hosts = {exemplar.host for exemplar in kept if exemplar.host}
        identities = {*self.identities, *(e.trace_id for e in kept if e.trace_id)}
        return IssueTally(
            key=self.key,
            template=self.template,
            verdict=verdict,
            severity_number=max(record.severity_number or 17, verdict.severity_floor or 0),
            component=record.component,
            component_kind=record.component_kind,
            exception=record.exception,
            count=self.count,
            first=kept[0].timestamp if kept else None,
            last=self.last_moment,
            histogram=histogram,
            exemplars=kept,
            hosts=sorted(hosts),
            trace_ids=smallest_ids(identities),
            paths={path: self.count},
        )
