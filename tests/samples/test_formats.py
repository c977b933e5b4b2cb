"""Every format proves itself by its samples, and no two can be taken for each other."""

from pathlib import Path

import pytest

from logtriage.parse.catalog import FORMATS, Catalog, build_table, read_folders
from logtriage.parse.check import check_format, check_overlaps

READ = read_folders([FORMATS])


@pytest.fixture(scope="module")
def catalog():
    return Catalog(build_table([FORMATS]))


@pytest.mark.parametrize(("made", "samples"), READ, ids=[made.name for made, _ in READ])
def test_format_reads_its_samples(catalog, made, samples):
    assert [str(problem) for problem in check_format(catalog, made, samples)] == []


def test_no_two_formats_take_each_others_samples():
    assert [str(problem) for problem in check_overlaps(READ)] == []


@pytest.mark.parametrize("made", [made for made, _ in READ], ids=[made.name for made, _ in READ])
def test_format_names_its_documentation(made):
    assert made.refs, f"{made.path} has no refs"


def broken(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    folders = [FORMATS, tmp_path]
    (made, samples) = next(entry for entry in read_folders(folders) if entry[0].name == "mine")
    return [str(p) for p in check_format(Catalog(build_table(folders)), made, samples)]


HEAD = """
[format]
name = "mine"
title = "Mine"
[[line]]
regex = '^%%(?P<severity>[A-Z]+)%% (?P<message>.*)$'
"""
NEAR_MISS = """
[[sample]]
match = false
why = "no percent signs"
text = 'WARN low on ink'
"""


def test_a_good_format_has_no_problems(tmp_path):
    sample = "[[sample]]\ntext = '%%WARN%% low on ink'\nexpect = { severity = 'warn' }\n"
    assert broken(tmp_path, HEAD + sample + NEAR_MISS) == []


def test_a_broken_sample_fails_with_the_place_it_breaks_at(tmp_path):
    problems = broken(tmp_path, HEAD + "[[sample]]\ntext = '%%WARN low on ink'\n" + NEAR_MISS)
    assert "no sample shows line 'default'" in problems[0]
    assert "| %%WARN low on ink\n  |       ^ matched up to here" in problems[1]


def test_a_wrong_expectation_fails_with_both_values(tmp_path):
    sample = "[[sample]]\ntext = '%%WARN%% low on ink'\nexpect = { severity = 'error' }\n"
    problems = broken(tmp_path, HEAD + sample + NEAR_MISS)
    assert len(problems) == 1
    assert "expected 'error', got 'warn'" in problems[0]


def test_a_near_miss_that_is_read_fails(tmp_path):
    samples = (
        "[[sample]]\ntext = '%%WARN%% low on ink'\n"
        "[[sample]]\nmatch = false\nwhy = 'wrong'\ntext = '%%INFO%% x'\n"
    )
    problems = broken(tmp_path, HEAD + samples)
    assert len(problems) == 1
    assert "a near miss is read by the format" in problems[0]
