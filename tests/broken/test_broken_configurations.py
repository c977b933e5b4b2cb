"""Broken configurations and the whole of what is said about them.

``NAME.txt`` beside ``NAME.toml``; run with ``LOGTRIAGE_UPDATE=1`` to write the texts anew, then
read the difference.
"""

import os
from pathlib import Path

import pytest

from logtriage.configuration.find import Found
from logtriage.configuration.load import load
from logtriage.errors import ConfigurationError

FOLDER = Path(__file__).parent / "configurations"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_broken_configuration(file: Path) -> None:
    """Each mistake is told once, with its place, its reason and a remedy."""
    with pytest.raises(ConfigurationError) as caught:
        load(Found(str(file)), {})
    said = f"error: {caught.value}\n".replace(str(file), file.name)
    expected = file.with_suffix(".txt")
    if os.environ.get("LOGTRIAGE_UPDATE"):
        expected.write_text(said, encoding="utf-8")

    assert said == expected.read_text(encoding="utf-8")
