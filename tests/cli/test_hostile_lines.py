"""Whatever a log holds, no output does anything with it: terminals, browsers, spreadsheets, mail."""

import csv
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from tests.cli.here import Here

PAYLOADS = [
    "\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1H",
    "\x1b]0;title of the window\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x9b31m \x90q\x9c \x85 \x7f\x7f\x08\x08",
    "\u202egnp.exe\u202c \u2066isolate\u2069 \u200e\u200f\u061c",
    "zero\u200b\u200c\u200d\ufeff\u2060width \u2028line\u2029paragraph",
    "<script>alert(1)</script><x-evil onclick=alert(1)>",
    "\"><img src=x onerror=alert(1)> ' onmouseover='x",
    "</pre></td></svg><x-evil>",
    '=cmd|" /C calc"!A0',
    "@SUM(1+1)",
    "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>",
    "`code` ``` **bold** | cell | <!-- x --> &lt;",
    "]]><evil/><![CDATA[",
    'x"} 1\nevil_metric{a="b"} 1',
    "\r\nBcc: all@evil.example\r\n\r\nbody",
    "{{7*7}} {% evil %} ${jndi:ldap://evil} %s%n",
    "\x00\x01\x02 nul \x0b\x0c vertical",
]

LOG4J = "2026-03-04 05:{0:02d}:07,100 ERROR [exec-{0}] com.example.Ledger{1} - No space left on device {1}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    lines = []
    for number, payload in enumerate(PAYLOADS):
        lines += [
            LOG4J.format(number, payload),
            f"java.lang.IllegalStateException{payload}: {payload}\n",
            f"\tat com.example.Ledger{payload}.write(Ledger.java:{number})\n",
            f"Caused by: java.io.IOException: {payload}\n",
        ]
    (folder / "ledger.log").write_bytes("".join(lines).encode())
    records = [
        {
            "time": f"2026-03-04T05:{number:02d}:08Z",
            "level": "error",
            "msg": f"{payload} failed",
            "component": payload,
            "hostname": payload,
            "thread": payload,
            payload: payload,
            "error": {"type": payload, "message": payload, "stack": payload},
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    # the strange characters stand in the file as they are, not as escapes
    body = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)
    (folder / "quay.jsonl").write_bytes(body.encode())
    (folder / "evil\x1b[31m\u202e<x-evil>.log").write_text(LOG4J.format(1, "plain") * 3)
    return folder


@pytest.fixture
def run(folder, capfdbinary, monkeypatch):
    here = Here(folder, capfdbinary, monkeypatch)
    files = sorted(each.name for each in folder.iterdir())
    return lambda *arguments, **rest: here(*arguments, *files, **rest)


def acting(text):
    """Characters that do something, by Unicode's own classes; line feeds are ours."""
    return sorted(
        {
            f"U+{ord(each):04X}"
            for each in text
            if each != "\n" and unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"}
        }
    )


TEXTS = [
    *(("scan", "--show-ignored", "--output", each) for each in "text json jsonl sarif".split()),
    *(("scan", "--output", each) for each in "junit prometheus".split()),
    *(
        (command, "--output", each)
        for command in ("tag", "parse", "patterns", "explain")
        for each in ("text", "jsonl")
    ),
    ("patterns", "--assign"),
    ("scan", "--verbose"),
]


@pytest.mark.parametrize("arguments", TEXTS, ids=" ".join)
def test_no_character_of_a_log_acts(run, arguments):
    assert acting(run(*arguments)) == []


def test_colours_are_ours_alone(run):
    shown = run("scan", "--color", "always")
    ours = re.compile(
        r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b\x07]*;file://[^\x1b\x07]*\x1b\\|\x1b\]8;;\x1b\\"
    )

    assert "\x1b[" in shown
    assert acting(ours.sub("", shown)) == []


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_no_character_acts_in_a_report_of_cron(run, tmp_path, output):
    shown = run("report", "--state", str(tmp_path / "s.db"), "--always", "--output", output)

    assert acting(shown.replace("\u2060", "") if output == "markdown" else shown) == []


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_no_character_acts_in_a_comparison(run, output):
    shown = run("compare", "--around", "2026-03-04T05:08:00Z", "--output", output)
    if output == "markdown":
        shown = shown.replace("\u2060", "")

    assert acting(shown) == []


def test_html_has_no_foreign_elements(run):
    shown = run("scan", "--output", "html")
    tags, handlers, links = set(), [], []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.add(tag)
            handlers.extend(name for name, _ in attrs if name.startswith("on"))
            links.extend(value for name, value in attrs if name in {"href", "src"})

    Reader().feed(shown)
    assert acting(shown) == []
    assert "x-evil" not in tags
    assert "img" not in tags
    assert handlers == []
    assert not [link for link in links if "evil" in (link or "").replace("evil%1B", "")]
    assert "alert(1)</script>" not in shown


def test_markdown_renders_without_foreign_elements(run):
    shown = run("scan", "--output", "markdown")
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(shown)

    # a word joiner keeps names from being called; it is ours
    assert acting(shown.replace("\u2060", "")) == []
    assert "<x-evil" not in page
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="https://evil' not in page


def test_no_cell_is_a_formula(run):
    shown = run("scan", "--output", "csv")
    cells = [cell for row in csv.reader(io.StringIO(shown, newline="")) for cell in row]

    assert acting(shown.replace("\r\n", "\n")) == []
    assert any("cmd|" in cell for cell in cells)
    assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))] == []


def test_junit_is_well_formed(run):
    root = ET.fromstring(run("scan", "--output", "junit"))  # noqa: S314 - our own

    assert {each.tag for each in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-err"),
    }


def test_prometheus_has_our_metrics_alone(run):
    for line in run("scan", "--output", "prometheus").splitlines():
        assert re.fullmatch(
            r'# (?:HELP|TYPE) logtriage_.*|logtriage_\w+(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? [0-9.e+-]+',
            line,
        ), line


def test_messages_have_our_headers_alone(run, tmp_path):
    config = tmp_path / "logtriage.toml"
    config.write_text(
        '[[route]]\nto = ["mail", "file"]\nconfidence = 0\n[delivery.mail]\nkind = "mail"\n'
        'to = ["ops@quay.example"]\n[delivery.file]\nkind = "file"\npath = "out.jsonl"\n'
    )
    shown = run("scan", "--notify", "--dry-run", "--config", str(config))

    assert acting(shown) == []
    _, _, mail = shown.partition("\nmail through ")
    headers = mail.partition("\n\n")[0].split("\n")[1:]
    assert [line.partition(":")[0] for line in headers] == [
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
        *("X-Logtriage-Fingerprints", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    ]


def test_a_missing_file_cannot_speak(run):
    shown = run("scan", "no\x1b[2J\u202esuch.log", code=3)

    assert acting(shown) == []
