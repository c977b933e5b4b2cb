"""The packs that come with the program, as a whole."""

import time

from logtriage.packs.load import load_packs


def test_they_load_fast_from_the_cache() -> None:
    """Start-up of every command pays for this: 15 ms where nothing else runs."""
    load_packs()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        load_packs()
        times.append(time.perf_counter() - start)

    assert min(times) < 0.05


def test_levelled_inputs_need_few_patterns() -> None:
    """Where the scan looks for the levels themselves, only rules for any level add to it."""
    packs = load_packs()

    assert 0 < len(packs.patterns(levelled=True)) < len(packs.patterns()) / 2


def test_nothing_was_left_out() -> None:
    """No table has a problem."""
    assert load_packs().problems == []


def test_rules_are_many_and_kinds_of_trouble_too() -> None:
    """The breadth that the documentation promises."""
    rules = [rule for rule in load_packs().rules if rule.kind == "rule"]

    assert len(rules) >= 600
    assert len({rule.category for rule in rules}) >= 150
