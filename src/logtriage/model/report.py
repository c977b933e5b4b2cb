"""The report: the contract with every renderer and with users' scripts.

The field names are those of the JSON schema ``logtriage.report/1``; times are RFC 3339 UTC text.
"""

from typing import Final

import msgspec

from logtriage.model.delta import Delta

SCHEMA: Final = "logtriage.report/1"

TENTATIVE: Final = 0.6
"""Below this confidence an item is shown as tentative."""


class Window(msgspec.Struct, frozen=True):
    """From the first to the last timestamp read."""

    first: str | None = None
    last: str | None = None


class Totals(msgspec.Struct, frozen=True):
    """Counts over all inputs; errors are records."""

    bytes: int = 0
    lines: int = 0
    errors: int = 0
    application_defects: int = 0
    production_incidents: int = 0
    other_errors: int = 0
    """Errors beyond the cap on issues."""
    ignored: int = 0
    lines_without_format: int = 0
    lines_cut: int = 0


class Input(msgspec.Struct, frozen=True):
    """One input."""

    path: str
    format: str | None = None
    component: str | None = None
    lines: int = 0
    bytes: int = 0
    errors: int = 0
    first: str | None = None
    last: str | None = None
    problems: tuple[str, ...] = ()
    gaps: tuple[Window, ...] = ()
    """Stretches without a line that are far longer than usual for it."""


class Evidence(msgspec.Struct, frozen=True):
    """One line that proves something."""

    path: str
    line: int
    timestamp: str | None
    text: str
    """The whole first line of the record."""
    message: str | None = None
    """What it says, without timestamp, level and logger; None where that is all of it."""


class Symptom(msgspec.Struct, frozen=True):
    """An issue that followed from a root cause."""

    issue: str
    component: str | None
    links: tuple[str, ...]
    """names-endpoint, shared-trace, causal-rule, exception-chain, follows, volume-drop …"""
    lag_seconds: float | None
    title: str = ""
    count: int = 0


class Trigger(msgspec.Struct, frozen=True):
    """The change shortly before the onset."""

    kind: str
    timestamp: str | None
    path: str
    line: int
    text: str
    component: str | None = None
    version: str | None = None
    message: str | None = None


class Impact(msgspec.Struct, frozen=True):
    """How far it reached."""

    requests_failed: int | None = None
    requests_total: int | None = None
    components: tuple[str, ...] = ()


class RootCause(msgspec.Struct, frozen=True):
    """What broke first: a story with evidence."""

    id: str
    rank: int
    tag: str
    tag_confidence: float
    confidence: float
    """How likely it is a real cause that somebody must act on."""
    priority: str
    severity: str | None
    category: str
    title: str
    summary: str
    component: str | None
    host: str | None
    started_at: str | None
    ended_at: str | None
    errors: int
    issue: str | None
    evidence: tuple[Evidence, ...]
    symptoms: tuple[Symptom, ...]
    trigger: Trigger | None
    reasons: tuple[str, ...]
    impact: Impact
    next_steps: tuple[str, ...]
    runbook: str | None
    route: str
    settle: str | None = None
    """What would settle a tentative verdict."""
    firing: bool | None = None
    """Still firing at the end of the logs; None where the logs cannot tell."""
    fingerprint: str | None = None
    histogram: "Counts | None" = None
    """Of the root cause and its symptoms together."""
    message: str | None = None
    """What the logs say of it, as the summary quotes it."""


class Counts(msgspec.Struct, frozen=True):
    """A histogram without holes."""

    start: str
    step_seconds: int
    counts: tuple[int, ...]


class IssueException(msgspec.Struct, frozen=True):
    """The exception of an issue."""

    type: str
    message: str | None
    culprit: str | None
    chain: tuple[str, ...]
    """Types, outermost first, the root last."""
    root_type: str | None = None
    root_message: str | None = None


class FiredRule(msgspec.Struct, frozen=True):
    """A rule that spoke for the issue's tag or against it."""

    id: str
    weight: float
    matched: str


class IssueExemplar(msgspec.Struct, frozen=True):
    """A whole record."""

    path: str
    line: int
    timestamp: str | None
    text: str


class Issue(msgspec.Struct, frozen=True):
    """A group of error records that are the same trouble."""

    id: str
    fingerprint: str
    tag: str
    confidence: float
    category: str
    severity: str
    severity_number: int
    title: str
    template: str
    component: str | None
    host: str | None
    exception: IssueException | None
    count: int
    first_seen: str | None
    last_seen: str | None
    histogram: Counts | None
    rules: tuple[FiredRule, ...]
    exemplars: tuple[IssueExemplar, ...]
    root_cause: str | None
    status: str | None = None
    settle: str | None = None
    chronic: bool = False
    """It ran before the trouble began and did not grow with it."""


class ReportedChange(msgspec.Struct, frozen=True):
    """A start, deploy, reload, seen in a log."""

    kind: str
    component: str | None
    timestamp: str | None
    path: str
    line: int
    text: str
    version: str | None = None


class IgnoredGroup(msgspec.Struct, frozen=True):
    """Records that an ignore rule took out."""

    rule: str
    category: str
    reason: str
    count: int
    exemplars: tuple[IssueExemplar, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """All of it."""

    schema: str
    generated_at: str
    window: Window
    totals: Totals
    inputs: tuple[Input, ...]
    root_causes: tuple[RootCause, ...]
    issues: tuple[Issue, ...]
    changes: tuple[ReportedChange, ...]
    ignored: tuple[IgnoredGroup, ...] = ()
    interrupted: bool = False
    delta: Delta | None = None
    """What changed since the last run; None without state."""
