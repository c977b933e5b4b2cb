"""The quick look before the exact scan never changes what is found."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logtriage.expr.regexes import required_literals
from logtriage.frame.records import Framer
from logtriage.packs.load import load_packs
from logtriage.scan import staged
from logtriage.scan.fragments import Shapes, adapted, hot_pieces, plan_of
from logtriage.scan.patterns import Pattern, for_scan
from logtriage.scan.plain import PlainScanner
from logtriage.scan.scanner import make_scanner
from logtriage.scan.sieve import Sieve
from logtriage.scan.staged import Staged

RULES = sorted(
    [
        Pattern("No space left on device"),
        Pattern("connection refused", caseless=True),
        Pattern(r'relation \\{0,3}"[^"\n]{1,60}\\{0,3}" does not exist'),
        Pattern(r"\b(?:[Ff]an|[Pp]ump) \d+ (?:failed|has stopped)"),
        Pattern("ZFS"),
        Pattern(r"^\w+Error: "),
        Pattern("heartbeat ok, lag is too high"),
    ]
)
LEVELS = [Pattern(r"\bERROR\b")]
ORDINARY = "a relation that does exist, connections are accepted, fan 1 is on\n" * 3
SAMPLE = ["12:00 INFO worker heartbeat ok, lag 7 ms", "12:00 INFO space left on disk: 5"] * 40
HEAD = re.compile(rb"\d\d:\d\d ")

lines = st.sampled_from([
    b"12:01 INFO worker heartbeat ok, lag 3 ms", b"12:01 INFO heartbeat ok, lag is too high",
    b"12:02 ERROR broken", b"12:02 INFO Connection REFUSED", b"12:03 INFO no space left on device",
    b"12:03 INFO No space left on device", b'12:04 INFO relation "x" does not exist', b"ZFS",
    b'12:04 INFO relation \\"x\\" does not exist', b"KeyError: 'x'", b"  Error: none", b"", b"12:05 ",
    b"12:05 INFO fan 12 failed", b"12:05 INFO Pump 3 has stopped", b"12:05 INFO Pump has stopped",
])  # fmt: skip
texts = st.lists(lines, max_size=40).map(b"\n".join)


@pytest.fixture(scope="module", params=["native", "plain"])
def sieve(request):
    """The quick look as a scanner that gives hints."""
    plan = plan_of(RULES, required_literals, ORDINARY)
    shapes = Shapes(SAMPLE)
    hot = hot_pieces(plan.pieces, shapes)
    whole, pieces = adapted(plan, hot, shapes)
    if request.param == "native":
        return Sieve(f"test-{len(whole)}-{len(pieces)}", lambda: ([*whole, *LEVELS], pieces))

    class Plain:
        sure, hints = PlainScanner([*whole, *LEVELS]), PlainScanner(pieces)

        def scan(self, block, _begin=0):
            return sorted(
                [*self.sure.scan(block), *(-end for end in self.hints.scan(block))], key=abs
            )

    return Plain()


def spans(text: bytes, scanner: Staged) -> list[tuple[int, int]]:
    framer = Framer([scanner], HEAD, scanner.confirm)
    return [
        (frame.offset + a, frame.offset + b)
        for frame in framer.frames([text[:200], text[200:]] if len(text) > 200 else [text])
        for a, b in frame.spans
    ]


@given(text=texts)
def test_two_steps_find_what_one_finds(sieve, text):
    exact = [PlainScanner(RULES), PlainScanner(LEVELS)]

    assert spans(text, Staged(exact, lambda: sieve, 1 << 30)) == spans(text, Staged(exact, None, 1))


def test_a_hot_piece_is_changed_for_another():
    plan = plan_of([Pattern("heartbeat ok, lag is too high")], required_literals, "")
    shapes = Shapes(SAMPLE)
    whole, pieces = adapted(plan, range(len(plan.pieces)), shapes)

    assert not whole
    assert all("heartbeat" not in piece.expression for piece in pieces)
    assert not any(shapes.holds(re.sub(r"\\(.)", r"\1", piece.expression)) for piece in pieces)


def test_a_pattern_whose_whole_text_is_usual_is_looked_for_itself():
    pattern = Pattern("heartbeat ok")
    plan = plan_of([pattern], required_literals, "")
    shapes = Shapes(SAMPLE)

    assert adapted(plan, hot_pieces(plan.pieces, shapes), shapes) == ([pattern], [])


def test_each_built_in_pattern_has_a_piece_or_is_whole():

    patterns = sorted(set(load_packs().patterns(levelled=True)))
    plan = plan_of(patterns, required_literals, "usual text")
    stood_for = {n for rows in plan.literals for row in rows for n in row[2]} | set(plan.whole)

    assert stood_for == set(range(len(patterns)))
    for (piece, caseless), rows in zip(plan.pieces, plan.literals, strict=True):
        for text, _, numbers in rows:
            assert piece in (text.lower() if caseless else text)
            for number in numbers:
                texts = required_literals(for_scan(patterns[number].expression))
                assert text in {t.lower() if patterns[number].caseless else t for t in texts}


class Hints:
    """A quick look that flags every line."""

    def scan(self, block, _begin=0):
        return [-found.end() for found in re.finditer(rb"[^\n]+", block)]


def test_a_quick_look_that_flags_too_much_is_left(monkeypatch):
    monkeypatch.setattr(staged, "ENOUGH", 1000)
    monkeypatch.setattr(staged, "TOO_MANY", 5)
    scanner = Staged([make_scanner("test-left", LEVELS)], Hints, 1 << 30)
    block = b"12:00 INFO fine\n" * 2000
    for _ in range(3):
        for end in scanner.scan(block):
            assert not scanner.confirm(block[-end - 5 : -end])

    assert scanner.scan(block + b"12:00 ERROR bad\n") == [len(block) + 11]


def test_a_pipe_gets_its_quick_look_once_it_proves_large(monkeypatch):
    monkeypatch.setattr(staged, "WORTH", 3000)
    scanner = Staged([PlainScanner(LEVELS)], Hints, None)
    block = b"12:00 ERROR bad\n" * 100

    assert all(end > 0 for end in scanner.scan(block))
    assert all(end < 0 for end in scanner.scan(block))
