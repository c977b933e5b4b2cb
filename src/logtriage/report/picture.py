"""The picture on top of the HTML page: time across, components down, errors as marks.

Only geometry; the page draws it as SVG. The area of a mark is its number of errors.
"""

import datetime as dt
import math
from collections import defaultdict
from typing import Final, NamedTuple

from logtriage.model.report import TENTATIVE, Counts, Input, Issue, Report, ReportedChange
from logtriage.report.cards import doubt_of, tag_words
from logtriage.report.cells import fitted
from logtriage.report.figures import clock, many, moment

WIDTH: Final = 1000
GUTTER: Final = 150
"""Room for the names of the components."""
MARGIN: Final = 24
ROW: Final = 34
COLUMNS: Final = 72
"""Places across; errors nearer than that make one mark."""
ROWS: Final = 14
"""Components that have a row of their own."""

_FLAG: Final = 22
_LABEL: Final = 44
"""Most characters of the title beside a flag."""
_CHARACTER: Final = 7.6
"""About how wide one is."""
_LARGEST: Final = 15.0
_SMALLEST: Final = 3.0
_AXIS: Final = 26
_ABOVE: Final = 12
"""How far above its row a change stands, so that it hides no errors."""
_TICKS: Final = 8
_STEPS: Final = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200),
    *(86_400, 172_800, 604_800, 2_592_000, 7_776_000, 31_536_000),
)


class Mark(NamedTuple):
    """Errors of one component and tag about one moment."""

    x: float
    y: float
    radius: float
    kind: str
    """incident or defect."""
    target: str
    """Id of the issue with most of these errors."""
    words: str


class Row(NamedTuple):
    """One component."""

    name: str
    y: float
    spans: tuple[tuple[float, float], ...]
    """Where its log has lines: from, to."""
    gaps: tuple[tuple[float, float, str], ...]
    """Where it is silent although it speaks later: from, to, words."""
    marks: tuple[Mark, ...]


class Flag(NamedTuple):
    """The begin of a root cause."""

    x: float
    y: float
    rank: int
    kind: str
    target: str
    label: str
    tentative: bool
    leftward: bool
    """The label stands on the left, for want of room on the right."""
    words: str


class Tick(NamedTuple):
    """A change seen in a log."""

    x: float
    y: float
    words: str


class Picture(NamedTuple):
    """Everything with its place, in units of the view box."""

    width: int
    height: float
    top: float
    bottom: float
    rows: tuple[Row, ...]
    flags: tuple[Flag, ...]
    ticks: tuple[Tick, ...]
    axis: tuple[tuple[float, str], ...]


class _Scale(NamedTuple):
    first: float
    last: float

    def x(self, second: float) -> float:
        room = WIDTH - GUTTER - MARGIN
        place = GUTTER + room * (second - self.first) / (self.last - self.first)
        return round(min(max(place, GUTTER), WIDTH - MARGIN), 1)

    def column(self, second: float) -> int:
        share = (second - self.first) / (self.last - self.first)
        return min(max(int(share * COLUMNS), 0), COLUMNS - 1)

    def middle(self, column: int) -> float:
        return self.x(self.first + (column + 0.5) * (self.last - self.first) / COLUMNS)


def picture_of(report: Report) -> Picture | None:
    """The picture of a report; None where nothing has a time."""
    scale = _scale(report)
    names = _names(report)
    if scale is None or not names:
        return None
    flags = _flags(report, scale)
    levels = max((flag.y for flag in flags), default=0.0)
    top = levels + _FLAG
    heights = {name: top + ROW * (index + 0.5) for index, name in enumerate(names)}
    bottom = top + ROW * len(names)
    cells = _cells(report, scale, names)
    most = max((sum(found.values()) for found in cells.values()), default=1)
    return Picture(
        width=WIDTH,
        height=bottom + _AXIS,
        top=top,
        bottom=bottom,
        rows=tuple(
            Row(
                name,
                heights[name],
                _spans(report, name, scale),
                _gaps(report, name, scale),
                _marks(name, cells, most, heights[name], scale),
            )
            for name in names
        ),
        flags=flags,
        ticks=tuple(
            Tick(scale.x(second), heights[change.component] - _ABOVE, _change_words(change))
            for change in report.changes
            if change.component in heights and (second := _second(change.timestamp)) is not None
        ),
        axis=_axis(scale),
    )


def _second(timestamp: str | None) -> float | None:
    instant = moment(timestamp)
    return instant.timestamp() if instant else None


def _scale(report: Report) -> _Scale | None:
    stamps = [report.window.first, report.window.last]
    stamps += [each.first_seen for each in report.issues]
    stamps += [each.last_seen for each in report.issues]
    known = [second for stamp in stamps if (second := _second(stamp)) is not None]
    if not known:
        return None
    first, last = min(known), max(known)
    return _Scale(first, last) if last - first >= 1 else _Scale(first - 30, last + 30)


def _names(report: Report) -> tuple[str, ...]:
    """Components with errors or changes: of root causes first, in the order of their trouble."""
    first: dict[str, tuple[bool, float, str]] = {}
    rooted = {cause.component for cause in report.root_causes}
    told = [(each.component, each.first_seen) for each in report.issues]
    told += [(each.component, each.started_at) for each in report.root_causes]
    for component, stamp in told:
        second = _second(stamp)
        if component and second is not None:
            rank = (component not in rooted, second, component)
            first[component] = min(first.get(component, rank), rank)
    return tuple(sorted(first, key=first.__getitem__)[:ROWS])


Cells = dict[tuple[str, int, str], dict[str, int]]


def _cells(report: Report, scale: _Scale, names: tuple[str, ...]) -> Cells:
    """Errors by component, place and kind, then by issue."""
    cells: defaultdict[tuple[str, int, str], dict[str, int]] = defaultdict(dict)
    for issue in report.issues:
        if issue.component in names:
            for second, count in _events(issue):
                key = (issue.component or "", scale.column(second), _kind(issue.tag))
                cells[key][issue.id] = cells[key].get(issue.id, 0) + count
    return dict(cells)


def _events(issue: Issue) -> list[tuple[float, int]]:
    histogram = issue.histogram or Counts(issue.first_seen or "", 0, (issue.count,))
    start = _second(histogram.start)
    last = _second(issue.last_seen)
    if start is None:
        return []
    step = histogram.step_seconds
    return [
        (min(start + (index + 0.5) * step, last if last is not None else math.inf), count)
        for index, count in enumerate(histogram.counts)
        if count
    ]


def _kind(tag: str) -> str:
    return "defect" if tag == "application-defect" else "incident"


def _marks(name: str, cells: Cells, most: int, y: float, scale: _Scale) -> tuple[Mark, ...]:
    """The marks of a component, small ones last: they are drawn over the large ones."""
    marks = [
        _mark(key, found, most, y, scale) for key, found in sorted(cells.items()) if key[0] == name
    ]
    return tuple(sorted(marks, key=lambda mark: (-mark.radius, mark.x, mark.kind)))


def _mark(
    key: tuple[str, int, str], found: dict[str, int], most: int, y: float, scale: _Scale
) -> Mark:
    component, column, kind = key
    count = sum(found.values())
    main = min(found, key=lambda each: (-found[each], each))
    words = f"{component}: {many(count, 'error')}, {kind}, most of them {main}"
    radius = max(_SMALLEST, _LARGEST * math.sqrt(count / most))
    return Mark(scale.middle(column), y, round(radius, 1), kind, main, words)


def _flags(report: Report, scale: _Scale) -> tuple[Flag, ...]:
    """Begins of root causes; those that would hide each other stand on several levels."""
    taken: list[list[tuple[float, float]]] = []
    flags = []
    dated = [(second, each) for each in report.root_causes if (second := _second(each.started_at))]
    for second, cause in sorted(dated, key=lambda item: (item[0], item[1].rank)):
        x = scale.x(second)
        label = fitted(cause.title, _LABEL)
        room = _FLAG + _CHARACTER * len(label)
        leftward = x + room > WIDTH
        begin, end = (x - room, x + _FLAG) if leftward else (x - _FLAG / 2, x + room)
        level = next(
            (
                index
                for index, spans in enumerate(taken)
                if all(end < other or begin > last for other, last in spans)
            ),
            len(taken),
        )
        if level == len(taken):
            taken.append([])
        taken[level].append((begin, end))
        words = f"{cause.rank}: {tag_words(cause.tag).lower()}, {doubt_of(cause)}, {cause.title}"
        y = _FLAG * (level + 0.5)
        kind = _kind(cause.tag)
        doubtful = cause.confidence < TENTATIVE
        flags.append(Flag(x, y, cause.rank, kind, cause.id, label, doubtful, leftward, words))
    return tuple(flags)


def _inputs_of(report: Report, name: str) -> list[Input]:
    return [each for each in report.inputs if name in (each.component or "").split(",")]


def _spans(report: Report, name: str, scale: _Scale) -> tuple[tuple[float, float], ...]:
    """From the first to the last line of each input, without its gaps."""
    found = []
    for each in _inputs_of(report, name):
        begin, last = _second(each.first), _second(each.last)
        if begin is None or last is None:
            continue
        for gap in each.gaps:
            silent, again = _second(gap.first), _second(gap.last)
            if silent is not None and again is not None and begin <= silent <= again <= last:
                found.append((scale.x(begin), scale.x(silent)))
                begin = again
        found.append((scale.x(begin), scale.x(last)))
    return tuple(sorted(found))


def _gaps(report: Report, name: str, scale: _Scale) -> tuple[tuple[float, float, str], ...]:
    """Silence of a component: only where none of its inputs has a line."""
    inputs = _inputs_of(report, name)
    if len(inputs) != 1:
        return ()
    return tuple(
        (scale.x(silent), scale.x(again), f"no line from {clock(gap.first)} to {clock(gap.last)}")
        for gap in inputs[0].gaps
        if (silent := _second(gap.first)) is not None and (again := _second(gap.last)) is not None
    )


def _change_words(change: ReportedChange) -> str:
    words = f"{change.kind} of {change.component}"
    return f"{words} {change.version}" if change.version else words


def _axis(scale: _Scale) -> tuple[tuple[float, str], ...]:
    length = scale.last - scale.first
    step = next((each for each in _STEPS if length / each <= _TICKS), _STEPS[-1])
    layout = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86_400 else "%Y-%m-%d"
    at = math.ceil(scale.first / step) * step
    found: list[tuple[float, str]] = []
    while at <= scale.last and len(found) <= 2 * _TICKS:
        instant = dt.datetime.fromtimestamp(at, dt.UTC)
        midnight = step < 86_400 and instant.hour == instant.minute == instant.second == 0
        found.append((scale.x(at), instant.strftime("%m-%d %H:%M" if midnight else layout)))
        at += step
    return tuple(found)
