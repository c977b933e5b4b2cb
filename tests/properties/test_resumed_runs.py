"""However a log grows, is rotated and is read in between, each record counts exactly once."""

import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rotation import rotate

from logtriage.engine.kept import run_kept
from logtriage.engine.local import run
from logtriage.group.fingerprint import fingerprint_text
from logtriage.model.tallies import Tallies, shift_lines
from logtriage.pipeline.flow import Shard, tally_shard
from logtriage.pipeline.tools import Tools
from logtriage.settings import Settings
from logtriage.source.locate import locate
from logtriage.state.store import Store

NOW = 1_772_604_000_000_000_000
TOOLS = Tools(Settings(jobs=1, now=NOW))

TRACE = """\
ERROR [exec-1] com.example.Ledger - order {n} failed
java.lang.NullPointerException: name is null
\tat com.example.Ledger.place(Ledger.java:44)
\tat com.example.Ledger.run(Ledger.java:12)
"""
RECORDS = (
    "INFO  [main] com.example.Ledger - batch {n} done, errors=0\n",
    "ERROR [exec-{n}] com.example.Ledger - write of /var/data/{n} failed: No space left on device\n",
    TRACE,
    "WARN  [exec-1] com.example.Ledger - connection to db:5432 refused\n",
)

APPEND = st.tuples(st.just("append"), st.lists(st.integers(0, len(RECORDS) - 1), max_size=6))
CUT = st.tuples(st.just("cut"), st.integers(0, 3), st.integers(1, 200))
OTHERS = st.sampled_from([("rename",), ("pack",), ("copy-truncate",), ("run",), ("run",)])
STEPS = st.lists(st.one_of(APPEND, APPEND, CUT, OTHERS, OTHERS), min_size=3, max_size=18)


class Scene:
    """A log that is written to and rotated."""

    def __init__(self, folder: Path, *, wrapped: bool = False):
        self.folder = folder
        self.live = folder / "ledger.log"
        self.live.touch()
        self.number = 0
        self.pending = ""
        self.wrapped = wrapped

    def record(self, kind: int) -> str:
        self.number += 1
        clock = f"2026-03-04 05:{self.number // 60:02d}:{self.number % 60:02d},000 "
        text = clock + RECORDS[kind].format(n=self.number)
        if not self.wrapped:
            return text
        stamp = clock.strip().replace(" ", "T").replace(",", ".") + "000000Z"
        stream = "stdout" if kind != 3 else "stderr"
        return "".join(f"{stamp} {stream} F {line}\n" for line in text.splitlines())

    def write(self, text: str) -> None:
        with self.live.open("a") as file:
            file.write(text)

    def do(self, step: tuple) -> None:
        if step[0] == "append":
            self.write(self.pending + "".join(map(self.record, step[1])))
            self.pending = ""
        elif step[0] == "cut":
            text = self.pending + self.record(step[1])
            self.write(text[: step[2]])
            self.pending = text[step[2] :]
        elif step[0] != "run":
            self.write(self.pending)
            self.pending = ""
            # times of files are as coarse as the kernel's tick; nobody rotates twice within one
            time.sleep(0.01)
            rotate(self.live, step[0])


def totals(store: Store) -> Counter:
    return Counter(
        dict(store.connection.execute("SELECT fingerprint, count FROM issue").fetchall())
    )


def of_whole(folder: Path) -> Counter:
    tallies = run(locate([str(folder)])[0], TOOLS).tallies
    return Counter({fingerprint_text(key): issue.count for key, issue in tallies.issues.items()})


def check(steps: list, paths_of, *, wrapped: bool = False) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "logs"
        folder.mkdir()
        scene = Scene(folder, wrapped=wrapped)
        lines = 0
        with Store(Path(name) / "state.sqlite") as store:

            def read() -> int:
                with store.transaction():
                    sources, troubles = locate([str(paths_of(folder))])
                    return run_kept(store, sources, troubles, TOOLS).report.totals.lines

            for step in steps:
                scene.do(step)
                if step[0] == "run":
                    lines += read()
            scene.write(scene.pending)
            lines += read()

            assert totals(store) == of_whole(folder)
            hours = store.connection.execute("SELECT coalesce(sum(count), 0) FROM hour").fetchone()
            assert hours[0] == totals(store).total()
            # and nothing is left to be read
            assert read() == 0


@settings(max_examples=12)
@given(STEPS)
def test_a_folder_read_in_any_steps_counts_as_the_whole(steps):
    check(steps, lambda folder: folder)


@settings(max_examples=12)
@given(STEPS)
def test_wrapped_lines_read_in_any_steps_count_as_the_whole(steps):
    check(steps, lambda folder: folder, wrapped=True)


@settings(max_examples=12)
@given(STEPS)
def test_a_live_file_is_followed_into_its_rotated_ones(steps):
    # a file rotated away before any run has seen it is none that was named
    check([("append", [0]), ("run",), *steps], lambda folder: folder / "ledger.log")


@settings(max_examples=8)
@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=4), st.booleans())
def test_any_cuts_of_an_input_add_up(cuts, wrapped):
    with tempfile.TemporaryDirectory() as name:
        scene = Scene(Path(name), wrapped=wrapped)
        scene.do(("append", [0, 1, 2, 3, 2, 0, 0, 1] * 80))
        source = locate([str(scene.live)])[0][0]
        whole = tally_shard(Shard(source), TOOLS)
        bounds = [0, *sorted(cuts), None]
        together, lines = Tallies(), 0
        for begin, end in pairwise(bounds):
            part = tally_shard(Shard(source, begin, end), TOOLS)
            shift_lines(part, lines)
            lines += part.inputs[source.path].lines
            together.merge(part)

    assert together == whole
