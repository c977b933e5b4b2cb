"""Messages of many systems, labelled before they were run: the tags keep what was reached."""

from pathlib import Path

import pytest
from tests.verdicts.corpus import FOLDER, answer, figures, load

FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_verdicts(file: Path) -> None:
    """The shares of right tags and of false alarms hold their floors."""
    corpus = load(file)

    found = figures([answer(case) for case in corpus.case])

    wrong = "\n".join(map(str, found.wrong))
    assert found.right >= corpus.floors.right, wrong
    assert found.sure >= corpus.floors.sure, wrong
    assert found.false_alarms <= corpus.floors.false_alarms, wrong


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_labels_are_known(file: Path) -> None:
    """A label is one of three words, and no message stands twice in a file."""
    cases = load(file).case

    assert {case.tag for case in cases} <= {"application-defect", "production-incident", "ignore"}
    assert len({case.text for case in cases}) == len(cases)
