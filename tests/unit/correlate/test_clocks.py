"""Clocks that disagree are found where quotes or zones prove it, and nowhere else."""

import msgspec
import pytest
from tests.unit.correlate.stories import BEGIN, SECOND, issue, report

from logtriage.correlate.clocks import Clock, clocks_of, told
from logtriage.model.tally import InputTally

WORDS = 'could not extend file "base/1/2": No space left on device'
DURING = [300.0 + 3 * step for step in range(30)]


def quoted(seconds: float):
    """A client that quotes a database's error ``seconds`` after the database logs it."""
    return [
        issue("postgres", "disk-full", WORDS, at=DURING),
        issue("ledger", "disk-full", f"booking failed: {WORDS}", at=[t + seconds for t in DURING]),
    ]


def problems(found) -> dict[str, tuple[str, ...]]:
    return {sheet.path: sheet.problems for sheet in found.inputs if sheet.problems}


def test_an_effect_before_its_cause_shows_a_clock_that_is_behind() -> None:
    found = report(quoted(-20))
    assert problems(found) == {
        "ledger.log": ("its clock is about 20 s behind that of postgres.log: taken into account",)
    }
    assert found.root_causes[0].component == "postgres"
    assert found.root_causes[0].symptoms[0].lag_seconds == pytest.approx(0, abs=1)


@pytest.mark.parametrize("seconds", [-1, 0, 20])
def test_a_late_or_prompt_quote_shows_nothing(seconds: float) -> None:
    assert not problems(report(quoted(seconds)))


def test_two_quotes_are_too_few() -> None:
    few = [
        issue("postgres", "disk-full", WORDS, at=DURING[:2]),
        issue("ledger", "disk-full", f"booking failed: {WORDS}", at=[t - 20 for t in DURING[:2]]),
    ]
    assert not problems(report(few))


def logs(**hours: float) -> dict[str, InputTally]:
    def moment(hour: float, second: float) -> int:
        return int((BEGIN + 3600 * hour + second) * SECOND)

    return {
        name: InputTally(
            name, component=name, lines=100, first=moment(hour, 2), last=moment(hour, 900)
        )
        for name, hour in hours.items()
    }


def test_logs_that_run_together_but_for_hours_are_of_another_zone() -> None:
    found = clocks_of([], logs(api=0, database=0, syslog=2))
    assert found == {"syslog": Clock(7200.0, "database", zone=True)}
    assert told(found["syslog"]).startswith(
        "its clock is 2 h ahead of that of database: another zone?"
    )


def test_hourly_pieces_of_one_log_are_not() -> None:
    pieces = logs(a=0, b=1)
    same = {path: msgspec.structs.replace(tally, component="api") for path, tally in pieces.items()}
    assert not clocks_of([], same)


def test_logs_of_other_lengths_are_not() -> None:
    pieces = logs(api=0, database=1)
    pieces["database"].last = pieces["database"].first + 300 * SECOND
    assert not clocks_of([], pieces)
