"""What the rule engine says about one record, and why."""

from enum import StrEnum

import msgspec


class Tag(StrEnum):
    """Who has to act for the error to stop."""

    DEFECT = "application-defect"
    """Developers: it stops when code, a query, a migration or shipped configuration changes."""
    INCIDENT = "production-incident"
    """Operations: it stops when the live environment is restored."""


class RuleHit(msgspec.Struct, frozen=True):
    """One rule that fired."""

    id: str
    weight: float
    """As it counted, after boosts for the innermost cause and cuts for wrappers."""
    matched: str
    """The words of the record that made it fire."""


class Signal(msgspec.Struct, frozen=True):
    """One weak sign that spoke: a wording, an exception family, a component kind."""

    name: str
    log_odds: float
    """Positive speaks for a production incident, negative for an application defect."""


class Verdict(msgspec.Struct, frozen=True):
    """Tag, confidence and category of an error record, with the evidence."""

    tag: Tag
    confidence: float
    """0.5 to 1: how likely the tag is right."""
    category: str
    """Kebab-case noun phrase of the packs' categories, such as ``disk-full``."""
    title: str
    """``what; where`` in plain words."""
    rules: tuple[RuleHit, ...] = ()
    """Strongest first; empty when only weak signs spoke."""
    signals: tuple[Signal, ...] = ()
    severity_floor: int | None = None
    """OpenTelemetry number below which the issue's severity is raised."""
    next_steps: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    """Categories that this one explains."""
    runbook: str | None = None
    settle: str | None = None
    """What would settle a tentative verdict."""
    windows: tuple[str, ...] = ()
    """Ids of rules that matched but for their window (``count >= 10 within 5m``)."""
    subject: str | None = None
    """The thing that failed, where named: a path, a device, an endpoint, a table."""


class Ignored(msgspec.Struct, frozen=True):
    """The record is not an error: the ignore rule that says so."""

    rule: str
    category: str
    reason: str


class Change(msgspec.Struct, frozen=True):
    """A record that tells of a change: a start, a deploy, a reload."""

    kind: str
    """deploy, restart, reload, config-change, migration, scale, failover, stop."""
    rule: str
    version: str | None = None


class Endpoint(msgspec.Struct, frozen=True):
    """Something that the component listens on or is known as."""

    host: str | None
    port: int


class Classification(msgspec.Struct, frozen=True):
    """All that the packs say about one record."""

    verdict: Verdict | None = None
    """None where the record is no error."""
    ignored: Ignored | None = None
    change: Change | None = None
    endpoints: tuple[Endpoint, ...] = ()


NOTHING = Classification()
