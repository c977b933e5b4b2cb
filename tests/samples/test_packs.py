"""Every built-in pack passes its own checks: samples hit, near misses do not, words are right."""

from functools import cache
from pathlib import Path

import pytest

from logtriage.packcheck import Problem, check
from logtriage.packs.load import BUILT_IN, DATA

FILES = [*sorted(BUILT_IN.glob("*.toml")), DATA / "weak_signals.toml"]


@cache
def problems() -> list[Problem]:
    return check([BUILT_IN, DATA / "weak_signals.toml"])


def test_there_are_packs() -> None:
    """The list below is not empty by mistake."""
    assert len(FILES) > 10


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_pack(file: Path) -> None:
    """No error in the pack; warnings are for authors."""
    errors = [
        str(problem)
        for problem in problems()
        if problem.file == str(file) and problem.level == "error"
    ]

    assert not errors, "\n\n".join(errors)
