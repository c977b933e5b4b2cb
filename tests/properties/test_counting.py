"""A record counted by how it reads is counted as if it had been read by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logtriage.group.counting import Counter
from logtriage.model.tallies import Tallies
from logtriage.pipeline.reading import Reader
from logtriage.pipeline.survey import Survey
from logtriage.pipeline.tools import Tools
from logtriage.settings import Settings
from logtriage.source.locate import Source

TOOLS = Tools(Settings(now=1_790_000_000_000_000_000))

numbers = st.integers(0, 10**7).map(str)
identifiers = st.integers(2**20, 2**60).map("{:x}".format)
codes = st.sampled_from(["0", "5", "28", "137", "404", "502", "503", "12345", "123456", "30e5"])
messages = st.one_of(
    st.builds("write of /var/data/{} failed: No space left on device".format, identifiers),
    st.builds("connection to 10.0.0.{}:5432 refused, retrying in {} ms".format, numbers, numbers),
    st.builds("upstream answered status={} for request {}".format, codes, identifiers),
    st.builds("worker {} exited with code {}".format, numbers, codes),
    st.builds("error {} in job {}-{}".format, codes, identifiers, identifiers),
    st.builds("Failed to handle {}\n\tat a.B.c(B.java:{})".format, numbers, numbers),
    st.builds("trace_id={} query failed".format, identifiers),
    st.sampled_from(["error", "error deadbeef", "error bad", "error dad", "rc=", "rc=5", ""]),
)
levels = st.sampled_from(["ERROR", "WARN", "FATAL", "INFO"])
stamps = st.builds("2026-03-04 10:00:{:02d},{:03d}".format, st.integers(0, 9), st.integers(0, 999))
records = st.builds("{} {} [main-{}] shop.Cart - {}".format, stamps, levels, numbers, messages)


def counter() -> Counter:
    reader = Reader(
        Source(path="shop.log", file="shop.log"), Survey(formats=("log4j",), levelled=True), TOOLS
    )
    return Counter("shop.log", reader.read_span, TOOLS.classifier.classify, reader.second_of)


def told(tallies: Tallies) -> object:
    return (
        {
            key: (i.count, i.first, i.last, i.verdict, i.exemplars)
            for key, i in tallies.issues.items()
        },
        {key: sorted(i.histogram.counts.items()) for key, i in tallies.issues.items()},
        {key: i.count for key, i in tallies.ignored.items()},
    )


def counted(lines: list[str], cuts: list[int]) -> Tallies:
    one, first = counter(), 1
    for begin, end in zip([0, *cuts], [*cuts, len(lines)], strict=True):
        block, spans = b"", []
        for line in lines[begin:end]:
            spans.append((len(block), len(block) + len(line)))
            block += line.encode() + b"\n"
        one.count(block, spans, first)
        first += block.count(b"\n")
    return one.finish()


@given(st.lists(records, min_size=1, max_size=40), st.data())
@settings(max_examples=60)
def test_known_records_are_counted_as_if_they_were_read(lines, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    each, first = Tallies(), 1
    for line in lines:
        one = counter()
        one.count(line.encode() + b"\n", [(0, len(line))], first)
        first += line.count("\n") + 1
        each.merge(one.finish())

    assert told(counted(lines, cuts)) == told(each)


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_earliest_are_kept_in_any_order(newest_first):
    lines = [
        f"2026-03-04 10:{n // 60:02d}:{n % 60:02d},500 ERROR [m] a.B - it broke" for n in range(900)
    ]
    issue = next(iter(counted(lines[::-1] if newest_first else lines, [300, 600]).issues.values()))

    assert issue.count == 900
    assert [e.text for e in issue.exemplars] == lines[: len(issue.exemplars)]
    assert issue.first == issue.exemplars[0].timestamp
    assert issue.last - issue.first == 899 * 10**9
