"""What is left of a document without its mistakes, so that the rest of it can be checked too."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from logtriage.configuration.check import Problem, problems_of
from logtriage.configuration.meaning import meaningless
from logtriage.configuration.position import Path
from logtriage.configuration.schema import Configuration


def further(document: dict[str, Any], problems: Iterable[Problem]) -> Iterator[Problem]:
    """What the rest of a document with these problems cannot mean, without echoes of them."""
    rest = copy.deepcopy(document)
    left = list(problems)
    told = [problem.path for problem in left]
    while left:
        # the last items first: those before keep their places
        for path in sorted((problem.path for problem in left), key=_place, reverse=True):
            _drop(rest, path)
        _close_up(rest)
        # a table that has lost a key it needs goes too
        left = list(problems_of(_without_places(rest), Configuration))
    configuration = msgspec.convert(_without_places(rest), Configuration)
    known = document.get("delivery")
    for problem in meaningless(configuration):
        path = _original(rest, problem.path)
        named = problem.what.removeprefix("there is no delivery '").removesuffix("'")
        echo = any(each[: len(path)] == path for each in told)
        if not echo and not (isinstance(known, dict) and named in known):
            yield problem._replace(path=path)


_PLACE = "\0place"
"""Under which a table of an array keeps where it stood."""


def _place(path: Path) -> tuple[tuple[bool, str, int], ...]:
    return tuple(
        (isinstance(step, int), str(step), step if isinstance(step, int) else 0) for step in path
    )


def _drop(document: Any, path: Path) -> None:  # noqa: ANN401 - plain data
    """Empty what stands at a path; tables of arrays become None until `_close_up`."""
    part = document
    for step in path[:-1]:
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    if isinstance(part, dict):
        part.pop(last, None)
    elif isinstance(part, list) and isinstance(last, int) and last < len(part):
        part[last] = None


def _close_up(document: dict[str, Any]) -> None:
    for key, value in document.items():
        if isinstance(value, list):
            kept = [(number, each) for number, each in enumerate(value) if each is not None]
            for number, each in kept:
                if isinstance(each, dict):
                    each.setdefault(_PLACE, number)
                    _close_up(each)
            document[key] = [each for _, each in kept]
        elif isinstance(value, dict):
            _close_up(value)


def _without_places(value: Any) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, dict):
        return {key: _without_places(each) for key, each in value.items() if key != _PLACE}
    return [_without_places(each) for each in value] if isinstance(value, list) else value


def _original(document: Any, path: Path) -> Path:  # noqa: ANN401 - plain data
    """The path in the document as it was written."""
    steps: list[str | int] = []
    part = document
    for step in path:
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            part = None
        place = part.get(_PLACE) if isinstance(part, dict) else None
        steps.append(step if place is None else place)
    return tuple(steps)
