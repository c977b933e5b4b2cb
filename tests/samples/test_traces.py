"""Every sample in a dialect's file is read as the file says."""

from pathlib import Path

import pytest

from logtriage.assemble.check import check_file
from logtriage.assemble.dialects import DATA, load_dialects, read_folders

DIALECTS = load_dialects()
FILES = sorted(DATA.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_samples_are_read_as_the_file_states(path: Path) -> None:
    assert [str(problem) for problem in check_file(path, DIALECTS)] == []


def test_a_broken_sample_is_reported(tmp_path: Path) -> None:
    text = (DATA / "python.toml").read_text(encoding="utf-8")
    broken = text.replace('type = "KeyError"', 'type = "ValueError"', 1)
    assert broken != text
    path = tmp_path / "python.toml"
    path.write_text(broken, encoding="utf-8")
    problems = check_file(path, read_folders([DATA, tmp_path]))
    assert [problem.reason for problem in problems] == ["type is 'KeyError', not 'ValueError'"]
