"""Events of `follow` as lines."""

import msgspec

from logtriage.model.event import Event
from logtriage.model.report import TENTATIVE, Evidence
from logtriage.report.cards import said
from logtriage.report.figures import clock, many
from logtriage.report.leftovers import without_pieces
from logtriage.report.machine import harmless
from logtriage.report.redact import Redaction

_TAGS = {"production-incident": "INCIDENT", "application-defect": "DEFECT"}


def event_line(event: Event) -> bytes:
    """One JSON object, without the newline."""
    return harmless(msgspec.json.encode(event)).encode()


def event_text(event: Event, *, proof: bool = True) -> str:
    """``13:12:05  new        INCIDENT  P1  0.95  Disk full; db-1  postgres.log:1201  PANIC: …``.

    ``proof`` adds the line that proves it.
    """
    sure = f"{event.confidence:.2f}"
    if event.confidence < TENTATIVE:
        sure += "?"
    parts = [
        clock(event.at),
        f"{event.event:<9}",
        f"{_TAGS.get(event.tag, event.tag):<8}",
        event.priority,
        sure,
        event.title,
    ]
    if event.event == "new":
        if event.again:
            parts.append("(again)")
        if event.path and proof:
            line = Evidence(event.path, event.line or 1, event.at, event.text or "")
            parts.append(f"{event.path}:{event.line}  {said(line)}")
    elif event.reason:
        parts.append(event.reason)
    else:
        parts.append(f"{many(event.errors, 'error')} since {clock(event.since)}")
    return "  ".join(parts)


def redacted_event(event: Event, redaction: Redaction) -> Event:
    """The event without the secrets of its texts."""
    secrets = redaction.secrets(event.text or "")
    return msgspec.structs.replace(
        event,
        title=without_pieces(redaction.text(event.title), secrets),
        text=redaction.text(event.text) if event.text is not None else None,
    )
