"""New, worse, recovered: what live root causes are told of, and once each."""

import msgspec
import pytest

from logtriage.engine import stories
from logtriage.engine.stories import Stories
from logtriage.model.report import SCHEMA, Impact, Issue, Report, RootCause, Symptom, Totals, Window
from logtriage.model.tally import IssueTally
from logtriage.model.verdict import Tag, Verdict
from logtriage.pipeline.sightings import Part

DISK, ORDERS = "a" * 32, "b" * 32


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(stories.time, "monotonic", lambda: now[0])
    return now


def part(key: str, final: str | None = None) -> Part:
    verdict = Verdict(Tag.INCIDENT, 0.9, "disk-full", "Disk full")
    tally = IssueTally(key=final or key, template="t", verdict=verdict, count=1)
    return Part(tally, key, 1, None, None, {}, (), frozenset())


def issue(identity: str, key: str) -> Issue:
    values = dict.fromkeys(Issue.__struct_fields__)
    values |= {"id": identity, "fingerprint": f"v1:{key[:16]}", "count": 1}
    return Issue(**values)


def cause(key: str, errors: int, *follow: str, components=("db",)) -> RootCause:
    values = dict.fromkeys(RootCause.__struct_fields__)
    values |= {
        "id": "RC1",
        "title": "Disk full",
        "tag": "production-incident",
        "priority": "P2",
        "confidence": 0.9,
        "errors": errors,
        "issue": key[0].upper(),
        "symptoms": tuple(Symptom(each[0].upper(), None, (), None) for each in follow),
        "impact": Impact(components=components),
        "fingerprint": f"v1:{key[:16]}",
        "evidence": (),
    }
    return RootCause(**values)


def report(*causes: RootCause) -> Report:
    issues = (issue("A", DISK), issue("B", ORDERS))
    return Report(SCHEMA, "", Window(), Totals(), (), causes, issues, ())


def look(told: Stories, *causes: RootCause, fresh=(DISK,), parts=(DISK, ORDERS)):
    events = told.look(report(*causes), [part(key) for key in parts], fresh)
    return [(event.event, event.reason, event.again) for event in events]


@pytest.mark.usefixtures("clock")
def test_new_once_then_silent():
    told = Stories()

    assert look(told, cause(DISK, 3)) == [("new", None, False)]
    assert look(told, cause(DISK, 4)) == []
    assert look(told, cause(DISK, 4), fresh=()) == []


@pytest.mark.usefixtures("clock")
def test_worse_by_number_or_by_reach():
    told = Stories()
    look(told, cause(DISK, 3))

    assert look(told, cause(DISK, 22)) == []
    assert look(told, cause(DISK, 23)) == [("worse", "23 errors, 3 when last told", False)]
    assert look(told, cause(DISK, 30)) == []
    wider = cause(DISK, 31, components=("db", "orders"))
    assert look(told, wider) == [("worse", "now also orders", False)]
    assert look(told, wider) == []


def test_recovered_after_silence_and_back_again(clock):
    told = Stories()
    look(told, cause(DISK, 3))
    clock[0] += 59
    assert told.pass_time() == []
    clock[0] += 2
    assert [event.event for event in told.pass_time()] == ["recovered"]
    assert told.active == 0
    assert look(told, cause(DISK, 1)) == [("new", None, True)]


def test_what_comes_rarely_is_waited_for_longer(clock):
    told = Stories()
    look(told, cause(DISK, 1))
    clock[0] += 50
    look(told, cause(DISK, 2))
    clock[0] += 100
    assert told.pass_time() == []
    clock[0] += 60
    assert [event.event for event in told.pass_time()] == ["recovered"]


def test_a_symptom_that_was_told_first_is_taken_into_its_cause(clock):
    told = Stories()
    assert look(told, cause(ORDERS, 5), fresh=(ORDERS,)) == [("new", None, False)]
    assert look(told, cause(DISK, 6, ORDERS)) == [("new", None, False)]
    assert told.active == 1
    clock[0] += 100
    assert len(told.pass_time()) == 1


@pytest.mark.usefixtures("clock")
def test_folding_under_another_key_makes_nothing_new():
    told = Stories()
    look(told, cause(DISK, 3))
    folded = "c" * 32
    values = report(msgspec.structs.replace(cause(DISK, 4), fingerprint=f"v1:{folded[:16]}"))
    values = msgspec.structs.replace(values, issues=(issue("A", folded),))

    assert told.look(values, [part(DISK, folded)], (DISK,)) == []
