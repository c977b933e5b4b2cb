"""A comparison as people and programs get it."""

import json
import re
from importlib import resources
from typing import TYPE_CHECKING

import jsonschema
import msgspec
import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from tests.unit.report.stories import NIGHT, QUIET, Counts, at, issue, nasty_report

from logtriage.correlate.comparing import compare, comparison_schema
from logtriage.errors import UsageError
from logtriage.report.cells import width_of
from logtriage.report.comparison import OUTPUTS, render_comparison

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class TextFile(SingleFileSnapshotExtension):
    """One text file for each snapshot, to be read in a review."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


DAY_BEFORE = msgspec.structs.replace(
    QUIET,
    totals=msgspec.structs.replace(QUIET.totals, errors=134),
    issues=(
        issue(6, "Certificate of a partner not trusted; pier.example", "mailer", 44, "02:58:03"),
        issue(8, "Deadlock; ledger", "ledger", 30, "02:58:03", histogram=Counts(at("03:00:00"), 60, (30,))),
        issue(7, "KeyError: 'deck'; layout.draw (layout.py:9)", "kiosk", 60, "02:59:00"),
    ),
)  # fmt: skip
STORIES = {
    "night": compare(DAY_BEFORE, NIGHT),
    "same": compare(NIGHT, NIGHT),
    "hostile": compare(QUIET, nasty_report()),
}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("story", STORIES)
def test_terminal(story: str, width: int, snapshot: "SnapshotAssertion") -> None:
    shown = render_comparison(STORIES[story], "text", width=width, crop=True)
    assert shown == snapshot.use_extension(TextFile)(name=f"{story}-{width}")
    assert max(width_of(line) for line in shown.splitlines()) <= width


def test_markdown(snapshot: "SnapshotAssertion") -> None:
    shown = render_comparison(STORIES["night"], "markdown")
    assert shown == snapshot.use_extension(TextFile)(name="night-markdown")


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("story", STORIES)
def test_no_format_lets_a_control_character_through(story: str, output: str) -> None:
    shown = render_comparison(STORIES[story], output)
    assert shown.endswith("\n")
    assert not CONTROL.search(shown)


def test_json_obeys_the_shipped_schema_which_is_that_of_the_model() -> None:
    folder = resources.files("logtriage").joinpath("data/schemas")
    shipped = json.loads(folder.joinpath("comparison.json").read_text("utf-8"))
    assert shipped == json.loads(json.dumps(comparison_schema()))
    for story in STORIES.values():
        jsonschema.validate(json.loads(render_comparison(story, "json")), shipped)


def test_ascii_is_ascii() -> None:
    shown = render_comparison(STORIES["night"], "text", ascii_only=True)
    assert shown.isascii()
    assert "0 -> 214 errors" in shown


def test_what_is_not_shown_is_counted() -> None:
    shown = render_comparison(STORIES["night"], "text", top=1)
    assert "more   --top" in shown


def test_an_unknown_output_is_refused() -> None:
    with pytest.raises(UsageError, match="no output 'csv'"):
        render_comparison(STORIES["same"], "csv")
