"""What goes to whom, and when."""

import datetime as dt

import msgspec
import pytest
from tests.unit.deliver.news import NIGHT_NEW, NOW, OVER, STILL, delta, plan
from tests.unit.report.stories import NIGHT, QUIET

from logtriage.deliver.plan import all_new, deliver
from logtriage.model.destination import PagerDuty, Secret
from logtriage.model.message import Event, Message
from logtriage.model.routing import Commitment, Hours, Route

MORNING = int(dt.datetime.fromisoformat("2027-02-03T08:00:00+01:00").timestamp()) * 1_000_000_000


def test_now_is_at_night() -> None:
    assert str(dt.datetime.fromtimestamp(NOW / 1e9, dt.UTC)) == "2027-02-03 02:42:00+00:00"
    assert [(each.tag, each.confidence >= 0.6) for each in NIGHT_NEW.new] == [
        ("production-incident", True),
        ("application-defect", True),
        ("production-incident", False),
    ]


def test_incidents_go_to_one_place_at_once_and_defects_to_another_in_the_morning() -> None:
    routes = (
        Route(to=("operations",), tag="production-incident"),
        Route(to=("developers",), tag="application-defect"),
    )
    sent = deliver(NIGHT, delta(), plan(*routes), NOW)

    assert [(each.destination, each.not_before) for each in sent] == [
        ("operations", NOW),
        ("developers", MORNING),
    ]
    assert sent[0].subject == "logtriage web-1: 1 new incident, 1 resolved"
    assert sent[1].subject == "logtriage web-1: 1 new defect"
    assert "RESOLVED  PRODUCTION INCIDENT P2 DNS failure" in sent[0].text.replace("  P2", " P2")
    assert "DNS failure" not in sent[1].text


def test_within_business_hours_everything_goes_at_once() -> None:
    noon = MORNING + 4 * 3600 * 1_000_000_000
    sent = deliver(NIGHT, delta(), plan(Route(to=("all",))), noon)

    assert [each.not_before for each in sent] == [noon]


def test_without_hours_nothing_waits() -> None:
    sent = deliver(NIGHT, delta(), plan(Route(to=("all",)), hours=None), NOW)

    assert [each.not_before for each in sent] == [NOW]


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (Route(to=("x",), tag="application-defect"), 1),
        (Route(to=("x",), priority=("P1",)), 1),
        (Route(to=("x",), confidence=0.99, status=("new",)), 0),
        (Route(to=("x",), severity="fatal", status=("new",)), 1),
        (Route(to=("x",), component=("res*",)), 1),
        (Route(to=("x",), component=("nobody",)), 0),
        (Route(to=("x",), category=("dns-*",)), 1),
        (Route(to=("x",), status=("resolved",)), 1),
        (Route(to=("x",)), 3),
        (Route(to=("x",), confidence=0), 4),
    ],
)
def test_a_route_takes_what_matches(route: Route, told: int) -> None:
    sent = deliver(NIGHT, delta(), plan(route, hours=None), NOW)

    assert sum(len(message.fingerprints) for message in sent) == told


def test_what_no_route_takes_goes_where_the_rest_goes() -> None:
    routes = (
        Route(to=("operations",), tag="production-incident"),
        Route(to=("rest",), otherwise=True),
    )
    sent = deliver(NIGHT, delta(), plan(*routes, hours=None), NOW)

    assert {each.destination: len(each.fingerprints) for each in sent} == {
        "operations": 2,
        "rest": 1,
    }


def test_two_routes_to_one_place_tell_it_once() -> None:
    routes = (Route(to=("x",), when="business-hours"), Route(to=("x",), when="always"))
    sent = deliver(NIGHT, delta(), plan(*routes), NOW)

    assert [(each.not_before, len(each.fingerprints)) for each in sent] == [(NOW, 3)]


def test_what_goes_on_is_told_only_where_asked_and_where_it_grew() -> None:
    grown = msgspec.structs.replace(STILL, news=True)
    quiet = Route(to=("quiet",))
    eager = Route(to=("eager",), status=("new", "ongoing"))

    sent = deliver(NIGHT, delta(still=(STILL,)), plan(quiet, eager, hours=None), NOW)
    assert all(STILL.fingerprint not in each.fingerprints for each in sent)
    # it is named at the end all the same, where something else is told
    assert all("STILL" in each.text.split("\n")[-1] for each in sent)

    (sent_grown,) = deliver(
        NIGHT, delta(new=(), resolved=(), still=(grown,)), plan(quiet, eager, hours=None), NOW
    )
    assert sent_grown.destination == "eager"
    assert "5 \N{MULTIPLICATION SIGN} its usual hour" in sent_grown.text


def test_nothing_new_sends_nothing() -> None:
    assert deliver(QUIET, all_new(QUIET), plan(Route(to=("x",))), NOW) == []
    assert (
        deliver(NIGHT, delta(new=(), resolved=(), still=(STILL,)), plan(Route(to=("x",))), NOW)
        == []
    )


def test_promises_stand_in_the_text() -> None:
    promises = {"P1": Commitment(respond="15m", resolve="4h")}
    (message, *_) = deliver(NIGHT, delta(), plan(Route(to=("x",)), commitments=promises), NOW)

    assert "respond by 2027-02-03 03:57 CET, resolve by 2027-02-03 07:42 CET" in message.text


def test_each_alert_is_opened_and_closed_under_its_own_name() -> None:
    pager = {"pager": PagerDuty(routing_key=Secret(variable="KEY"))}
    sent = deliver(NIGHT, delta(), plan(Route(to=("pager",)), hours=None, destinations=pager), NOW)

    events = {each.fingerprints[0]: each.event for each in sent}
    assert len(sent) == len(events) == 3
    assert events[OVER.fingerprint] is Event.CLOSE
    assert list(events.values()).count(Event.OPEN) == 2


def test_the_same_news_has_the_same_key_and_other_news_another() -> None:
    to = plan(Route(to=("x",)), hours=None)
    (first,) = deliver(NIGHT, delta(), to, NOW)
    (again,) = deliver(NIGHT, delta(), to, NOW + 10**12)
    back = msgspec.structs.replace(OVER, last="2027-02-04T03:07:00.000Z")
    (other,) = deliver(NIGHT, delta(resolved=(back,)), to, NOW)

    assert first.key == again.key != other.key


def test_a_message_can_wait_as_json() -> None:
    for message in deliver(NIGHT, delta(), plan(Route(to=("x",))), NOW):
        kept = msgspec.json.encode(message)
        assert msgspec.json.decode(kept, type=Message) == message


def test_hours_without_any_day_hold_nothing_back_for_ever() -> None:
    holidays = tuple(dt.date(2027, 1, 1) + dt.timedelta(days=n) for n in range(800))
    sent = deliver(NIGHT, delta(), plan(Route(to=("x",)), hours=Hours(holidays=holidays)), NOW)

    assert {each.not_before for each in sent} == {NOW}
