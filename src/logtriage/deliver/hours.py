"""Business hours: when what can wait is sent, and when what was promised is due."""

import datetime as dt
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from dateutil import rrule

from logtriage.model.destination import seconds
from logtriage.model.routing import Commitment, Hours

_DAYS: Final = {
    "mon": rrule.MO,
    "tue": rrule.TU,
    "wed": rrule.WE,
    "thu": rrule.TH,
    "fri": rrule.FR,
    "sat": rrule.SA,
    "sun": rrule.SU,
}

_FAR: Final = dt.timedelta(days=400)
"""No business day within it: there is none at all."""


class BusinessHours:
    """The hours of a configuration, in their zone."""

    def __init__(self, hours: Hours, zone: dt.tzinfo) -> None:
        self._zone = zone
        self._start = _time(hours.start)
        self._end = hours.end
        self._days = [_DAYS[day] for day in hours.days]
        self._holidays = hours.holidays

    def next_open(self, moment: dt.datetime) -> dt.datetime:
        """``moment`` itself within business hours, else when the next ones begin."""
        for begin, end in self._spans(moment):
            if moment < end:
                return max(begin, moment)
        # a configuration without any business day: nothing waits for ever
        return moment

    def after(self, moment: dt.datetime, span: dt.timedelta) -> dt.datetime:
        """The moment at which so much business time has passed."""
        left, at = span, moment
        for begin, end in self._spans(moment):
            if end <= at:
                continue
            at = max(begin, at)
            if at + left <= end:
                return at + left
            left -= end - at
        return moment + span

    def _spans(self, moment: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Business hours from the day of ``moment`` on, in UTC."""
        local = moment.astimezone(self._zone)
        # wall clock times are counted without a zone: a day has its hours whenever clocks change
        midnight = dt.datetime.combine(local.date(), dt.time())
        days = rrule.rruleset()
        days.rrule(
            rrule.rrule(rrule.DAILY, byweekday=self._days, dtstart=midnight, until=midnight + _FAR)
        )
        for holiday in self._holidays:
            days.exdate(dt.datetime.combine(holiday, dt.time()))
        for day in days:
            yield self._at(day, self._start), self._closing(day)

    def _closing(self, day: dt.datetime) -> dt.datetime:
        if self._end == "24:00":
            return self._at(day + dt.timedelta(days=1), dt.time())
        return self._at(day, _time(self._end))

    def _at(self, day: dt.datetime, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, tzinfo=self._zone).astimezone(dt.UTC)


def _time(clock: str) -> dt.time:
    hour, minute = clock.split(":")
    return dt.time(int(hour), int(minute))


def zone_named(name: str) -> dt.tzinfo:
    """The zone of a name that was checked before."""
    if name.upper() in {"UTC", "Z", "GMT"}:
        return dt.UTC
    if name == "local":
        return dt.datetime.now().astimezone().tzinfo or dt.UTC
    return ZoneInfo(name)


def due(
    commitment: Commitment, moment: dt.datetime, business: BusinessHours | None
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """When somebody has to have answered, and when it has to be over."""

    def after(duration: str | None) -> dt.datetime | None:
        if duration is None:
            return None
        span = dt.timedelta(seconds=seconds(duration))
        if commitment.clock == "business-hours" and business is not None:
            return business.after(moment, span)
        return moment + span

    return after(commitment.respond), after(commitment.resolve)
