"""Expressions: what parses, what is refused, and how the refusal reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logtriage.errors import ExpressionError
from logtriage.expr import compile_expression, problems_of
from logtriage.expr.tree import Both, Either, Node, Not, Window
from logtriage.expr.tree import Test as Comparison
from logtriage.expr.vocabulary import FIELDS, Kind
from logtriage.expr.written import written


def node_of(text: str) -> Node:
    node = compile_expression(text, where="here").node
    assert node is not None
    return node


def test_and_binds_tighter_than_or():
    """a or b and c is a or (b and c)."""
    tree = node_of('host == "aaa" or host == "bbb" and host == "ccc"')

    assert isinstance(tree, Either)
    assert [type(part) for part in tree.parts] == [Comparison, Both]


def test_not_binds_tightest():
    """not a and b is (not a) and b."""
    tree = node_of('not host == "aaa" and host == "bbb"')

    assert isinstance(tree, Both)
    assert isinstance(tree.parts[0], Not)


def test_parentheses_and_lists():
    """Several values stand in parentheses, and blanks and newlines mean nothing."""
    tree = node_of('message contains (\n"one",\t"two" )')

    assert isinstance(tree, Comparison)
    assert tree.values == ("one", "two")


@pytest.mark.parametrize(
    ("written_text", "value"),
    [
        (r'message == "say \"no\""', 'say "no"'),
        (r"message == 'it\'s'", "it's"),
        (r'message == "C:\\temp"', r"C:\temp"),
        (r'message == "C:\temp"', r"C:\temp"),
        (r"message matches /a\/b/", "a/b"),
    ],
)
def test_escapes(written_text, value):
    r"""Quotes and backslashes are escaped; other backslashes stay as they are."""
    tree = node_of(written_text)

    assert isinstance(tree, Comparison)
    assert tree.values == (value,)


def test_windows_are_taken_out_of_the_tree():
    """What is asked of the record stays, what is asked of the issue goes apart."""
    expression = compile_expression(
        'message contains "refused" and count >= 10 within 5m and absent for 2h', where="here"
    )

    assert isinstance(expression.node, Comparison)
    assert [(w.kind, w.count, w.seconds) for w in expression.windows] == [
        ("count", 10, 300),
        ("absent", 0, 7200),
    ]


def test_followed_by_names_a_category():
    """followed by takes a category's name."""
    expression = compile_expression(
        'message contains "refused" and followed by database-down', where="here"
    )

    assert expression.windows == (Window("followed", category="database-down", at=31),)


def test_named_groups_are_listed():
    """Names of groups, wherever they stand, without duplicates."""
    expression = compile_expression(
        "message matches /on (?P<host>\\w+) port (?P<port>\\d+)/"
        " or not text matches /x(?P<host>y)/",
        where="here",
    )

    assert expression.groups == ("host", "port")


@pytest.mark.parametrize(
    ("text", "column", "what", "advice"),
    [
        ('mesage contains "x"', 0, "unknown field 'mesage'", "did you mean 'message'?"),
        ('tenant == "x"', 0, "unknown field 'tenant'", "is written attributes.tenant"),
        ('message contans "x"', 8, "found 'contans'", None),
        ("severity >= eror", 12, "unknown severity 'eror'", "did you mean 'error'?"),
        ("severity >= 25", 12, "unknown severity '25'", "from 1 to 24"),
        ('severity contains "err"', 0, "cannot be asked with 'contains'", "it takes =="),
        ("status == abc", 10, "compared with numbers, not 'abc'", None),
        ('errno == "ENOSPCE"', 9, "no errno is named 'ENOSPCE'", "did you mean 'ENOSPC'?"),
        ('sqlstate == "5310"', 12, "has 5 characters, '5310' has 4", "startswith"),
        ('message contains ""', 17, "the text is empty", None),
        ('frame.top == "ours"', 13, "no frame.top is named 'ours'", "own"),
        ("message matches /(a+)+b/", 16, "exponential time", None),
        ("message matches /(?=a)b/", 16, "look-ahead", None),
        (r"message matches /(a)\1/", 16, "back-reference", None),
        ("message matches /a(/", 16, "does not compile", None),
        ("message matches /(?i)abc/", 16, "write /…/i", None),
        ("message matches /a*/", 16, "matches the empty text", None),
        ('message matches "abc"', 16, "expected a regular expression", None),
        ("message == /abc/", 11, "belongs to 'matches'", None),
        ('message contains "abc', 17, "the text is not closed", 'end it with "'),
        ("message matches /abc", 16, "not closed", "\\/"),
        ('message contains ("abc", "def"', 30, "expected a comma or )", None),
        ('message contains "abc" annd host == "x"', 23, "found 'annd'", "did you mean 'and'?"),
        ("severity >= and host", 12, "expected a value", None),
        ("", 0, "expected a comparison such as severity >= error, found the end", None),
        ('host == "x" and', 15, "expected a comparison", None),
        ('host == ("x", "y")', 9, "'in' takes several", None),
        ('host == "x" or count >= 5 within 1m', 15, "inside 'or' or 'not'", "outermost"),
        ('host == "x" and count >= 1 within 1m', 16, "below 2", None),
        ('host == "x" and count > 3 within 1m', 22, "expected >= after count", None),
        ('host == "x" and count >= 3 within 5x', 34, "a duration such as 5m", None),
        ('host == "x" and absent for 0s', 16, "a window of no length", None),
    ],
)
def test_refusals_point_at_the_place(text, column, what, advice):
    """Every mistake is shown under its own column, with what would be right."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, where="pack.toml AAA-101 when")

    error = caught.value
    assert what in error.what
    assert error.snippet is not None
    assert error.snippet.column == column
    assert error.where == "pack.toml AAA-101 when"
    if advice:
        assert advice in (error.help or "")


def test_all_problems_at_once():
    """A type check does not stop at the first mistake."""
    found = problems_of('mesage contains "x" and severity >= eror and status == abc', where="here")

    assert [error.snippet.column for error in found if error.snippet] == [0, 36, 55]


def test_the_snippet_is_the_line_of_the_mistake():
    """Of an expression of several lines only the line in question is shown."""
    found = problems_of('host == "x"\n  or hst == "y"', where="here")

    assert str(found[0].snippet) == '  |   or hst == "y"\n  |      ^'


def test_deep_nesting_is_refused_not_crashed():
    """Parentheses without end are a mistake or an attack."""
    deep = "(" * 5000 + 'host == "x"' + ")" * 5000

    assert "more than" in problems_of(deep, where="here")[0].what
    assert not problems_of("(" * 60 + 'host == "x"' + ")" * 60, where="here")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20
)
FIELDS_OF_TEXT = st.sampled_from([name for name, kind in FIELDS.items() if kind is Kind.TEXT])
COMPARISONS = st.builds(
    lambda field, operator, values: Comparison(
        field, operator, tuple(values if operator in {"contains", "in"} else values[:1])
    ),
    FIELDS_OF_TEXT.filter(lambda name: name != "sqlstate"),
    st.sampled_from(["contains", "startswith", "endswith", "==", "!=", "in"]),
    st.lists(TEXTS, min_size=1, max_size=3),
)
TREES = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda parts: Both(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: Either(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=8,
)


@given(TREES)
def test_what_is_written_parses_to_the_same_text(tree):
    """A tree as text compiles, and its tree as text is the same."""
    text = written(tree)

    assert written(node_of(text)) == text
