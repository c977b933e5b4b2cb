"""The report on a terminal and in a pipe."""

import os
import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from tests.unit.report.stories import CABIN, DISK, NASTY, NIGHT, QUIET, nasty_report

from logtriage.model.report import Counts, Report, Symptom, Window
from logtriage.report.cards import link_words, summary_without_quote, symptoms_of
from logtriage.report.cells import fitted, padded, width_of, wrapped
from logtriage.report.figures import over_window
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
        assert (proof.message or " ".join(proof.text.split()).partition("] ")[2]) in shown
    assert "…" not in shown


def test_on_a_terminal_a_long_line_takes_a_few_rows() -> None:
    rows = render(NIGHT, "text", width=80, crop=True).splitlines()
    first = next(index for index, row in enumerate(rows) if "postgres.log:1201" in row)
    assert rows[first].endswith("could not write to file")
    words = " ".join(row.strip() for row in rows[first + 1 : first + 3])
    assert words == '"pg_wal/xlogtemp.812": No space left on device'


def test_of_a_path_longer_than_the_screen_the_end_is_shown() -> None:
    far = msgspec.structs.replace(DISK.evidence[0], path=f"{'deep/' * 30}postgres.log")
    deep = msgspec.structs.replace(DISK, evidence=(far,))
    shown = render(msgspec.structs.replace(NIGHT, root_causes=(deep,)), "text", width=80, crop=True)
    assert "/postgres.log:1201" in shown
    assert max(map(width_of, shown.splitlines())) <= 80


def test_what_the_evidence_quotes_the_summary_does_not_repeat() -> None:
    quoting = msgspec.structs.replace(
        DISK,
        message=DISK.evidence[0].message,
        summary=f"1 error of postgres at 03:12:04 UTC: {DISK.evidence[0].message}. gate failed.",
    )
    shown = summary_without_quote(quoting)
    assert shown == "1 error of postgres at 03:12:04 UTC. gate failed."
    elsewhere = msgspec.structs.replace(quoting, evidence=())
    assert summary_without_quote(elsewhere) == quoting.summary


def test_like_symptoms_of_one_component_are_one_line() -> None:
    twice = msgspec.structs.replace(
        DISK,
        symptoms=(
            Symptom("I3", "gate", ("follows",), 1.0, "502 of upstream; gate", 5),
            Symptom("I4", "gate", ("names-endpoint",), 2.0, "502 of upstream; gate", 7),
            Symptom("I5", "kiosk", ("follows",), 2.0, "502 of upstream", 1),
        ),
    )
    folded = symptoms_of(twice)
    assert [(each.component, each.title, each.count) for each in folded] == [
        ("gate", "502 of upstream", 12),
        ("kiosk", "502 of upstream", 1),
    ]
    assert link_words(folded[0]) == "its text names the cause"


def test_what_was_promised_stands_beside_who() -> None:
    promises = {"P1": "respond within 15 min"}
    shown = render(NIGHT, "text", width=80, crop=True, promises=promises)
    assert "who    production support, respond within 15 min" in shown
    assert "who    application support, ticket" in shown


def test_tentative_causes_come_in_brief() -> None:
    shown = render(NIGHT, "text", width=80, crop=True)
    _, brief = shown.split(" 1 tentative: look at these when the rest is settled\n")
    card = brief.partition(" 4 more issues")[0].strip().splitlines()
    assert len(card) == 5
    assert card[0].startswith("3  PRODUCTION INCIDENT?  P4  tentative 0.50")
    assert card[3].strip().startswith("settle a leak in the code or too much load")


def test_bars_show_the_time_before_and_after() -> None:
    window = Window("2027-02-03T03:00:00.000Z", "2027-02-03T04:00:00.000Z")
    burst = Counts("2027-02-03T03:30:00.000Z", 60, (5, 7, 0, 3))
    over = over_window(burst, window, 6)
    assert over is not None
    assert over.counts == (0, 0, 0, 15, 0, 0)
    assert over_window(None, window) is None
    assert over_window(burst, Window()) == burst


def test_colours_only_add_to_the_text() -> None:
    plain = render(NIGHT, "text", width=80, crop=True)
    coloured = render(NIGHT, "text", width=80, crop=True, colour=True)
    assert "\x1b[" in coloured
    assert ESCAPE.sub("", coloured) == plain


def test_places_link_to_their_files() -> None:
    linked = render(NIGHT, "text", width=80, crop=True, colour=True, links=True)
    assert re.search(
        rf"\x1b\]8;[^;]*;file://{os.uname().nodename}/\S+/logs/postgres\.log#L1201\x1b\\", linked
    )
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
