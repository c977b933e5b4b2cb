"""Draw what the README shows: `python docs/pictures.py`.

The report as text in the README itself, as an SVG of the terminal, and as a picture of the HTML page
(that one needs Chromium).
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from logtriage.model.report import Report
from logtriage.report.render import render

ROOT = Path(__file__).parents[1]
SAMPLE = "sample_logs/database-down"
BLOCK = re.compile(
    r"(<!-- report: begin -->\n```text\n)(.*?)(```\n<!-- report: end -->)", re.DOTALL
)
WIDTH = 80


def sample_report() -> Report:
    """The report on the sample, as the program makes it today."""
    program = Path(sys.executable).with_name("logtriage")
    done = subprocess.run(
        [program, "scan", SAMPLE, "--no-state", "--no-redact", "--output", "json"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Report)


def text_of(report: Report) -> str:
    """What a terminal of 80 columns shows, but for the time it took."""
    return render(report, "text", width=WIDTH, crop=True)


def with_block(readme: str, text: str) -> str:
    """The README with the report in its place."""
    return BLOCK.sub(lambda found: f"{found[1]}{text}{found[3]}", readme)


def svg_of(report: Report) -> str:
    """The terminal as a picture that needs no fonts from the network."""
    shown = render(report, "text", width=WIDTH, crop=True, colour=True)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown))
    svg = console.export_svg(title=f"logtriage {SAMPLE}", unique_id="logtriage")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def draw_page(report: Report, target: Path) -> None:
    """The top of the HTML page, drawn by a real browser."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        print("no Chromium here: the picture of the page stays as it is")
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(render(report, "html"), encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        options += ["--disable-background-networking", "--disable-component-update"]
        options += ["--disable-sync", "--hide-scrollbars", "--window-size=1120,1060"]
        subprocess.run(
            [
                *(browser, *options, f"--user-data-dir={folder}/profile"),
                *(f"--screenshot={target}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def main() -> None:
    """Draw all of them."""
    report = sample_report()
    readme = ROOT / "README.md"
    readme.write_text(with_block(readme.read_text("utf-8"), text_of(report)), encoding="utf-8")
    (ROOT / "docs" / "terminal.svg").write_text(svg_of(report), encoding="utf-8")
    draw_page(report, ROOT / "docs" / "page.png")


if __name__ == "__main__":
    main()
