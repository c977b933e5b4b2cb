"""From a report to messages: what goes to whom, and when.

`deliver` sends nothing. What it returns is whole but for secrets, and is kept until it was sent.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final

from logtriage.deliver.content import content_of
from logtriage.deliver.hours import BusinessHours, zone_named
from logtriage.deliver.match import News, at_once, news_of, taken, told_by
from logtriage.deliver.wording import Words, subject_of
from logtriage.model.delta import Delta, Entry
from logtriage.model.destination import AnyDestination, Jira, PagerDuty, ServiceNow
from logtriage.model.message import Event, Message, Plan
from logtriage.model.report import Report

_EVENTS: Final = {
    "new": Event.OPEN,
    "regressed": Event.OPEN,
    "ongoing": Event.UPDATE,
    "resolved": Event.CLOSE,
}


def all_new(report: Report) -> Delta:
    """The delta of a run that knows of no run before: every root cause is new."""
    entries = [
        Entry(
            status="new",
            fingerprint=cause.fingerprint or cause.id,
            tag=cause.tag,
            category=cause.category,
            title=cause.title,
            component=cause.component,
            priority=cause.priority,
            confidence=cause.confidence,
            since=cause.started_at,
            last=cause.ended_at,
            count=cause.errors,
            today=cause.errors,
            root_cause=cause.id,
            news=True,
        )
        for cause in report.root_causes
    ]
    return Delta(subject="", new=tuple(entries))


def deliver(report: Report, delta: Delta, plan: Plan, now: int) -> list[Message]:
    """The messages that tell of what changed, in the order in which they are to be sent.

    Args:
        report: without secrets, its control characters shown: it leaves the machine.
        delta: what changed, from the same report.
        plan: routes, destinations, hours, promises.
        now: nanoseconds since the epoch; promises are counted from it.
    """
    moment = dt.datetime.fromtimestamp(now / 1e9, dt.UTC)
    zone = zone_named(plan.zone)
    business = BusinessHours(plan.hours, zone) if plan.hours else None
    words = Words(plan, zone, moment, business)
    opening = business.next_open(moment) if business else moment
    piles: dict[tuple[str, bool], list[News]] = {}
    context: dict[str, list[News]] = {}
    for news in news_of(report, delta):
        for route in taken(plan.routes, news):
            for name in route.to:
                if told_by(route, news.entry):
                    soon = opening == moment or at_once(route, news.entry, plan.hours)
                    pile = piles.setdefault((name, soon), [])
                    if news not in pile:
                        pile.append(news)
                elif news.entry.status == "ongoing":
                    context.setdefault(name, []).append(news)
    messages: list[Message] = []
    for (name, soon), pile in sorted(piles.items(), key=lambda item: (not item[0][1], item[0][0])):
        # two routes to one place, one at once and one later: it is told once
        told = [news for news in pile if soon or news not in piles.get((name, True), ())]
        if not told:
            continue
        at = now if soon else round(opening.timestamp()) * 1_000_000_000
        destination = plan.destinations[name]
        if isinstance(destination, PagerDuty | ServiceNow | Jira):
            messages += [
                _message(name, destination, [news], [], words, plan, at, _EVENTS[news.entry.status])
                for news in told
            ]
        else:
            still = [news for news in context.get(name, ()) if news not in told]
            messages.append(_message(name, destination, told, still, words, plan, at, Event.DIGEST))
    return messages


def _message(
    name: str,
    destination: AnyDestination,
    news: Sequence[News],
    still: Sequence[News],
    words: Words,
    plan: Plan,
    at: int,
    event: Event,
) -> Message:
    lines: list[str] = []
    for each in news:
        lines += [*words.told(each).lines(), ""]
    if still:
        lines += [*(words.told(each).head() for each in still), ""]
    subject = subject_of(plan.host, news)
    return Message(
        key=_key(name, [each.entry for each in news]),
        destination=name,
        event=event,
        fingerprints=tuple(each.entry.fingerprint for each in news),
        not_before=at,
        subject=subject,
        text="\n".join(lines).rstrip("\n"),
        content=content_of(destination, event, news, still, words, plan, subject),
    )


def _key(name: str, entries: Sequence[Entry]) -> str:
    """The same for the same news to the same place, in whatever run it is worked out again."""
    parts = [name]
    for entry in sorted(entries, key=lambda entry: entry.fingerprint):
        # what comes back, grows again or ends again is news again
        at = entry.last if entry.status in {"ongoing", "resolved"} else entry.since
        parts.append(f"{entry.fingerprint} {entry.status} {at}")
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
