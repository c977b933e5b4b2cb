"""Issues that come in the same moments are told from those that merely run at one time."""

import pytest
from tests.unit.correlate.stories import issue

from logtriage.correlate.moments import together
from logtriage.correlate.nodes import Node
from logtriage.correlate.timeline import Span
from logtriage.model.tally import IssueTally

APART = [300.1, 309.4, 331.2, 350.8, 352.3, 371.9]


def node(tally: IssueTally) -> Node:
    return Node(tally, Span((tally.first or 0) / 1e9, (tally.last or 0) / 1e9))


def both(mine: list[float], theirs: list[float]) -> bool:
    cause = node(issue("quotes", "index-out-of-range", "index out of range", at=mine))
    effect = node(issue("orders", "connection-reset", "connection aborted", at=theirs))
    return together(cause, effect)


@pytest.mark.parametrize("later", [0.003, 0.3])
def test_each_a_moment_after_the_other(later: float) -> None:
    assert both(APART, [moment + later for moment in APART])


def test_each_a_moment_before_the_other_is_no_effect() -> None:
    assert not both(APART, [moment - 0.2 for moment in APART])


def test_at_one_time_but_not_in_the_same_moments() -> None:
    assert not both(APART, [moment + 4.0 for moment in APART])


def test_a_steady_stream_is_near_everything_by_chance() -> None:
    steady = [300 + 0.2 * step for step in range(400)]
    assert not both(steady, APART)


def test_whole_seconds_will_do() -> None:
    assert both([float(int(at)) for at in APART], [float(int(at) + 1) for at in APART])


def test_two_moments_are_too_few() -> None:
    assert not both(APART[:2], APART[:2])
