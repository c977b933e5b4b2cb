"""The sample logs: their root causes are found, and the healthy run is left in peace."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "sample_logs"
COMMAND = Path(sys.executable).with_name("logtriage")
LOUD = 0.6


def scan(folder: Path) -> dict[str, list[dict[str, object]]]:
    logs = [str(path) for path in sorted(folder.glob("*.log"))]
    done = subprocess.run(
        [COMMAND, "scan", "--no-state", "--output", "json", *logs],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-500:]
    return json.loads(done.stdout)


def shown(cause, issues) -> list[tuple[str, str]]:
    lines = [(Path(line["path"]).name, line["text"]) for line in cause["evidence"][:5]]
    exemplars = issues[cause["issue"]]["exemplars"][:1]
    return lines + [(Path(line["path"]).name, line["text"]) for line in exemplars]


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in SAMPLES.glob("*/expected.json")), ids=lambda p: p.name
)
def test_root_causes_are_found(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    found = scan(folder)
    issues = {issue["id"]: issue for issue in found["issues"]}
    loud = [cause for cause in found["root_causes"] if cause["confidence"] >= LOUD]
    wanted = expected["root_causes"]
    assert len(loud) <= len(wanted) + expected["max_extra_root_causes"]
    for place, cause in enumerate(wanted):
        assert loud[place]["tag"] == cause["tag"]
        assert any(
            log == where["log"] and re.search(where["line_regex"], text)
            for where in [cause, *cause["also"]]
            for log, text in shown(loud[place], issues)
        )
