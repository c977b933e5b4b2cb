"""The report on a terminal and in a pipe."""

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from tests.unit.report.stories import CABIN, DISK, NASTY, NIGHT, QUIET, nasty_report

from logtriage.model.report import Report
from logtriage.report.cells import fitted, padded, width_of, wrapped
from logtriage.report.render import render

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

ESCAPE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")


class TextFile(SingleFileSnapshotExtension):
    """One text file for each snapshot, to be read in a review."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def drawn(snapshot: "SnapshotAssertion") -> "SnapshotAssertion":
    return snapshot.use_extension(TextFile)


REPORTS = {"night": NIGHT, "quiet": QUIET, "hostile": nasty_report()}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("story", REPORTS)
def test_terminal(story: str, width: int, drawn: "SnapshotAssertion") -> None:
    shown = render(
        REPORTS[story], "text", width=width, crop=True, seconds=0.6, show_ignored=width > 80
    )
    assert shown == drawn(name=f"{story}-{width}")
    assert max(width_of(line) for line in shown.splitlines()) <= width


def test_ascii(drawn: "SnapshotAssertion") -> None:
    shown = render(NIGHT, "text", width=80, crop=True, ascii_only=True)
    assert shown.isascii()
    assert shown == drawn(name="night-ascii")


def test_in_a_pipe_nothing_is_cropped() -> None:
    shown = render(NIGHT, "text", width=80)
    for proof in (DISK.evidence[0], CABIN.evidence[0]):
        assert " ".join(proof.text.split()).partition("] ")[2] in shown
    assert "…" not in shown


def test_colours_only_add_to_the_text() -> None:
    plain = render(NIGHT, "text", width=80, crop=True)
    coloured = render(NIGHT, "text", width=80, crop=True, colour=True)
    assert "\x1b[" in coloured
    assert ESCAPE.sub("", coloured) == plain


def test_places_link_to_their_files() -> None:
    linked = render(NIGHT, "text", width=80, crop=True, colour=True, links=True)
    assert re.search(r"\x1b\]8;[^;]*;file:///\S+/logs/postgres\.log#L1201\x1b\\", linked)
    assert ESCAPE.sub("", linked) == render(NIGHT, "text", width=80, crop=True)


@pytest.mark.parametrize("colour", [False, True])
def test_what_a_log_wrote_never_drives_the_terminal(*, colour: bool) -> None:
    shown = render(
        nasty_report(), "text", width=100, colour=colour, links=colour, show_ignored=True
    )
    left = ESCAPE.sub("", shown).replace("\n", "")
    assert left.isprintable()
    assert "\u202e" not in left
    assert "␛]0;owned" in left


def test_the_answer_stands_in_the_first_screen() -> None:
    screen = render(NIGHT, "text", width=80, crop=True).splitlines()[:24]
    assert any(DISK.title in line for line in screen)
    assert any("now    df -h" in line for line in screen)
    assert any("production support" in line for line in screen)


def test_one_line_where_there_is_nothing_to_report() -> None:
    assert render(QUIET, "text", width=120).count("\n") == 1


def test_an_interrupted_run_says_so() -> None:
    for report in (NIGHT, QUIET):
        cut = msgspec.structs.replace(report, interrupted=True)
        assert "only part of the input was read" in render(cut, "text")


def test_what_does_not_fit_the_table_is_counted() -> None:
    shown = render(NIGHT, "text", width=100, top=1)
    assert "and 1 issue more, 41 errors" in shown
    assert "--top 2" in shown


def test_a_folder_that_all_inputs_share_is_told_once() -> None:
    def deep(text: str) -> str:
        return text.replace("logs/", "/srv/ferry/logs/")

    moved = msgspec.convert(msgspec.json.decode(deep(render(NIGHT, "json", redact=False))), Report)
    shown = render(moved, "text", width=80, crop=True)
    assert shown.count("/srv/ferry/logs/") == 1
    assert " postgres.log:1201 " in shown


def test_a_folder_no_input_shares_stays() -> None:
    inputs = (NIGHT.inputs[0], msgspec.structs.replace(NIGHT.inputs[1], path="/elsewhere/x.log"))
    shown = render(msgspec.structs.replace(NIGHT, inputs=inputs), "text")
    assert "logs/postgres.log:1201" in shown


def test_wide_characters_take_two_columns() -> None:
    assert width_of("a中e\u0301") == 4
    assert fitted("中文字", 5) == "中文…"
    assert padded("中", 4) == "中  "
    assert wrapped("中文 字 abcdefgh", 4) == ["中文", "字", "abcd", "efgh"]


@pytest.mark.parametrize("width", [1, 7, 40])
def test_wrapping_loses_nothing(width: int) -> None:
    text = f"{NASTY} a long text with averyveryverylongword in it 中文字"
    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())
