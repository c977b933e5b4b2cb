"""The rule engine: which records are errors, who wins, and what the verdict says."""

import pytest
from tests.unit.classify.packs_of import DEFECT, IGNORE, INCIDENT, classifier, record, rule

from logtriage.model.record import ExceptionInfo, ExceptionLink, Frame
from logtriage.model.verdict import Endpoint, Tag

SIGNALS = """
[[signal]]
name = "words-failure"
log_odds = 0.1
failure = true
when = 'message contains "failed to"'

[[signal]]
name = "words-excuse"
log_odds = 0.0
excuse = true
when = 'message contains "will retry"'

[[signal]]
name = "written-by-store"
writer = true
log_odds = 2.0
when = 'message contains "tank"'

[[signal]]
name = "words-timeout"
failure = true
log_odds = 2.0
category = "timeout"
settle = "does it pass?"
when = 'message contains "timed out"'
"""

TRACE = ExceptionInfo(
    (ExceptionLink("KeyError", "'x'", (Frame("handle", "app.py", 3, own=True),)),), "python"
)


@pytest.mark.parametrize(
    ("message", "severity", "is_error"),
    [
        ("all is well", 17, True),
        ("all is well", 13, False),
        ("all is well", 9, False),
        ("all is well", None, False),
        ("failed to open", 17, True),
        ("failed to open", 13, True),
        ("failed to open", None, True),
        ("failed to open", 9, False),
        ("failed to open, will retry", 13, False),
        ("failed to open, will retry", None, False),
        ("failed to open, will retry", 17, True),
        ("gate is shut", 13, True),
        ("gate is shut", None, True),
        ("gate is shut", 9, False),
        ("gate is broken", 9, True),
        ("gate is broken", 5, True),
    ],
)
def test_what_is_an_error(message, severity, is_error):
    """By severity, by a rule that may speak, or by the wording of failure; never below warn
    without a rule for any level."""
    engine = classifier(
        SIGNALS,
        rule("AAA-101", INCIDENT, 'message contains "gate is shut"'),
        rule("AAA-102", INCIDENT, 'message contains "gate is broken"', any_level=True),
    )

    found = engine.classify(record(message, severity_number=severity))

    assert (found.verdict is not None) is is_error


@pytest.mark.parametrize(
    ("message", "severity", "sure"),
    [
        ("lock timed out", 17, True),
        ("lock timed out", 13, False),
        ("lock timed out", None, False),
        ("tank 7", 17, False),
        ("tank timed out", 17, True),
    ],
)
def test_what_nobody_states_stays_tentative(message, severity, sure):
    """Wording alone makes no sure error of a warning, nor a level alone of a line that says
    only who wrote it."""
    found = classifier(SIGNALS).classify(record(message, severity_number=severity))

    assert found.verdict is not None
    assert (found.verdict.confidence >= 0.6) is sure
    assert (found.verdict.settle is None) is sure


def test_a_trace_at_info_is_a_doubtful_error():
    """Somebody printed a stack: low confidence, but it is seen."""
    found = classifier().classify(record("oops", severity_number=9, exception=TRACE))

    assert found.verdict is not None
    assert found.verdict.confidence < 0.6
    assert found.verdict.title == "KeyError; handle (app.py:3)"


def test_the_verdict_carries_what_the_rule_knows():
    """Category, words, steps with what was captured, causes of the category as well."""
    engine = classifier(
        rule(
            "AAA-101",
            INCIDENT,
            r"message matches /gate (?P<gate>\w+) is shut/",
            title="Gate {gate} is shut",
            where=["{path}", "{host}"],
            next=["open {gate} on {host}", "ask {owner}"],
            severity="critical",
            causes=["flood-never-heard-of"],
        )
    )
    verdict = engine.classify(record("the gate north is shut", host="dam-1")).verdict

    assert verdict is not None
    assert verdict.tag is Tag.INCIDENT
    assert verdict.title == "Gate north is shut; dam-1"
    assert verdict.subject == "dam-1"
    assert verdict.next_steps == ("open north on dam-1", "ask the owner")
    assert verdict.severity_floor == 18
    assert verdict.causes[0] == "flood-never-heard-of"
    assert "http-5xx" in verdict.causes
    assert [(hit.id, hit.matched) for hit in verdict.rules] == [("AAA-101", "gate north is shut")]


@pytest.mark.parametrize(
    ("weight", "low", "high"),
    [(0.3, 0.62, 0.68), (0.6, 0.75, 0.81), (1.0, 0.91, 0.95), (1.5, 0.96, 0.98)],
)
def test_weights_are_confidences(weight, low, high):
    """A hint, a leaning, a clear and a decisive rule alone."""
    engine = classifier(rule("AAA-101", DEFECT, 'message contains "wires"', weight=weight))
    verdict = engine.classify(record("crossed wires")).verdict

    assert verdict is not None
    assert verdict.tag is Tag.DEFECT
    assert low <= verdict.confidence <= high


def test_conflict_lowers_confidence():
    """Two rules that contradict each other are less sure than either."""
    strong = rule("AAA-101", DEFECT, 'message contains "wires"', weight=1.0)
    other = rule("AAA-102", INCIDENT, 'message contains "flood"', weight=0.6)
    alone = classifier(strong).classify(record("wires in the flood")).verdict
    both = classifier(strong, other).classify(record("wires in the flood")).verdict

    assert alone is not None
    assert both is not None
    assert both.tag is Tag.DEFECT
    assert 0.5 < both.confidence < alone.confidence


def test_rules_of_one_category_count_once():
    """Ten rules that read the same words are little more than one."""
    one = classifier(rule("AAA-101", DEFECT, 'message contains "wires"', weight=0.6))
    many = classifier(
        *(rule(f"AAA-{n}", DEFECT, 'message contains "wires"', weight=0.6) for n in range(101, 111))
    )
    single = one.classify(record("wires")).verdict
    crowd = many.classify(record("wires")).verdict

    assert single is not None
    assert crowd is not None
    assert single.confidence < crowd.confidence < 0.9


def test_the_overriding_rule_speaks_alone():
    """A rule that knows better names the one it silences."""
    engine = classifier(
        rule("AAA-101", INCIDENT, 'message contains "flood"', weight=1.0),
        rule("AAA-102", DEFECT, 'message contains "wires"', weight=0.6, overrides=["AAA-101"]),
    )
    verdict = engine.classify(record("wires in the flood")).verdict

    assert verdict is not None
    assert verdict.tag is Tag.DEFECT
    assert [hit.id for hit in verdict.rules] == ["AAA-102"]


@pytest.mark.parametrize(
    ("weight", "overrides", "ignored"),
    [(1.0, [], True), (0.6, [], True), (1.2, [], False), (0.6, ["IGN-101"], False)],
)
def test_ignoring_against_tagging(weight, overrides, ignored):
    """An ignore rule wins over rules of its weight or less that do not override it."""
    engine = classifier(
        SIGNALS,
        rule("IGN-101", IGNORE, 'message contains "0 errors"', weight=1.0),
        rule("AAA-101", INCIDENT, 'message contains "flood"', weight=weight, overrides=overrides),
    )
    found = engine.classify(record("0 errors in the flood, failed to swim"))

    assert (found.ignored is not None) is ignored
    assert (found.verdict is None) is ignored


def test_ignoring_beats_severity_and_weak_signs():
    """A message at error that a rule knows to be none is counted apart."""
    engine = classifier(SIGNALS, rule("IGN-101", IGNORE, 'message contains "0 errors"'))
    found = engine.classify(record("0 errors, timed out", severity_number=17))

    assert found.verdict is None
    assert found.ignored is not None
    assert found.ignored.rule == "IGN-101"
    assert found.ignored.reason == "Title of IGN-101"


def chain(*links: tuple[str, str]) -> ExceptionInfo:
    return ExceptionInfo(tuple(ExceptionLink(type_, message) for type_, message in links))


def test_the_innermost_cause_outweighs_its_wrappers():
    """A wiring error around a refused connection is an incident, and the other way round."""
    engine = classifier(
        rule("AAA-101", DEFECT, 'exception.any == "BeanError"', weight=1.0),
        rule("AAA-102", INCIDENT, 'exception.any == "ConnectError"', weight=1.0),
    )
    wrapped = chain(("BeanError", "no bean"), ("ConnectError", "refused"))
    reverse = chain(("ConnectError", "refused"), ("BeanError", "no bean"))
    first = engine.classify(record("start failed", exception=wrapped)).verdict
    second = engine.classify(record("start failed", exception=reverse)).verdict

    assert first is not None
    assert second is not None
    assert first.tag is Tag.INCIDENT
    assert [(hit.id, hit.weight) for hit in first.rules] == [("AAA-102", 1.5), ("AAA-101", 0.5)]
    assert second.tag is Tag.DEFECT
    assert first.confidence > 0.85


def test_words_of_the_message_belong_to_the_link_that_says_them():
    """The whole text holds the chain: a rule on words counts where they come from."""
    engine = classifier(rule("AAA-101", INCIDENT, 'message contains "refused"', weight=1.0))
    exception = chain(("BeanError", "no bean"), ("ConnectError", "refused"))
    verdict = engine.classify(
        record("start failed\nBeanError: no bean\nConnectError: refused", exception=exception)
    ).verdict

    assert verdict is not None
    assert verdict.rules[0].weight == 1.5


def test_a_rule_that_only_wraps_gives_way():
    """A panic around a timeout is a timeout: how it surfaced says little."""
    engine = classifier(
        SIGNALS,
        rule("AAA-101", DEFECT, 'message contains "panic"', category="panic", weight=0.6),
        rule("AAA-102", INCIDENT, 'message contains "flood"', weight=0.6),
    )
    told = engine.classify(record("panic: flood")).verdict
    hinted = engine.classify(record("panic: read timed out")).verdict
    bare = engine.classify(record("panic: bad news")).verdict

    assert told is not None
    assert hinted is not None
    assert bare is not None
    assert told.tag is Tag.INCIDENT
    assert told.confidence > 0.7
    assert (hinted.tag, hinted.category) == (Tag.INCIDENT, "timeout")
    assert (bare.tag, bare.category) == (Tag.DEFECT, "panic")


def test_weak_signs_alone_are_tentative_and_say_what_would_settle_it():
    """An error that no rule knows has a tag, no more than three quarters sure."""
    verdict = classifier(SIGNALS).classify(record("timed out", severity_number=17)).verdict
    unknown = classifier(SIGNALS).classify(record("hm", severity_number=17)).verdict

    assert verdict is not None
    assert unknown is not None
    assert verdict.category == "timeout"
    assert verdict.confidence <= 0.75
    assert unknown.confidence < 0.6
    assert unknown.settle


def test_weak_signs_never_turn_a_rule():
    """Many small signs against one rule make it doubtful, not wrong."""
    engine = classifier(SIGNALS, rule("AAA-101", DEFECT, 'message contains "wires"', weight=0.3))
    verdict = engine.classify(record("wires timed out")).verdict

    assert verdict is not None
    assert verdict.tag is Tag.DEFECT
    assert verdict.confidence < 0.6


def test_changes_and_endpoints_speak_at_any_level():
    """What a record tells beside errors."""
    engine = classifier(
        """
        [[change]]
        id = "CHG-101"
        name = "started"
        kind = "deploy"
        when = 'message matches /release (?P<version>[0-9.]+) started/'

        [[endpoint]]
        id = "END-101"
        name = "listens"
        when = 'message matches /listening on (?P<host>\\S+):(?P<port>[0-9]+)$/'
        """
    )
    change = engine.classify(record("release 1.2.3 started", severity_number=9))
    here = engine.classify(record("listening on 10.0.0.7:5432", severity_number=5))
    anywhere = engine.classify(record("listening on 0.0.0.0:80"))
    nonsense = engine.classify(record("listening on host:99999"))

    assert change.change is not None
    assert (change.change.kind, change.change.version) == ("deploy", "1.2.3")
    assert here.endpoints == (Endpoint("10.0.0.7", 5432),)
    assert anywhere.endpoints == (Endpoint(None, 80),)
    assert nonsense.endpoints == ()


def test_the_answer_depends_on_the_record_alone():
    """Asked again, in any order, the engine says the same."""
    engine = classifier(
        SIGNALS,
        rule("AAA-101", DEFECT, 'message contains "wires"'),
        rule("AAA-102", INCIDENT, 'message contains "flood"'),
    )
    records = [record(text) for text in ("wires", "flood", "wires and flood", "timed out")]
    forwards = [engine.classify(one) for one in records]
    backwards = [engine.classify(one) for one in reversed(records)]

    assert forwards == backwards[::-1]


@pytest.mark.parametrize("key", ["err", "error.message", "Reason"])
def test_structured_logs_tell_the_error_in_an_attribute(key):
    """`msg="cannot fetch" err="gate is shut"`: the rule's words stand beside the message."""
    engine = classifier(rule("GTE-101", DEFECT, 'message contains "gate is shut"'))
    text = f'msg="cannot fetch" {key}="gate is shut"'
    known, other = (
        record("cannot fetch", severity_number=17, text=text, attributes={name: "gate is shut"})
        for name in (key, "title")
    )
    assert [hit.id for hit in engine.classify(known).verdict.rules] == ["GTE-101"]
    assert engine.classify(other).verdict.rules == ()


def test_the_cause_that_a_wrapper_quotes_is_the_root():
    """Spring and others write the cause into the wrapper's message and keep no chain."""
    engine = classifier(
        rule("GTE-101", INCIDENT, 'exception.any == "GateException"', weight=0.5),
        rule("GTE-102", DEFECT, 'exception.root == "HingeException"', weight=0.5),
    )
    text = "a.GateException: no way; nested exception is b.HingeException: rusty"
    wrapper = ExceptionLink(
        "a.GateException", "no way; nested exception is b.HingeException: rusty"
    )
    verdict = engine.classify(record(text, exception=ExceptionInfo((wrapper,)))).verdict
    assert verdict.tag == Tag.DEFECT
    assert [(hit.id, hit.weight) for hit in verdict.rules] == [("GTE-102", 0.75), ("GTE-101", 0.25)]
