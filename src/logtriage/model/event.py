"""What `follow` says when something changes."""

import msgspec


class Event(msgspec.Struct, frozen=True):
    """One change of a root cause, as it is seen live."""

    event: str
    """new, worse or recovered."""
    at: str
    """When it was seen, RFC 3339 UTC."""
    fingerprint: str
    tag: str
    category: str
    title: str
    component: str | None
    priority: str
    confidence: float
    errors: int
    """In the window, those that follow from it included."""
    since: str | None
    again: bool = False
    """It had recovered before."""
    reason: str | None = None
    """For what is worse: why."""
    path: str | None = None
    line: int | None = None
    text: str | None = None
    """The line that proves it."""
