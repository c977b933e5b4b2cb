"""What differs between two reports; the JSON schema ``logtriage.comparison/1``."""

from typing import Final

import msgspec

from logtriage.model.report import Evidence, Trigger, Window

SCHEMA: Final = "logtriage.comparison/1"


class Side(msgspec.Struct, frozen=True):
    """One of the two sets of logs."""

    paths: tuple[str, ...]
    window: Window
    hours: float | None
    """Length of the window; None where nothing is dated."""
    errors: int
    issues: int
    root_causes: int


class Amount(msgspec.Struct, frozen=True):
    """Errors of one issue on one side."""

    count: int
    per_hour: float | None
    """None where the window has no length."""
    issue: str | None
    """Id in that side's report; None where it is not there."""


class Difference(msgspec.Struct, frozen=True):
    """One issue that is not as it was."""

    status: str
    """new, gone, grown or shrunk."""
    certain: bool
    """False where chance, or a window too short, could have made the difference."""
    fingerprint: str
    tag: str
    confidence: float
    category: str
    severity: str
    title: str
    component: str | None
    before: Amount
    after: Amount
    ratio: float | None
    """Rate after by rate before; None where one of them is zero or unknown."""
    first_seen: str | None
    last_seen: str | None
    evidence: Evidence | None
    """Its first record: of AFTER, for a gone one of BEFORE."""
    root_cause: str | None = None
    """Id of the root cause it belongs to, in the report of the side of its evidence."""
    follows: bool = False
    """It is a symptom of that root cause, not the cause itself."""
    trigger: Trigger | None = None
    """The change that likely made the difference."""


class VersionChange(msgspec.Struct, frozen=True):
    """A component that said another version of itself."""

    component: str
    before: str
    after: str


class Comparison(msgspec.Struct, frozen=True):
    """All of it."""

    schema: str
    generated_at: str
    before: Side
    after: Side
    differences: tuple[Difference, ...]
    """New ones first, then grown, shrunk, gone; in each the most telling first."""
    versions: tuple[VersionChange, ...]
    same: int
    """Issues on both sides at about the same rate."""
    interrupted: bool = False
