"""Two reports compared."""

import msgspec
import pytest
from tests.unit.report.stories import CABIN, DISK, ISSUES, NIGHT, QUIET, at

from logtriage.correlate.comparing import compare, matched, status_of
from logtriage.model.report import ReportedChange, Window

HOUR = (1.0, 1.0)


@pytest.mark.parametrize(
    ("counts", "hours", "expected"),
    [
        ((0, 9), HOUR, ("new", True)),
        ((0, 1), HOUR, ("new", False)),
        ((0, 9), (0.01, 24.0), ("new", False)),
        ((9, 0), HOUR, ("gone", True)),
        ((9, 0), (24.0, 0.01), ("gone", False)),
        ((10, 40), HOUR, ("grown", True)),
        ((10, 40), (1.0, 4.0), (None, True)),
        ((40, 10), HOUR, ("shrunk", True)),
        ((1, 3), HOUR, (None, True)),
        ((1000, 1100), HOUR, (None, True)),
        ((100, 100), (2.0, 0.5), ("grown", True)),
        ((10, 40), (None, None), ("grown", True)),
    ],
)
def test_rates_decide_and_chance_is_allowed_for(counts, hours, expected):
    assert status_of(counts, hours) == expected


def test_a_report_against_itself_has_no_difference():
    found = compare(NIGHT, NIGHT)

    assert found.differences == ()
    assert found.same == len(ISSUES)


def test_all_of_a_bad_night_is_new_after_a_quiet_one():
    found = compare(QUIET, NIGHT)

    assert {each.status for each in found.differences} == {"new"}
    assert [each.root_cause for each in found.differences if not each.follows][:2] == ["RC1", "RC2"]
    assert [each.title for each in found.differences][:1] == [DISK.title]
    assert found.differences[1].follows
    cabin = next(each for each in found.differences if each.root_cause == "RC2")
    assert cabin.trigger == CABIN.trigger
    assert cabin.before.count == 0
    assert cabin.before.per_hour == 0
    assert cabin.after.count == 214


def test_what_stopped_is_gone_with_its_evidence_of_before():
    found = compare(NIGHT, QUIET)

    assert {each.status for each in found.differences} == {"gone"}
    assert all(each.trigger is None for each in found.differences)
    assert found.differences[0].evidence == DISK.evidence[0]


def test_a_renamed_file_does_not_make_an_issue_new():
    moved = msgspec.structs.replace(ISSUES[5], fingerprint="v1:other", component="moved")

    assert matched([ISSUES[5]], [moved]) == [(ISSUES[5], moved)]


def test_two_that_say_the_same_are_not_guessed_at():
    twins = [msgspec.structs.replace(ISSUES[5], fingerprint=f"v1:{n}") for n in range(2)]

    assert (None, twins[0]) in matched([ISSUES[5]], twins)
    assert (ISSUES[5], None) in matched([ISSUES[5]], twins)


def test_another_version_is_told_and_blamed():
    def restarted(version, clock):
        return ReportedChange("restart", "kiosk", at(clock), "kiosk.log", 1, "starting", version)

    before = msgspec.structs.replace(QUIET, changes=(restarted("1.0", "01:00:00"),))
    after = msgspec.structs.replace(NIGHT, changes=(restarted("1.1", "02:58:00"),))
    found = compare(before, after)
    kiosk = next(each for each in found.differences if each.component == "kiosk")

    assert [(each.component, each.before, each.after) for each in found.versions] == [
        ("kiosk", "1.0", "1.1")
    ]
    # half an hour before the error: too long for a mere restart, not for another release
    assert kiosk.trigger is not None
    assert kiosk.trigger.version == "1.1"


def test_without_times_counts_alone_are_compared():
    undated = msgspec.structs.replace(QUIET, window=Window())
    found = compare(undated, NIGHT)

    assert found.before.hours is None
    assert found.differences[0].before.per_hour is None
    assert found.differences[0].ratio is None
