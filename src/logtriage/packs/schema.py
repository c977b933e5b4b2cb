"""The shape of a rule pack's TOML file; unknown keys are an error."""

from typing import Literal

import msgspec

RuleTag = Literal["application-defect", "production-incident", "ignore"]

ChangeKind = Literal[
    "deploy", "restart", "reload", "config-change", "migration", "scale", "failover", "stop"
]


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Text that a rule must hit, or must not."""

    text: str
    match: bool = True
    why: str = ""
    """Of a near miss: why it is none."""


class PackHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file is about."""

    name: str
    """As the file."""
    title: str
    refs: tuple[str, ...] = ()


Trait = Literal[
    "dependent", "unreachable", "transient", "generic", "direct", "diagnosis", "ending", "refusal"
]
"""dependent: speaks of something beyond the component that logs it; unreachable: by it a client
says that its server does not answer; transient: a single failed attempt, it explains what fails
with it and nothing later; generic: says that something failed and hardly why; direct: only its
immediate causes bring it about; diagnosis: told by a watcher some time after the trouble began;
ending: ends the program, so that few records may explain many failures; refusal: somebody was
kept out, which is no trouble while it happens a few times."""


class CategoryTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of trouble and what it commonly brings about."""

    name: str
    tag: RuleTag
    title: str
    explains: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()
    """What it says of the place of such an issue in a chain of causes."""


class RuleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule as written."""

    id: str
    name: str
    tag: RuleTag
    category: str
    when: str
    title: str
    status: Literal["stable", "draft"] = "draft"
    weight: float = 1.0
    severity: Literal["warn", "error", "critical", "fatal"] | None = None
    component_kind: str | None = None
    any_level: bool = False
    where: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    settle: str | None = None
    causes: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    runbook: str | None = None
    expires: str | None = None
    """ISO date of the last day on which the rule speaks: for what a site ignores for a while."""
    refs: tuple[str, ...] = ()
    sample: tuple[Sample, ...] = ()


class ChangeTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that tell of a change, at any level."""

    id: str
    name: str
    kind: ChangeKind
    when: str
    component_kind: str | None = None
    refs: tuple[str, ...] = ()
    sample: tuple[Sample, ...] = ()


class EndpointTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that tell where a component listens; named groups ``host`` and ``port``."""

    id: str
    name: str
    when: str
    refs: tuple[str, ...] = ()
    sample: tuple[Sample, ...] = ()


class SignalTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A weak sign: it shifts a verdict, or carries one where no rule speaks."""

    name: str
    when: str
    log_odds: float
    """Positive speaks for a production incident, negative for an application defect."""
    category: str | None = None
    settle: str | None = None
    failure: bool = False
    """The words tell of a failure: a record without a level, or a warning, is an error."""
    alone: bool = False
    """Asked only where no rule tells what happened: rules have read the same words."""
    excuse: bool = False
    """The words take a failure back (retrying, using the default): it is none."""
    any_level: bool = False
    """The words state a failed outcome with its cause: from info on they make an error, and let
    the rules speak."""
    writer: bool = False
    """They tell who wrote or where, not what happened: alone they leave it open."""


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file."""

    pack: PackHeader
    category: tuple[CategoryTable, ...] = ()
    rule: tuple[RuleTable, ...] = ()
    change: tuple[ChangeTable, ...] = ()
    endpoint: tuple[EndpointTable, ...] = ()
    signal: tuple[SignalTable, ...] = ()
