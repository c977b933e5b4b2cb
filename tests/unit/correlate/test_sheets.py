"""The plain parts of the report."""

from logtriage.correlate.sheets import gaps_of, input_sheet
from logtriage.model.tally import Histogram, InputTally

BEGIN = 1_900_000_000


def volume(*seconds: int) -> Histogram:
    histogram = Histogram()
    for second in seconds:
        histogram.add(BEGIN + second)
    return histogram


def test_a_log_that_pauses_has_a_gap() -> None:
    gaps = list(gaps_of(volume(*range(40), *range(100, 140))))
    assert [(gap.first, gap.last) for gap in gaps] == [
        ("2030-03-17T17:47:20.000Z", "2030-03-17T17:48:20.000Z")
    ]


def test_a_log_that_always_speaks_rarely_has_none() -> None:
    assert not list(gaps_of(volume(*range(0, 4000, 60))))


def test_of_a_log_of_few_lines_nothing_is_known() -> None:
    assert not list(gaps_of(volume(0, 1, 2, 900)))


def test_times_to_come_and_of_a_clock_never_set_are_said() -> None:
    now = 1_772_600_767 * 1_000_000_000
    day = 86_400 * 1_000_000_000
    ahead = InputTally("x", first=now, last=now + 3 * day)
    unset = InputTally("x", first=5, last=now)
    assert "2026-03-07T05:06:07" in input_sheet(ahead, None, now).problems[0]
    assert input_sheet(unset, None, now).problems[0].startswith("a clock that was not set")
    assert input_sheet(InputTally("x", first=now, last=now), None, now).problems == ()
