"""``logtriage rules`` and own packs, as a user runs them."""

import json

import pytest

from logtriage.cli.console import run

LINES = (
    "2027-01-02T03:04:05Z ERROR dam - sluice gate north is stuck shut\n"
    "2027-01-02T03:04:06Z ERROR dam - sluice gate west is stuck shut\n"
)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "dam.log"
    path.write_text(LINES)
    return path


@pytest.fixture
def pack(tmp_path, log, capsys):
    path = tmp_path / "packs" / "ours.toml"
    miss = "INFO sluice gate east is stuck shut for paint"
    made = ["rules", "new", "gate-shut", str(log), "--miss", miss, "--pack", str(path)]
    code = run([*made, "--category", "dependency-down"])
    assert code == 0
    capsys.readouterr()
    return path


def test_list_counts_and_finds_by_words(capsys):
    assert run(["rules", "list", "null-pointer", "java", "--output", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == ["JVM-101"]
    assert run(["rules", "list"]) == 0
    count, rules, categories, *_ = capsys.readouterr().out.splitlines()[-1].split()
    assert (int(count) >= 600, rules, int(categories) >= 150) == (True, "rules,", True)


def test_show_prints_the_rule_with_its_samples_and_corrects_a_wrong_id(capsys):
    assert run(["rules", "show", "JVM-101"]) == 0
    told = capsys.readouterr().out
    assert 'exception.any == "NullPointerException"' in told
    assert "misses (a class named after the exception)" in told
    assert run(["rules", "show", "null-pointr"]) == 2
    assert "did you mean 'null-pointer'?" in capsys.readouterr().err


def test_a_new_rule_passes_its_check_and_wins_over_built_in_ones(pack, log, capsys):
    assert run(["rules", "check", str(pack)]) == 0
    assert "1 rules checked: 0 errors" in capsys.readouterr().out
    assert run(["scan", str(log), "--packs", str(pack.parent), "--output", "json"]) == 0
    root = json.loads(capsys.readouterr().out)["root_causes"][0]
    assert (root["title"], root["category"]) == ("Gate shut; dam", "dependency-down")


def test_a_rule_without_a_near_miss_stays_a_draft(log, capsys):
    assert run(["rules", "new", "gate-shut", str(log)]) == 0
    assert 'status = "draft"' in capsys.readouterr().out


def test_a_user_rule_replaces_a_built_in_one_of_the_same_id(tmp_path, capsys):
    (tmp_path / "ours.toml").write_text(
        '[pack]\nname = "ours"\ntitle = "Ours"\n[[rule]]\nid = "JVM-101"\nname = "null-pointer"\n'
        'status = "stable"\ntag = "production-incident"\ncategory = "dependency-down"\n'
        'when = \'exception.any == "NullPointerException"\'\ntitle = "The vendor\'s null"\n'
    )
    log = tmp_path / "app.log"
    log.write_text(
        "2027-01-02T03:04:05Z ERROR app - java.lang.NullPointerException: zone is null\n"
    )
    assert run(["scan", str(log), "--packs", str(tmp_path), "--output", "json"]) == 0
    root = json.loads(capsys.readouterr().out)["root_causes"][0]
    assert (root["tag"], root["title"][:17]) == ("production-incident", "The vendor's null")


def test_all_problems_of_a_pack_are_told_at_once(pack, log, capsys):
    text = pack.read_text().replace("weight = 1.0", "weigth = 1.0")
    pack.write_text(text.replace("message contains", "mesage contians", 1))
    assert run(["scan", str(log), "--packs", str(pack.parent)]) == 2
    told = capsys.readouterr().err
    assert "did you mean 'weight'?" in told
    assert "did you mean 'contains'?" in told
    caret = told.splitlines()[-1]
    assert caret.strip() == "|        ^".strip()


@pytest.mark.parametrize(
    "arguments",
    [
        ["rules", "list", "--tag", "nobody"],
        ["rules", "list", "--output", "yaml"],
        ["rules", "check", "/nowhere"],
        ["rules", "new", "Not A Name", "-"],
    ],
)
def test_wrong_use_is_told(arguments, capsys):
    assert run(arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(("last", "errors"), [("2999-12-31", 0), ("2020-01-31", 2)])
def test_a_site_ignores_for_a_while(tmp_path, log, capsys, last, errors):
    packs = tmp_path / "site"
    packs.mkdir()
    (packs / "site.toml").write_text(
        '[pack]\nname = "site"\ntitle = "Site"\n[[rule]]\nid = "SIT-101"\nname = "gates"\n'
        'status = "stable"\ntag = "ignore"\ncategory = "planned-stop"\nweight = 1.5\n'
        f'when = \'message contains "is stuck shut"\'\ntitle = "Gates are painted"\nexpires = "{last}"\n'
    )
    assert run(["scan", str(log), "--packs", str(packs), "--output", "json"]) == 0
    totals = json.loads(capsys.readouterr().out)["totals"]
    assert (totals["errors"], totals["ignored"]) == (errors, 2 - errors)
    run(["rules", "check", str(packs)])
    assert ("its last day was 2020-01-31" in capsys.readouterr().out) == (errors > 0)
