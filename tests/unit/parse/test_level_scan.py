"""The scan for levels: every line that states warn or more is found by the patterns of its format."""

import re

import pytest

from logtriage.model.severity import WARN
from logtriage.parse.catalog import FORMATS, Catalog, load_catalog, read_folders
from logtriage.parse.level_scan import level_patterns
from logtriage.parse.reader import LineReader

READ = read_folders([FORMATS])


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([])


@pytest.mark.parametrize(
    "line",
    [
        "Mar  4 05:06:07 gate7 ledger: [ERROR] ab12 com.acme.Gate: thrown out of Gate in 7ms",
        "Mar  4 05:06:07 gate7 ledger[812]: warning: the gate sticks",
        "2026-03-04T05:06:07+01:00 gate7 ledger[812]: ERROR the gate is stuck",
        "2026-03-04T05:06:07+01:00 gate7 sshd[4021]: fatal: no matching host key type found",
    ],
)
def test_levels_in_the_message_of_a_transport_are_found(catalog: Catalog, line: str) -> None:
    """A transport states no level itself: that of its message is scanned for."""
    reader = LineReader(catalog, reference=0)
    head = reader.read(line)

    assert head is not None
    assert (head.severity_number or 0) >= WARN
    assert found(catalog, head.format, line)


@pytest.mark.parametrize(("made", "samples"), READ, ids=[made.name for made, _ in READ])
def test_every_loud_sample_of_a_format_is_found(catalog: Catalog, made, samples) -> None:
    """What the reader takes for a warning or worse, the scan finds by the format's patterns."""
    del made
    for sample in samples:
        line = sample.text.partition("\n")[0]
        layers, head = LineReader(catalog, reference=0).read_layers(line)
        if sample.match and head is not None and not layers:
            loud = (head.severity_number or 0) >= WARN
            assert not loud or found(catalog, head.format, line), line


def found(catalog: Catalog, name: str, line: str) -> bool:
    keys = catalog.get("json-lines").keys.severity
    return any(
        re.search(pattern.expression, line, re.IGNORECASE if pattern.caseless else 0)
        for pattern in level_patterns([catalog.get(name)], keys)
    )
