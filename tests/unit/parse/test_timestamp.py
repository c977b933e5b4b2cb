"""Timestamps of every shape, to the nanosecond."""

import datetime as dt
import itertools
import zoneinfo

import pytest

from logtriage.model.record import rfc3339
from logtriage.parse.timestamp import Hints, TimestampReader

REFERENCE = int(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp()) * 1_000_000_000

READ = {
    "2026-03-04 05:06:07,123": "2026-03-04T05:06:07.123Z",
    "2026-03-04T05:06:07.123456789+01:00": "2026-03-04T04:06:07.123456789Z",
    "2026-03-04T05:06:07Z": "2026-03-04T05:06:07Z",
    "2026-03-04T05:06:07+0100": "2026-03-04T04:06:07Z",
    "2026-03-04T05:06:07.1234567Z": "2026-03-04T05:06:07.1234567Z",
    "2026-03-04T05:06:07.123+01:00[Europe/Berlin]": "2026-03-04T04:06:07.123Z",
    "2026-03-04 05:06:07.123 CET": "2026-03-04T04:06:07.123Z",
    "2026-03-04 05:06:07 America/New_York": "2026-03-04T10:06:07Z",
    "2026-03-04 05:06": "2026-03-04T05:06:00Z",
    "2026-03-04 24:00:00": "2026-03-05T00:00:00Z",
    "2026-12-31 23:59:60": "2027-01-01T00:00:00Z",
    "Wed 2026-03-04 05:06:07 CET": "2026-03-04T04:06:07Z",
    "2026.03.04 05:06:07": "2026-03-04T05:06:07Z",
    "2026/03/04 05:06:07.123456": "2026-03-04T05:06:07.123456Z",
    "2005-06-03-15.42.50.675872": "2005-06-03T15:42:50.675872Z",
    "081109 203518": "2008-11-09T20:35:18Z",
    "260304  5:06:07": "2026-03-04T05:06:07Z",
    "20171223-22:15:29:606": "2017-12-23T22:15:29.606Z",
    "20171223-22:5:9:6": "2017-12-23T22:05:09.006Z",
    "20260304T050607Z": "2026-03-04T05:06:07Z",
    "20260304050607": "2026-03-04T05:06:07Z",
    "10/Oct/2000:13:55:36 -0700": "2000-10-10T20:55:36Z",
    "[10/Oct/2000:13:55:36 -0700]": "2000-10-10T20:55:36Z",
    "04-Mar-2026 05:06:07.123": "2026-03-04T05:06:07.123Z",
    "Wed, 04 Mar 2026 05:06:07 GMT": "2026-03-04T05:06:07Z",
    "Wed, 04 Mar 2026 05:06:07 -0500 (EST)": "2026-03-04T10:06:07Z",
    "Mar  4 05:06:07": "2026-03-04T05:06:07Z",
    "Mar  4 05:06:07.123456": "2026-03-04T05:06:07.123456Z",
    "Sun Dec 04 04:47:44.123456 2005": "2005-12-04T04:47:44.123456Z",
    "Wed Mar  4 05:06:07 PST 2026": "2026-03-04T13:06:07Z",
    "Mar 4, 2026 5:06:07 PM": "2026-03-04T17:06:07Z",
    "Mar 4, 2026 @ 05:06:07.123": "2026-03-04T05:06:07.123Z",
    "03/04/2026 12:06:07 AM": "2026-03-04T00:06:07Z",
    "23/04/2026 05:06:07": "2026-04-23T05:06:07Z",
    "0304 05:06:07.123456": "2026-03-04T05:06:07.123456Z",
    "03-04 05:06:07.123": "2026-03-04T05:06:07.123Z",
    "1700000000": "2023-11-14T22:13:20Z",
    "1700000000.123": "2023-11-14T22:13:20.123Z",
    "1700000000123": "2023-11-14T22:13:20.123Z",
    "1700000000123456": "2023-11-14T22:13:20.123456Z",
    "1700000000123456789": "2023-11-14T22:13:20.123456789Z",
    "@4000000037c219bf2ef02e94": "1999-08-24T04:04:05.787492500Z",
    "4 mars 2026 05:06:07": "2026-03-04T05:06:07Z",
    "04. März 2026 05:06:07": "2026-03-04T05:06:07Z",
    "23 août 2026 05:06:07": "2026-08-23T05:06:07Z",
    "4 de marzo de 2026 05:06:07": "2026-03-04T05:06:07Z",
    "04-gen-2026 05:06:07": "2026-01-04T05:06:07Z",
    "4 fev 2026 05:06:07": "2026-02-04T05:06:07Z",
    "4 mei 2026 05:06:07": "2026-05-04T05:06:07Z",
    "13 Nov 2026 at 5 pm": "2026-11-13T17:00:00Z",
}


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=READ)
def test_reads(text, expected):
    reader = TimestampReader(REFERENCE)
    found = reader.read(text)
    assert found is not None
    assert rfc3339(*found) == expected
    assert reader.read(text) == found, "the second reading comes from the caches"


@pytest.mark.parametrize(
    "text",
    ["", "hello", "2026-13-04 00:00:00", "2026-02-30 00:00:00", "25:00:00", "99:99", "1.7e9",
     "12345.678901", "+0.123s", "2026-03-04 05:61:07", "9" * 80, "@4zzz", "Foo 4 05:06:07"],
)  # fmt: skip
def test_leaves_what_is_no_time(text):
    assert TimestampReader(REFERENCE).read(text) is None


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        ("2026-01-02T00:00:00", "Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
        ("2026-01-02T00:00:00", "Jan  1 00:00:01", "2026-01-01T00:00:01Z"),
        ("2026-12-31T23:00:00", "Jan  1 05:00:00", "2027-01-01T05:00:00Z"),
        ("2026-03-01T00:00:00", "Mar  5 00:00:00", "2025-03-05T00:00:00Z"),
        ("2026-03-01T00:00:00", "Feb 29 12:00:00", "2024-02-29T12:00:00Z"),
    ],
    ids=["last year", "this year", "a zone ahead", "never in the future", "a leap day"],
)
def test_a_missing_year_is_the_latest_that_is_not_in_the_future(now, text, expected):
    reference = int(dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC).timestamp()) * 10**9
    found = TimestampReader(reference).read(text)
    assert found is not None
    assert rfc3339(found[0], 0) == expected


def test_a_given_year_wins():
    found = TimestampReader(REFERENCE, year=2019).read("Dec 31 23:59:59")
    assert found is not None
    assert rfc3339(*found) == "2019-12-31T23:59:59Z"


def test_a_time_of_day_is_the_latest_before_the_reference():
    reader = TimestampReader(REFERENCE)
    assert [rfc3339(*(reader.read(text) or (None, 0))) for text in ("11:59:59", "23:00:00")] == [
        "2026-11-23T11:59:59Z",
        "2026-11-22T23:00:00Z",
    ]


def test_a_clock_put_forward_or_back():
    reader = TimestampReader(REFERENCE, zone=zoneinfo.ZoneInfo("Europe/Berlin"))
    texts = ["2026-03-29 01:59:59", "2026-03-29 02:30:00", "2026-10-25 02:30:00"]
    assert [rfc3339(*(reader.read(text) or (None, 0))) for text in texts] == [
        "2026-03-29T00:59:59Z",
        "2026-03-29T01:30:00Z",
        "2026-10-25T00:30:00Z",
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("day-first", "2009-06-07T01:02:03Z"),
        ("month-first", "2009-07-06T01:02:03Z"),
        ("year-first", "2007-06-09T01:02:03Z"),
    ],
)
def test_the_order_of_a_format_decides(order, expected):
    found = TimestampReader(REFERENCE, hints=Hints(order=order)).read("07/06/09 01:02:03")
    assert found is not None
    assert rfc3339(*found) == expected


def test_a_unit_of_a_format_decides():
    found = TimestampReader(REFERENCE, hints=Hints(unit="ms")).read("987654321000")
    assert found is not None
    assert rfc3339(*found) == "2001-04-19T04:25:21.000Z"


def test_the_second_of_a_text_cut_before_its_fraction():
    reader = TimestampReader(REFERENCE)
    assert reader.second("2026-03-04 05:06:07") == reader.second("2026-03-04 05:06:07,999")
    assert reader.second("hello") is None


def test_reading_does_not_depend_on_what_was_read_before():
    texts = [*READ, *(text.replace("7", "8") for text in READ)]
    fresh = [TimestampReader(REFERENCE).read(text) for text in texts]
    one = TimestampReader(REFERENCE)
    assert [one.read(text) for text in reversed(texts)] == fresh[::-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("04.03.2026 05:06:07", "2026-03-04T05:06:07Z"),
        ("04/03/2026 05:06:07", "2026-04-03T05:06:07Z"),
        ("31/03/2026 05:06:07", "2026-03-31T05:06:07Z"),
        ("4 de marzo de 2026 17:06:07", "2026-03-04T17:06:07Z"),
        ("04 déc. 2025 17:06:07", "2025-12-04T17:06:07Z"),
        ("2026-Mar-04 05:06:07.5", "2026-03-04T05:06:07.5Z"),
        ("2026-03-04 05:06:07.5 +0100 CET m=+0.000012345", "2026-03-04T04:06:07.5Z"),
        ("Wed Mar 04 2026 05:06:07 GMT+0100 (Central European Time)", "2026-03-04T04:06:07Z"),
        ("1.7726007671234567e+09", "2026-03-04T05:06:07Z"),
    ],
)
def test_dots_words_and_zones(text, expected):
    reader = TimestampReader(REFERENCE)
    assert rfc3339(*reader.read(text)) == expected


@pytest.mark.parametrize(
    "layout",
    [
        "2026-03-29T{0:02}:{1:02}:{2:02}Z",
        "2026-03-29 {0:02}:{1:02}:{2:02},123",
        "29/Mar/2026:{0:02}:{1:02}:{2:02} +0200",
        "Mar 29 {0:02}:{1:02}:{2:02}",
        "29.03.2026 {0:02}:{1:02}:{2:02}",
        "{0:02}:{1:02}:{2:02}.5",
    ],
)
def test_a_minute_known_before_gives_what_a_fresh_reader_gives(layout: str) -> None:
    zone = zoneinfo.ZoneInfo("Europe/Berlin")  # its clocks are put forward at 2:00 that day
    reference = 1_774_800_000 * 1_000_000_000
    used = TimestampReader(reference, zone=zone)
    for hour, minute, second in itertools.product((0, 1, 2, 3), (0, 59), (0, 1, 30, 59, 60, 61)):
        text = layout.format(hour, minute, second)
        fresh = TimestampReader(reference, zone=zone)
        assert used.read(text) == fresh.read(text), text
