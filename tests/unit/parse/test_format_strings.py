"""Format strings of other programs become formats that read the lines those programs write."""

import re

import pytest

from logtriage.errors import PackError
from logtriage.parse.catalog import load_catalog
from logtriage.parse.format_strings import format_from_string, recognised
from logtriage.parse.proposal import first_unread, proposed
from logtriage.parse.reader import LineReader

LOGBACK = "%d{HH:mm:ss.SSS} [%t] %-5level %logger{36} - %msg%n"
SPRING = (
    "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} ${LOG_LEVEL_PATTERN:-%5p} ${PID:- } --- [%15.15t] "
    "%-40.40logger{39} : %m%n${LOG_EXCEPTION_CONVERSION_WORD:-%wEx}"
)
NGINX = """log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                '$status $body_bytes_sent "$http_user_agent"';"""
APACHE = r'LogFormat "%h %l %u %t \"%r\" %>s %b %D" timed'
HAPROXY = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %{+Q}r"
ENVOY = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" '
    '%RESPONSE_CODE% %RESPONSE_FLAGS% %DURATION% "%REQ(X-REQUEST-ID)%" "%UPSTREAM_HOST%"\n'
)


def read(text: str, line: str):
    catalog = load_catalog().with_format(format_from_string(text, name="given"))
    head = LineReader(catalog, ("given",), strict=True, reference=1_772_700_000 * 10**9).read(line)
    assert head is not None, catalog.get("given").lines[0].regex
    return head


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (LOGBACK, "log4j"),
        ("%(asctime)s %(levelname)s %(message)s", "python"),
        ("{asctime} {levelname:<8} {message}", "python"),
        (NGINX, "nginx"),
        (APACHE, "apache"),
        ("%{%Y-%m-%d %H:%M:%S}t %a %>s %m %U%q", "apache"),
        (HAPROXY, "haproxy"),
        (ENVOY, "envoy"),
        ("%highlight{%d [%t] %-5level: %msg%n%throwable}", "log4j"),
    ],
)
def test_the_language_is_recognised(text, language):
    assert recognised(text) == language


def test_logback_reads_time_thread_level_and_logger():
    head = read(LOGBACK, "05:06:07.123 [main] WARN  com.acme.Ledger - low on ink")
    assert (head.thread, head.severity_number, head.logger) == ("main", 13, "com.acme.Ledger")
    assert (head.message, head.precision) == ("low on ink", 3)


def test_defaults_of_properties_are_part_of_the_pattern():
    head = read(SPRING, "2026-03-04T05:06:07.123+01:00  WARN 4021 --- [  main] c.a.L    : low")
    assert head.timestamp == 1_772_597_167_123_000_000
    assert (head.severity_number, head.logger, head.message) == (13, "c.a.L", "low")
    assert head.attributes["pid"] == "4021"


def test_python_milliseconds_of_their_own_belong_to_the_time():
    text = "%(asctime)s.%(msecs)03d %(levelname)-8s %(name)s:%(lineno)d %(message)s"
    head = read(text, "2026-03-04T05:06:07.250 WARNING  acme.ledger:44 low on ink")
    assert (head.timestamp % 10**9, head.precision) == (250_000_000, 3)
    assert (head.logger, head.attributes["line"], head.message) == (
        "acme.ledger",
        "44",
        "low on ink",
    )


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (
            NGINX,
            '192.0.2.7 - - [04/Mar/2026:05:06:07 +0000] "GET /x HTTP/1.1" 502 150 "curl/8"',
            {"client.address": "192.0.2.7", "user_agent.original": "curl/8"},
        ),
        (
            APACHE,
            '192.0.2.7 - - [04/Mar/2026:05:06:07 +0000] "GET /x HTTP/1.1" 502 150 1234',
            {"duration_us": "1234"},
        ),
        (
            HAPROXY,
            '192.0.2.7:4 [04/Mar/2026:05:06:07.123] front back/<NOSRV> 0/-1/-1/-1/0 502 2 SC-- "GET /x"',
            {"frontend": "front", "backend": "back", "server": "<NOSRV>", "timers.queue": "-1"},
        ),
        (
            ENVOY,
            '[2026-03-04T05:06:07.123Z] "GET /x HTTP/1.1" 502 UF 12 "ab-1" "10.0.0.1:80"',
            {"flags": "UF", "upstream.address": "10.0.0.1:80"},
        ),
    ],
)
def test_access_logs_read_their_status_and_fields(text, line, expected):
    head = read(text, line)
    assert head.timestamp // 10**9 == 1_772_600_767
    assert head.severity_number == 17
    assert head.attributes["http.response.status_code"] == "502"
    assert "GET /x" in head.message
    assert {key: head.attributes[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "column"), [("%d %q %m", 3), ("%ci %zz [%tr]", 4), ("just words", 0)]
)
def test_what_is_not_understood_is_pointed_at(text, column):
    with pytest.raises(PackError) as caught:
        format_from_string(text)
    assert caught.value.snippet.column == column


def test_a_format_is_proposed_from_lines():
    lines = [
        "2026-03-04 05:06:07.123 | WARN | [worker-3] | com.acme.Ledger | low on ink",
        "2026-03-04 05:06:08.456 | INFO | [worker-14] | com.acme.Press | paper: full",
    ]
    made = proposed("ours", lines)
    found = [re.match(made.lines[0].regex, line, re.ASCII) for line in lines]
    assert [each["severity"] for each in found] == ["WARN", "INFO"]
    assert [each["thread"] for each in found] == ["worker-3", "worker-14"]
    assert [each["logger"] for each in found] == ["com.acme.Ledger", "com.acme.Press"]
    assert [each["message"] for each in found] == ["low on ink", "paper: full"]


def test_lines_without_anything_in_common_are_refused():
    with pytest.raises(PackError, match="no head in common"):
        proposed("ours", ["low on ink", "out of paper, too"])


def test_an_unread_sample_shows_how_far_it_was_read():
    made = format_from_string(LOGBACK)
    problem = first_unread(made, ["05:06:07.123 [main] WARN  com.acme.Ledger = low on ink"])
    assert "matched up to here" in str(problem)
    assert problem.snippet.column > 20
