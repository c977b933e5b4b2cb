"""Loading packs: the cache, precedence, and what a user's broken pack says."""

from pathlib import Path

import pytest

from logtriage.classify.ruleset import Classifier
from logtriage.errors import PackError
from logtriage.model.record import Record
from logtriage.packs.load import Packs, load_packs

RULE = """
[pack]
name = "{name}"
title = "A site's own rules"

[[rule]]
id = "{id}"
name = "{rule}"
status = "{status}"
tag = "{tag}"
category = "{category}"
weight = {weight}
when = 'message contains "{words}"'
title = "The gate is shut"
next = ["open it"]
"""


def write(folder: Path, name: str = "site", **changes: object) -> None:
    values = {
        "name": name,
        "id": "ZZZ-101",
        "rule": "gate-shut",
        "status": "stable",
        "tag": "production-incident",
        "category": "dependency-down",
        "weight": 1.0,
        "words": "sluice gate is shut",
    } | changes
    (folder / f"{name}.toml").write_text(RULE.format_map(values), encoding="utf-8")


def category_of(packs: Packs, message: str) -> str | None:
    record = Record(path="x", line=1, lines=1, text=message, message=message)
    verdict = Classifier(packs).classify(record).verdict
    return verdict.category if verdict else None


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGTRIAGE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A small folder in the place of the built-in packs."""
    folder = tmp_path / "given"
    folder.mkdir()
    write(folder, name="given", id="GVN-101", rule="pump-off", words="pump is off")
    return folder


def test_a_users_folder_adds_rules(tmp_path: Path, given: Path) -> None:
    """A file in the folder is enough; a changed file is read again."""
    write(tmp_path)

    assert (
        category_of(load_packs([tmp_path], built_in=given), "sluice gate is shut")
        == "dependency-down"
    )

    write(tmp_path, category="power-failure", weight=1.25)

    assert (
        category_of(load_packs([tmp_path], built_in=given), "sluice gate is shut")
        == "power-failure"
    )


def test_a_users_rule_replaces_the_built_in_one_of_its_id(tmp_path: Path, given: Path) -> None:
    """An id names one rule: the user's."""
    write(tmp_path, id="GVN-101")
    packs = load_packs([tmp_path], built_in=given)

    assert [rule.name for rule in packs.rules if rule.id == "GVN-101"] == ["gate-shut"]


def test_a_users_rule_silences_built_in_ones(tmp_path: Path, given: Path) -> None:
    """Who knows the site knows better, however light the rule."""
    message = "the pump is off and the sluice gate is shut"
    write(tmp_path, category="bad-wiring", tag="application-defect", weight=0.6)

    assert category_of(load_packs(built_in=given), message) == "dependency-down"
    assert category_of(load_packs([tmp_path], built_in=given), message) == "bad-wiring"


def test_disabled_rules_are_gone(tmp_path: Path, given: Path) -> None:
    """By id, from the rules and from the patterns of the scan; a mistyped id is told."""
    write(tmp_path)
    packs = load_packs([tmp_path], disabled=["ZZZ-101", "ZZZ-999"], built_in=given)

    assert category_of(packs, "sluice gate is shut") is None
    assert "ZZZ-101" not in {rule.id for rule in packs.rules}
    assert not any("sluice" in pattern.expression for pattern in packs.patterns())
    assert packs.unknown_disabled == ["ZZZ-999"]


def test_drafts_are_not_loaded(tmp_path: Path, given: Path) -> None:
    """A rule earns its place with samples."""
    write(tmp_path, status="draft")

    assert category_of(load_packs([tmp_path], built_in=given), "sluice gate is shut") is None


def test_every_problem_of_a_users_packs_is_told(tmp_path: Path, given: Path) -> None:
    """Errors stop the run, with all of them at once."""
    write(tmp_path, words='x" and mesage contains "y')
    write(tmp_path, name="other", tag="incident", id="ZZY-101")

    with pytest.raises(PackError) as caught:
        load_packs([tmp_path], built_in=given)

    assert caught.value.what == "2 problems in packs"
    assert "did you mean 'message'?" in str(caught.value)
    assert "Invalid enum value 'incident'" in str(caught.value)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A mistyped folder is not an empty one."""
    with pytest.raises(PackError, match="not there"):
        load_packs([tmp_path / "nowhere"])


def test_a_broken_cache_is_built_again(tmp_path: Path, given: Path) -> None:
    """What a crash left behind is no reason to fail."""
    count = len(load_packs(built_in=given))
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(file.read_bytes()[:-100])

    assert len(load_packs(built_in=given)) == count


def test_an_unwritable_cache_costs_only_time(
    tmp_path: Path, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a cache the packs are compiled each time."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("LOGTRIAGE_CACHE", str(blocked / "cache"))
    write(tmp_path)

    assert (
        category_of(load_packs([tmp_path], built_in=given), "sluice gate is shut")
        == "dependency-down"
    )
