"""Lines that any program could have written: time, level and message found, no program guessed."""

import itertools

import pytest

from logtriage.parse.catalog import load_catalog
from logtriage.parse.check import REFERENCE
from logtriage.parse.reader import LineReader

TIMES = [
    "2026-03-04T05:06:07Z",
    "2026-03-04T05:06:07.123Z",
    "2026-03-04T05:06:07.123456+00:00",
    "2026-03-04T05:06:07+0000",
    "2026-03-04 05:06:07",
    "2026-03-04 05:06:07,123",
    "2026/03/04 05:06:07",
    "13/03/2026 05:06:07",
    "Mar 14 05:06:07",
    "05:06:07",
    "05:06:07.123",
    "1772600767.123",
    "04-Mar-2026 05:06:07.123",
    "Wed Mar 14 05:06:07 2026",
    "[2026-03-04 05:06:07]",
    "[04/Mar/2026:05:06:07 +0000]",
]
LEVELS = {"INFO": 9, "ERROR": 17, "WARN": 13, "WARNING": 13, "FATAL": 21, "error": 17, "info": 9}
LETTERS = {"E": 17, "I": 9, "W": 13}
LAYOUTS = [
    "{time} {level} {message}",
    "{time} [{level}] {message}",
    "{time} {level}: {message}",
    "{time} {level} - {message}",
    "{time} - {level} - {message}",
    "{time} | {level} | {message}",
    "{time}\t{level}\t{message}",
    "{time} ({level}) {message}",
    "{time} <{level}> {message}",
    "{level} {time} {message}",
    "{level}: {time} {message}",
    "[{level}] {time} {message}",
]
LETTER_LAYOUTS = [
    "{time} [{level}] {message}",
    "{time} | {level} | {message}",
    "{level} {time} {message}",
]
OWNED = {
    # a program's own shape, which no generic line can be told from
    "I [04/Mar/2026:05:06:07 +0000] the price list is 4 days old",
    "W [04/Mar/2026:05:06:07 +0000] the price list is 4 days old",
    "E [04/Mar/2026:05:06:07 +0000] the price list is 4 days old",
}
MESSAGE = "the price list is 4 days old"


@pytest.fixture(scope="module")
def read():
    return LineReader(load_catalog(), reference=REFERENCE).read


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("time", TIMES)
def test_a_level_word_is_found_and_no_program_guessed(read, layout: str, time: str) -> None:
    for word, number in LEVELS.items():
        line = layout.format(time=time, level=word, message=MESSAGE)
        head = read(line)
        assert head is not None, line
        assert (head.severity_number, head.message) == (number, MESSAGE), line
        assert head.timestamp is not None, line
        assert (head.component, head.host) == (None, None), line


@pytest.mark.parametrize("layout", LETTER_LAYOUTS)
def test_a_level_letter_is_found(read, layout: str) -> None:
    for time, (letter, number) in itertools.product(TIMES, LETTERS.items()):
        line = layout.format(time=time, level=letter, message=MESSAGE)
        if line in OWNED:
            continue
        head = read(line)
        assert head is not None, line
        assert (head.severity_number, head.message) == (number, MESSAGE), line
        assert head.timestamp is not None, line
