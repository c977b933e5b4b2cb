"""What grows is counted as what is read whole; what is old ages out."""

from pathlib import Path

import pytest

from logtriage.model.tallies import Tallies
from logtriage.pipeline import live
from logtriage.pipeline.flow import Shard, tally_shard
from logtriage.pipeline.live import SLICES, Live, Window
from logtriage.pipeline.tools import Tools
from logtriage.settings import Settings
from logtriage.source.locate import locate

TOOLS = Tools(Settings(now=1_772_604_000_000_000_000))
TEXT = b"""\
2026-03-04 05:06:07,100 INFO  [main] com.example.Ledger - opened
2026-03-04 05:06:08,200 ERROR [exec-3] com.example.Ledger - write of /var/data/a failed: No space left on device
2026-03-04 05:06:09,300 ERROR [exec-4] com.example.Ledger - order 7 failed
java.lang.NullPointerException: name is null
\tat com.example.Ledger.place(Ledger.java:44)
2026-03-04 05:06:10,400 INFO  [main] com.example.Ledger - closed
"""


@pytest.mark.parametrize("size", [97, 1000, 33_333])
def test_pieces_of_any_size_count_as_the_whole(tmp_path: Path, size: int):
    path = tmp_path / "ledger.log"
    body = TEXT * 300
    path.write_bytes(body)
    source = locate([str(path)])[0][0]
    grown = Live(source, TOOLS)
    counted = Tallies()
    for begin in range(0, len(body), size):
        grown.feed(body[begin : begin + size])
        if begin % 6400 < size:
            counted.merge(grown.take())
    grown.end()
    counted.merge(grown.take())
    whole = tally_shard(Shard(source), TOOLS)

    assert {key: issue.count for key, issue in counted.issues.items()} == {
        key: issue.count for key, issue in whole.issues.items()
    }
    assert [each.line for issue in counted.issues.values() for each in issue.exemplars] == [
        each.line for issue in whole.issues.values() for each in issue.exemplars
    ]
    assert counted.inputs[str(path)].lines == whole.inputs[str(path)].lines
    assert counted.inputs[str(path)].errors == whole.inputs[str(path)].errors == 600


def test_the_window_forgets_and_stays_small(monkeypatch, tmp_path):
    path = tmp_path / "ledger.log"
    path.write_bytes(TEXT)
    source = locate([str(path)])[0][0]
    now = [0.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    window = Window(60.0)
    for _ in range(3):
        window.add(tally_shard(Shard(source), TOOLS))
        now[0] += 20
        window.age()
    assert sum(issue.count for issue in window.total().issues.values()) == 4

    now[0] += 600
    assert window.age()
    assert window.total() == Tallies()
    assert len(window._past) < SLICES


def test_an_endless_line_is_cut(tmp_path):
    path = tmp_path / "ledger.log"
    path.write_bytes(TEXT)
    grown = Live(locate([str(path)])[0][0], TOOLS)
    for _ in range(40):
        grown.feed(b"x" * 100_000)

    assert len(grown._carry) <= live.LONGEST
