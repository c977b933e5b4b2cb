"""The plain parts of the report: issues, inputs, changes, evidence, each from its tally."""

import itertools
from collections.abc import Iterator
from typing import Final

from logtriage.correlate.nodes import Node
from logtriage.model.record import ExceptionInfo, rfc3339
from logtriage.model.report import (
    Counts,
    FiredRule,
    IgnoredGroup,
    Input,
    Issue,
    IssueException,
    IssueExemplar,
    ReportedChange,
    Window,
)
from logtriage.model.severity import severity_name
from logtriage.model.tallies import Tallies
from logtriage.model.tally import STEPS, ChangeEvent, Exemplar, Histogram, InputTally

MILLISECONDS: Final = 3

SILENCE: Final = 15.0
"""Seconds without a line below which nobody calls a log silent."""

DAY: Final = 86_400 * 1_000_000_000

UNSET: Final = 946_684_800 * 1_000_000_000
"""2000-01-01, before which a clock was not set."""

KNOWN: Final = 10
"""Moments at which a log spoke, without which its usual pace is not known."""


def issue_sheet(node: Node, identity: str, root_cause: str | None) -> Issue:
    """One issue as the report shows it."""
    issue, verdict = node.issue, node.issue.verdict
    severity = max(issue.severity_number, verdict.severity_floor or 0)
    return Issue(
        id=identity,
        fingerprint=f"v1:{issue.key[:16]}",
        tag=verdict.tag.value,
        confidence=round(verdict.confidence, 3),
        category=verdict.category,
        severity=severity_name(severity) or "error",
        severity_number=severity,
        title=verdict.title,
        template=issue.template,
        component=issue.component,
        host=issue.hosts[0] if len(issue.hosts) == 1 else None,
        exception=exception_sheet(issue.exception),
        count=issue.count,
        first_seen=rfc3339(issue.first),
        last_seen=rfc3339(issue.last),
        histogram=counts_of(issue.histogram),
        rules=tuple(FiredRule(hit.id, hit.weight, hit.matched) for hit in verdict.rules),
        exemplars=tuple(exemplar_sheet(exemplar) for exemplar in issue.exemplars),
        root_cause=root_cause,
        settle=verdict.settle,
        chronic=node.span.chronic,
    )


def exception_sheet(exception: ExceptionInfo | None) -> IssueException | None:
    """The exception with the types of its chain."""
    if exception is None:
        return None
    return IssueException(
        type=exception.outermost.type,
        message=exception.outermost.message,
        culprit=exception.culprit,
        chain=tuple(link.type for link in exception.links),
        root_type=exception.root.type,
        root_message=exception.root.message,
    )


def counts_of(histogram: Histogram) -> Counts | None:
    """The histogram with its holes filled; None where nothing is dated."""
    buckets = histogram.counts
    if not buckets:
        return None
    compact = Histogram(histogram.step, dict(buckets))
    while (max(compact.counts) - min(compact.counts)) > 600:
        before = compact.step
        compact.coarsen(next_step(compact.step))
        if compact.step == before:
            break
    first, last = min(compact.counts), max(compact.counts)
    filled = [0] * (last - first + 1)
    for bucket, count in compact.counts.items():
        filled[bucket - first] = count
    return Counts(
        start=rfc3339(first * compact.step * 1_000_000_000) or "",
        step_seconds=compact.step,
        counts=tuple(filled),
    )


def next_step(step: int) -> int:
    """The next coarser length of a bucket."""
    return next((longer for longer in STEPS if longer > step), step)


def exemplar_sheet(exemplar: Exemplar) -> IssueExemplar:
    """A whole record."""
    return IssueExemplar(exemplar.path, exemplar.line, rfc3339(exemplar.timestamp), exemplar.text)


def odd_times(tally: InputTally, now: int) -> list[str]:
    """What looks wrong about an input's times, by themselves; ``now`` in epoch nanoseconds."""
    odd = []
    if tally.last is not None and tally.last > now + DAY:
        odd.append(
            f"its clock is ahead, or a zone or year is wrong: {rfc3339(tally.last)} is to come"
        )
    if tally.first is not None and tally.first < UNSET:
        odd.append(f"a clock that was not set: {rfc3339(tally.first)}")
    return odd


def input_sheet(tally: InputTally, clock: str | None = None, now: int | None = None) -> Input:
    """One input as the report shows it; ``clock``: what is wrong with its clock."""
    return Input(
        path=tally.path,
        format=tally.format,
        component=tally.component,
        lines=tally.lines,
        bytes=tally.bytes,
        errors=tally.errors,
        first=rfc3339(tally.first),
        last=rfc3339(tally.last),
        problems=(
            *tally.problems,
            *([clock] if clock else []),
            *(odd_times(tally, now) if now is not None else ()),
        ),
        gaps=tuple(gaps_of(tally.volume)),
    )


def gaps_of(volume: Histogram) -> Iterator[Window]:
    """Stretches without a sampled line, five times as long as nearly all others, 15 s or more."""
    buckets = sorted(volume.counts)
    if len(buckets) < KNOWN:
        return
    steps = sorted(later - earlier for earlier, later in itertools.pairwise(buckets))
    usual = steps[int(len(steps) * 0.95)]
    for earlier, later in itertools.pairwise(buckets):
        if later - earlier > 5 * usual and (later - earlier) * volume.step > SILENCE:
            yield Window(
                rfc3339((earlier + 1) * volume.step * 1_000_000_000),
                rfc3339(later * volume.step * 1_000_000_000),
            )


def change_sheet(event: ChangeEvent) -> ReportedChange:
    """A start, deploy, reload."""
    exemplar = event.exemplar
    return ReportedChange(
        kind=event.change.kind,
        component=event.component,
        timestamp=rfc3339(exemplar.timestamp),
        path=exemplar.path,
        line=exemplar.line,
        text=first_line(exemplar),
        version=event.change.version,
    )


def ignored_sheets(tallies: Tallies) -> list[IgnoredGroup]:
    """What the ignore rules took out, most first."""
    groups = sorted(tallies.ignored.values(), key=lambda tally: (-tally.count, tally.rule))
    return [
        IgnoredGroup(
            tally.rule,
            tally.category,
            tally.reason,
            tally.count,
            tuple(exemplar_sheet(exemplar) for exemplar in tally.exemplars),
        )
        for tally in groups
    ]


def first_line(exemplar: Exemplar) -> str:
    """The whole first line of a record."""
    return exemplar.text.partition("\n")[0]
