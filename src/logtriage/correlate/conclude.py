"""The whole picture: from issues to the report."""

from collections.abc import Mapping, Sequence
from typing import Final

from logtriage.correlate.clocks import clocks_of, corrected, told
from logtriage.correlate.evidence import evidence_of
from logtriage.correlate.links import link_all
from logtriage.correlate.merging import is_restart_noise, merge_roots
from logtriage.correlate.nodes import Node, make_nodes
from logtriage.correlate.ranking import confidence_of, priority_of, urgency_of
from logtriage.correlate.roots import Root
from logtriage.correlate.sheets import (
    change_sheet,
    counts_of,
    ignored_sheets,
    input_sheet,
    issue_sheet,
)
from logtriage.correlate.silence import find_silence, stop_evidence
from logtriage.correlate.timeline import Horizon, corrected_span, horizon_of
from logtriage.correlate.topology import Topology, topology_of
from logtriage.correlate.triggers import find_trigger, real_changes
from logtriage.correlate.words import quote_of, reasons_of, settle_of, summary_of, title_of
from logtriage.model.record import rfc3339
from logtriage.model.report import (
    SCHEMA,
    TENTATIVE,
    Impact,
    Report,
    RootCause,
    Symptom,
    Totals,
    Trigger,
    Window,
)
from logtriage.model.severity import severity_name
from logtriage.model.tallies import Tallies
from logtriage.model.tally import Histogram, IssueTally
from logtriage.model.verdict import Tag
from logtriage.packs.compiled import Category

LINKED: Final = 160
"""Issues that take part in links: all pairs of them are looked at."""

NANO: Final = 1_000_000_000
MINUTE: Final = 60.0

ROUTES: Final = {Tag.INCIDENT: "production-support", Tag.DEFECT: "application-support"}


def conclude(
    tallies: Tallies,
    issues: Sequence[IssueTally],
    *,
    categories: Mapping[str, Category],
    generated_at: int,
    depends_on: Mapping[str, Sequence[str]] | None = None,
    interrupted: bool = False,
    since: int | None = None,
    until: int | None = None,
) -> Report:
    """The report on everything that was counted; times in nanoseconds since the epoch."""
    horizon = horizon_of(tallies.inputs, issues, since=since, until=until)
    components = [issue.component for issue in issues]
    topology = topology_of(tallies, components, depends_on or {})
    nodes, rest = make_nodes(issues, horizon, topology, categories, LINKED)
    inputs = tallies.inputs
    clocks = clocks_of(nodes, inputs)
    if clocks:
        tallies = corrected(tallies, clocks)
        horizon = horizon_of(tallies.inputs, (), since=since, until=until)
        for node in [*nodes, *rest]:
            ahead = clocks[node.path].ahead if node.path in clocks else 0.0
            node.span = corrected_span(node.issue, horizon, ahead)
        nodes.sort(key=lambda node: node.order)
    link_all(nodes, topology)
    roots = make_roots(nodes, tallies, horizon, topology)
    ranked = rank(roots, tallies)
    everything = sorted([*nodes, *rest], key=lambda node: (-node.issue.count, node.order))
    ids = {node.issue.key: f"I{number}" for number, node in enumerate(everything, 1)}
    cause_of = {
        node.issue.key: f"RC{number}"
        for number, (root, _) in enumerate(ranked, 1)
        for node in root.nodes
    }
    causes = [
        cause_sheet(root, impact, number, ids, tallies)
        for number, (root, impact) in enumerate(ranked, 1)
    ]
    sheets = [
        issue_sheet(node, ids[node.issue.key], cause_of.get(node.issue.key)) for node in everything
    ]
    return Report(
        schema=SCHEMA,
        generated_at=rfc3339(generated_at) or "",
        window=Window(moment(horizon.first), moment(horizon.last)),
        totals=totals_of(tallies, issues),
        inputs=tuple(
            input_sheet(tally, told(clocks[path]) if path in clocks else None, generated_at)
            for path, tally in sorted(inputs.items())
        ),
        root_causes=tuple(causes),
        issues=tuple(sheets),
        changes=tuple(change_sheet(event) for event in tallies.changes),
        ignored=tuple(ignored_sheets(tallies)),
        interrupted=interrupted,
    )


def moment(second: float | None) -> str | None:
    """RFC 3339 text of a second."""
    return None if second is None else rfc3339(round(second * 1000) * 1_000_000)


def make_roots(
    nodes: Sequence[Node], tallies: Tallies, horizon: Horizon, topology: Topology
) -> list[Root]:
    """The tops of the forest, with what changes and silence add to them."""
    changes = real_changes(tallies.changes, tallies.inputs, horizon)
    roots = merge_roots([Root(node) for node in nodes if node.parent is None])
    for root in roots:
        root.trigger = find_trigger(root, changes, tallies.inputs)
        root.silent = find_silence(root, tallies.inputs, horizon, topology)
        root.evidence = stop_evidence(root, tallies.changes)
    alone = all(root.node.span.chronic for root in roots)
    for root in roots:
        noise = is_restart_noise(root, tallies.changes)
        root.confidence = confidence_of(root, restart_noise=noise, alone=alone)
        root.reasons = reasons_of(root)
    return roots


def rank(roots: Sequence[Root], tallies: Tallies) -> list[tuple[Root, Impact]]:
    """Most urgent first; tentative ones after the others."""
    total = sum(tally.lines for tally in tallies.inputs.values() if tally.access) or None
    found = [(root, impact_of(root, total, tallies)) for root in roots]
    return sorted(
        found,
        key=lambda pair: (
            pair[0].confidence < TENTATIVE,
            -urgency_of(pair[0], pair[1]),
            pair[0].node.order,
        ),
    )


def impact_of(root: Root, total: int | None, tallies: Tallies) -> Impact:
    """Failed requests out of all, where access logs are there, and the components it touched."""
    access = {path for path, tally in tallies.inputs.items() if tally.access}
    failed = sum(
        count for node in root.nodes for path, count in node.issue.paths.items() if path in access
    )
    return Impact(
        requests_failed=failed if total else None,
        requests_total=total,
        components=tuple(root.components),
    )


def totals_of(tallies: Tallies, issues: Sequence[IssueTally]) -> Totals:
    """Counts over everything."""
    defects = sum(i.count for i in issues if i.verdict.tag is Tag.DEFECT)
    incidents = sum(i.count for i in issues if i.verdict.tag is Tag.INCIDENT)
    other = sum(tallies.other.values())
    inputs = tallies.inputs.values()
    return Totals(
        bytes=sum(tally.bytes for tally in inputs),
        lines=sum(tally.lines for tally in inputs),
        errors=defects + incidents + other,
        application_defects=defects + tallies.other.get(Tag.DEFECT.value, 0),
        production_incidents=incidents + tallies.other.get(Tag.INCIDENT.value, 0),
        other_errors=other,
        ignored=sum(tally.count for tally in tallies.ignored.values()),
        lines_without_format=sum(tally.without_format for tally in inputs),
        lines_cut=sum(tally.cut for tally in inputs),
    )


def cause_sheet(
    root: Root, impact: Impact, number: int, ids: Mapping[str, str], tallies: Tallies
) -> RootCause:
    """A root cause as the report shows it."""
    node, issue, verdict = root.node, root.node.issue, root.node.issue.verdict
    severity = max(issue.severity_number, verdict.severity_floor or 0)
    known = {
        name for tally in tallies.inputs.values() for name in (tally.component or "").split(",")
    }
    ends = [other.span.end for other in root.nodes if other.span.end is not None]
    firing = firing_of(root, tallies)
    together = Histogram()
    for other in root.nodes:
        together.merge(Histogram(other.issue.histogram.step, dict(other.issue.histogram.counts)))
    return RootCause(
        id=f"RC{number}",
        rank=number,
        tag=verdict.tag.value,
        tag_confidence=round(verdict.confidence, 3),
        confidence=root.confidence,
        priority=priority_of(root, impact),
        severity=severity_name(severity),
        category=verdict.category,
        title=title_of(root),
        summary=summary_of(root, impact, tallies.inputs),
        component=root.absent if root.absent in known else issue.component,
        host=issue.hosts[0] if len(issue.hosts) == 1 and root.absent is None else None,
        started_at=moment(node.span.onset),
        ended_at=moment(max(ends)) if ends and not firing else None,
        errors=root.errors,
        issue=ids[issue.key],
        evidence=tuple(evidence_of(root)),
        symptoms=tuple(symptom(other, root, ids) for other in root.nodes if other is not node),
        trigger=trigger_of(root),
        reasons=tuple(root.reasons),
        impact=impact,
        next_steps=root.face.issue.verdict.next_steps,
        runbook=root.face.issue.verdict.runbook,
        route=ROUTES[verdict.tag],
        settle=settle_of(root),
        firing=firing,
        fingerprint=f"v1:{issue.key[:16]}",
        histogram=counts_of(together),
        message=quote_of(root),
    )


def firing_of(root: Root, tallies: Tallies) -> bool | None:
    """Whether it goes on at the end of the logs; None where its own log ends long before theirs."""
    lasts = [tally.last / NANO for tally in tallies.inputs.values() if tally.last is not None]
    firsts = [tally.first / NANO for tally in tallies.inputs.values() if tally.first is not None]
    ends = [node.span.end for node in root.nodes if node.span.end is not None]
    if root.firing is not True or not lasts or not firsts or not ends:
        return root.firing
    quiet = max(lasts) - max(ends)
    return None if quiet > max(0.25 * (max(lasts) - min(firsts)), MINUTE) else True


def symptom(node: Node, root: Root, ids: Mapping[str, str]) -> Symptom:
    """An issue that followed."""
    lag = None
    if node.span.onset is not None and root.node.span.onset is not None:
        lag = round(node.span.onset - root.node.span.onset, 3)
    return Symptom(
        issue=ids[node.issue.key],
        component=node.issue.component,
        links=node.links,
        lag_seconds=lag,
        title=node.issue.verdict.title,
        count=node.issue.count,
    )


def trigger_of(root: Root) -> Trigger | None:
    """The change shortly before, else the silence of what could not be reached."""
    event = root.trigger
    if event is None:
        return None
    exemplar = event.exemplar
    return Trigger(
        event.change.kind,
        rfc3339(exemplar.timestamp),
        exemplar.path,
        exemplar.line,
        exemplar.text.partition("\n")[0],
        component=event.component,
        version=event.change.version,
        message=exemplar.message.partition("\n")[0].strip() or None,
    )
