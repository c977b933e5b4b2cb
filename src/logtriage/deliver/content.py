"""Messages as the JSON of those services that take one, within their limits.

Limits and fields are those of the services' own documentation: PagerDuty Events API v2, ServiceNow
Table API, Jira Cloud REST v3 and Data Center REST v2, Slack Block Kit.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from logtriage.deliver.cut import one_line, text_within, whole_lines
from logtriage.deliver.match import News, severity_of
from logtriage.deliver.wording import Told, Words
from logtriage.model.destination import (
    AnyDestination,
    File,
    Jira,
    PagerDuty,
    ServiceNow,
    Slack,
    Webhook,
)
from logtriage.model.message import Event, Plan
from logtriage.model.severity import NUMBER_BY_NAME

Content = dict[str, Any]

SLACK_TEXT: Final = 12_000
"""Characters of all blocks together: near 13,200 Slack refuses the whole message."""
SLACK_BLOCKS: Final = 50
SLACK_SECTION: Final = 3_000
SLACK_HEADER: Final = 150

PAGER_SUMMARY: Final = 1_024
PAGER_KEY: Final = 255
PAGER_EVENT: Final = 400_000
"""Bytes; events of more than 512 KB are refused."""

SERVICENOW_TITLE: Final = 160
SERVICENOW_CORRELATION: Final = 100
SERVICENOW_TEXT: Final = 3_900
"""The usual length of ``description`` is 4,000."""

JIRA_SUMMARY: Final = 255
JIRA_TEXT: Final = 30_000
"""A description may have 32,767 characters."""

_URGENCY: Final = {"P1": (1, 1), "P2": (1, 2), "P3": (2, 2), "P4": (2, 3), "P5": (3, 3)}
"""Impact and urgency from which ServiceNow computes the priority of the same number."""


def content_of(
    destination: AnyDestination,
    event: Event,
    news: Sequence[News],
    still: Sequence[News],
    words: Words,
    plan: Plan,
    subject: str,
) -> Content | None:
    """The JSON object for the destination, without secrets; None where it takes text."""
    match destination:
        case PagerDuty():
            made = pager_duty(event, news[0], words, plan)
        case ServiceNow():
            made = service_now(destination, event, news[0], words, plan)
        case Jira():
            made = jira(destination, event, news[0], words, plan)
        case Slack():
            made = slack([words.told(n) for n in news], [words.told(n) for n in still], subject)
        case Webhook() | File():
            made = plain(news, still, words, plan, subject)
        case _:
            return None
    # as it will be read back from an outbox: lists, no tuples
    plain_data: Content = msgspec.json.decode(msgspec.json.encode(made))
    return plain_data


def correlation(fingerprint: str) -> str:
    """The name by which another system knows the root cause again; letters, figures and dashes."""
    plain_name = "".join(c if c.isascii() and c.isalnum() else "-" for c in fingerprint)
    if len(plain_name) > SERVICENOW_CORRELATION - 10:
        plain_name = hashlib.blake2b(fingerprint.encode(), digest_size=16).hexdigest()
    return f"logtriage-{plain_name}"


def pager_duty(event: Event, news: News, words: Words, plan: Plan) -> Content:
    """An event of the Events API v2; the routing key is put in when it is sent."""
    key = correlation(news.entry.fingerprint)[:PAGER_KEY]
    if event is Event.CLOSE:
        return {"event_action": "resolve", "dedup_key": key}
    told = words.told(news)
    entry, cause = news.entry, news.cause
    respond, resolve = words.due(news)
    details = {
        "summary": told.summary,
        "evidence": list(told.evidence),
        **{label: text for label, text in told.facts if label},
        "tag": entry.tag,
        "priority": entry.priority,
        "since": entry.since,
        "respond_by": respond.isoformat() if respond else None,
        "resolve_by": resolve.isoformat() if resolve else None,
    }
    while len(msgspec.json.encode(details)) > PAGER_EVENT:
        details["evidence"] = ["… left out: the event would be too large"]
        details["summary"] = text_within(told.summary, 1000)
    made: Content = {
        "event_action": "trigger",
        "dedup_key": key,
        "payload": {
            "summary": one_line(f"{told.priority} {told.title}".strip(), PAGER_SUMMARY),
            "source": (cause.host if cause is not None and cause.host else plan.host),
            "severity": _pager_severity(news),
            "component": entry.component,
            "class": entry.category,
            "custom_details": {name: value for name, value in details.items() if value},
        },
        "client": "logtriage",
    }
    if entry.last:
        made["payload"]["timestamp"] = entry.last
    if cause is not None and cause.runbook:
        made["links"] = [{"href": cause.runbook, "text": "runbook"}]
    return made


def _pager_severity(news: News) -> str:
    if news.entry.priority == "P1":
        return "critical"
    number = NUMBER_BY_NAME.get(severity_of(news) or "error", 17)
    if number >= NUMBER_BY_NAME["critical"]:
        return "critical"
    if number >= NUMBER_BY_NAME["error"]:
        return "error"
    return "warning" if number >= NUMBER_BY_NAME["warn"] else "info"


def service_now(
    destination: ServiceNow, event: Event, news: News, words: Words, plan: Plan
) -> Content:
    """Fields of an incident; those of one that is known already are its work notes and state."""
    told = words.told(news)
    text = whole_lines(told.lines(), SERVICENOW_TEXT)
    key = correlation(news.entry.fingerprint)
    if event is Event.CLOSE:
        return {
            "correlation_id": key,
            "state": "6",
            "close_code": destination.close_code,
            "close_notes": text,
        }
    # the priority is computed by ServiceNow from these two
    impact, urgency = _URGENCY.get(news.entry.priority or "", (2, 2))
    made: Content = {
        "correlation_id": key,
        "correlation_display": "logtriage",
        "short_description": one_line(told.title, SERVICENOW_TITLE),
        "description": whole_lines([f"logtriage on {plan.host}", *told.lines()], SERVICENOW_TEXT),
        "impact": str(impact),
        "urgency": str(urgency),
        "work_notes": text,
    }
    if destination.caller:
        made["caller_id"] = destination.caller
    if destination.group:
        made["assignment_group"] = destination.group
    return made


def jira(destination: Jira, event: Event, news: News, words: Words, plan: Plan) -> Content:
    """An issue's fields, the label that finds it again, and the comment for one that is known."""
    told = words.told(news)
    text = whole_lines(told.lines(), JIRA_TEXT)
    label = correlation(news.entry.fingerprint)
    made: Content = {"label": label, "comment": _jira_text(destination, text)}
    if event is not Event.CLOSE:
        body = whole_lines([f"logtriage on {plan.host}", *told.lines()], JIRA_TEXT)
        # a label has no blanks
        labels = ["logtriage", label, *("-".join(each.split()) for each in destination.labels)]
        made["fields"] = {
            "project": {"key": destination.project},
            "issuetype": {"name": destination.issue_type},
            "summary": one_line(told.title, JIRA_SUMMARY),
            "description": _jira_text(destination, body),
            "labels": labels,
        }
    return made


def _jira_text(destination: Jira, text: str) -> object:
    if destination.api == "3":
        block = {
            "type": "codeBlock",
            "attrs": {"language": "text"},
            "content": [{"type": "text", "text": text}],
        }
        return {"type": "doc", "version": 1, "content": [block]}
    # what a log wrote must not end the block
    return "{noformat}\n" + text.replace("{noformat", "{ noformat") + "\n{noformat}"


def slack(told: Sequence[Told], still: Sequence[Told], subject: str) -> Content:
    """A fallback text and blocks; what there is no room for is counted in the last one."""
    title = one_line(subject, SLACK_HEADER)
    header = {"type": "plain_text", "text": title, "emoji": False}
    blocks: list[Content] = [{"type": "header", "text": header}]
    used = len(title)
    shown = 0
    for each in told:
        made = _slack_blocks(each)
        size = sum(len(block["text"]["text"]) for block in made)
        if used + size > SLACK_TEXT - 1_000 or len(blocks) + len(made) >= SLACK_BLOCKS:
            break
        blocks += made
        used += size
        shown += 1
    left = len(told) - shown
    tail = [f"… {left:,} more root cause{'s' * (left != 1)}"] if left else []
    tail += [one_line(each.head(), 200) for each in still]
    if tail:
        room = min(SLACK_TEXT - used, SLACK_SECTION)
        blocks.append(_section("plain_text", whole_lines(tail, room)))
    return {"text": _slack_escaped(one_line(subject, SLACK_SECTION)), "blocks": blocks}


def _slack_blocks(told: Told) -> list[Content]:
    """What a log wrote stands as plain text or in a code block: it cannot format, link, mention."""
    head = one_line(f"{told.state} {told.tag} {told.priority}", 100)
    blocks = [_section("mrkdwn", f"*{head}*")]
    lines = [one_line(told.title, 600), told.times, told.summary]
    lines += [f"{label}: {words}" if label else words for label, words in told.facts]
    blocks.append(_section("plain_text", whole_lines([line for line in lines if line], 2_000)))
    if told.evidence:
        # a code block ends at three backticks
        proof = _slack_escaped("\n".join(told.evidence).replace("```", "'''"))
        blocks.append(_section("mrkdwn", f"```{text_within(proof, 900)}```"))
    return blocks


def _section(kind: str, text: str) -> Content:
    return {"type": "section", "text": {"type": kind, "text": text}}


def _slack_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(
    news: Sequence[News], still: Sequence[News], words: Words, plan: Plan, subject: str
) -> Content:
    """For webhooks and files: everything by its name."""

    def entry(each: News) -> Content:
        respond, resolve = words.due(each)
        return {
            **msgspec.to_builtins(each.entry),
            "severity": severity_of(each),
            "respond_by": respond.isoformat() if respond else None,
            "resolve_by": resolve.isoformat() if resolve else None,
            "cause": each.cause,
        }

    return {
        "schema": "logtriage.message/1",
        "host": plan.host,
        "subject": subject,
        "news": [entry(each) for each in news],
        "still": [entry(each) for each in still],
    }
