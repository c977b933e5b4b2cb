"""Which words of like messages are variable."""

import pytest

from logtriage.group.normalise import mask
from logtriage.group.opposites import opposed, opposites
from logtriage.group.templates import OVERFLOW, TemplateMiner, template_id

PEOPLE = ["ann", "bert", "cleo", "dora", "emil", "fay", "gus", "hana", "ivo"]


def texts(messages: list[str]) -> set[str]:
    miner = TemplateMiner()
    for message in messages:
        miner.add(message)
    return {template.text for template in miner.result().templates}


def test_many_names_after_a_naming_word_are_values() -> None:
    found = texts([f"session opened for user {name} by cron" for name in PEOPLE])
    assert found == {"session opened for user <*> by cron"}


def test_what_varies_in_two_places_at_once_is_found() -> None:
    hosts = reversed(PEOPLE)
    found = texts(
        [
            f"user {name} came from host {host} today"
            for name, host in zip(PEOPLE, hosts, strict=True)
        ]
    )
    assert found == {"user <*> came from host <*> today"}


def test_a_name_joins_the_masked_ones() -> None:
    found = texts(["Invalid user u17 from 192.0.2.1", "Invalid user ann from 192.0.2.2"])
    assert found == {"Invalid user <*> from <*>"}


@pytest.mark.parametrize(
    "pair",
    [
        ("started", "stopped"),
        ("up", "down"),
        ("acquired", "released"),
        ("Enabled", "Disabled"),
        ("connected", "disconnected"),
        ("success", "failure"),
        ("opened", "closed"),
        ("sent", "received"),
        ("granted", "denied"),
        ("login", "logout"),
        ("resumed", "suspended"),
    ],
)
def test_opposites_never_merge(pair: tuple[str, str]) -> None:
    one, other = pair
    noise = PEOPLE
    messages = [f"service of {name} is {word} again now" for name in noise for word in pair]
    found = texts(messages)
    assert {text for text in found if one in text}
    assert {text for text in found if other in text}
    assert found == {f"service of <*> is {word} again now" for word in pair}


def test_opposites_speak_both_ways_and_never_of_themselves() -> None:
    table = opposites()
    assert all(word in table[other] for word, others in table.items() for other in others)
    assert not [word for word, others in table.items() if word in others]
    assert all(word == word.lower() for word in table)


def test_punctuation_and_case_do_not_hide_an_opposite() -> None:
    assert opposed(["Started.", "(stopped)"])
    assert not opposed(["started", "paused-by-user"])


def test_subjects_states_and_exceptions_are_what_a_message_says() -> None:
    messages = [f"{name} startup succeeded" for name in ("cupsd", "sshd", "crond", "gpm", "atd")]
    messages += [f"task went from {state} to DONE today" for state in ("NEW", "READY", "HELD")]
    messages += [f"failed with cause {name} today" for name in ("IOException", "EOFException")]
    assert texts(messages) == set(messages)


def test_the_name_of_a_field_is_no_value() -> None:
    messages = [f"environment of server: java.{name}=1" for name in ("io", "vm.name", "version")]
    assert len(texts(messages)) == 3


def test_a_status_is_a_value_among_templates() -> None:
    assert texts([f"GET answered status {code} now" for code in (200, 404)]) == {
        "GET answered status <*> now"
    }


def test_every_message_is_given_its_template() -> None:
    miner = TemplateMiner()
    for name in PEOPLE:
        miner.add(f"no mail for user {name} today")
    result = miner.result()
    (template,) = result.templates
    assert result.of("no mail for user ann today") == (template.id, template.text)
    assert template.id == template_id("no mail for user <*> today")
    assert template.count == len(PEOPLE)


def test_messages_beyond_the_cap_are_counted_together() -> None:
    miner = TemplateMiner(limit=5)
    words = ["".join(chr(97 + int(d)) for d in str(n)) for n in range(100, 130)]
    for word in words:
        miner.add(f"{word} happened")
    result = miner.result()
    assert result.overflow == 25
    assert result.templates[-1].text == OVERFLOW
    assert sum(template.count for template in result.templates) == 30
    outside = next(word for word in words if mask(f"{word} happened") not in result.text_by_mask)
    assert result.of(f"{outside} happened")[1] == OVERFLOW
