"""The laws of the conclusion: counts add up, each issue has one cause, order changes nothing."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.correlate.stories import BEGIN, SECOND, categories, issue

from logtriage.correlate.conclude import conclude
from logtriage.model.report import Report
from logtriage.model.tallies import Tallies
from logtriage.model.tally import InputTally, IssueTally
from logtriage.model.verdict import Tag

COMPONENTS = ["basket", "mailer", "redis", "kernel", "nginx"]
TEXTS = [
    "connect to 10.9.0.4:6379 failed: Connection refused",
    "NullPointerException: price is null",
    "No space left on device",
    "GET /basket 502",
    "redis: Out of memory: Killed process 12 (redis-server)",
]


@st.composite
def issues(draw: st.DrawFn) -> IssueTally:
    return issue(
        draw(st.sampled_from(COMPONENTS)),
        draw(st.sampled_from(sorted(categories()))),
        draw(st.sampled_from(TEXTS)),
        at=draw(st.lists(st.floats(0, 600), min_size=1, max_size=8)),
        tag=draw(st.sampled_from([Tag.DEFECT, Tag.INCIDENT])),
        confidence=draw(st.floats(0.5, 1.0)),
        severity=draw(st.sampled_from([13, 17, 21])),
        rules=draw(st.booleans()),
        kind=draw(st.sampled_from([None, "proxy", "kernel", "database"])),
    )


def report(found: list[IssueTally], other: dict[str, int]) -> Report:
    tallies = Tallies(
        issues={tally.key: tally for tally in found},
        inputs={
            f"{name}.log": InputTally(
                f"{name}.log",
                component=name,
                access=name == "nginx",
                lines=50,
                first=BEGIN * SECOND,
                last=(BEGIN + 600) * SECOND,
            )
            for name in COMPONENTS
        },
        other=other,
    )
    return conclude(tallies, found, categories=categories(), generated_at=BEGIN * SECOND)


unique = st.lists(issues(), max_size=9, unique_by=lambda tally: tally.key)
others = st.dictionaries(st.sampled_from([tag.value for tag in Tag]), st.integers(1, 99))


@settings(max_examples=40, deadline=None)
@given(unique, others)
def test_counts_add_up(found: list[IssueTally], other: dict[str, int]) -> None:
    made = report(found, other)
    totals = made.totals
    assert totals.errors == sum(sheet.count for sheet in made.issues) + totals.other_errors
    assert totals.errors == totals.application_defects + totals.production_incidents
    told = [one.issue for cause in made.root_causes for one in (cause, *cause.symptoms)]
    assert sorted(told) == sorted(sheet.id for sheet in made.issues)
    assert sum(cause.errors for cause in made.root_causes) + totals.other_errors == totals.errors


@settings(max_examples=40, deadline=None)
@given(unique, st.randoms(use_true_random=False))
def test_order_changes_nothing(found: list[IssueTally], chance) -> None:
    shuffled = found[:]
    chance.shuffle(shuffled)
    assert text(report(found, {})) == text(report(shuffled, {}))


def text(made: Report) -> str:
    return json.dumps(msgspec.to_builtins(made), sort_keys=True)
