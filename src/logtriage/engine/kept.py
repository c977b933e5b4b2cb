"""A run that goes on where the last one ended, and what it means beside what was known."""

from collections.abc import Sequence

import msgspec

from logtriage.engine.resumed import run_resumed
from logtriage.model.report import Report
from logtriage.pipeline.flow import conclude
from logtriage.pipeline.sightings import parts_of, sightings
from logtriage.pipeline.tools import Tools
from logtriage.source.locate import Source, Trouble
from logtriage.state.changes import delta_of, looked_back, with_status
from logtriage.state.memory import Memory
from logtriage.state.store import Store


class KeptRun(msgspec.Struct, frozen=True):
    """The report on what is new, its delta and its issues' status filled in."""

    report: Report
    failed: bool
    """A path could not be read."""


def run_kept(
    store: Store,
    sources: Sequence[Source],
    troubles: Sequence[Trouble],
    tools: Tools,
    *,
    afresh: bool = False,
) -> KeptRun:
    """Read what came since the last run, and learn it: inside a transaction of the store.

    An interrupted run learns nothing: what it read is read again by the next one. With ``afresh``
    all is read, as if never before, and only compared: that transaction is not to be kept.
    """
    result = run_resumed(sources, tools, () if afresh else store.positions())
    failed = result.note_troubles(troubles)
    result.note_problems()
    parts = parts_of(result.tallies)
    report = conclude(result.tallies, tools, interrupted=result.interrupted)
    if result.interrupted:
        return KeptRun(report, failed)
    now = tools.now
    seen = sightings(parts, report, now)
    memory = Memory(store.connection, now=now)
    if afresh:
        learnt = memory.recall(seen, since=tools.settings.since or 0)
        delta = looked_back(delta_of(report, learnt, memory, store.connection, now=now))
        return KeptRun(with_status(report, learnt, delta), failed)
    store.keep_positions(result.positions, now=now)
    store.keep_progress(result.read_until)
    learnt = memory.learn(seen, result.taken_back)
    delta = delta_of(report, learnt, memory, store.connection, now=now)
    store.keep_fact("last_run", str(now))
    return KeptRun(with_status(report, learnt, delta), failed)
