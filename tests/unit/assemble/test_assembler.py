"""Which lines belong together."""

import pytest
from tests.unit.assemble.lines import DIALECTS, TRACES, assembled, head_of

from logtriage.assemble.build import build_record
from logtriage.assemble.records import Assembler
from logtriage.model.head import Head

TRACE = """\
Traceback (most recent call last):
  File "/srv/mill/rates.py", line 9, in load
    return rates[key]
KeyError: 'gbp'"""


def spans(text: str) -> list[tuple[int, int]]:
    return [(record.line, record.lines) for record in assembled(text)]


def test_lines_without_a_head_carry_on_the_record_before_them() -> None:
    text = f"05:06:07 ERROR mill: no rate\n{TRACE}\n05:06:08 INFO mill: next"
    assert spans(text) == [(1, 5), (6, 1)]


def test_a_trace_under_an_error_is_its_exception() -> None:
    record = assembled(f"05:06:07 ERROR mill: no rate\n{TRACE}")[0]
    assert record.exception is not None
    assert record.exception.root.type == "KeyError"
    assert record.message == "no rate\nKeyError: 'gbp'"
    assert record.severity_text == "ERROR"


def test_a_trace_after_a_quiet_line_is_a_record_of_its_own() -> None:
    records = assembled(f"05:06:07 INFO mill: 3 sacks ground\n{TRACE}\n05:06:08 INFO mill: next")
    assert [(r.line, r.lines) for r in records] == [(1, 1), (2, 4), (6, 1)]
    own = records[1]
    assert own.timestamp == records[0].timestamp
    assert (own.component, own.severity_number, own.format) == ("mill", None, None)


@pytest.mark.parametrize(
    "words", ["retrying after exception", "grinding failed", "the reason:", "Unhandled trouble"]
)
def test_a_quiet_line_that_announces_a_trace_keeps_it(words: str) -> None:
    assert spans(f"05:06:07 INFO mill: {words}\n{TRACE}") == [(1, 5)]


@pytest.mark.parametrize("words", ["0 errors so far", "errors=0", "no errors", "done"])
def test_words_of_success_do_not_announce(words: str) -> None:
    assert spans(f"05:06:07 INFO mill: {words}\n{TRACE}") == [(1, 1), (2, 4)]


@pytest.mark.parametrize(
    "line",
    [
        "panic: assignment to entry in nil map",
        "fatal error: all goroutines are asleep - deadlock!",
        "Unhandled exception. System.NullReferenceException: no stone",
        "Segmentation fault (core dumped)",
        "*** stack smashing detected ***: terminated",
        "thread 'main' panicked at src/main.rs:4:5:",
        'Exception in thread "main" java.lang.NullPointerException',
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "PHP Fatal error:  Uncaught Error: no stone in /srv/mill/a.php:3",
        "==12==ERROR: AddressSanitizer: SEGV on unknown address 0x0",
    ],
)
@pytest.mark.parametrize("level", ["INFO ", ""])
def test_a_crash_after_a_quiet_line_stands_alone(line: str, level: str) -> None:
    assert spans(f"05:06:07 {level}mill: 3 sacks ground\n{line}") == [(1, 1), (2, 1)]


def test_a_traceback_after_a_line_without_a_level_belongs_to_it() -> None:
    assert spans(f"05:06:07 mill: no rate today\n{TRACE}") == [(1, 5)]


def test_chained_traces_after_a_quiet_line_are_one_record() -> None:
    link = "During handling of the above exception, another exception occurred:"
    text = f"05:06:07 INFO mill: ground\n{TRACE}\n\n{link}\n\n{TRACE}\nnoise"
    assert spans(text) == [(1, 1), (2, 12)]


def test_two_crashes_after_a_quiet_line_are_two_records() -> None:
    assert spans(f"05:06:07 INFO mill: ground\n{TRACE}\n{TRACE}") == [(1, 1), (2, 4), (6, 4)]


def test_streams_are_kept_apart() -> None:
    text = """\
a | 05:06:07 ERROR mill: one
b | 05:06:07 ERROR oven: two
a | 05:06:08 INFO mill: three
b | 05:06:08 INFO oven: four"""
    assert [record.message for record in assembled(text)] == ["one", "two", "three", "four"]


def test_continuations_of_a_transport_attach_within_their_stream() -> None:
    assembler = Assembler("x", TRACES, DIALECTS)
    records = []
    parts = [
        ("a", "05:06:07 ERROR mill: no rate", True),
        ("b", "05:06:07 ERROR oven: no heat", True),
        ("a", "Traceback (most recent call last):", False),
        ("b", "java.lang.IllegalStateException: no heat", False),
        ("a", '  File "/srv/mill/rates.py", line 9, in load', False),
        ("b", "\tat oven.Heat.rise(Heat.java:7)", False),
        ("a", "KeyError: 'gbp'", False),
    ]
    for number, (stream, text, headed) in enumerate(parts, 1):
        head = head_of(f"{stream} | {text}") if headed else None
        if head is None:
            head = Head("docker", text, text=text, continuation=True, stream=stream)
        records += assembler.feed(number, f"{stream} | {text}", head)
    records += assembler.flush()
    found = [(r.component, r.lines, r.exception and r.exception.root.type) for r in records]
    assert found == [("mill", 4, "KeyError"), ("oven", 3, "java.lang.IllegalStateException")]
    assert records[0].text.startswith("a | 05:06:07")


def test_a_trace_whose_every_line_has_a_head_is_one_record() -> None:
    lines = [f"05:06:07 mill[12]: {line}" for line in TRACE.split("\n")]
    records = assembled("\n".join([*lines, "05:06:07 mill[12]: started again"]))
    assert [(r.line, r.lines) for r in records] == [(1, 4), (5, 1)]
    assert records[0].exception is not None
    assert records[0].exception.culprit == "load (/srv/mill/rates.py:9)"


def test_traces_of_two_processes_may_alternate() -> None:
    trace = TRACE.split("\n")
    lines = []
    for line in trace:
        lines += [f"05:06:07 mill[12]: {line}", f"05:06:07 oven[7]: {line}"]
    records = assembled("\n".join([*lines, "05:06:08 mill[12]: up", "05:06:08 oven[7]: up"]))
    assert sorted((r.component, r.lines) for r in records) == [
        ("mill", 1),
        ("mill", 4),
        ("oven", 1),
        ("oven", 4),
    ]


def test_java_frames_with_heads_join_the_exception_before_them() -> None:
    text = """\
05:06:07 WARN mill[12]: java.io.IOException: no stone
05:06:07 WARN mill[12]: \tat mill.Stone.turn(Stone.java:7)
05:06:07 WARN mill[12]: Caused by: java.net.SocketTimeoutException: Read timed out
05:06:07 WARN mill[12]: \t... 3 more
05:06:07 WARN mill[12]: next"""
    records = assembled(text)
    assert [(r.line, r.lines) for r in records] == [(1, 4), (5, 1)]
    assert records[0].exception is not None
    assert records[0].exception.root.type == "java.net.SocketTimeoutException"


def test_indented_messages_with_heads_stay_records() -> None:
    text = "05:06:07 INFO mill:   > GET /\n05:06:07 INFO mill:   > Host: x"
    assert spans(text) == [(1, 1), (2, 1)]


def test_a_line_that_joins_adds_to_the_message() -> None:
    assembler = Assembler("x", TRACES, DIALECTS)
    first = Head("postgresql", "duplicate key value", timestamp=1, severity_number=17)
    more = Head("postgresql", "DETAIL:  Key (id)=(1) already exists.", timestamp=1, joins=True)
    records = [*assembler.feed(1, "a", first), *assembler.feed(2, "b", more), *assembler.flush()]
    assert [r.message for r in records] == [
        "duplicate key value\nDETAIL:  Key (id)=(1) already exists."
    ]
    assert records[0].text == "a\nb"


def test_the_second_line_of_a_head_completes_it() -> None:
    assembler = Assembler("x", TRACES, DIALECTS)
    first = Head("java-util-logging", "", timestamp=1, logger="mill.Stone", incomplete=True)
    second = Head("level-text", "no stone", severity_number=17, severity_text="SEVERE")
    records = [
        *assembler.feed(1, "Mar 04, 2026 5:06:07 AM mill.Stone turn", first),
        *assembler.feed(2, "SEVERE: no stone", second),
        *assembler.feed(3, "\tat mill.Stone.turn(Stone.java:7)", None),
        *assembler.flush(),
    ]
    assert len(records) == 1
    record = records[0]
    assert (record.message, record.severity_number, record.logger) == ("no stone", 17, "mill.Stone")
    assert record.lines == 3


def test_the_second_line_may_be_text_alone() -> None:
    assembler = Assembler("x", TRACES, DIALECTS)
    first = Head("java-util-logging", "", timestamp=1, incomplete=True)
    records = [
        *assembler.feed(1, "Mar 04", first),
        *assembler.feed(2, "no stone", None),
        *assembler.flush(),
    ]
    assert [record.message for record in records] == ["no stone"]


def test_pieces_of_a_line_are_put_together_and_read_again() -> None:
    seen = []

    def read(text: str) -> Head | None:
        seen.append(text)
        return Head("json", "no stone", severity_number=17)

    assembler = Assembler("x", TRACES, DIALECTS, reread=read)
    one = Head("cri", '{"msg":', timestamp=7, text='{"msg":', partial=True, continuation=True)
    two = Head("cri", '"no"}', timestamp=8, text='"no"}', continuation=True)
    records = [*assembler.feed(1, "a P", one), *assembler.feed(2, "a F", two), *assembler.flush()]
    assert seen == ['{"msg":"no"}']
    assert [(r.message, r.timestamp, r.lines, r.text) for r in records] == [
        ("no stone", 7, 2, "a P\na F")
    ]


def test_pieces_without_a_last_one_are_not_lost() -> None:
    assembler = Assembler("x", TRACES, DIALECTS)
    one = Head("cri", "half a", text="half a", partial=True, continuation=True)
    assert [*assembler.feed(1, "a P", one)] == []
    assert [record.message for record in assembler.flush()] == ["half a"]


def test_a_pretty_printed_object_is_read_as_a_line_of_json() -> None:
    def read(text: str) -> Head | None:
        return Head("json", text, severity_number=17) if text.startswith("{") else None

    assembler = Assembler("x", TRACES, DIALECTS, reread=read)
    records = []
    for number, line in enumerate(["{", '  "msg": "no stone"', "}", "plain"], 1):
        records += assembler.feed(number, line, None)
    records += assembler.flush()
    assert [(r.message, r.lines) for r in records] == [('{ "msg": "no stone" }', 3), ("plain", 1)]


def test_plain_lines_without_heads_are_records_each() -> None:
    assert spans("one\ntwo\n\nthree") == [(1, 1), (2, 1), (4, 1)]


def test_lines_held_back_for_a_frame_that_never_comes_stand_alone() -> None:
    text = "java.io.IOException: no stone\nsecond line\nthird line"
    assert spans(text) == [(1, 1), (2, 1), (3, 1)]


def test_lines_and_bytes_of_a_record_are_capped_and_counted() -> None:
    text = "05:06:07 ERROR mill: big\n" + "\n".join(f"  line {n}" for n in range(100))
    assembler = Assembler("x", TRACES, DIALECTS, max_lines=10)
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        records += assembler.feed(number, line, head_of(line))
    records += assembler.flush()
    assert [(r.lines, len(r.text.split("\n"))) for r in records] == [(101, 10)]
    assert assembler.cut == 1
    assert len(assembled(text, max_bytes=200)[0].text) <= 200


def test_flush_gives_open_records_in_order_and_starts_anew() -> None:
    assembler = Assembler("x", TRACES, DIALECTS)
    list(assembler.feed(1, "b", Head("t", "one", stream="b")))
    list(assembler.feed(2, "a", Head("t", "two", stream="a")))
    assert [record.message for record in assembler.flush()] == ["one", "two"]
    assert list(assembler.flush()) == []


OOPS = """\
05:06:07 WARN kernel: ------------[ cut here ]------------
05:06:07 WARN kernel: WARNING: CPU: 3 PID: 4021 at net/core/dev.c:12 dev_watch+0x10/0x20
05:06:07 ERROR kernel: Modules linked in: pump
05:06:07 ERROR kernel: Call Trace:
05:06:07 ERROR kernel:  <TASK>
05:06:07 ERROR kernel:  pump_drain+0x12/0x80 [pump]
05:06:07 ERROR kernel: ---[ end trace 0000000000000000 ]---
05:06:08 INFO kernel: pump: reset"""


def test_a_kernel_report_is_one_record_that_its_most_telling_line_heads() -> None:
    records = assembled(OOPS)
    assert [(r.line, r.lines) for r in records] == [(1, 7), (8, 1)]
    assert records[0].message.startswith("WARNING: CPU: 3 PID: 4021 at net/core/dev.c:12")
    assert "pump_drain" not in records[0].message
    assert records[0].severity_text == "ERROR"


def test_an_out_of_memory_table_is_one_record() -> None:
    text = """\
05:06:07 WARN kernel: mill invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0
05:06:07 WARN kernel: CPU: 1 PID: 77 Comm: mill Not tainted 6.1.0 #1
05:06:07 INFO other: between
05:06:07 WARN kernel: Mem-Info:
05:06:07 INFO kernel: [  77]     0    77   524288   400000 3300000 0 0 mill
05:06:07 ERROR kernel: Out of memory: Killed process 77 (mill) total-vm:2097152kB
05:06:07 INFO kernel: oom_reaper: reaped process 77 (mill), now anon-rss:0kB
05:06:08 INFO kernel: eth0: link up"""
    records = {r.line: r for r in assembled(text)}
    assert sorted(records) == [1, 3, 8]
    assert records[1].lines == 6
    assert records[1].message.startswith("Out of memory: Killed process 77 (mill)")


def test_hung_tasks_are_records_each() -> None:
    task = [
        "05:06:07 ERROR kernel: INFO: task mill:77 blocked for more than 120 seconds.",
        "05:06:07 ERROR kernel:       Not tainted 6.1.0 #1",
        "05:06:07 INFO kernel: task:mill state:D stack:0 pid:77 ppid:2 flags:0x00004000",
        "05:06:07 INFO kernel: Call Trace:",
        "05:06:07 INFO kernel:  schedule+0x5a/0xd0",
    ]
    assert spans("\n".join([*task, *task, "05:06:08 INFO kernel: up"])) == [
        (1, 5),
        (6, 5),
        (11, 1),
    ]


@pytest.mark.parametrize(
    ("stack", "type_"),
    [
        ("main.main\n\t/srv/mill/main.go:70\nruntime.main\n\truntime/proc.go:250", None),
        ("no stone\nmain.main\n\t/srv/mill/main.go:70", "error"),
    ],
)
def test_the_calls_at_which_a_logger_was_called_are_no_exception(
    stack: str, type_: str | None
) -> None:
    head = Head("go-json", "queue closed", exception_text=stack)
    record = build_record("x", 1, head, ["{}"], TRACES)
    assert record.message.startswith("queue closed")
    assert (record.exception.root.type if record.exception else None) == type_
