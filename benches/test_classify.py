"""What one distinct record costs the rule engine, with all built-in packs.

Fair: the messages are of the kinds that logs are full of, one with a short trace. The engine is
asked once for each distinct shape of a message; repeated ones are counted without it.
"""

import re

import pytest

from logtriage.classify.ruleset import Classifier
from logtriage.model.record import Record
from logtriage.packs.load import load_packs

MESSAGES = {
    "known": 'could not write to file "pg_wal/xlogtemp.17": No space left on device',
    "refused": "dial tcp 10.20.30.40:5432: connect: connection refused",
    "unknown": "Something odd happened in module seven while reading from the queue",
    "chain": (
        "Failed to place order 12\njava.lang.IllegalStateException: pool shut down\n"
        "Caused by: java.net.SocketTimeoutException: Read timed out"
    ),
}


@pytest.fixture(scope="module")
def engine() -> Classifier:
    return Classifier(load_packs())


def record(message: str) -> Record:
    return Record(path="x", line=1, lines=1, text=message, message=message, severity_number=17)


@pytest.mark.parametrize("kind", MESSAGES)
def test_classify(benchmark, engine, kind):
    """The bar is 150 µs for a record of one line."""
    benchmark(engine.classify, record(MESSAGES[kind]))


def test_load(benchmark):
    """The bar is 15 ms, from the cache."""
    load_packs()
    benchmark(load_packs)


def test_index(benchmark, engine):
    """Candidates by pieces of four characters …"""
    benchmark(engine.packs.index.candidates, MESSAGES["chain"].lower())


def test_plain_search(benchmark, engine):
    """… against a search for each literal."""
    literals, text = engine.packs.index.literals, MESSAGES["chain"].lower()
    benchmark(lambda: [n for n, literal in enumerate(literals) if literal in text])


def test_folded_regex(benchmark):
    """A pattern in lower case on the text in lower case …"""
    pattern = re.compile(r"\b(?:timed[ -]?out|deadline exceeded|no response|stalled)")
    benchmark(lambda text: pattern.search(text.lower()), MESSAGES["unknown"])


def test_caseless_regex(benchmark):
    """… against the flag that ignores case."""
    pattern = re.compile(
        r"\b(?:timed[ -]?out|deadline exceeded|no response|stalled)", re.IGNORECASE
    )
    benchmark(pattern.search, MESSAGES["unknown"])
