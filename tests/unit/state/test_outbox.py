import sqlite3

import pytest

from logtriage.model.message import Event, Message, Outcome
from logtriage.state.outbox import GIVEN_UP, MINUTE, deliver, enqueue, waiting
from logtriage.state.schema import STEPS

NOW = 1_772_604_000_000_000_000
TAKEN = Outcome(delivered=True)
BUSY = Outcome(delivered=False, reason="busy")


@pytest.fixture
def state():
    made = sqlite3.connect(":memory:", isolation_level=None)
    for step in STEPS:
        made.executescript(step)
    return made


def message(key: str = "k1", *, at: int = NOW, about: str = "v1:a") -> Message:
    return Message(
        key=key,
        destination="chat",
        event=Event.DIGEST,
        fingerprints=(about,),
        not_before=at,
        subject="one",
        text="two",
        content={"three": [4]},
    )


def sender(outcomes, sent):
    def send(message):
        sent.append(message)
        return outcomes.pop(0)

    return send


def test_a_message_is_sent_once_as_it_was_made(state):
    sent = []
    enqueue(state, [message()], now=NOW)
    enqueue(state, [message()], now=NOW)
    deliver(state, sender([TAKEN], sent), now=NOW)
    deliver(state, sender([], sent), now=NOW + MINUTE)
    # the same news worked out again by a later run
    enqueue(state, [message()], now=NOW + MINUTE)
    deliver(state, sender([], sent), now=NOW + 2 * MINUTE)

    assert sent == [message()]


def test_a_failure_is_tried_again_ever_later_and_keeps_no_other_back(state):
    sent = []
    enqueue(state, [message("k1"), message("k2", about="v1:b")], now=NOW)
    failed = deliver(state, sender([BUSY, TAKEN], sent), now=NOW)

    assert [(each.message.key, each.reason, each.next_try) for each in failed] == [
        ("k1", "busy", NOW + MINUTE)
    ]
    assert deliver(state, sender([], sent), now=NOW + MINUTE - 1) == []
    again = deliver(state, sender([BUSY], sent), now=NOW + MINUTE)
    assert again[0].next_try == NOW + 3 * MINUTE
    assert deliver(state, sender([TAKEN], sent), now=NOW + 3 * MINUTE) == []
    assert waiting(state) == 0


def test_it_waits_for_business_hours_and_as_long_as_the_other_side_asks(state):
    sent = []
    enqueue(state, [message(at=NOW + 60 * MINUTE)], now=NOW)
    deliver(state, sender([], sent), now=NOW)
    slow = Outcome(delivered=False, reason="slow down", wait=600)
    failed = deliver(state, sender([slow], sent), now=NOW + 60 * MINUTE)

    assert failed[0].next_try == NOW + 70 * MINUTE


def test_what_is_refused_or_too_old_is_given_up(state):
    sent = []
    enqueue(state, [message("k1"), message("k2")], now=NOW)
    refused = Outcome(delivered=False, reason="no such channel", again=False)
    failed = deliver(state, sender([refused, BUSY], sent), now=NOW)
    assert [each.next_try is None for each in failed] == [True, False]

    late = deliver(state, sender([BUSY], sent), now=NOW + GIVEN_UP)
    assert late[0].next_try is None
    assert waiting(state) == 0


def test_a_run_that_is_rolled_back_tells_nobody(state):
    state.execute("BEGIN")
    enqueue(state, [message()], now=NOW)
    state.execute("ROLLBACK")

    assert waiting(state) == 0


def test_what_is_told_of_a_root_cause_is_told_in_order(state):
    sent = []
    enqueue(state, [message("opened")], now=NOW)
    deliver(state, sender([BUSY], sent), now=NOW)
    enqueue(state, [message("closed"), message("other", about="v1:b")], now=NOW + 1)
    deliver(state, sender([TAKEN], sent), now=NOW + 1)
    deliver(state, sender([TAKEN, TAKEN], sent), now=NOW + MINUTE)

    assert [each.key for each in sent] == ["opened", "other", "opened", "closed"]


def test_what_waits_for_business_hours_is_not_overtaken(state):
    sent = []
    enqueue(state, [message("opened", at=NOW + 9 * MINUTE), message("closed")], now=NOW)
    deliver(state, sender([], sent), now=NOW)
    deliver(state, sender([TAKEN, TAKEN], sent), now=NOW + 9 * MINUTE)

    assert [each.key for each in sent] == ["opened", "closed"]


def test_after_a_message_is_given_up_the_next_one_is_sent(state):
    sent = []
    enqueue(state, [message("opened"), message("closed")], now=NOW)
    refused = Outcome(delivered=False, reason="no", again=False)
    deliver(state, sender([refused, TAKEN], sent), now=NOW)

    assert [each.key for each in sent] == ["opened", "closed"]
