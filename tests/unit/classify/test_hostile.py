"""Hostile records cost linear time and never crash."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.classify.packs_of import record

from logtriage.classify.explain import explain
from logtriage.classify.ruleset import Classifier
from logtriage.packs.load import load_packs


@pytest.fixture(scope="module")
def engine() -> Classifier:
    return Classifier(load_packs())


PIECES = [
    "a",
    " ",
    '"',
    "error: ",
    "connection refused ",
    "[ORA-01555] ",
    "java.lang.RuntimeException: ",
    "x=1 ",
    "((((",
    "/var/lib/",
    "0 errors ",
    "Caused by: ",
    "status=503 ",
    'could not open "',
    "failed to ",
    "1.2.3.4:5 ",
    "\x00\x1b[31m",
    "İ",
    "timeout",
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_giant_line_costs_linear_time(engine, piece):
    """A megabyte of one line stays below some seconds: what is not linear takes hours."""
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    engine.classify(record(text[:1000]))
    start = time.process_time()

    engine.classify(record(text))

    assert time.process_time() - start < 3


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=30).map("".join))
def test_no_text_crashes(engine, text):
    """Whatever it says, and `explain` as well."""
    classification = engine.classify(record(text))

    assert explain(engine, record(text)).classification == classification
