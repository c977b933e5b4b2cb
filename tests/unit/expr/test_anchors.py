"""Anchors: what the pre-filters look for, derived from the expression."""

import pytest

from logtriage.expr import compile_expression


def texts(expression: str) -> set[str]:
    return {anchor.text for anchor in compile_expression(expression, where="here").anchors}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('message contains "Disk Full"', {"Disk Full"}),
        ('message contains ("one two", "three")', {"one two", "three"}),
        ('message contains "abc" or host == "db-1"', set()),
        ('message contains "abc" and host == "db-1"', {"abc"}),
        ('message contains "abc" and message contains "a longer text"', {"a longer text"}),
        ('message contains "abcdef" and message contains ("xy", "z")', {"abcdef"}),
        ('message contains "ab"', set()),
        ('not message contains "abcdef"', set()),
        ('message != "abcdef"', set()),
        ('component == "kubelet"', set()),
        ('exception.any == "java.lang.NullPointerException"', {"NullPointerException"}),
        ('exception.root in ("KeyError", "a::b::IndexError")', {"KeyError", "IndexError"}),
        ('frame contains "hikari"', {"hikari"}),
        ('attributes.unit == "cron.service"', {"cron.service"}),
        ('sqlstate == "53100"', {"53100"}),
        ('code == "ORA-01555"', {"ORA-01555"}),
        (r"message matches /^could not connect to \w+$/", {"could not connect to "}),
        ("severity >= error", set()),
    ],
)
def test_anchors_of_comparisons(expression, expected):
    """or needs those of every branch, and takes the most selective, others give none."""
    assert texts(expression) == expected


def test_errno_stands_for_its_name_text_and_number():
    """The table of codes spells a code out in the ways that programs print it."""
    found = texts('errno == "ENOSPC"')

    assert {"ENOSPC", "No space left on device", "errno=28", "os error 28"} <= found


def test_names_of_codes_are_looked_for_as_written():
    """eio stands in many words, EIO in none."""
    anchors = compile_expression('errno == "EIO"', where="here").anchors

    assert [a.caseless for a in anchors if a.text == "EIO"] == [False]
    assert [a.caseless for a in anchors if a.text == "Input/output error"] == [True]


def test_a_status_is_a_number_of_its_own():
    """503 must not be found inside of 15031 or 1.503."""
    (anchor,) = compile_expression("status == 503", where="here").anchors

    assert anchor.regex
    assert anchor.literal == "503"


def test_an_expression_without_literals_keeps_its_pattern():
    """The native scan takes the pattern itself, without the anchors of the field."""
    (anchor,) = compile_expression(r"message matches /^\d+ \w{2}$/", where="here").anchors

    assert anchor.regex
    assert anchor.text == r"\d+ \w{2}"
