"""Broken packs and the whole of what is said about them.

``expected/NAME.txt`` beside ``NAME.toml``; run with ``LOGTRIAGE_UPDATE=1`` to write the texts anew,
then read the difference.
"""

import os
from pathlib import Path

import pytest

from logtriage.packcheck import check
from logtriage.packcheck.readers import plain_reader

FOLDER = Path(__file__).parent / "packs"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_broken_pack(file: Path) -> None:
    """Each mistake is told once, with its place, its reason and a remedy."""
    said = "\n\n".join(str(problem) for problem in check([file], read=plain_reader))
    said = said.replace(str(file), file.name) + "\n"
    expected = file.with_suffix(".txt")
    if os.environ.get("LOGTRIAGE_UPDATE"):
        expected.write_text(said, encoding="utf-8")

    assert said == expected.read_text(encoding="utf-8")
