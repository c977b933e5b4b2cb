import sqlite3

import msgspec
import pytest

from logtriage.model.delta import Sighting
from logtriage.state.memory import HOUR, NANO, Memory, covers
from logtriage.state.schema import STEPS

NOW = 1_772_604_000 * NANO


def connection() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("PRAGMA foreign_keys = ON")
    for step in STEPS:
        made.executescript(step)
    return made


def sighting(key: str = "a" * 32, *, at: int = NOW, **fields: object) -> Sighting:
    values = {
        "fingerprint": f"v1:{key[:16]}",
        "keys": (key,),
        "tag": "production-incident",
        "category": "disk-full",
        "title": "Disk full",
        "component": "ledger",
        "template": "write of <*> failed",
        "by_place": False,
        "confidence": 0.9,
        "count": 3,
        "first": at,
        "last": at + 2 * NANO,
        "longest_gap": NANO,
        "hours": {at // HOUR: 3},
        "sets": ("/var/log/ledger",),
    }
    return Sighting(**{**values, **fields})


def learn(state: sqlite3.Connection, *seen: Sighting, now: int = NOW, until: int = 0, **more):
    if until:
        state.execute("INSERT OR REPLACE INTO progress VALUES ('/var/log/ledger', ?)", (until,))
    return Memory(state, now=now).learn(seen, **more)


def test_an_issue_is_new_once_then_goes_on():
    state = connection()
    first, second = learn(state, sighting()), learn(state, sighting(at=NOW + 10 * NANO))

    assert len(first.new) == 1
    assert not second.new
    assert not second.regressed
    assert state.execute("SELECT count FROM issue").fetchall() == [(6,)]
    assert state.execute("SELECT sum(count) FROM hour").fetchone() == (6,)
    assert state.execute("SELECT sum(count) FROM day").fetchone() == (6,)


def test_it_is_over_when_its_log_went_on_without_it():
    state = connection()
    learn(state, sighting())

    assert not learn(state, until=NOW + 30 * NANO).resolved
    assert [each.title for each in learn(state, until=NOW + 300 * NANO).resolved] == ["Disk full"]
    assert not learn(state, until=NOW + 400 * NANO).resolved


def test_a_silent_log_heals_nothing_for_a_day():
    state = connection()
    learn(state, sighting())

    assert not learn(state, now=NOW + 20 * HOUR).resolved
    assert learn(state, now=NOW + 30 * HOUR).resolved


def test_a_defect_is_not_over_after_a_minute():
    state = connection()
    learn(state, sighting(tag="application-defect"))

    assert not learn(state, until=NOW + 600 * NANO).resolved
    assert learn(state, until=NOW + 2 * HOUR).resolved


def test_what_comes_and_goes_is_given_more_time_each_time():
    state = connection()
    learn(state, sighting())
    learn(state, until=NOW + 600 * NANO)
    back = learn(state, sighting(at=NOW + 700 * NANO))

    assert list(back.regressed.values()) == [NOW + 700 * NANO]
    assert not learn(state, until=NOW + 1500 * NANO).resolved
    assert learn(state, until=NOW + 4000 * NANO).resolved


def test_a_root_cause_is_not_over_while_what_follows_from_it_goes_on():
    state = connection()
    root = sighting(cause="v1:" + "a" * 16, priority="P1")
    effect = sighting("b" * 32, category="http-5xx", cause=root.fingerprint)
    learn(state, root, effect)
    later = NOW + 500 * NANO
    alone = msgspec.structs.replace(effect, first=later, last=later, cause=effect.fingerprint)

    assert not learn(state, alone, until=later).resolved
    over = learn(state, until=later + 4000 * NANO).resolved
    assert [each.priority for each in over] == ["P1"]


def test_a_trouble_stays_as_urgent_as_it_was_until_it_is_over():
    state = connection()
    for at, priority in ((0, "P3"), (1, "P1"), (2, "P4")):
        learn(state, sighting(at=NOW + at * NANO, priority=priority))
    assert state.execute("SELECT priority FROM issue").fetchone() == ("P1",)

    learn(state, until=NOW + 600 * NANO)
    learn(state, sighting(at=NOW + 700 * NANO, priority="P4"))
    assert state.execute("SELECT priority FROM issue").fetchone() == ("P4",)


def test_records_are_known_by_their_keys_whatever_they_are_folded_into():
    state = connection()
    learn(state, sighting("a" * 32), sighting("b" * 32, template="read of <*> failed"))
    both = sighting("c" * 32, keys=("a" * 32, "b" * 32), template="<*> of <*> failed")
    folded = learn(state, both)

    assert not folded.new
    assert state.execute("SELECT count FROM issue").fetchall() == [(9,)]
    assert state.execute("SELECT sum(count) FROM hour").fetchone() == (9,)
    assert not learn(state, sighting("b" * 32)).new


def test_a_template_decides_for_records_never_seen():
    state = connection()
    learn(state, sighting(template="write of <*> failed"))

    assert not learn(state, sighting("d" * 32, template="write of journal failed")).new
    assert learn(state, sighting("e" * 32, template="opening of the journal failed")).new
    assert learn(state, sighting("f" * 32, component="orders")).new


def test_records_that_read_otherwise_now_are_taken_back():
    state = connection()
    learn(state, sighting())
    learn(state, sighting("b" * 32, by_place=True), taken_back={"a" * 32: 2})

    assert state.execute("SELECT fingerprint, count FROM issue ORDER BY 1").fetchall() == [
        ("v1:" + "a" * 16, 1),
        ("v1:" + "b" * 16, 3),
    ]
    learn(state, taken_back={"a" * 32: 1})
    assert state.execute("SELECT fingerprint FROM issue").fetchall() == [("v1:" + "b" * 16,)]
    assert state.execute("SELECT sum(count) FROM hour").fetchone() == (3,)


@pytest.mark.parametrize(
    ("template", "other", "same"),
    [
        ("write of <*> failed", "write of journal failed", True),
        ("write of <*> failed", "write of <*> failed", True),
        ("write of <*> failed", "read of journal failed", False),
        ("<*> <*> failed", "anything at all", False),
        ("<*> <*> failed", "anything here failed", False),
    ],
)
def test_a_template_covers_what_differs_in_its_variable_words(template, other, same):
    assert covers(template, other) is same
