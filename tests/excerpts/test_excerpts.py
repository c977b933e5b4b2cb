"""Excerpts of many systems, labelled before they were run: what was reached stays reached."""

from functools import cache

import pytest
from tests.excerpts.corpus import FOLDER, Answer, answers, figures, load

FILES = sorted(FOLDER.glob("*.toml"))


@cache
def found() -> list[Answer]:
    return [one for file in FILES for one in answers(load(file))]


def wrong() -> str:
    return "\n".join(str(one) for one in found() if not one.right)


def test_the_tag_is_right() -> None:
    """Of all errors nineteen of twenty, of those told as sure thirty-three of thirty-four."""
    counted = figures(found())

    assert counted.right >= 0.95 * counted.errors, wrong()
    assert counted.sure_right >= 0.97 * counted.sure, wrong()
    assert counted.sure >= 0.8 * counted.errors, str(counted)


def test_the_root_cause_is_named() -> None:
    """The words that state the cause stand in the report of the first root cause."""
    counted = figures(found())

    assert counted.named >= 0.9 * counted.errors, str(counted)


def test_harmless_excerpts_are_no_alarms() -> None:
    """At most three of a hundred are told as more than tentative."""
    counted = figures(found())

    assert counted.alarms <= 0.03 * counted.harmless, wrong()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_labels_are_whole(file) -> None:
    """Every error says where its cause is stated, in words that its own text holds."""
    cases = load(file)
    assert len({case.id for case in cases}) == len(cases)
    for case in cases:
        assert case.tag in {"application-defect", "production-incident", "none"}
        if case.tag != "none":
            assert case.category
            assert case.root
            assert " ".join(case.root.split()) in " ".join(case.text.split()), case.id
