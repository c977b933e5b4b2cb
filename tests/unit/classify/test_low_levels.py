"""Failures that are stated below a warning, and those that only seem to be."""

import pytest
from tests.unit.classify.packs_of import INCIDENT, classifier, record, rule

from logtriage.model.record import ExceptionInfo, ExceptionLink, Frame

SIGN = """
[[signal]]
name = "stated-failure"
any_level = true
failure = true
log_odds = 0.3
when = 'message startswith "failed to write"'
"""
EXCUSE = """
[[signal]]
name = "retrying"
excuse = true
log_odds = 0.0
when = 'message contains "retrying"'
"""
FULL = rule("AAA-101", INCIDENT, 'message contains "disk is full"')


@pytest.mark.parametrize(
    ("message", "severity", "rules"),
    [
        ("failed to write part 7: disk is full", 9, ["AAA-101"]),
        ("failed to write part 7: disk is full", 5, None),
        ("failed to write part 7: disk is full, retrying", 9, None),
        ("part 7 says that the disk is full", 9, None),
        ("failed to write part 7", 10, []),
    ],
)
def test_a_stated_failure_lets_the_rules_speak_from_info_on(message, severity, rules):
    """Debug lines and failures that are taken back stay what their level says."""
    found = classifier(FULL, SIGN, EXCUSE).classify(record(message, severity_number=severity))

    fired = found.verdict and [hit.id for hit in found.verdict.rules]
    assert fired == rules


def test_a_trace_lets_the_rules_speak_at_any_level():
    """A stack trace is an error whatever level it was logged with."""
    link = ExceptionLink("IOError", "disk is full", (Frame("write", "part.py", 7),))
    written = record("saved\ndisk is full", severity_number=9, exception=ExceptionInfo((link,)))

    verdict = classifier(FULL).classify(written).verdict

    assert verdict is not None
    assert [hit.id for hit in verdict.rules] == ["AAA-101"]
