"""Repeated errors made cheap: read each distinct record once, count the rest.

The key of a record is its text without digits. Records of the same key differ in numbers only, so
the first one's reading holds for all, but for numbers that carry meaning (``status=502``) and
identifiers: these are told by their shape, see `logtriage.group.shapes`. What is new to both is
read, and classified where its masked message is new too.
"""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Final, NamedTuple

from logtriage.group.fingerprint import issue_key
from logtriage.group.normalise import mask
from logtriage.group.shapes import DIGITS, Shapes, coarse_key, plain_key
from logtriage.group.slots import NOWHERE, UNDATED_SECOND, Layout, Slot, layout_of
from logtriage.model.record import Record
from logtriage.model.tallies import Tallies, smallest_changes, smallest_endpoints
from logtriage.model.tally import (
    EXEMPLAR_CHARACTERS,
    ChangeEvent,
    EndpointFact,
    Exemplar,
    IgnoredTally,
)
from logtriage.model.verdict import Classification

KEYS: Final = 50_000
"""Most keys remembered; later records are read one by one."""

SLOTS: Final = 20_000
"""Counts held before they are folded into the tallies."""


class Reading(NamedTuple):
    """What a span of bytes holds."""

    records: Sequence[Record]
    timestamp: tuple[int, int] | None
    """Byte offsets of the first record's timestamp in the span."""


Read = Callable[[bytes, int], Reading]
"""Reading of a span of bytes that begins at a 1-based line number."""

Classify = Callable[[Record], Classification]


class _Missing:
    """Marks a record that is not known."""


_MISSING: Final = _Missing()


class Counter:
    """Counts the candidate records of one input."""

    def __init__(
        self,
        path: str,
        read: Read,
        classify: Classify,
        second_of: Callable[[str], int | None],
        *,
        since: int | None = None,
        until: int | None = None,
    ) -> None:
        """``since`` and ``until`` (nanoseconds) leave out dated records before and from them."""
        self.path = path
        self.errors = 0
        self.without_format = 0
        self._read = read
        self._classify = classify
        self._second_of = second_of
        self._bounded = since is not None or until is not None
        self._since = since if since is not None else -(1 << 62)
        self._until = until if until is not None else 1 << 62
        self._keys: dict[bytes, Slot | None] = {}
        self._shapes: Shapes[Slot | _Missing | None] = Shapes()
        self._coarse: dict[tuple[bytes, ...], Slot | None] = {}
        self._told: dict[tuple[object, ...], Classification] = {}
        self._slots: dict[tuple[str, Layout], Slot] = {}
        self._seconds: dict[bytes, dict[bytes, int]] = {}
        """Cached seconds by zone suffix, then by timestamp text."""
        self._tallies = Tallies()
        self._position = 0
        self._line = 1

    def count(self, block: bytes, spans: Sequence[tuple[int, int]], first_line: int) -> None:
        """Count the records of a block; its first byte is on 1-based line ``first_line``.

        Records are sorted into their slots one by one and counted slot by slot: what is done for
        each record is little, and the rest is done by functions of the interpreter.
        """
        self._position, self._line = 0, first_line
        get, find, missing = self._keys.get, self._find, _MISSING
        touched: list[Slot] = []
        for start, stop in spans:
            span = block[start:stop]
            slot = get(span.translate(None, DIGITS), missing)
            if slot is None:
                continue
            if slot is missing or isinstance(slot, _Missing):
                slot = find(span, block, start)
                if slot is None:
                    continue
            if not slot.spans:
                touched.append(slot)
            slot.spans.append(span)
            slot.starts.append(start)
        for slot in touched:
            self._settle(slot, block)
        if len(self._slots) > SLOTS:
            self._fold()

    def _settle(self, slot: Slot, block: bytes) -> None:
        """Count the records that a block brought to a slot."""
        spans, starts = slot.spans, slot.starts
        slot.spans, slot.starts = [], []
        begin, cut = slot.begin, slot.cut
        known = list(map(slot.cache.get, [span[begin:cut] for span in spans]))
        seconds: list[int] = (
            [
                self._second(slot, span) if second is None else second
                for second, span in zip(known, spans, strict=True)
            ]
            if None in known
            else known  # type: ignore[assignment]
        )
        if self._bounded:
            inside = [self._inside(slot, *pair) for pair in zip(spans, seconds, strict=True)]
            spans, starts = list(compress(spans, inside)), list(compress(starts, inside))
            seconds = list(compress(seconds, inside))
            if not spans:
                return
        slot.count += len(spans)
        slot.seconds.update(seconds)
        if min(seconds) <= slot.worst:
            for second, moment, span, start in slot.earliest_of(spans, starts, seconds):
                slot.keep(second, moment, self._line_at(block, start), span)
        slot.note_last(spans, seconds)
        if slot.traced:
            for span in spans:
                slot.note_identity(span)

    def add(self, record: Record, found: Classification) -> None:
        """Count one record that is read and classified already."""
        self._add(record, found)
        if len(self._slots) > SLOTS:
            self._fold()

    def _add(self, record: Record, found: Classification) -> None:
        moment = record.timestamp
        if moment is None:
            moment = UNDATED_SECOND * 1_000_000_000
        elif not self._since <= moment < self._until:
            return
        self._note(record, found)
        slot = self._slot(record, found, NOWHERE)
        if slot is None:
            return
        second = moment // 1_000_000_000
        slot.count += 1
        slot.seconds[second] += 1
        slot.note_last_time(record.timestamp)
        if second <= slot.worst:
            slot.keep(second, moment, record.line, record)
        if record.trace_id:
            slot.add_identity(record.trace_id)

    def told(self, record: Record) -> Classification:
        """What the packs say about a record, or said about one that reads the same."""
        exception = record.exception
        shape = (
            mask(record.message),
            record.severity_number,
            record.component,
            record.attributes.get("http.response.status_code"),
            tuple(link.type for link in exception.links) if exception else None,
            exception.culprit if exception else None,
        )
        found = self._told.get(shape)
        if found is None:
            found = self._classify(record)
            if len(self._told) < KEYS:
                self._told[shape] = found
        return found

    def finish(self) -> Tallies:
        """Everything counted so far."""
        self._fold()
        return self._tallies

    def take(self) -> Tallies:
        """What was counted since the last time; for inputs that have no end."""
        self._fold()
        taken, self._tallies = self._tallies, Tallies()
        return taken

    def _inside(self, slot: Slot, span: bytes, second: int) -> bool:
        if second == UNDATED_SECOND:
            return True
        return self._since <= slot.moment(second, span) < self._until

    def _find(self, span: bytes, block: bytes, start: int) -> Slot | None:
        """Slot of a record whose text without digits is not known."""
        slot = self._shapes.get(span, _MISSING)
        if not isinstance(slot, _Missing):
            return slot
        coarse = coarse_key(span)
        slot = self._coarse.get(coarse, _MISSING)
        if isinstance(slot, _Missing):
            slot = self._look(span, self._line_at(block, start), coarse)
            if isinstance(slot, _Missing):
                return None
        key = plain_key(span)
        if key is None:
            self._shapes.put(span, slot)
        elif len(self._keys) < KEYS:
            self._keys[key] = slot
        return slot

    def _look(self, span: bytes, line: int, coarse: tuple[bytes, ...]) -> Slot | _Missing | None:
        """Read and classify; several records in one span are counted here, one by one."""
        records, timestamp = self._read(span, line)
        if len(records) != 1:
            for record in records:
                self._add(record, self.told(record))
            return _MISSING
        record = records[0]
        if record.format is None:
            self.without_format += 1
        found = self.told(record)
        if found.change or found.endpoints:
            # rare, and each one matters by itself: never cached
            self._add(record, self._classify(record))
            return _MISSING
        if timestamp is None and record.timestamp is not None:
            # dated, but nobody can say where: each such record is read by itself
            self._add(record, found)
            return _MISSING
        layout = layout_of(span, timestamp)
        slot = self._slot(record, found, layout)
        if slot is not None and record.trace_id:
            slot.trace_by(span)
        if len(self._coarse) < KEYS:
            self._coarse[coarse] = slot
        return slot

    def _slot(self, record: Record, found: Classification, layout: Layout) -> Slot | None:
        """The slot that counts this record; None where it is neither error nor ignored."""
        if found.verdict is not None:
            key, template = issue_key(record, found.verdict)
        elif found.ignored is not None:
            key, template = f"!{found.ignored.rule}", ""
        else:
            return None
        slot = self._slots.get((key, layout))
        if slot is None:
            cache = self._seconds.setdefault(layout.suffix, {})
            slot = Slot(record, found, key, template, layout, cache)
            self._slots[key, layout] = slot
        return slot

    def _note(self, record: Record, found: Classification) -> None:
        if found.change:
            event = ChangeEvent(
                change=found.change,
                component=record.component,
                host=record.host,
                exemplar=exemplar_of(record),
            )
            changes = [*self._tallies.changes, event]
            self._tallies.changes = smallest_changes(changes)
        if found.endpoints:
            facts = [
                EndpointFact(record.component, endpoint.host or record.host, endpoint.port)
                for endpoint in found.endpoints
            ]
            self._tallies.endpoints = smallest_endpoints([*self._tallies.endpoints, *facts])

    def _second(self, slot: Slot, span: bytes) -> int:
        """Epoch second of a record whose timestamp was not cached."""
        second = slot.second(span, self._second_of)
        if second is None:
            # the timestamp does not stand where the first record had it: read the line
            records, _ = self._read(span, 1)
            timestamp = records[0].timestamp if records else None
            return UNDATED_SECOND if timestamp is None else timestamp // 1_000_000_000
        return second

    def _line_at(self, block: bytes, start: int) -> int:
        """Line number at an offset of the block, counted from the one that was asked for last."""
        if start < self._position:
            self._line -= block.count(b"\n", start, self._position)
        else:
            self._line += block.count(b"\n", self._position, start)
        self._position = start
        return self._line

    def _fold(self) -> None:
        """Move all slots into the tallies."""
        tallies = Tallies()
        for slot in self._slots.values():
            self._fold_slot(slot, tallies)
        self._tallies.merge(tallies)
        self._slots.clear()
        self._keys.clear()
        self._shapes.clear()
        self._coarse.clear()

    def _fold_slot(self, slot: Slot, tallies: Tallies) -> None:
        if not slot.count:
            return
        records = [
            self._read(kept, line).records[0] if isinstance(kept, bytes) else kept
            for _, _, line, kept in slot.kept
        ]
        exemplars = [exemplar_of(record) for record in records]
        ignored = slot.classification.ignored
        if ignored is not None:
            mine = IgnoredTally(ignored.rule, ignored.category, ignored.reason, slot.count)
            mine.exemplars = sorted(exemplars, key=lambda e: e.order)[:3]
            part = Tallies(ignored={ignored.rule: mine})
        else:
            self.errors += slot.count
            issue = slot.issue(exemplars, self.path)
            if records[0] is not slot.record:
                # the verdict belongs to the earliest record, whichever came first
                verdict = self._classify(records[0]).verdict
                if verdict is not None:
                    issue.verdict = verdict
                    issue.exception = records[0].exception
            part = Tallies(issues={issue.key: issue}, undated=slot.undated)
        tallies.merge(part)


def exemplar_of(record: Record) -> Exemplar:
    """The record as evidence, cut where it is very long."""
    text = record.text
    if len(text) > EXEMPLAR_CHARACTERS:
        text = (
            f"{text[:EXEMPLAR_CHARACTERS]}\n[… {len(text) - EXEMPLAR_CHARACTERS} more characters]"
        )
    return Exemplar(
        timestamp=record.timestamp,
        path=record.path,
        line=record.line,
        lines=record.lines,
        text=text,
        message=record.message[:2000],
        host=record.host,
        trace_id=record.trace_id,
    )
