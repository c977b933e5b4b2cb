"""Regular expressions: which are taken, and which literals they cannot do without."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logtriage.expr.regexes import refusal, required_literals


@pytest.mark.parametrize(
    "pattern",
    [
        r"connection refused",
        r'could not open "(?P<path>[^"]+)": \w+',
        r"^(?:a|b)c$",
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
        r"(?:, \w+)*!",
        r"foo.{0,40}bar",
        r".*a.*b.*c",
    ],
)
def test_linear_patterns_are_taken(pattern):
    """What both engines do in linear time is no problem."""
    assert refusal(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a+)+b", "repeat inside a repeat"),
        (r"(?:\w+\s*)+x", "repeat inside a repeat"),
        (r"(?:a|a{3,}){70}", "repeat inside a repeat"),
        (r"a(?!b)", "look"),
        (r"(?<=a)b", "look"),
        (r"(?P<x>a)(?P=x)", "back-reference"),
        (r"(a)?(?(1)b|c)", "condition"),
        (r"(?>ab)c", "atomic"),
        (r"a++b", "possessive"),
        (r"(?s)a.b", "flags"),
        (r"a|b(?i:c)", "flags"),
        (r".*a.*b.*c.*d.*e", "in a row"),
        (r"(?:a|)", "empty"),
        (r"[", "compile"),
    ],
)
def test_others_are_refused_with_a_reason(pattern, reason):
    """What could hang the tool, or the native engine lacks, is an error at load."""
    assert reason in (refusal(pattern) or "")


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("No space left", ("No space left",)),
        (r'could not extend file "[^"]+": (?:No space|Disk quota)', ('could not extend file "',)),
        (r"(?:alpha|beta) gone", ("alpha gone", "beta gone")),
        (r"\d+ (?:timed out|refused)", (" timed out", " refused")),
        (r"colou?r bad", ("color bad", "colour bad")),
        (r"[Ff]ailed", ("Failed", "failed")),
        (r"(?:error){2,}", ("error",)),
        (r"(?:error)?\d", ()),
        (r"\w+", ()),
        (r"ab\d+cd", ()),
        (r"^end$", ("end",)),
        (r"失败", ("失败",)),
    ],
)
def test_required_literals(pattern, literals):
    """The texts of which one stands in everything that matches."""
    assert set(required_literals(pattern)) == set(literals)


PIECES = st.sampled_from(
    [
        "abc",
        "de",
        r"\d+",
        "[xyz]",
        "(?:foo|bar)",
        "(?:ab|c.)",
        "u?",
        "(?:more)?",
        "(?:rep){1,3}",
        "",
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join), st.data())
def test_every_match_holds_a_required_literal(pattern, data):
    """The law that makes the literals a filter: no match without one of them."""
    literals = required_literals(pattern)
    text = data.draw(st.from_regex(pattern, fullmatch=True)) if pattern else ""

    assert re.search(pattern, text)
    assert not literals or any(literal in text for literal in literals)
