"""A delta to tell of, made of the reports of `tests.unit.report.stories`."""

import msgspec
from tests.unit.report.stories import NIGHT

from logtriage.deliver.plan import all_new
from logtriage.model.delta import Delta, Entry
from logtriage.model.destination import File
from logtriage.model.message import Plan
from logtriage.model.routing import Hours, Route

NIGHT_NEW = all_new(NIGHT)
OVER = Entry(
    status="resolved",
    fingerprint="v1:00000000000000aa",
    tag="production-incident",
    category="dns-failure",
    title="DNS failure; resolver 10.0.0.2",
    component="resolver",
    priority="P2",
    confidence=0.9,
    since="2027-02-03T03:01:00.000Z",
    last="2027-02-03T03:07:00.000Z",
    count=0,
    today=12,
)
STILL = msgspec.structs.replace(
    OVER,
    status="ongoing",
    fingerprint="v1:00000000000000bb",
    tag="application-defect",
    title="KeyError 'cabin'; berths",
    component="berths",
    priority="P3",
    today=214,
    times_usual=5.0,
)

# a Wednesday, 03:42 in Berlin
NOW = 1_801_622_520_000_000_000


def delta(**fields: object) -> Delta:
    return Delta(**{"subject": "", "new": NIGHT_NEW.new, "resolved": (OVER,), **fields})


def plan(*routes: Route, **fields: object) -> Plan:
    names = {name for route in routes for name in route.to}
    destinations = {name: File(path=f"/tmp/{name}") for name in names}
    return Plan(
        **{
            "routes": routes,
            "destinations": destinations,
            "hours": Hours(),
            "zone": "Europe/Berlin",
            "host": "web-1",
            **fields,
        }
    )
