"""Titles in plain words."""

import pytest
from tests.unit.classify.packs_of import record

from logtriage.classify.titles import facts_of, fallback_title, fill, one_line
from logtriage.model.record import ExceptionInfo, ExceptionLink, Frame


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Order 12345678 not shipped", "Order … not shipped"),
        ("peer 10.20.30.40:5432 left us.", "peer … left us"),
        ("\n\n  second line\nthird", "second line"),
        ("a\tb\x1b[31m c", "a b [31m c"),
        ("", "Error without words"),
        ("word " * 40, "word word word word word word word word word word word word word word…"),
    ],
)
def test_titles_of_unknown_errors(message, title):
    """One masked line of at most 72 characters."""
    assert fallback_title(record(message)) == title


def test_titles_of_unknown_exceptions():
    """Type and culprit; without frames the root's own words."""
    framed = ExceptionInfo(
        (
            ExceptionLink(
                "acme.pay.ChargeError", "no", (Frame("Pay.charge", "Pay.java", 7, own=True),)
            ),
        )
    )
    bare = ExceptionInfo((ExceptionLink("acme.pay.ChargeError", "card 12345678 expired"),))

    assert fallback_title(record("x", exception=framed)) == "ChargeError; Pay.charge (Pay.java:7)"
    assert fallback_title(record("x", exception=bare)) == "ChargeError: card … expired"


def test_facts_prefer_what_the_rule_captured():
    """Then come the fields of the record, then an endpoint of its text."""
    one = record("dial ledger.internal:9090 failed", host="web-1", attributes={"unit": "a.service"})

    assert facts_of(one, {"host": "db-1"})["host"] == "db-1"
    assert facts_of(one, {})["host"] == "web-1"
    assert facts_of(one, {})["unit"] == "a.service"
    assert facts_of(one, {})["endpoint"] == "ledger.internal:9090"


def test_unknown_facts_read_as_words():
    """A step of a runbook stays a sentence."""
    assert fill("df -h on {host}, then see {slow_thing}", {}) == (
        "df -h on the host, then see the slow thing"
    )


def test_captured_text_stays_on_its_line():
    """What a log says cannot break the layout of a report."""
    assert fill("open {path}", {"path": "a\nb\x07c"}) == "open a"
    assert one_line("x" * 500, 80) == "x" * 79 + "…"


@pytest.mark.parametrize(
    ("message", "endpoint"),
    [
        ("dial tcp 10.0.0.5:5432: refused", "10.0.0.5:5432"),
        ("connect to localhost:80 failed", "localhost:80"),
        ("Pay.java:44 cannot reach redis:6379", "redis:6379"),
        ("at 12:30:55 it broke", None),
        ("main.go:120 broke", None),
    ],
)
def test_endpoints_are_no_places_in_source_files(message, endpoint):
    """The first host and port of the text."""
    assert facts_of(record(message), {}).get("endpoint") == endpoint
