"""Who is told what, and when: routes, business hours, times promised.

The descriptions are those of the documentation and of the JSON schema that editors use.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from logtriage.model.destination import Duration

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Priority = Literal["P1", "P2", "P3", "P4", "P5"]
TagName = Literal["production-incident", "application-defect"]
SeverityName = Literal[
    "trace", "debug", "info", "notice", "warn", "error", "critical", "alert", "fatal"
]
Status = Literal["new", "regressed", "ongoing", "resolved"]

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", examples=["08:00"])]
"""Time of day, ``08:00``."""


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Business hours. Outside of them what can wait is sent when they begin."""

    timezone: Annotated[
        str | None,
        Meta(
            description="Zone of the hours and holidays; else the top-level `timezone`, else UTC.",
            examples=["Europe/Berlin"],
        ),
    ] = None
    days: Annotated[
        tuple[Weekday, ...], Meta(description="Days of the week with business hours.", min_length=1)
    ] = ("mon", "tue", "wed", "thu", "fri")
    start: Annotated[Clock, Meta(description="When they begin.")] = "08:00"
    end: Annotated[Clock, Meta(description="When they end, the same day.")] = "18:00"
    holidays: Annotated[
        tuple[dt.date, ...],
        Meta(description="Days without business hours.", examples=[["2026-12-25"]]),
    ] = ()
    at_once: Annotated[
        tuple[Priority, ...],
        Meta(description="Production incidents of these priorities are sent at any hour."),
    ] = ("P1", "P2")


class Commitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times promised for a priority; they are put into the messages as moments."""

    respond: Annotated[
        Duration | None, Meta(description="Somebody has answered after so long.")
    ] = None
    resolve: Annotated[Duration | None, Meta(description="It is over after so long.")] = None
    clock: Annotated[
        Literal["always", "business-hours"],
        Meta(description="Which hours count; `business-hours` needs `[hours]`."),
    ] = "always"


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes where. Every route that matches is taken; matchers that are not given match all."""

    to: Annotated[
        tuple[str, ...],
        Meta(description="Names of deliveries.", min_length=1, examples=[["on-call"]]),
    ]
    tag: Annotated[TagName | None, Meta(description="Only root causes with this tag.")] = None
    severity: Annotated[
        SeverityName | None, Meta(description="Only those at or above this severity.")
    ] = None
    confidence: Annotated[
        float,
        Meta(
            description="Only those whose confidence is at least this; below 0.6 they are "
            "tentative.",
            ge=0,
            le=1,
        ),
    ] = 0.6
    priority: Annotated[
        tuple[Priority, ...], Meta(description="Only those of these priorities.")
    ] = ()
    component: Annotated[
        tuple[str, ...],
        Meta(description="Only those of these components; `*` stands for anything."),
    ] = ()
    category: Annotated[
        tuple[str, ...],
        Meta(description="Only those of these categories; `*` stands for anything."),
    ] = ()
    status: Annotated[
        tuple[Status, ...],
        Meta(description="Only those with one of these states since the last report."),
    ] = ("new", "regressed", "resolved")
    when: Annotated[
        Literal["by-priority", "always", "business-hours"],
        Meta(
            description="When they are sent. `by-priority`: production incidents of the "
            "priorities in `hours.at_once` at any hour, all else in business hours."
        ),
    ] = "by-priority"
    otherwise: Annotated[
        bool, Meta(description="Only where no other route matched: for what is left over.")
    ] = False
