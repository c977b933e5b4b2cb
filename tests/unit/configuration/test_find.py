"""Which file is taken."""

import os
from pathlib import Path

import pytest

from logtriage.configuration.find import NAME, find, places
from logtriage.errors import ConfigurationError


def test_the_nearest_folder_goes_before_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "ferry" / "logs"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    home = tmp_path / "home"
    (home / ".config/logtriage").mkdir(parents=True)
    own = home / ".config/logtriage" / NAME
    own.touch()

    assert find(None, {"HOME": str(home)}).path == str(own)
    (tmp_path / NAME).touch()
    assert find(None, {"HOME": str(home)}).path == str(tmp_path / NAME)
    (tmp_path / "ferry" / NAME).touch()
    assert find(None, {"HOME": str(home)}).path == str(tmp_path / "ferry" / NAME)
    assert find(None, {"LOGTRIAGE_CONFIG": str(own)}).path == str(own)
    assert find("/dev/null", {"LOGTRIAGE_CONFIG": str(own)}).path == "/dev/null"


def test_folders_of_the_standard_are_looked_at_in_order() -> None:
    environment = {"HOME": "/home/ann", "XDG_CONFIG_HOME": "relative", "XDG_CONFIG_DIRS": "/a:b:/c"}
    found = [place for place in places(environment) if "/logtriage/" in place][-4:]

    assert found == [
        "/home/ann/.config/logtriage/logtriage.toml",
        "/a/logtriage/logtriage.toml",
        "/c/logtriage/logtriage.toml",
        "/etc/logtriage/logtriage.toml",
    ]


def test_a_file_of_somebody_else_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / NAME).touch()
    monkeypatch.chdir(tmp_path)
    owner = os.geteuid() or 4321
    if os.geteuid() == 0:
        os.chown(tmp_path / NAME, owner, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)

    found = find(None, {"HOME": str(tmp_path)})
    assert found.path != str(tmp_path / NAME)
    assert found.passed_over == (str(tmp_path / NAME),)
    assert find(str(tmp_path / NAME), {}).path == str(tmp_path / NAME)


def test_a_named_file_must_be_there() -> None:
    with pytest.raises(ConfigurationError):
        find("/nowhere/x.toml", {})
