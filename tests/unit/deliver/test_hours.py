"""Business hours: weekends, holidays, clocks that change."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logtriage.deliver.hours import BusinessHours, due, zone_named
from logtriage.model.routing import Commitment, Hours

BERLIN = "Europe/Berlin"


def business(zone: str = BERLIN, **fields: object) -> BusinessHours:
    return BusinessHours(Hours(**fields), zone_named(zone))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        # a Wednesday
        ("2026-03-04T09:00+01:00", "2026-03-04T09:00+01:00"),
        ("2026-03-04T03:12+01:00", "2026-03-04T08:00+01:00"),
        ("2026-03-04T18:00+01:00", "2026-03-05T08:00+01:00"),
        # a Friday evening, a Sunday
        ("2026-03-06T19:00+01:00", "2026-03-09T08:00+01:00"),
        ("2026-03-08T12:00+01:00", "2026-03-09T08:00+01:00"),
        # Good Friday and Easter Monday are holidays; clocks changed the Sunday before
        ("2026-04-03T09:00+02:00", "2026-04-07T08:00+02:00"),
        ("2026-03-28T12:00+01:00", "2026-03-30T08:00+02:00"),
        # the same moment is the next day in Berlin
        ("2026-03-04T23:30+00:00", "2026-03-05T08:00+01:00"),
    ],
)
def test_what_can_wait_is_sent_when_hours_begin(moment: str, opening: str) -> None:
    holidays = (dt.date(2026, 4, 3), dt.date(2026, 4, 6))

    assert business(holidays=holidays).next_open(at(moment)) == at(opening)


@pytest.mark.parametrize(
    ("moment", "hours", "due_at"),
    [
        ("2026-03-04T09:00+01:00", 4, "2026-03-04T13:00+01:00"),
        ("2026-03-04T16:00+01:00", 4, "2026-03-05T10:00+01:00"),
        ("2026-03-06T16:00+01:00", 12, "2026-03-09T18:00+01:00"),
        ("2026-03-07T16:00+01:00", 1, "2026-03-09T09:00+01:00"),
        ("2026-03-27T17:00+01:00", 2, "2026-03-30T09:00+02:00"),
        ("2026-03-04T08:00+01:00", 10, "2026-03-04T18:00+01:00"),
    ],
)
def test_business_time_stands_still_outside_of_hours(moment: str, hours: int, due_at: str) -> None:
    assert business().after(at(moment), dt.timedelta(hours=hours)) == at(due_at)


def test_hours_may_last_until_midnight() -> None:
    late = business("UTC", start="16:00", end="24:00")

    assert late.next_open(at("2026-03-04T23:59+00:00")) == at("2026-03-04T23:59+00:00")
    assert late.after(at("2026-03-04T23:00+00:00"), dt.timedelta(hours=2)) == at(
        "2026-03-05T17:00+00:00"
    )


def test_promises_count_as_their_clock_says() -> None:
    moment = at("2026-03-06T17:00+01:00")
    always = Commitment(respond="15m", resolve="4h")
    office = Commitment(respond="15m", resolve="4h", clock="business-hours")

    assert due(always, moment, business()) == (
        at("2026-03-06T17:15+01:00"),
        at("2026-03-06T21:00+01:00"),
    )
    assert due(office, moment, business()) == (
        at("2026-03-06T17:15+01:00"),
        at("2026-03-09T11:00+01:00"),
    )
    assert due(Commitment(), moment, business()) == (None, None)


@given(st.integers(0, 365 * 24 * 60), st.integers(1, 60 * 24 * 5), st.integers(1, 60 * 24 * 5))
def test_more_business_time_ends_later(minute: int, one: int, more: int) -> None:
    moment = at("2026-01-01T00:00+00:00") + dt.timedelta(minutes=minute)
    hours = business()
    first = hours.after(moment, dt.timedelta(minutes=one))
    both = hours.after(moment, dt.timedelta(minutes=one + more))

    assert moment < first < both
    assert hours.after(first, dt.timedelta(minutes=more)) == both
    assert hours.next_open(hours.next_open(moment)) == hours.next_open(moment) >= moment
