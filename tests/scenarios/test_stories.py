"""Stories of other systems: the root causes are found, and nothing else is called one."""

from pathlib import Path

import pytest
from tests.scenarios.judging import Fault, judge, report_on
from tests.scenarios.storyteller import Teller, read

STORIES = sorted((Path(__file__).parent / "stories").glob("*.toml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_root_causes_are_found(path: Path, tmp_path: Path) -> None:
    story = read(path)
    Teller(story).tell(tmp_path)
    truth = story["truth"]
    faults = [
        Fault(root["tag"], [(log, words) for log, words in root["lines"]])
        for root in truth.get("root", ())
    ]
    wrong = judge(report_on(tmp_path), faults, ordered=truth.get("ordered", False))
    assert not wrong
