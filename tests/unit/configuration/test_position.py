"""Keys are found where they stand, whatever TOML allows around them."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logtriage.configuration.position import nearest, places_of

TEXT = '''\
# [not.a.table] = 1
a = "x = 1 # no comment"
b.c = [1, [2, 3],
  4]   # a comment with ] in it
"d e" = """
f = 1
[g]
"""
[h.i]
j = { k = 1, l = [ { m = 2 } ] }
[[n]]
o = 1
[[n]]
o = 2
[n.p]
q = \'\'\'it's\'\'\'
[[n.r]]
s = 2026-12-25T08:00:00Z
'''


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("a",), (2, 0)),
        (("b", "c"), (3, 0)),
        (("d e",), (5, 0)),
        (("h", "i"), (9, 0)),
        (("h", "i", "j"), (10, 0)),
        (("h", "i", "j", "k"), (10, 6)),
        (("h", "i", "j", "l", 0, "m"), (10, 21)),
        (("n", 0, "o"), (12, 0)),
        (("n", 1, "o"), (14, 0)),
        (("n", 1, "p", "q"), (16, 0)),
        (("n", 1, "r", 0, "s"), (18, 0)),
        (("n", 1, "x", "y"), (13, 0)),
    ],
)
def test_a_key_is_found(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    tomllib.loads(TEXT)
    assert nearest(places_of(TEXT), path) == place


def test_what_is_not_there_has_no_place() -> None:
    assert nearest(places_of(TEXT), ("nothing",)) is None


@given(st.text("[]{}=\"'#\n a1.,", max_size=40))
def test_any_valid_text_is_read(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    places = places_of(text)
    for key in document:
        assert nearest(places, (key,))
