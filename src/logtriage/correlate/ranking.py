"""How sure a root cause is one, how urgent it is, and in which order to look at them."""

import math
from typing import Final

from logtriage.correlate.roots import Root
from logtriage.model.report import TENTATIVE, Impact
from logtriage.model.severity import CRITICAL, ERROR
from logtriage.model.verdict import Tag

PRIORITIES: Final = {
    (1, 1): "P1", (1, 2): "P2", (2, 1): "P2", (1, 3): "P3", (2, 2): "P3", (3, 1): "P3",
    (2, 3): "P4", (3, 2): "P4", (3, 3): "P5",
}  # fmt: skip
"""Impact and urgency (1 high to 3 low) to priority: the matrix of ITIL service desks."""


LEANING: Final = 0.7
"""Confidence of a tag below which a lone issue is not called a root cause."""


FEW: Final = 3
"""Failed attempts that, all at once and never again, are a hiccup."""

BRIEF: Final = 5.0
"""Seconds that a hiccup lasts."""


def confidence_of(root: Root, *, restart_noise: bool, alone: bool) -> float:
    """How likely it is a real cause that somebody must act on, 0 to 1.

    Begins with the tag's own confidence; effects elsewhere, repetition and a trigger raise it,
    background noise, restarts and mere warnings lower it. ``alone``: nothing else was found.
    """
    node = root.node
    issue, span = node.issue, node.span
    doubt = 1.0 - issue.verdict.confidence
    if len(root.components) > 1:
        doubt *= 0.7
    if len(root.nodes) > 1:
        doubt *= 0.85
    if root.trigger is not None or root.evidence:
        doubt *= 0.8
    if issue.count >= 10:
        doubt *= 0.9
    sure = 1.0 - doubt
    if issue.verdict.confidence < TENTATIVE and len(root.components) < 2:
        sure = min(sure, 0.59)
    if span.chronic:
        # it was there before any trouble began: background, unless nothing else is to be told
        sure *= 0.8 if alone else 0.55
    if restart_noise:
        sure = min(sure, 0.4)
    if node.refusal and not node.client and root.errors <= FEW and len(root.components) < 2:
        # the lock held: one wrong password is no outage
        sure = min(sure, 0.55)
    if len(root.components) < 2 and root.trigger is None and not root.evidence:
        sure = min(sure, _lone(root))
    return round(min(max(sure, 0.05), 0.99), 2)


def _lone(root: Root) -> float:
    """Most that a root may be which touched nobody else and which no change set off."""
    node, issue = root.node, root.node.issue
    warning = all(each.issue.severity_number < ERROR for each in root.nodes)
    if warning and not issue.verdict.severity_floor:
        if node.dependent:
            # a warning of one failed attempt: as a rule the next one went well
            return 0.5
        if not issue.verdict.rules:
            return 0.45
    if node.client and node.transient and root.errors <= FEW and _brief(root):
        return 0.5
    if not issue.verdict.rules or node.category.startswith("unclassified"):
        return 0.58
    if issue.verdict.confidence < LEANING:
        return 0.58
    return 0.99


def _brief(root: Root) -> bool:
    ends = [node.span.end for node in root.nodes if node.span.end is not None]
    onset = root.node.span.onset
    return onset is None or not ends or max(ends) - onset <= BRIEF


def urgency_of(root: Root, impact: Impact) -> float:
    """Orders root causes: sure ones, grave ones, wide ones, loud ones first."""
    severity = max(node.issue.severity_number for node in root.nodes)
    floor = root.node.issue.verdict.severity_floor or root.node.issue.severity_number
    failed = impact.requests_failed or 0
    total = impact.requests_total or 0
    return (
        3.0 * root.confidence
        + 0.35 * math.log10(1 + root.errors)
        + 0.25 * min(len(root.components) - 1, 4)
        + 0.5 * (severity >= CRITICAL or floor >= CRITICAL)
        + (min(failed / total, 0.5) if total else 0.0)
        + 0.3 * (root.trigger is not None)
        + 0.2 * (root.node.issue.verdict.tag is Tag.INCIDENT)
        - 1.0 * root.node.span.chronic
        - 2.0 * (root.confidence < TENTATIVE)
    )


def priority_of(root: Root, impact: Impact) -> str:
    """P1 to P5 from impact (how many are hit) and urgency (how fast it must stop)."""
    if root.confidence < TENTATIVE:
        return "P5" if root.node.issue.count < 100 else "P4"
    share = 0.0
    if impact.requests_failed and impact.requests_total:
        share = impact.requests_failed / impact.requests_total
    wide = len(root.components)
    grave = (root.node.issue.verdict.severity_floor or root.node.issue.severity_number) >= CRITICAL
    high = 1 if share >= 0.02 or wide >= 3 or (grave and wide >= 2) else 2 if share or grave else 3
    if high == 3 and (wide >= 2 or root.errors >= 100):
        high = 2
    live = root.firing is not False
    if root.node.issue.verdict.tag is Tag.INCIDENT:
        urgent = 1 if live else 2
    else:
        urgent = 2 if live and high == 1 else 3 if high == 3 else 2
    return PRIORITIES[high, urgent]
