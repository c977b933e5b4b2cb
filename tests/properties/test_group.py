"""Laws of grouping: order never matters, masking twice is masking once, time is linear."""

import random
import time

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from logtriage.group.fingerprint import contributions, issue_key
from logtriage.group.fold import fold
from logtriage.group.normalise import CHARACTERS, mask
from logtriage.group.templates import TemplateMiner, cluster
from logtriage.model.record import ExceptionInfo, ExceptionLink, Frame, Record
from logtriage.model.tallies import Tallies
from logtriage.model.tally import Exemplar, IssueTally
from logtriage.model.verdict import Tag, Verdict

WORDS = st.sampled_from(
    [
        *("connection", "to", "from", "user", "for", "failed", "started", "stopped", "is", "down"),
        *("alice", "bob", "carol", "dave", "OrderService", "java.lang.String", "db-1:5432", "up"),
        *("17", "0x7f3a", "10.1.2.3", "/var/lib/x", "status", "502", "key=value", "a= b", "12 MB"),
        *('"quoted"', "'two words'", '"said the quick fox"', "Jun", "14", "<*>", "=<*>", "(9)"),
        *("<1", "sec", "[a,1,2]", "x@y.example", "http://a.b/c?d=1", "5.2", "KB,", "name:7", "::1"),
        *("R1-M2", "jk2_init()", "=", "==", "ruser=", "1=2", "a.b.c9", "T=", "{}", "100%", "|"),
    ]
)
LIKELY = st.lists(WORDS, max_size=14).map(" ".join)
ODD = st.text(
    alphabet=st.sampled_from("aZ09 <*>=:/\\.-_@#%&'\"`()[]{},;|~$+?\n\t\x1b\x00\ud800é\u2028"),
    max_size=60,
)
MESSAGES = st.one_of(LIKELY, ODD, st.text(max_size=60))


@given(MESSAGES)
@example("key=5<*>x")
@example('a="b c d" e="f"')
@example("<*>, <*> <*>")
@example("<1 sec KB,")
@example("Jun 14 UTC KB")
@settings(max_examples=1500, deadline=None)
def test_masking_twice_is_masking_once(message: str) -> None:
    once = mask(message)
    assert mask(once) == once


@given(st.lists(MESSAGES, min_size=1, max_size=6), st.integers(1, 900))
@settings(max_examples=150, deadline=None)
def test_long_messages_are_cut_and_stay_as_they_are(parts: list[str], repeat: int) -> None:
    once = mask(" ".join(parts * repeat))
    assert len(once) <= CHARACTERS
    assert mask(once) == once


@given(st.lists(LIKELY, max_size=40), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_templates_do_not_depend_on_order(messages: list[str], chance: random.Random) -> None:
    shuffled = list(messages)
    chance.shuffle(shuffled)
    results = []
    for order in (messages, shuffled):
        miner = TemplateMiner(limit=12)
        for message in order:
            miner.add(message)
        results.append(miner.result())
    assert results[0].templates == results[1].templates
    assert results[0].overflow == results[1].overflow
    assert sum(template.count for template in results[0].templates) == len(messages)


@given(st.lists(LIKELY, max_size=30))
@settings(max_examples=150, deadline=None)
def test_how_often_a_message_comes_does_not_change_its_template(messages: list[str]) -> None:
    masked = {mask(message): 1 for message in messages}
    assert cluster(masked) == cluster(dict.fromkeys(masked, 1000))


HOSTILE = [
    "a" * 100_000,
    "1" * 100_000,
    "a1" * 50_000,
    "a." * 50_000,
    "a-" * 50_000,
    "a.1-" * 25_000,
    "/" * 100_000,
    "=" * 100_000,
    "a=" * 50_000,
    '"' * 100_000,
    "' " * 50_000,
    '"a' * 50_000,
    "f" * 100_000,
    "f:" * 50_000,
    "a@" * 50_000,
    "://" * 33_000,
    "<*>" * 33_000,
    "<*> " * 25_000,
    "Jun " * 25_000,
    "= = " * 25_000,
    "\n" * 100_000,
    "Error\n" * 20_000,
    "(" * 100_000,
    "[<" * 50_000,
    "0x" * 50_000,
]


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: repr(line[:8]))
def test_a_hostile_line_costs_little(line: str) -> None:
    begun = time.process_time()
    once = mask(line)
    assert time.process_time() - begun < 0.05
    assert len(once) <= CHARACTERS


@pytest.mark.parametrize("unit", ["a1", "a.", "f:", "a-1", "'a ", "x=", "/a", "<*>x", "a@b."])
def test_within_the_limit_time_grows_with_length_only(unit: str) -> None:
    def cost(length: int) -> float:
        lines = [f"{unit * (length // len(unit))}{number}" for number in range(40)]
        best = 1e9
        for _ in range(3):
            begun = time.process_time()
            for line in lines:
                mask(line)
            best = min(best, time.process_time() - begun)
        return best

    # quadratic work would be 16 times as much
    assert cost(1600) < 9 * cost(400) + 0.004


def verdict(
    category: str = "timeout", tag: Tag = Tag.INCIDENT, subject: str | None = None
) -> Verdict:
    return Verdict(tag=tag, confidence=0.9, category=category, title="x", subject=subject)


RECORDS = st.builds(
    Record,
    path=st.sampled_from(["a.log", "b.log"]),
    line=st.integers(1, 99),
    lines=st.just(1),
    text=LIKELY,
    message=LIKELY,
    timestamp=st.one_of(st.none(), st.integers(0, 10**18)),
    severity_number=st.sampled_from([None, 13, 17, 21]),
    component=st.sampled_from([None, "orders", "cart"]),
    host=st.sampled_from([None, "web-1", "web-2"]),
    thread=st.sampled_from([None, "main", "worker-9"]),
)


@given(RECORDS, st.sampled_from(list(Tag)))
@settings(max_examples=200, deadline=None)
def test_place_host_thread_and_time_never_count(record: Record, tag: Tag) -> None:
    other = msgspec.structs.replace(
        record, path="z.log", line=7, host="elsewhere", thread="t-5", timestamp=5
    )
    said = verdict(tag=tag)
    assert issue_key(record, said) == issue_key(other, said)
    assert all(
        each.name not in {"host", "thread"} for each in contributions(record, said) if each.counted
    )


@given(st.integers(1, 9999), st.sampled_from(["lambda$place$0", "lambda$place$17", "place"]))
def test_lines_and_generated_names_never_count(line: int, function: str) -> None:
    def thrown(name: str, number: int) -> Record:
        frames = (
            Frame(function="Objects.requireNonNull", file="Objects.java", line=208, own=False),
            Frame(function=f"OrderService.{name}", file="OrderService.java", line=number, own=True),
        )
        link = ExceptionLink(type="java.lang.NullPointerException", frames=frames)
        return Record("a", 1, 1, "text", "boom 7", exception=ExceptionInfo((link,)))

    said = verdict("null-dereference", Tag.DEFECT)
    key, template = issue_key(thrown(function, line), said)
    assert key == issue_key(thrown("place", 44), said)[0]
    assert template == "java.lang.NullPointerException at OrderService.place"


def tallies(records: list[Record]) -> list[Tallies]:
    shards = []
    for record in records:
        said = verdict()
        key, template = issue_key(record, said)
        exemplar = Exemplar(record.timestamp, record.path, record.line, 1, record.text)
        issue = IssueTally(
            key=key,
            template=template,
            verdict=said,
            severity_number=record.severity_number or 17,
            component=record.component,
            count=1,
            exemplars=[exemplar],
        )
        shards.append(Tallies(issues={key: issue}))
    return shards


@given(st.lists(RECORDS, max_size=25), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_folding_loses_nothing_and_does_not_depend_on_order(
    records: list[Record], chance: random.Random
) -> None:
    answers = []
    for _ in range(2):
        whole = Tallies()
        for shard in tallies(records):
            whole.merge(shard)
        folded = fold(whole)
        assert sum(issue.count for issue in folded) == len(records)
        assert len({issue.key for issue in folded}) == len(folded)
        answers.append([(i.key, i.template, i.count, i.severity_number) for i in folded])
        chance.shuffle(records)
    assert answers[0] == answers[1]
