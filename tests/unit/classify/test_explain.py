"""Explanations: every rule that fired or nearly fired, and the sum."""

import pytest
from tests.unit.classify.packs_of import DEFECT, IGNORE, INCIDENT, classifier, record, rule

from logtriage.classify.explain import Explanation, explain


@pytest.fixture(scope="module")
def explained() -> Explanation:
    engine = classifier(
        rule("AAA-101", INCIDENT, 'message contains "flood" and message contains "gate"'),
        rule("AAA-102", DEFECT, 'message contains "wires"', weight=0.6, overrides=["AAA-103"]),
        rule("AAA-103", DEFECT, 'message contains "crossed"'),
        rule("AAA-104", DEFECT, 'message contains "flood" and host == "dam-2"'),
        rule("IGN-101", IGNORE, 'message contains "gate"', weight=0.3),
        """
        [[signal]]
        name = "host-named"
        log_odds = 0.4
        when = 'host == "dam-1"'
        """,
    )
    return explain(engine, record("crossed wires, flood at the gate, errno=5", host="dam-1"))


def test_each_rule_with_its_outcome(explained):
    """Fired, overridden, ignored, missed: each with what it weighed."""
    assert [(trace.id, trace.outcome, trace.counted) for trace in explained.rules] == [
        ("AAA-101", "fired", 1.0),
        ("AAA-102", "fired", 0.6),
        ("AAA-103", "overridden", 0.0),
        ("IGN-101", "ignored", 0.0),
        ("AAA-104", "missed", 0.0),
    ]


def test_a_missed_rule_says_which_term_failed(explained):
    """The author of a rule sees why it is silent."""
    terms = explained.rules[-1].terms

    assert [(term.text, term.held) for term in terms] == [
        ('message contains "flood"', True),
        ('host == "dam-2"', False),
    ]


def test_the_sum_is_the_verdict(explained):
    """Rules and weak signs add up to what decided."""
    assert explained.log_odds == pytest.approx(
        explained.rules_log_odds + explained.signals_log_odds
    )
    assert explained.signals[0].name == "host-named"
    assert explained.codes["errno"] == ("EIO",)
    verdict = explained.classification.verdict
    assert verdict is not None
    assert (explained.log_odds > 0) == (str(verdict.tag) == INCIDENT)


def test_a_rule_may_be_silent_for_the_level_alone():
    """An info line that holds all the words: it says that only the level is missing."""
    engine = classifier(rule("AAA-101", INCIDENT, 'message contains "flood"'))
    (trace,) = explain(engine, record("flood", severity_number=9)).rules

    assert trace.outcome == "level"
