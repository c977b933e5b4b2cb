"""Counts over a shard of the input, made to be merged in any order.

Everything here obeys three laws, proved in tests/properties: merge is associative, merge is
commutative, and an empty value changes nothing. Therefore bounded samples keep the *smallest* by a
key that belongs to the record itself, never the first seen.
"""

from typing import Final

import msgspec

from logtriage.model.record import ExceptionInfo
from logtriage.model.verdict import Change, Verdict

STEPS: Final = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21_600, 86_400, 604_800, 31_449_600)
"""Seconds a bucket may last; each divides the next, so that coarsening is exact."""

BUCKETS: Final = 512
"""Most buckets of one histogram."""

EXEMPLARS: Final = 5
"""Most exemplars of one issue."""

EXEMPLAR_CHARACTERS: Final = 16_384
"""Most characters of one exemplar's text; a cut is marked in the text."""

TRACE_IDS: Final = 256
"""Most trace ids kept for one issue (those with the smallest hash)."""

ISSUES: Final = 20_000
"""Most issues of one run; the rest are counted as other errors."""

UNDATED: Final = 1 << 63
"""Sorts records without a timestamp after all others."""


class Histogram(msgspec.Struct):
    """Events over time in buckets that grow coarser as needed."""

    step: int = 1
    """Seconds a bucket lasts, one of STEPS."""
    counts: dict[int, int] = msgspec.field(default_factory=dict)
    """Bucket number (epoch second // step) to events."""

    def add(self, second: int, count: int = 1) -> None:
        """Count events at an epoch second."""
        bucket = second // self.step
        counts = self.counts
        if bucket in counts:
            counts[bucket] += count
        else:
            counts[bucket] = count
            if len(counts) > BUCKETS:
                self._fit()

    def merge(self, other: "Histogram") -> None:
        """Take in another histogram's events."""
        self.coarsen(other.step)
        factor = self.step // other.step if self.step > other.step else 1
        for bucket, count in other.counts.items():
            coarse = bucket // factor
            self.counts[coarse] = self.counts.get(coarse, 0) + count
        self._fit()

    def coarsen(self, step: int) -> None:
        """Make the buckets at least ``step`` seconds long."""
        if step <= self.step:
            return
        factor = step // self.step
        counts: dict[int, int] = {}
        for bucket, count in self.counts.items():
            coarse = bucket // factor
            counts[coarse] = counts.get(coarse, 0) + count
        self.step, self.counts = step, counts

    def _fit(self) -> None:
        while len(self.counts) > BUCKETS and self.step < STEPS[-1]:
            self.coarsen(STEPS[STEPS.index(self.step) + 1])


class Exemplar(msgspec.Struct, frozen=True):
    """One record kept as evidence."""

    timestamp: int | None
    path: str
    line: int
    lines: int
    text: str
    message: str = ""
    host: str | None = None
    trace_id: str | None = None

    @property
    def order(self) -> tuple[int, str, int]:
        """Earliest first, undated last, then by place."""
        return (UNDATED if self.timestamp is None else self.timestamp, self.path, self.line)


class IssueTally(msgspec.Struct):
    """One group of error records that are the same trouble at the same component."""

    key: str
    """Function of template or exception fingerprint, component, severity class, tag and
    category; equal in every run, order and shard."""
    template: str
    """Message with its variable parts masked by ``<*>``."""
    verdict: Verdict
    """That of the earliest exemplar."""
    severity_number: int = 17
    """Highest of its records."""
    component: str | None = None
    component_kind: str | None = None
    exception: ExceptionInfo | None = None
    count: int = 0
    first: int | None = None
    """Nanoseconds since the epoch, UTC."""
    last: int | None = None
    histogram: Histogram = msgspec.field(default_factory=Histogram)
    exemplars: list[Exemplar] = msgspec.field(default_factory=list)
    """The EXEMPLARS earliest, sorted by `Exemplar.order`."""
    hosts: list[str] = msgspec.field(default_factory=list)
    """Sorted; at most 16."""
    trace_ids: list[str] = msgspec.field(default_factory=list)
    """At most TRACE_IDS, those with the smallest hash, in hash order."""
    paths: dict[str, int] = msgspec.field(default_factory=dict)
    """Records per input path."""


class IgnoredTally(msgspec.Struct):
    """Records that an ignore rule took out."""

    rule: str
    category: str
    reason: str
    count: int = 0
    exemplars: list[Exemplar] = msgspec.field(default_factory=list)


class ChangeEvent(msgspec.Struct, frozen=True):
    """A start, a deploy, a reload, seen in a log."""

    change: Change
    component: str | None
    host: str | None
    exemplar: Exemplar


class EndpointFact(msgspec.Struct, frozen=True):
    """A component said that it listens somewhere."""

    component: str | None
    host: str | None
    port: int


class InputTally(msgspec.Struct):
    """One input, counted."""

    path: str
    format: str | None = None
    component: str | None = None
    component_kind: str | None = None
    access: bool = False
    """Every line is a request: the denominator of failed requests."""
    lines: int = 0
    bytes: int = 0
    errors: int = 0
    first: int | None = None
    last: int | None = None
    volume: Histogram = msgspec.field(default_factory=Histogram)
    """Sampled timestamps of all lines, for silence and gaps; shares, not totals."""
    without_format: int = 0
    """Candidate lines that no format read."""
    cut: int = 0
    """Records cut at the limit of lines or bytes."""
    problems: list[str] = msgspec.field(default_factory=list)
    """Sorted, without duplicates."""
