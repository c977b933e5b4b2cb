"""Documents that are a batch of records."""

import json

from logtriage.parse.batches import members
from logtriage.parse.catalog import load_catalog
from logtriage.parse.reader import LineReader

OTLP = {
    "resourceLogs": [
        {
            "resource": {
                "attributes": [{"key": "service.name", "value": {"stringValue": "ledger"}}]
            },
            "scopeLogs": [
                {
                    "logRecords": [
                        {
                            "timeUnixNano": "1772600767123456789",
                            "severityNumber": 17,
                            "body": {"stringValue": "cannot post"},
                        },
                        {
                            "timeUnixNano": "1772600768123456789",
                            "severityNumber": 9,
                            "body": {"stringValue": "open"},
                        },
                    ]
                }
            ],
        }
    ]
}


def heads(document):
    reader = LineReader(load_catalog())
    return [reader.read(piece) for piece in reader.members(json.dumps(document))]


def test_records_of_otlp_know_their_resource():
    found = heads(OTLP)
    assert [head.message for head in found] == ["cannot post", "open"]
    assert [head.severity_number for head in found] == [17, 9]
    assert {head.component for head in found} == {"ledger"}
    assert found[0].timestamp == 1_772_600_767_123_456_789


def test_lines_sent_to_loki_are_read_by_their_own_formats():
    pushed = {
        "streams": [
            {"stream": {"app": "x"}, "values": [["1772600767000000000", "level=error msg=no"]]}
        ]
    }
    (head,) = heads(pushed)
    assert (head.format, head.severity_number, head.message) == ("logfmt", 17, "no")


def test_a_record_is_no_batch():
    assert heads({"message": "x", "level": "info"}) == []


def test_a_list_that_is_none_gives_nothing():
    assert members({"Records": "many"}, "Records") == []
    assert members({"a": [{"b": 1}, 7]}, "a.b") == []
