"""Windows: conditions on a whole issue, settled when all logs are read.

A rule with a window counts little on each record (`weigh.WAITING`); where its windows hold for the
issue it counts in full.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from logtriage.classify.weigh import BONUS, SUREST, WAITING, log_odds_of, logit, sigmoid
from logtriage.expr.tree import Window
from logtriage.model.tally import Histogram, IssueTally
from logtriage.model.verdict import RuleHit, Tag, Verdict
from logtriage.packs.compiled import Rule
from logtriage.packs.load import Packs

FOLLOWS_WITHIN: Final = 600
"""Seconds after an issue's first record in which another counts as following it."""

SECOND: Final = 1_000_000_000


def settle(issue: IssueTally, packs: Packs, issues: Sequence[IssueTally]) -> Verdict:
    """The issue's verdict with those of its waiting rules in full whose windows hold.

    ``issues`` are all issues of the run; the last of their records is taken as the logs' end.
    """
    verdict = issue.verdict
    end = max((other.last for other in issues if other.last is not None), default=None)
    for identity in verdict.windows:
        rule = packs.rule(identity)
        if rule is not None and all(holds(window, issue, issues, end) for window in rule.windows):
            verdict = _raised(verdict, rule, packs)
    return verdict


def holds(window: Window, issue: IssueTally, issues: Iterable[IssueTally], end: int | None) -> bool:
    """Whether a window's condition is true of an issue; ``end``: last nanosecond of the logs."""
    match window.kind:
        case "count":
            return most_within(issue.histogram, window.seconds) >= window.count
        case "absent":
            if issue.last is None or end is None:
                return False
            return end - issue.last >= window.seconds * SECOND
        case "followed":
            return any(
                other.verdict.category == window.category and _follows(other, issue)
                for other in issues
                if other is not issue
            )


def _follows(later: IssueTally, earlier: IssueTally) -> bool:
    if later.first is None or earlier.first is None:
        return False
    return 0 <= later.first - earlier.first <= FOLLOWS_WITHIN * SECOND


def most_within(histogram: Histogram, seconds: int) -> int:
    """Most events in any span of ``seconds``, as exactly as the buckets tell.

    Of a bucket longer than the span its even share is taken: never more than there was.
    """
    step = histogram.step
    if seconds < step:
        return max(histogram.counts.values(), default=0) * seconds // step
    width = seconds // step
    numbers = sorted(histogram.counts)
    best = total = low = 0
    for number in numbers:
        total += histogram.counts[number]
        while number - numbers[low] >= width:
            total -= histogram.counts[numbers[low]]
            low += 1
        best = max(best, total)
    return best


def _raised(verdict: Verdict, rule: Rule, packs: Packs) -> Verdict:
    sign = 1.0 if verdict.tag == Tag.INCIDENT else -1.0
    before = sign * logit(verdict.confidence)
    side = 1.0 if rule.tag == Tag.INCIDENT else -1.0
    # its share while it waited is taken out before its full weight goes in
    others = before - side * log_odds_of(rule.weight * WAITING)
    full = side * log_odds_of(rule.weight)
    log_odds = full + max(-BONUS, min(BONUS, others)) if side * others >= 0 else full + others
    tag = Tag.INCIDENT if log_odds >= 0 else Tag.DEFECT
    confidence = round(min(SUREST, max(0.5, sigmoid(abs(log_odds)))), 3)
    hits = tuple(
        RuleHit(hit.id, rule.weight, hit.matched) if hit.id == rule.id else hit
        for hit in verdict.rules
    )
    if str(tag) != rule.tag:
        return replace(verdict, tag=tag, confidence=confidence, rules=hits)
    known = packs.categories.get(rule.category)
    leads = bool(verdict.rules) and verdict.rules[0].id == rule.id
    return replace(
        verdict,
        tag=tag,
        confidence=confidence,
        category=rule.category,
        title=verdict.title if leads else rule.title,
        rules=tuple(sorted(hits, key=lambda hit: -hit.weight)),
        severity_floor=max(filter(None, (verdict.severity_floor, rule.severity)), default=None),
        next_steps=verdict.next_steps if leads else (*rule.next, *verdict.next_steps),
        causes=tuple(dict.fromkeys([*rule.causes, *(known.explains if known else ())])),
        settle=None if confidence >= 0.6 else verdict.settle,
    )
