"""One line to its head: every kind of format, wrappers, hostile lines."""

import datetime as dt

import msgspec
import pytest

from logtriage.errors import PackError
from logtriage.model.head import Head
from logtriage.model.record import rfc3339
from logtriage.parse.catalog import load_catalog
from logtriage.parse.detect import detect
from logtriage.parse.reader import LineReader

REFERENCE = int(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC).timestamp()) * 1_000_000_000
LOG4J = "2026-03-04 05:06:07,123 [main] ERROR com.acme.Boot - wiring failed"


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


@pytest.fixture
def reader(catalog):
    return LineReader(catalog, reference=REFERENCE)


def when(head: Head) -> str | None:
    return rfc3339(head.timestamp, head.precision)


def test_the_span_of_the_timestamp_is_where_it_stands(reader):
    head = reader.read(LOG4J)
    start, end = head.timestamp_span
    assert LOG4J[start:end] == "2026-03-04 05:06:07,123"


def test_continuations_and_foreign_lines_are_none(reader):
    assert reader.read("\tat com.acme.Boot.main(Boot.java:12)") is None
    assert reader.read("Caused by: java.io.IOException: No space left on device") is None
    assert reader.read("") is None
    assert reader.read("just some words") is None


def test_preferred_formats_do_not_change_the_answer(catalog, reader):
    lines = [
        LOG4J,
        '192.0.2.7 - - [04/Mar/2026:05:06:07 +0100] "GET / HTTP/1.1" 502 157',
        '{"level":50,"time":1772600767123,"pid":17,"hostname":"a","msg":"b"}',
        "E0304 05:06:07.123456    4021 kubelet.go:2466] Error getting node",
    ]
    expected = [reader.read(line) for line in lines]
    for names in (["log4j"], ["pino", "log4j"], ["klog", "access-log", "pino"]):
        other = LineReader(catalog, names, reference=REFERENCE)
        assert [other.read(line) for line in lines] == expected


def test_strict_reads_only_what_was_asked_for(catalog):
    strict = LineReader(catalog, ["log4j"], reference=REFERENCE, strict=True)
    assert strict.read(LOG4J) is not None
    assert strict.read("E0304 05:06:07.123456    4021 kubelet.go:2466] Error getting node") is None
    assert strict.read('{"level":"error","msg":"b"}') is None


def test_an_unknown_format_is_named_with_a_neighbour(catalog):
    with pytest.raises(PackError) as raised:
        LineReader(catalog, ["log4jj"])
    assert "did you mean 'log4j'?" in str(raised.value)


def test_layers_are_peeled_one_by_one(reader):
    inner = msgspec.json.encode({"level": "error", "msg": "boom", "attempt": 3}).decode()
    docker = msgspec.json.encode(
        {"log": inner + "\n", "stream": "stderr", "time": "2026-03-04T05:06:07.5Z"}
    ).decode()
    layers, head = reader.read_layers(f"ledger-1  | {docker}")
    assert layers == ["compose", "docker-json"]
    assert (head.message, head.severity_number, head.component) == ("boom", 17, "ledger")
    assert (head.stream, head.attributes["attempt"], when(head)) == (
        "ledger-1 stderr",
        "3",
        "2026-03-04T05:06:07.5Z",
    )


def test_a_transport_with_a_continuation_says_so(reader):
    head = reader.read("2026-03-04T05:06:07.123456789Z stderr F \tat com.acme.A.b(A.java:1)")
    assert head.continuation
    assert head.text == "\tat com.acme.A.b(A.java:1)"
    assert head.stream == "stderr"


def test_a_zone_that_the_content_does_not_state_is_the_wrappers(reader):
    head = reader.read("2026-03-04T05:06:07.5Z stdout F 2026-03-04 13:06:07,480 ERROR late")
    assert when(head) == "2026-03-04T05:06:07.5Z"
    head = reader.read("2026-03-04T05:06:07.5Z stdout F 2026-03-04 05:06:07,480 ERROR late")
    assert when(head) == "2026-03-04T05:06:07.480Z"


def test_the_level_that_a_syslog_message_begins_with(reader):
    head = reader.read("Mar  4 05:06:07 gate7 sshd[4021]: error: maximum authentication attempts")
    assert head.severity_number == 17
    assert head.message == "error: maximum authentication attempts"
    assert head.format == "syslog"


def test_escapes_marks_and_carriage_returns_are_taken_off(reader):
    for line in (
        f"\x1b[31m{LOG4J}\x1b[0m",
        "\ufeff" + LOG4J,
        LOG4J + "\r",
        "\0\0\0" + LOG4J,
        LOG4J.replace("ERROR", "\x1b[1;31mERROR\x1b[m"),
    ):
        head = reader.read(line)
        assert (head.format, head.message, head.severity_number) == ("log4j", "wiring failed", 17)
        assert head.text == LOG4J


@pytest.mark.parametrize(
    "line",
    [
        "{" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '{"a":{"b":' * 400 + "1" + "}}" * 400,
        "2026-03-04 05:06:07 " + "x" * 1_000_000,
        "[" * 100_000,
        "a=" * 50_000,
        'level="' + "\\" * 50_000,
        " " * 100_000 + "|",
        "Mar  4 05:06:07 " + "h " * 50_000,
        "<11>1 2026-03-04T05:06:07Z gate7 ledger - - [" + "a=1 " * 20_000,
        "\ud800 2026",
        "\0" * 1000,
        "2026-03-04T05:06:07.123456789Z stdout F " * 5_000,
        '"' * 100_000,
        '1.2.3.4 - - [04/Mar/2026:05:06:07 +0000] "' + "\\" * 50_000,
    ],
    ids=range(15),
)
def test_hostile_lines_neither_crash_nor_hang(catalog, reader, line):
    reader.read(line)
    detect(catalog, [line, LOG4J])


def test_json_that_is_cut_short_is_no_document(reader):
    assert reader.read('{"level":"error","msg":"half') is None


def test_a_request_document_without_a_message_says_what_was_asked(reader):
    head = reader.read(
        '{"time":"2026-03-04T05:06:07Z","request":{"method":"GET","uri":"/cart"},"status":502}'
    )
    assert head.message == "GET /cart 502"
    assert head.severity_number == 17
    assert head.attributes["http.response.status_code"] == "502"


def test_head_pattern_and_second_of(catalog):
    reader = LineReader(catalog, ["log4j", "pino"], reference=REFERENCE)
    matches = reader.head_pattern().match
    block = (LOG4J + "\n\tat a.B.c(B.java:1)\n" + '{"level":30}\n').encode()
    starts = [0, block.index(b"\tat"), block.index(b"{")]
    assert [bool(matches(block, at)) for at in starts] == [True, False, True]
    assert reader.second_of("2026-03-04 05:06:07") == 1_772_600_767
    assert reader.second_of("no time") is None
    assert LineReader(catalog, []).head_pattern().match(b"anything") is None


def test_detection_of_one_format(catalog):
    found = detect(catalog, [LOG4J, "\tat a.B.c(B.java:1)"] * 20)
    assert (found.formats, found.share, found.levelled) == (("log4j",), 1.0, True)
    assert not found.interleaved
    assert not found.access


def test_detection_of_interleaved_formats(catalog):
    access = '192.0.2.7 - - [04/Mar/2026:05:06:07 +0100] "GET / HTTP/1.1" 502 157'
    found = detect(catalog, [LOG4J, access] * 20)
    assert set(found.formats) == {"log4j", "access-log"}
    assert found.interleaved


def test_detection_of_wrappers_and_streams(catalog):
    lines = [f"{name}-1  | {LOG4J}" for name in ("ledger", "vault")] * 20
    found = detect(catalog, lines)
    assert found.wrappers == ("compose",)
    assert found.formats == ("log4j",)


def test_detection_of_nothing(catalog):
    assert detect(catalog, []).share == 0.0
    assert detect(catalog, ["lorem ipsum", "dolor sit amet"]).formats == ()


def test_a_record_of_several_lines_within_a_document_is_read_by_its_first(reader):
    line = msgspec.json.encode(
        {
            "@timestamp": "2026-03-04T05:06:07Z",
            "agent": {"type": "filebeat"},
            "message": "2026-03-04 05:06:07,123 ERROR [main] com.acme.Ledger - no\n\tat a.B.c(B.java:1)",
        }
    ).decode()
    head = reader.read(line)
    assert (head.format, head.severity_number) == ("log4j", 17)
    assert head.message == "no\n\tat a.B.c(B.java:1)"


def test_a_time_with_nanoseconds_is_peeled_before_any_line(reader):
    head = reader.read("2026-03-04T05:06:07.123456789Z Caused by: java.io.IOException: gone")
    assert head.continuation
    assert (head.message, head.precision) == ("Caused by: java.io.IOException: gone", 9)


def test_a_cookie_before_json_in_syslog_is_taken_off(reader):
    head = reader.read('Mar  4 05:06:07 gate7 ledger[7]: @cee: {"level":"error","msg":"no"}')
    assert (head.severity_number, head.message, head.component) == (17, "no", "ledger")
