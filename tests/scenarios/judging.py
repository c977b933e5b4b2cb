"""Is a root cause the true one? Shared by the tests of whole runs."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from logtriage.engine.local import run
from logtriage.model.report import TENTATIVE, Report, RootCause
from logtriage.pipeline.flow import conclude
from logtriage.pipeline.tools import Tools
from logtriage.settings import Settings
from logtriage.source.locate import locate

TAGS = {"application": "application-defect", "production": "production-incident"}


class Fault(NamedTuple):
    """One true fault: whose it is, and lines that state it (log name, expression)."""

    tag: str
    lines: Sequence[tuple[str, str]]


@cache
def tools() -> Tools:
    return Tools(Settings(jobs=1, year=2026))


def report_on(folder: Path) -> Report:
    sources, troubles = locate([str(path) for path in sorted(folder.iterdir())])
    assert not troubles
    return conclude(run(sources, tools()).tallies, tools())


def shown(cause: RootCause, report: Report) -> list[tuple[str, str]]:
    """Lines that a reader of the cause sees first: name of the log, text."""
    issues = {issue.id: issue for issue in report.issues}
    lines = [(line.path, line.text) for line in cause.evidence]
    lines += [(line.path, line.text) for line in issues[cause.issue or ""].exemplars[:1]]
    return [(Path(path).name, text) for path, text in lines]


def faults_of(cause: RootCause, report: Report, faults: Sequence[Fault]) -> set[int]:
    """Numbers of the faults that a root cause states, with the right tag."""
    lines = shown(cause, report)
    return {
        number
        for number, fault in enumerate(faults)
        if TAGS[fault.tag] == cause.tag
        and any(
            log == name and re.search(words, text)
            for log, words in fault.lines
            for name, text in lines
        )
    }


def judge(
    report: Report,
    faults: Sequence[Fault],
    *,
    ordered: bool = False,
    transient: Sequence[tuple[str, str]] = (),
) -> Mapping[str, object]:
    """What is wrong with a report's root causes; empty where nothing is."""
    wrong: dict[str, object] = {}
    told = [(cause.tag, cause.confidence, cause.title) for cause in report.root_causes[:4]]
    loud = [cause for cause in report.root_causes if cause.confidence >= TENTATIVE]
    hits = [faults_of(cause, report, faults) for cause in loud]
    passing = Fault("production", transient)
    noise = [
        cause.title
        for cause, hit in zip(loud, hits, strict=True)
        if not hit and not faults_of(cause, report, [passing])
    ]
    first = hits[0] if hits else set()
    if faults and (not first or (ordered and 0 not in first)):
        wrong["first"] = told
    missing = set(range(len(faults))) - set().union(*hits[: len(faults) + 1], set())
    if missing:
        wrong["missing"] = [faults[number] for number in sorted(missing)], told
    if noise:
        wrong["noise"] = noise
    return wrong
