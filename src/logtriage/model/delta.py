"""What changed since the last run: what a report says first when it comes every hour."""

from collections.abc import Mapping

import msgspec


class Sighting(msgspec.Struct, frozen=True):
    """An issue as one run saw it; what the state learns from."""

    fingerprint: str
    keys: tuple[str, ...]
    """Keys of the issues of single records that were folded into it: equal in every run."""
    tag: str
    category: str
    title: str
    component: str | None
    template: str
    by_place: bool
    """Known by its place in the code, not by its words."""
    confidence: float
    count: int
    first: int
    """Nanoseconds since the epoch; the run's own time where nothing is dated."""
    last: int
    longest_gap: int
    """Nanoseconds between two of its records."""
    hours: Mapping[int, int]
    """Hour since the epoch to records."""
    sets: tuple[str, ...]
    """Rotated sets of the files it was seen in."""
    cause: str | None = None
    """Fingerprint of the root cause it follows from; its own where it is one."""
    priority: str | None = None
    """Where it is a root cause."""


class Entry(msgspec.Struct, frozen=True):
    """A root cause, or an issue that has none, against what was known."""

    status: str
    """new, regressed, ongoing or resolved."""
    fingerprint: str
    tag: str
    category: str
    title: str
    component: str | None
    priority: str | None
    confidence: float
    since: str | None
    """First seen; for a regressed one, since it came back."""
    last: str | None
    count: int
    """Errors in this run, those that follow from it included."""
    today: int
    """Errors since midnight UTC."""
    usual: float | None = None
    """Errors of its usual hour; None before a day was observed."""
    times_usual: float | None = None
    """The fullest hour of this run over the usual one."""
    root_cause: str | None = None
    """Id in this report."""
    news: bool = False
    """Reason enough to send a report."""
    muted_until: str | None = None
    """A time, or ``ever``; None where it is not muted."""
    why: str | None = None
    """Why it is muted."""


class Delta(msgspec.Struct, frozen=True):
    """All changes, most urgent first within each kind."""

    subject: str
    """One line: how many of what."""
    since: str | None = None
    """When the run before ended; None for the first one."""
    new: tuple[Entry, ...] = ()
    regressed: tuple[Entry, ...] = ()
    still: tuple[Entry, ...] = ()
    resolved: tuple[Entry, ...] = ()
    muted: tuple[Entry, ...] = ()

    @property
    def news(self) -> bool:
        """Whether there is anything to say to somebody who did not ask."""
        return any(
            entry.news
            for kind in (self.new, self.regressed, self.still, self.resolved)
            for entry in kind
        )
