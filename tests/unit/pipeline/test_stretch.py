"""A window of time in a large ordered file is found without reading the rest."""

import datetime as dt

import pytest

from logtriage.engine import local
from logtriage.engine.local import run
from logtriage.pipeline import stretch
from logtriage.pipeline.tools import Tools
from logtriage.settings import Settings
from logtriage.source.locate import locate

BEGIN = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
MINUTE = 60 * 1_000_000_000


def moment(minute: float) -> int:
    return int((BEGIN.timestamp() + minute * 60) * 1_000_000_000)


def line(second: int) -> str:
    stamp = BEGIN + dt.timedelta(seconds=second)
    level, text = (
        ("ERROR", "disk: No space left on device") if second % 50 == 0 else ("INFO", "fine")
    )
    trace = "\n\tat a.B.c(B.java:7)\n\tat a.D.e(D.java:9)" if second % 100 == 0 else ""
    return f"{stamp:%Y-%m-%d %H:%M:%S},000 {level} [main] shop.Cart - {text} {'x' * 60}{trace}\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("stretch") / "shop.log"
    path.write_text("".join(line(second) for second in range(36_000)))
    return path


@pytest.fixture(autouse=True)
def small(monkeypatch):
    for name, value in {"LARGE": 1 << 20, "CLOSE": 1 << 14, "REACH": 1 << 13}.items():
        monkeypatch.setattr(stretch, name, value)
    monkeypatch.setattr(local, "WORTH_FORKING", 1 << 20)


def tallies(path, **settings):
    sources, _ = locate([str(path)])
    return run(sources, Tools(Settings(jobs=1, now=moment(700), **settings))).tallies


def told(found):
    return {key: (i.count, i.first, i.last) for key, i in found.issues.items()}


@pytest.mark.parametrize(
    ("since", "until"),
    [(590, None), (None, 10), (300, 310), (0, None), (599.99, None), (800, None)],
)
def test_the_same_errors_from_a_part_of_the_bytes(log, monkeypatch, since, until):
    window = {
        name: moment(value)
        for name, value in (("since", since), ("until", until))
        if value is not None
    }
    part = tallies(log, **window)
    monkeypatch.setattr(stretch, "LARGE", 1 << 40)
    whole = tallies(log, **window)

    assert told(part) == told(whole)
    if (since, until) != (0, None):
        assert part.inputs[str(log)].bytes < whole.inputs[str(log)].bytes / 10
    said = any("older than asked for" in problem for problem in part.inputs[str(log)].problems)
    assert said == bool(since)


def test_a_file_out_of_order_is_read_whole(tmp_path):
    path = tmp_path / "mixed.log"
    path.write_text("".join(map(line, [*range(18_000, 36_000), *range(18_000)])))
    found = tallies(path, since=moment(590)).inputs[str(path)]

    assert found.bytes == path.stat().st_size
    assert not found.problems
