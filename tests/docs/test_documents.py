"""Documents that say what the program does today, not once upon a time."""

import re
import shlex
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("logtriage")
README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def script(name):
    """A script of docs/ as a module; docs is no package."""
    spec = util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_report_in_the_readme_is_what_the_program_prints():
    pictures = script("pictures")
    text = pictures.text_of(pictures.sample_report())
    assert pictures.with_block(README, text) == README, "run: python docs/pictures.py"


def test_the_picture_of_the_terminal_shows_the_same_report():
    drawn = (ROOT / "docs" / "terminal.svg").read_text("utf-8")
    block = script("pictures").BLOCK.search(README)[2]
    words = " ".join(re.sub(r"<[^>]*>", " ", drawn).replace("&#160;", " ").split())
    title = block.splitlines()[5].strip()
    assert title in words, "run: python docs/pictures.py"
    assert "://" not in re.sub(r"<!--.*?-->|xmlns=\S+", "", drawn)


@pytest.mark.parametrize(("name", "made"), [("cli.md", "markdown"), ("logtriage.1", "manual")])
def test_the_pages_of_the_commands_are_current(name, made):
    text = getattr(script("make_cli"), made)()
    assert (ROOT / "docs" / name).read_text("utf-8") == text, "run: python docs/make_cli.py"


def test_the_manual_page_is_one():
    if shutil.which("groff") is None:
        pytest.skip("no groff here")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", ROOT / "docs" / "logtriage.1"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", ARCHITECTURE)))
)
def test_every_path_in_the_architecture_exists(path):
    assert (ROOT / path).exists()


def test_every_package_is_in_the_architecture():
    packages = {path.parent.name for path in (ROOT / "src" / "logtriage").glob("*/__init__.py")}
    named = set(re.findall(r"`(\w+)`", ARCHITECTURE))
    assert packages - named == set()


def test_every_link_in_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target


def commands():
    """The lines of the README's blocks of shell that call the program itself."""
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            command = line.partition(" #")[0].rpartition("| ")[2].strip()
            if command.startswith("logtriage") and "--help" not in command:
                yield pytest.param(command, id=command)


@pytest.mark.parametrize("command", list(commands()))
def test_the_commands_of_the_readme_run(command, tmp_path):
    log = (ROOT / "sample_logs" / "database-down" / "appointments.log").read_bytes()
    for name in ("app.log", "yesterday/app.log", "today/app.log", "var/log/shop/app.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(log)
    words = [
        word.removeprefix("/") if word.startswith("/var/log") else word
        for word in shlex.split(command)
    ]
    if set(words) & {"report", "follow", "--notify"}:
        pytest.skip("needs state, a configuration or patience; tested elsewhere")
    done = subprocess.run(
        [PROGRAM, *words[1:]],
        cwd=tmp_path,
        input=log,
        capture_output=True,
        timeout=180,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout
