"""Runs shards on this machine: in this process, or in a few forked ones for large inputs."""

import contextlib
import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from logtriage.errors import InputError
from logtriage.model.tallies import Tallies, shift_lines
from logtriage.model.tally import InputTally
from logtriage.pipeline.flow import Shard, prepare, tally_shard
from logtriage.pipeline.stretch import Stretch, stretch_of
from logtriage.pipeline.tools import Tools
from logtriage.source.locate import Source, Trouble
from logtriage.source.read import WINDOW

WORTH_FORKING: Final = 48 * WINDOW
"""Bytes below which a second process costs more than it saves."""

SHARD_BYTES: Final = 64 * WINDOW
"""Least bytes of a shard when one input is cut into several."""

JOBS: Final = 4
"""Most processes unless the user asks for more: a triage tool shares the machine in trouble."""


class Failure(msgspec.Struct, frozen=True):
    """An input that could not be opened."""

    path: str
    reason: str


class Outcome(msgspec.Struct):
    """What a process has to say about one shard."""

    tallies: Tallies | None = None
    failure: Failure | None = None
    interrupted: bool = False


class Run:
    """All shards of a run, tallied; partial after an interrupt."""

    def __init__(self) -> None:
        self.tallies = Tallies()
        self.failures: list[Failure] = []
        self.interrupted = False

    def note_troubles(self, troubles: Sequence[Trouble]) -> bool:
        """Take paths that gave no input, and inputs that failed, into the report.

        True where one of them should have been readable.
        """
        failed = bool(self.failures)
        for trouble in troubles:
            self._note(trouble.path, trouble.reason)
            failed |= trouble.failed
        for failure in self.failures:
            self._note(failure.path, failure.reason)
        return failed

    def _note(self, path: str, reason: str) -> None:
        tally = InputTally(path=path, problems=[reason])
        self.tallies.merge(Tallies(inputs={path: tally}))


def whole(source: Source, tools: Tools) -> Shard:
    """An input as one shard: what the time that was asked for leaves of it."""
    if not source.regular or (source.size or 0) < WORTH_FORKING or _packed(source):
        return Shard(source)
    try:
        known = prepare(source, tools)
        stretch = stretch_of(source, known, tools)
    except (InputError, OSError):
        # told where it is read
        return Shard(source)
    return Shard(source, stretch.begin, stretch.end, known, _note(stretch))


def _note(stretch: Stretch) -> str | None:
    if not stretch.begin:
        return None
    return f"its first {stretch.begin:,} bytes are older than asked for: lines count from there"


def size_of(shard: Shard) -> int:
    """Bytes of a shard."""
    return (shard.source.size or 0 if shard.end is None else shard.end) - shard.begin


def shards_of(shard: Shard, jobs: int) -> list[Shard]:
    """A shard, or its pieces cut at multiples of WINDOW where it is large and can be."""
    size = size_of(shard)
    if jobs < 2 or shard.known is None or size < WORTH_FORKING:
        return [shard]
    pieces = max(min(jobs, size // (SHARD_BYTES // 2)), 1)
    step = -(-size // pieces // WINDOW) * WINDOW
    inner = range(-(-shard.begin // WINDOW) * WINDOW + step, shard.begin + size, step)
    bounds = [shard.begin, *inner, shard.end]
    return [
        msgspec.structs.replace(
            shard, begin=begin or 0, end=end, note=None if number else shard.note
        )
        for number, (begin, end) in enumerate(itertools.pairwise(bounds))
    ]


def _packed(source: Source) -> bool:
    from logtriage.source.read import SNIFF, encoding, packing  # noqa: PLC0415

    try:
        with open(source.file, "rb") as file:  # noqa: PTH123 - the name may not be a Path
            head = file.read(SNIFF)
    except OSError:
        return True
    return bool(packing(head) or encoding(head))


def run(
    sources: Sequence[Source],
    tools: Tools,
    *,
    progress: Callable[[InputTally], None] | None = None,
) -> Run:
    """Tally all inputs; Ctrl-C ends the run early and keeps what was counted."""
    wholes = [whole(source, tools) for source in sources]
    jobs = jobs_for(sum(map(size_of, wholes)), tools)
    shards = [piece for shard in wholes for piece in shards_of(shard, jobs)]
    result = Run()
    lines: dict[str, int] = {}
    for shard, outcome in outcomes(shards, tools, jobs):
        result.interrupted |= outcome.interrupted
        if outcome.failure:
            result.failures.append(outcome.failure)
        if outcome.tallies is None:
            continue
        path = shard.source.path
        tally = outcome.tallies.inputs[path]
        shift_lines(outcome.tallies, lines.get(path, 0))
        lines[path] = lines.get(path, 0) + tally.lines
        result.tallies.merge(outcome.tallies)
        if progress:
            progress(tally)
    return result


def jobs_for(total: int, tools: Tools) -> int:
    """Processes that so many bytes are worth."""
    jobs = tools.settings.jobs or min(available(), JOBS)
    return 1 if jobs < 2 or total < WORTH_FORKING or not hasattr(os, "fork") else jobs


def outcomes(shards: Sequence[Shard], tools: Tools, jobs: int) -> Iterator[tuple[Shard, Outcome]]:
    """What each shard has to say, in their order."""
    return _in_processes(shards, tools, jobs) if jobs > 1 else _here(shards, tools)


def available() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _tally(shard: Shard, tools: Tools) -> Outcome:
    if tools.interrupted:
        return Outcome(interrupted=True)
    try:
        return Outcome(tally_shard(shard, tools), interrupted=tools.interrupted)
    except KeyboardInterrupt:
        tools.interrupted = True
        return Outcome(interrupted=True)
    except InputError as error:
        return Outcome(failure=Failure(shard.source.path, error.reason or error.what))


def _here(shards: Sequence[Shard], tools: Tools) -> Iterator[tuple[Shard, Outcome]]:
    for shard in shards:
        yield shard, _tally(shard, tools)


def _in_processes(
    shards: Sequence[Shard], tools: Tools, jobs: int
) -> Iterator[tuple[Shard, Outcome]]:
    """Fork ``jobs`` workers, shard k to worker k modulo jobs; outcomes come in shard order."""
    workers = [_fork(shards[index::jobs], tools) for index in range(min(jobs, len(shards)))]

    def forward(_signal: int, _frame: object) -> None:
        for process, _ in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGINT)

    # the workers end early and send what they have; this process only collects it
    before = signal.signal(signal.SIGINT, forward)
    try:
        for index, shard in enumerate(shards):
            _, descriptor = workers[index % jobs]
            yield shard, _receive(descriptor, shard)
    finally:
        signal.signal(signal.SIGINT, before)
        for process, descriptor in workers:
            os.close(descriptor)
            os.waitpid(process, 0)


def _fork(shards: Sequence[Shard], tools: Tools) -> tuple[int, int]:
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    status = 1
    try:
        os.close(reading)
        signal.signal(signal.SIGINT, _interrupt_once)
        for shard in shards:
            _send(writing, msgspec.msgpack.encode(_tally(shard, tools)))
        status = 0
    except BrokenPipeError:
        status = 0
    finally:
        # no clean-up of the parent's objects here
        os._exit(status)


def _interrupt_once(_signal: int, _frame: object) -> None:
    # a terminal's Ctrl-C reaches a worker directly and through its parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _send(descriptor: int, body: bytes) -> None:
    view = memoryview(len(body).to_bytes(8, "little") + body)
    while view:
        view = view[os.write(descriptor, view) :]


def _receive(descriptor: int, shard: Shard) -> Outcome:
    size = int.from_bytes(_exactly(descriptor, 8, shard), "little")
    return msgspec.msgpack.decode(_exactly(descriptor, size, shard), type=Outcome)


def _exactly(descriptor: int, size: int, shard: Shard) -> bytes:
    pieces: list[bytes] = []
    while size:
        piece = os.read(descriptor, min(size, 1 << 20))
        if not piece:
            raise RuntimeError(f"a worker died on {shard.source.path}")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
