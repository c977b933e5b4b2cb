"""The literal index finds exactly the rules of which a literal stands in the text."""

from hypothesis import given
from hypothesis import strategies as st

from logtriage.packs.index import LiteralIndex, store_index

LITERALS = st.lists(
    st.text(alphabet="ab cé", min_size=1, max_size=8), min_size=1, max_size=12, unique=True
)


@given(LITERALS, st.text(alphabet="ab cé", max_size=40))
def test_the_index_is_a_search_for_each_literal(literals: list[str], text: str) -> None:
    """The fast way and the plain way give the same answer for every text."""
    index = LiteralIndex(store_index({literal: [n] for n, literal in enumerate(literals)}))

    plain = [n for n, literal in enumerate(literals) if literal in text]

    assert index.candidates(text) == plain


def test_rules_without_literals_are_always_candidates() -> None:
    """What cannot be looked for must be tried."""
    index = LiteralIndex(store_index({"refused": [4]}, always=[9]))

    assert index.candidates("nothing") == [9]
    assert index.candidates("it was refused") == [4, 9]
