"""The HTML page: whole, harmless, right without scripts and network."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from tests.unit.report.stories import DISK, NIGHT, QUIET, at, nasty_report

from logtriage.model.report import Counts, Report, Window
from logtriage.report.page import bars_of, web_link
from logtriage.report.picture import GUTTER, MARGIN, WIDTH, picture_of
from logtriage.report.render import render

VOID = {"meta", "br"}
STORIES = {"night": NIGHT, "quiet": QUIET, "hostile": nasty_report()}


class Outline(HTMLParser):
    """Open elements, ids, links and what stands between."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(report: Report) -> Outline:
    parsed = Outline()
    parsed.feed(render(report, "html"))
    parsed.close()
    return parsed


@pytest.mark.parametrize("story", STORIES)
def test_every_element_is_closed_and_no_script_is_there(story: str) -> None:
    page = outline(STORIES[story])
    assert page.open == []
    assert not {"script", "iframe", "object", "embed", "img", "form", "base"} & set(page.names)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("story", STORIES)
def test_links_lead_within_the_page_or_to_a_runbook(story: str) -> None:
    page = outline(STORIES[story])
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else link == DISK.runbook


def test_the_page_needs_no_network() -> None:
    shown = render(NIGHT, "html")
    assert not re.search(r"@import|url\(|\bsrc=", shown)
    assert "default-src 'none'" in shown


def test_everything_of_the_report_is_on_the_page() -> None:
    words = " ".join("".join(outline(NIGHT).text).split())
    for cause in NIGHT.root_causes:
        assert cause.title in words
        assert cause.summary in words
        for proof in cause.evidence:
            assert f"{proof.path}:{proof.line}" in words
    for issue in NIGHT.issues:
        assert issue.title in words
    assert "not a gzip file" in words
    assert "a client asked for what is not there" in words


def test_a_quiet_page_says_so() -> None:
    assert "Nothing to report; 312 ignored." in render(QUIET, "html")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "", None, "//x.example"]
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert not web_link(address)


def test_the_area_of_a_mark_is_its_number() -> None:
    picture = picture_of(NIGHT)
    assert picture is not None
    marks = [mark for row in picture.rows for mark in row.marks]
    by_words = {mark.words: mark.radius for mark in marks}
    gate = next(radius for words, radius in by_words.items() if words.startswith("gate: 3,1"))
    booking = next(radius for words, radius in by_words.items() if "1,056 errors" in words)
    assert gate**2 / booking**2 == pytest.approx(3100 / 1056, rel=0.05)


def test_roots_begin_where_their_time_is_and_do_not_hide_each_other() -> None:
    picture = picture_of(NIGHT)
    assert picture is not None
    assert [flag.rank for flag in picture.flags] == [2, 1, 3]
    assert [flag.x for flag in picture.flags] == sorted(flag.x for flag in picture.flags)
    same = msgspec.structs.replace(
        NIGHT,
        root_causes=tuple(
            msgspec.structs.replace(each, started_at=DISK.started_at) for each in NIGHT.root_causes
        ),
    )
    crowded = picture_of(same)
    assert crowded is not None
    assert len({flag.y for flag in crowded.flags}) == 3


def test_the_picture_stays_within_its_frame() -> None:
    picture = picture_of(NIGHT)
    assert picture is not None
    for row in picture.rows:
        assert picture.top < row.y < picture.bottom
        for mark in row.marks:
            assert GUTTER <= mark.x <= WIDTH - MARGIN
    assert 3 <= len(picture.axis) <= 16
    assert [tick.words for tick in picture.ticks] == ["deploy of booking 7.4.2"]


def test_a_silent_log_ends_where_it_fell_silent() -> None:
    picture = picture_of(NIGHT)
    assert picture is not None
    ends = {row.name: row.spans[0][1] for row in picture.rows if row.spans}
    assert ends["postgres"] < ends["booking"] == WIDTH - MARGIN


def test_silence_is_a_gap_in_the_line() -> None:
    quiet = Window(at("03:20:00"), at("03:30:00"))
    inputs = tuple(
        msgspec.structs.replace(each, gaps=(quiet,)) if each.component == "gate" else each
        for each in NIGHT.inputs
    )
    picture = picture_of(msgspec.structs.replace(NIGHT, inputs=inputs))
    assert picture is not None
    gate = next(row for row in picture.rows if row.name == "gate")
    (start, end, words) = gate.gaps[0]
    assert words == "no line from 03:20:00 to 03:30:00"
    (_, silent), (again, _) = gate.spans
    assert (silent, again) == (start, end)


def test_without_times_there_is_no_picture() -> None:
    undated = tuple(
        msgspec.structs.replace(each, first_seen=None, last_seen=None, histogram=None)
        for each in NIGHT.issues
    )
    report = msgspec.structs.replace(
        NIGHT, issues=undated, window=msgspec.structs.replace(NIGHT.window, first=None, last=None)
    )
    assert picture_of(report) is None
    assert "<figure>" not in render(report, "html")


def test_small_charts_keep_every_error() -> None:
    chart = bars_of(Counts("2027-01-01T00:00:00Z", 1, tuple(range(1, 200))))
    assert sum(count for _, _, count in chart.bars) == sum(range(1, 200))
    assert max(height for _, height, _ in chart.bars) == 1
    assert chart.places == 40
    assert bars_of(None).bars == ()


def browse(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a real browser without a window; skips where there is none."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no Chromium here")
    always = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    always += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    done = subprocess.run(
        [browser, *always, f"--user-data-dir={tmp_path / 'profile'}", *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0
    for alarm in ("Content Security Policy", "Refused to", "Uncaught"):
        assert alarm not in done.stderr
    return done


def written(story: str, tmp_path: Path) -> str:
    page = tmp_path / "page.html"
    page.write_text(render(STORIES[story], "html"), encoding="utf-8")
    return page.as_uri()


@pytest.mark.real
@pytest.mark.parametrize("story", STORIES)
def test_a_real_browser_draws_it(story: str, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    browse(tmp_path, "--window-size=1100,1400", f"--screenshot={shot}", written(story, tmp_path))
    assert shot.stat().st_size > 10_000


@pytest.mark.real
def test_a_mark_leads_to_the_evidence_without_scripts(tmp_path: Path) -> None:
    shown = browse(tmp_path, "--dump-dom", f"{written('night', tmp_path)}#I3").stdout
    opened = re.findall(r'<details open="">.*?id="(\w+)"', shown, re.DOTALL)
    assert opened == ["I3"]


@pytest.mark.real
def test_it_prints_with_all_evidence(tmp_path: Path) -> None:
    page = written("night", tmp_path)
    paper = tmp_path / "page.pdf"
    browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={paper}", page)
    body = paper.read_bytes()
    assert body.startswith(b"%PDF")
    # every issue is open on paper: more than the two pages of the closed ones
    assert len(re.findall(rb"/Type\s*/Page\b", body)) >= 3
