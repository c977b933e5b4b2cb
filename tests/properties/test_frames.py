"""What is found depends on the text alone: not on blocks, shards, or the engine of the scan."""

import re

from hypothesis import given
from hypothesis import strategies as st

from logtriage.frame.records import Framer
from logtriage.scan.patterns import Pattern
from logtriage.scan.plain import PlainScanner
from logtriage.scan.scanner import make_scanner

HEAD = re.compile(rb"\d\d:\d\d ")
PATTERNS = [Pattern(r"\bERROR\b"), Pattern("refused", caseless=True), Pattern(r'id="[^"]*" gone')]

lines = st.sampled_from([
    b"12:01 INFO fine", b"12:02 ERROR broken", b"\tat com.example.A.b(A.java:3)",
    b"Caused by: Connection REFUSED", b"12:03 DEBUG 0 errors", b"", b'12:04 INFO id="x" gone',
    b'id="', b'" gone', b"12:05 WARN Refused twice refused", b"x" * 300,
])  # fmt: skip
texts = st.lists(lines, max_size=40).map(b"\n".join)


def cut(text: bytes, sizes: list[int]) -> list[bytes]:
    chunks, position = [], 0
    for size in sizes:
        chunks.append(text[position : position + size])
        position += size
    return [chunk for chunk in [*chunks, text[position:]] if chunk]


def records(text: bytes, chunks: list[bytes], *, native: bool) -> list[tuple[int, bytes]]:
    framer = Framer([make_scanner("test", PATTERNS, native=native)], HEAD)
    found, whole = [], b""
    for frame in framer.frames(chunks):
        assert frame.offset == len(whole)
        whole += frame.block[: frame.size]
        found += [(frame.offset + a, frame.block[a:b]) for a, b in frame.spans]
    assert whole == text
    return found


@given(texts, st.lists(st.integers(1, 60), max_size=20))
def test_block_sizes_and_engines_never_change_the_records(text, sizes):
    plain = records(text, cut(text, []), native=False)

    assert records(text, cut(text, sizes), native=True) == plain
    assert records(text, cut(text, sizes), native=False) == plain


@given(texts, st.integers(0, 600), st.lists(st.integers(1, 60), max_size=10))
def test_two_shards_hold_every_record_once(text, boundary, sizes):
    framer = Framer([PlainScanner(PATTERNS)], HEAD)
    whole = records(text, [text], native=False)
    boundary = min(boundary, len(text))
    first = [
        (frame.offset + a, frame.block[a:b])
        for frame in framer.frames(cut(text, sizes), 0, boundary or None)
        for a, b in frame.spans
    ]
    second = []
    if boundary:
        second = [
            (frame.offset + a, frame.block[a:b])
            for frame in framer.frames(cut(text[boundary:], sizes), boundary)
            for a, b in frame.spans
        ]

    assert first + second == whole


@given(texts)
def test_every_line_that_matches_is_in_a_record(text):
    spans = records(text, [text], native=True)
    covered = b"\n".join(record for _, record in spans).split(b"\n")
    for line in text.split(b"\n"):
        if re.search(rb"\bERROR\b|(?i:refused)|id=\"[^\"]*\" gone", line):
            assert line in covered


@given(texts, st.integers(1, 90))
def test_a_file_read_again_from_open_records_holds_the_same_records(text, window):
    """Chunks of a file come with the bytes that were asked for again, as those of a file do."""
    position = again = 0

    def back(count: int) -> bool:
        nonlocal again
        again = count
        return position < len(text)

    def chunks():
        nonlocal position, again
        while position < len(text):
            begin, again = position - again, 0
            position += window
            yield text[begin:position]

    framer = Framer([PlainScanner(PATTERNS)], HEAD)
    found, size = [], 0
    for frame in framer.frames(chunks(), back=back):
        assert frame.offset == size
        size += frame.size
        found += [(frame.offset + a, frame.block[a:b]) for a, b in frame.spans]

    assert size == len(text)
    assert found == records(text, [text], native=False)
