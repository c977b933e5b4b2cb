"""Servers that were well, whose clients made the usual mistakes: nothing there is to page for."""

from pathlib import Path

import pytest

from logtriage.model.report import TENTATIVE
from logtriage.pipeline.flow import Shard, conclude, tally_shard
from logtriage.pipeline.tools import Tools
from logtriage.settings import Settings
from logtriage.source.locate import locate

LOGS = sorted((Path(__file__).parent / "healthy").glob("*.log"))


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(Settings())


def test_there_are_logs() -> None:
    """The list below is not empty by mistake."""
    assert len(LOGS) > 25


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_a_healthy_log_is_left_in_peace(log: Path, tools: Tools) -> None:
    """No root cause at 0.6 or more."""
    sources, troubles = locate([str(log)])
    assert not troubles

    report = conclude(tally_shard(Shard(sources[0]), tools), tools)

    told = [
        f"{cause.confidence} {cause.category}: {cause.title}"
        for cause in report.root_causes
        if cause.confidence >= TENTATIVE
    ]
    assert report.inputs[0].lines > 1
    assert not told
