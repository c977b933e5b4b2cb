"""The laws of `Tallies`: any split of the input, merged in any order, is the whole."""

import copy
import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from logtriage.model.tallies import Tallies
from logtriage.model.tally import (
    ChangeEvent,
    EndpointFact,
    Exemplar,
    Histogram,
    IgnoredTally,
    InputTally,
    IssueTally,
)
from logtriage.model.verdict import Change, Tag, Verdict

seconds = st.integers(1_700_000_000, 1_700_400_000)


@st.composite
def exemplars(draw):
    moment = draw(st.none() | seconds.map(lambda s: s * 1_000_000_000))
    line = draw(st.integers(1, 50))
    path = draw(st.sampled_from(["a.log", "b.log"]))
    return Exemplar(moment, path, line, 1, f"{path} {line} {moment}")


@st.composite
def issues(draw):
    shown = sorted(draw(st.lists(exemplars(), min_size=1, max_size=6)), key=lambda e: e.order)
    unique = list({exemplar.order: exemplar for exemplar in shown}.values())[:5]
    histogram = Histogram()
    for second in draw(st.lists(seconds, max_size=30)):
        histogram.add(second)
    title = unique[0].text
    return IssueTally(
        key=draw(st.sampled_from(["aa", "bb", "cc"])),
        template="x",
        verdict=Verdict(Tag.INCIDENT, 0.9, "disk-full", title),
        count=draw(st.integers(1, 9)),
        first=unique[0].timestamp,
        last=draw(st.none() | seconds),
        histogram=histogram,
        exemplars=unique,
        hosts=sorted(draw(st.sets(st.sampled_from(["h1", "h2", "h3"])))),
        trace_ids=sorted(draw(st.sets(st.text("abc", min_size=1, max_size=3), max_size=4))),
        paths={unique[0].path: 1},
    )


@st.composite
def tallies(draw):
    found = draw(st.lists(issues(), max_size=3))
    inputs = draw(st.sets(st.sampled_from(["a.log", "b.log"])))
    return Tallies(
        issues={issue.key: issue for issue in found},
        ignored=draw(
            st.just({})
            | st.integers(1, 5).map(
                lambda n: {"IGN-1": IgnoredTally("IGN-1", "zero-count", "why", n)}
            )
        ),
        inputs={
            path: InputTally(path, lines=draw(st.integers(0, 9)), problems=draw(problems))
            for path in inputs
        },
        changes=[
            ChangeEvent(Change("restart", "CHG-1"), "db", None, exemplar)
            for exemplar in draw(st.lists(exemplars(), max_size=2, unique_by=lambda e: e.order))
        ],
        endpoints=[EndpointFact("db", None, port) for port in draw(st.sets(st.integers(1, 3)))],
        undated=draw(st.integers(0, 3)),
    )


problems = st.sets(st.sampled_from(["cut", "empty"])).map(sorted)


def merged(*parts: Tallies) -> str:
    whole = Tallies()
    for part in copy.deepcopy(parts):
        whole.merge(part)
    return json.dumps(msgspec.to_builtins(whole, str_keys=True), sort_keys=True)


@given(tallies(), tallies())
def test_merge_is_commutative(one, other):
    assert merged(one, other) == merged(other, one)


@given(tallies(), tallies(), tallies())
def test_merge_is_associative(one, two, three):
    left = copy.deepcopy(one)
    left.merge(copy.deepcopy(two))
    right = copy.deepcopy(two)
    right.merge(copy.deepcopy(three))

    assert merged(left, three) == merged(one, right)


@given(tallies())
def test_an_empty_tally_is_neutral(one):
    assert merged(one, Tallies()) == merged(Tallies(), one) == merged(one)


@given(st.lists(seconds, min_size=1, max_size=2000), st.integers(0, 2000))
def test_a_histogram_keeps_every_event_whatever_the_split(moments, cut):
    whole, left, right = Histogram(), Histogram(), Histogram()
    for index, moment in enumerate(moments):
        whole.add(moment)
        (left if index < cut else right).add(moment)
    left.merge(right)

    assert sum(left.counts.values()) == len(moments)
    assert (left.step, left.counts) == (whole.step, whole.counts)


@given(st.lists(st.integers(0, 10_000), unique=True, min_size=1, max_size=60), st.integers(1, 20))
def test_beyond_the_cap_nothing_is_lost(numbers, limit):
    parts = [Tallies(), Tallies()]
    for number in numbers:
        key = f"{number:08x}"
        verdict = Verdict(Tag.DEFECT, 0.9, "panic", "t")
        parts[number % 2].issues[key] = IssueTally(key, "t", verdict, count=number + 1)
    for part in parts:
        part.bound(limit)
    one, other = parts
    one.merge(other)
    one.bound(limit)
    kept = sum(issue.count for issue in one.issues.values())

    assert kept + sum(one.other.values()) == sum(number + 1 for number in numbers)
    assert sorted(one.issues) == [f"{number:08x}" for number in sorted(numbers)[:limit]]
