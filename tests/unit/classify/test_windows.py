"""Windows are settled on whole issues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.classify.packs_of import INCIDENT, classifier, record, rule

from logtriage.classify.ruleset import Classifier
from logtriage.classify.windows import most_within, settle
from logtriage.model.tally import Histogram, IssueTally

SECOND = 1_000_000_000


def issue(engine: Classifier, message: str, seconds: list[int]) -> IssueTally:
    verdict = engine.classify(record(message)).verdict
    assert verdict is not None
    histogram = Histogram()
    for second in seconds:
        histogram.add(second)
    return IssueTally(
        key="k",
        template=message,
        verdict=verdict,
        count=len(seconds),
        first=min(seconds) * SECOND,
        last=max(seconds) * SECOND,
        histogram=histogram,
    )


def test_a_count_within_a_time_settles_a_verdict():
    """Waiting it is tentative, with enough records in time it is clear."""
    engine = classifier(
        rule("AAA-101", INCIDENT, 'message contains "refused" and count >= 5 within 1m')
    )
    few = issue(engine, "refused", [0, 100, 200, 300, 400])
    many = issue(engine, "refused", [0, 10, 20, 30, 40])

    assert few.verdict.windows == ("AAA-101",)
    assert few.verdict.confidence < 0.7
    assert settle(few, engine.packs, [few]) == few.verdict
    assert settle(many, engine.packs, [many]).confidence == pytest.approx(0.93, abs=0.01)
    assert settle(many, engine.packs, [many]).settle is None


def test_followed_by_a_category():
    """Another issue of the category begins afterwards, not before."""
    engine = classifier(
        rule("AAA-101", INCIDENT, 'message contains "leak" and followed by pool-exhausted'),
        rule("AAA-102", INCIDENT, 'message contains "pool"', category="pool-exhausted"),
    )
    leak = issue(engine, "leak", [100])
    after = issue(engine, "pool", [160])
    before = issue(engine, "pool", [40])

    assert settle(leak, engine.packs, [leak, after]).confidence > 0.9
    assert settle(leak, engine.packs, [leak, before]) == leak.verdict


def test_absent_for_a_time():
    """Silence of the issue until the logs end."""
    engine = classifier(rule("AAA-101", INCIDENT, 'message contains "beat" and absent for 2m'))
    last = issue(engine, "beat", [0, 30, 60])
    soon = issue(engine, "beat", [100])
    late = issue(engine, "beat", [600])

    assert settle(last, engine.packs, [last, soon]) == last.verdict
    assert settle(last, engine.packs, [last, late]).confidence > 0.9


def test_the_raised_rule_brings_its_own_words():
    """Where another rule led while it waited, title and category become its own."""
    engine = classifier(
        rule("AAA-101", INCIDENT, 'message contains "login"', weight=0.6, category="bad-wiring"),
        rule(
            "AAA-102",
            INCIDENT,
            'message contains "login" and count >= 3 within 1m',
            category="brute-force-login",
            weight=1.2,
        ),
    )
    many = issue(engine, "login", [1, 2, 3])
    settled = settle(many, engine.packs, [many])

    assert many.verdict.category == "bad-wiring"
    assert settled.category == "brute-force-login"
    assert settled.title == "Title of AAA-102"
    assert settled.rules[0].id == "AAA-102"


@given(st.lists(st.integers(0, 300), min_size=1, max_size=60), st.integers(1, 120))
def test_most_within_is_exact_for_fine_buckets(seconds, width):
    """Against counting in every window of whole seconds."""
    histogram = Histogram()
    for second in seconds:
        histogram.add(second)

    plain = max(sum(start <= s < start + width for s in seconds) for start in range(301))

    assert most_within(histogram, width) == plain


def test_a_coarse_bucket_gives_its_even_share():
    """What fell in an hour says of a minute a sixtieth, not everything."""
    histogram = Histogram(step=3600, counts={7: 600})

    assert most_within(histogram, 60) == 10
