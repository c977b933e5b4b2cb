"""Eight public system logs with their columns (Loghub): times, levels, messages, components."""

import csv
from pathlib import Path

import pytest

from logtriage.parse.catalog import load_catalog
from logtriage.parse.detect import detect
from logtriage.parse.levels import number_of
from logtriage.parse.reader import LineReader

HUB = Path(__file__).parents[2].parent / "shared" / "data" / "loghub"
SYSTEMS = sorted(path.name for path in HUB.glob("*/")) if HUB.is_dir() else []
ENOUGH = 0.995

pytestmark = pytest.mark.skipif(not SYSTEMS, reason="the public logs are not kept with the program")


@pytest.fixture(scope="module", params=SYSTEMS)
def read(request):
    """Pairs of a head and the row of its columns, and the name of the system."""
    name = request.param
    log = HUB / name / f"{name}_2k.log"
    lines = log.read_text("utf-8", errors="replace").removesuffix("\n").split("\n")
    with (HUB / name / f"{log.name}_structured.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    catalog = load_catalog()
    reader = LineReader(catalog, detect(catalog, lines[:600]).formats)
    return name, [(reader.read(line), row) for line, row in zip(lines, rows, strict=True)]


def share(answers) -> float:
    answers = list(answers)
    return sum(answers) / len(answers)


def test_lines_have_a_time(read):
    _, pairs = read
    assert share(head is not None and head.timestamp is not None for head, _ in pairs) >= ENOUGH


def test_lines_have_the_level_they_state(read):
    name, pairs = read
    if name == "Linux" or "Level" not in pairs[0][1]:
        pytest.skip("no column of levels (that of Linux holds the host)")
    assert (
        share(head is not None and head.severity_number == number_of(row["Level"])
              for head, row in pairs)
        >= ENOUGH
    )  # fmt: skip


def test_messages_are_what_follows_the_prefix(read):
    _, pairs = read
    # the client of an Apache error stands in a column of ours, not in the message
    assert (
        share(head is not None and row["Content"].strip().endswith(head.message.strip())
              for head, row in pairs)
        >= ENOUGH
    )  # fmt: skip


def test_components_are_named(read):
    name, pairs = read
    if name == "OpenSSH" or "Component" not in pairs[0][1]:
        pytest.skip("no column of components (that of OpenSSH holds the host)")
    assert (
        share(head is not None and row["Component"] in {head.component, head.logger}
              for head, row in pairs)
        >= ENOUGH
    )  # fmt: skip
