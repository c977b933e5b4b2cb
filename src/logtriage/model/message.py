"""What is sent to a destination, and what became of it."""

from enum import StrEnum
from typing import Any

import msgspec

from logtriage.model.destination import AnyDestination
from logtriage.model.routing import Commitment, Hours, Route


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told what and when, as the configuration says."""

    routes: tuple[Route, ...] = ()
    destinations: dict[str, AnyDestination] = {}
    hours: Hours | None = None
    commitments: dict[str, Commitment] = {}
    """By priority."""
    zone: str = "UTC"
    """Of the times in texts, and of business hours."""
    host: str = "localhost"
    """This machine, as subjects name it."""


class Event(StrEnum):
    """What a message does at the other side."""

    OPEN = "open"
    UPDATE = "update"
    CLOSE = "close"
    DIGEST = "digest"
    """Tells of several root causes; nothing is kept open for it."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one destination, whole but for secrets; it can wait in an outbox as JSON."""

    key: str
    """Equal for the same news to the same destination: it is sent once."""
    destination: str
    """Its name under ``[delivery]``."""
    event: Event
    fingerprints: tuple[str, ...]
    """Of the root causes it tells of."""
    not_before: int
    """Nanoseconds since the epoch: when it may be sent."""
    subject: str
    """One line."""
    text: str
    """For services that take text."""
    content: dict[str, Any] | None = None
    """JSON object for services that take one."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message."""

    delivered: bool
    reason: str | None = None
    """Why not, in a few words without secrets."""
    again: bool = True
    """Whether a later try can succeed; not where the other side refuses the message itself."""
    wait: int | None = None
    """Seconds that the other side asks to wait."""
