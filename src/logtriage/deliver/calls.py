"""Services that are called over HTTP: what is called for a message, and in which order.

Tickets are looked for before they are made, by the name that the root cause has there: a message
whose answer got lost is sent again and makes no second ticket.
"""

from collections.abc import Generator
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from logtriage.deliver.request import Request
from logtriage.deliver.secret import Secrets
from logtriage.model.destination import (
    AnyDestination,
    Jira,
    PagerDuty,
    ServiceNow,
    Slack,
    Webhook,
)
from logtriage.model.message import Event, Message

Calls = Generator[Request, Any, None]
"""One call after the other; each is answered with the JSON that came back."""


def calls_for(message: Message, destination: AnyDestination, secrets: Secrets) -> Calls | None:
    """What is to be called; None for destinations that are not reached by HTTP."""
    match destination:
        case PagerDuty():
            return _pager_duty(message, destination, secrets)
        case Slack():
            return _slack(message, destination, secrets)
        case Webhook():
            return _webhook(message, destination, secrets)
        case ServiceNow():
            return _service_now(message, destination, secrets)
        case Jira():
            return _jira(message, destination, secrets)
        case _:
            return None


def _pager_duty(message: Message, destination: PagerDuty, secrets: Secrets) -> Calls:
    body = {"routing_key": secrets.plain(destination.routing_key), **_content(message)}
    yield _call("POST", destination.server, {}, body)


def _slack(message: Message, destination: Slack, secrets: Secrets) -> Calls:
    yield _call("POST", secrets.plain(destination.url), {}, _content(message))


def _webhook(message: Message, destination: Webhook, secrets: Secrets) -> Calls:
    url = destination.url if isinstance(destination.url, str) else secrets.plain(destination.url)
    headers = {
        name: value if isinstance(value, str) else secrets.plain(value)
        for name, value in destination.headers.items()
    }
    # the key tells the other side that it has seen a message before
    headers = {"Idempotency-Key": message.key, **headers}
    yield _call("POST", url, headers, {"key": message.key, **_content(message)})


def _service_now(message: Message, destination: ServiceNow, secrets: Secrets) -> Calls:
    headers = {"Accept": "application/json"}
    if destination.token is not None:
        headers["Authorization"] = f"Bearer {secrets.plain(destination.token)}"
    elif destination.user is not None and destination.password is not None:
        headers["Authorization"] = secrets.basic(destination.user, destination.password)
    content = _content(message)
    table = f"{destination.server.rstrip('/')}/api/now/table/incident"
    query = urlencode(
        {
            "sysparm_query": f"correlation_id={content['correlation_id']}^active=true",
            "sysparm_fields": "sys_id",
            "sysparm_limit": "1",
        }
    )
    answer = yield _call("GET", f"{table}?{query}", headers)
    identity = _found(answer, "result", "sys_id")
    if identity is not None:
        changed = content if message.event is Event.CLOSE else {"work_notes": content["work_notes"]}
        yield _call("PATCH", f"{table}/{quote(identity, safe='')}", headers, changed)
    elif message.event is not Event.CLOSE:
        yield _call("POST", table, headers, content)


def _jira(message: Message, destination: Jira, secrets: Secrets) -> Calls:
    headers = {"Accept": "application/json"}
    headers["Authorization"] = (
        secrets.basic(destination.user, destination.token)
        if destination.user
        else f"Bearer {secrets.plain(destination.token)}"
    )
    content = _content(message)
    api = f"{destination.server.rstrip('/')}/rest/api/{destination.api}"
    query = urlencode(
        {
            "jql": f'labels = "{content["label"]}" AND statusCategory != Done',
            "fields": "key",
            "maxResults": "1",
        }
    )
    search = "search/jql" if destination.api == "3" else "search"
    answer = yield _call("GET", f"{api}/{search}?{query}", headers)
    key = _found(answer, "issues", "key")
    if key is not None:
        body = {"body": content["comment"]}
        yield _call("POST", f"{api}/issue/{quote(key, safe='')}/comment", headers, body)
    elif message.event is not Event.CLOSE:
        yield _call("POST", f"{api}/issue", headers, {"fields": content["fields"]})


def _found(answer: Any, rows: str, field: str) -> str | None:  # noqa: ANN401 - any JSON
    """A field of the first row, whatever the other side answers."""
    found = answer.get(rows) if isinstance(answer, dict) else None
    first = found[0] if isinstance(found, list) and found else None
    value = first.get(field) if isinstance(first, dict) else None
    return value if isinstance(value, str) and value else None


def _content(message: Message) -> dict[str, Any]:
    return message.content or {}


def _call(method: str, url: str, headers: dict[str, str], body: object = None) -> Request:
    if body is None:
        return Request(method, url, headers)
    typed = {"Content-Type": "application/json; charset=utf-8", **headers}
    return Request(method, url, typed, msgspec.json.encode(body))
