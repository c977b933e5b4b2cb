"""Runs of a real system, broken on purpose: the root causes are found, and nothing else."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.scenarios.judging import Fault, judge, report_on

CASES = sorted(path.parent for path in (Path(__file__).parent / "data").glob("*/truth.toml"))


def lines(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["log"], row["regex"]) for row in rows]


def faults(truth: dict[str, Any]) -> list[Fault]:
    if truth["tag"] == "none":
        return []
    first = (truth["root_log"], truth["root_line_regex"])
    return [
        Fault(truth["tag"], [first, *lines(truth.get("also_root", []))]),
        *(
            Fault(extra["tag"], [(extra["root_log"], extra["root_line_regex"])])
            for extra in truth.get("extra_roots", [])
        ),
    ]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_root_causes_are_found(folder: Path) -> None:
    truth = tomllib.loads((folder / "truth.toml").read_text())
    wrong = judge(
        report_on(folder / "logs"), faults(truth), transient=lines(truth.get("transient", []))
    )
    assert not wrong
