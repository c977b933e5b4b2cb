"""Words that turn a message into its opposite, from ``data/opposites.toml``."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

# not importlib.resources: it loads zipfile, 5 ms of every start
_TABLE: Final = Path(__file__).parents[1] / "data" / "opposites.toml"


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Each word, in lower case, with those that say the contrary."""
    text = _TABLE.read_text("utf-8")
    contrary: defaultdict[str, set[str]] = defaultdict(set)
    for pair in tomllib.loads(text)["pair"]:
        for word in pair["one"]:
            contrary[word].update(pair["other"])
        for word in pair["other"]:
            contrary[word].update(pair["one"])
    return {word: frozenset(others) for word, others in contrary.items()}


def bare(word: str) -> str:
    """The word in lower case, without the punctuation around it."""
    return word.strip(".,:;!?()[]{}<>\"'`").lower()


def opposed(words: Iterable[str]) -> bool:
    """Whether two of the words are each other's opposite."""
    table = opposites()
    met = {plain for word in words if (plain := bare(word)) in table}
    return any(not table[word].isdisjoint(met) for word in met)
