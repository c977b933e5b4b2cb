"""Nothing is longer than it may be, and what is missing is counted."""

from hypothesis import given
from hypothesis import strategies as st

from logtriage.deliver.cut import one_line, text_within, whole_lines


@given(st.lists(st.text(max_size=80), min_size=1, max_size=30), st.integers(20, 400))
def test_a_text_fits_and_says_what_is_left_out(lines: list[str], limit: int) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    text = whole_lines(lines, limit)

    assert len(text) <= limit
    if text != "\n".join(lines) and len(lines) > 1:
        *kept, last = text.split("\n")
        left = int(last.removeprefix("… ").split(" ")[0])
        assert len(kept) + left == len(lines)


def test_what_fits_is_not_touched() -> None:
    assert text_within("a\nb", 3) == "a\nb"
    assert text_within("\n".join("abcdefghij"), 18) == "a\n… 9 more lines"


def test_one_line_has_no_line_break() -> None:
    assert one_line("a\r\nb\tc", 20) == "a b c"
    assert one_line("abcdef", 4) == "abc…"
