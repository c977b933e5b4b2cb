"""The report for a person at 3 am: the answer stands in the first screen."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from logtriage.model.report import TENTATIVE, Issue, Report, RootCause
from logtriage.report.cards import Look, brief_card, card, short, tag_words
from logtriage.report.cells import fitted, padded, width_of, wrapped
from logtriage.report.figures import TIMES, day_of, many, share, size, span_of, when
from logtriage.report.lines import Line, Piece, Style, cropped, line_of
from logtriage.report.safe import visible

PROBLEMS: Final = 8
"""Inputs with trouble that have a line of their own."""

_NAME: Final = 11
_LONG_FOLDER: Final = 10
_SHORT: Final = {"production-incident": "incident", "application-defect": "defect"}


def text_lines(report: Report, look: Look) -> list[Line]:
    """All lines of the report: coverage, root causes, other issues, what was not understood."""
    look = look._replace(folder=shared_folder([each.path for each in report.inputs]))
    if not report.root_causes and not report.issues and not report.totals.errors:
        return [*_nothing(report, look), *_ignored(report, look), *doubts(report, look)]
    lines = [*_coverage(report, look)]
    for cause in sure_of(report):
        lines += [[], *card(cause, report, look)]
    lines += [*_tentative(report, look)]
    if not report.root_causes:
        lines += [[], line_of("no root cause: nothing here broke anew, or brought others down")]
    lines += [*_others(report, look), *_ignored(report, look), *doubts(report, look)]
    return lines


def sure_of(report: Report) -> list[RootCause]:
    """Root causes that are more likely real than not."""
    return [cause for cause in report.root_causes if cause.confidence >= TENTATIVE]


def _tentative(report: Report, look: Look) -> Iterator[Line]:
    """The others in brief: they must not bury what is sure."""
    found = [cause for cause in report.root_causes if cause.confidence < TENTATIVE]
    if not found:
        return
    sure = len(found) < len(report.root_causes)
    yield []
    yield line_of(
        f" {len(found)} tentative: "
        + ("look at these when the rest is settled" if sure else "nothing here is sure")
    )
    for cause in found[: look.top]:
        yield []
        yield from brief_card(cause, report, look)
    if len(found) > look.top:
        yield []
        yield line_of(f"    and {len(found) - look.top:,} more tentative   --top {len(found)}")


def shared_folder(paths: Sequence[str]) -> str:
    """The folder that all paths lie in, with its slash; empty where it would save little."""
    if len(paths) < 2:
        return ""
    folders = [path.split("/")[:-1] for path in paths]
    shared = takewhile(lambda names: len(set(names)) == 1, zip(*folders, strict=False))
    folder = "".join(f"{names[0]}/" for names in shared)
    return folder if len(folder) >= _LONG_FOLDER else ""


def coverage_of(report: Report, seconds: float | None = None) -> list[str]:
    """What was read and what was found, in two sentences."""
    totals = report.totals
    took = f" in {seconds:.1f} s" if seconds is not None else ""
    read = (
        f"{many(len(report.inputs), 'file')}, {many(totals.lines, 'line')}, "
        f"{size(totals.bytes)}{took}"
    )
    sure = len(sure_of(report))
    doubtful = len(report.root_causes) - sure
    parts = [many(sure, "root cause") if sure else "no sure root cause"]
    if doubtful:
        parts.append(f"{doubtful:,} tentative")
    parts = [", ".join(parts)]
    parts.append(f"{many(totals.errors, 'error')} in {many(len(report.issues), 'issue')}")
    if totals.ignored:
        parts.append(f"{totals.ignored:,} ignored")
    if totals.lines_without_format and totals.lines:
        parts.append(f"{share(totals.lines_without_format, totals.lines)} in no known format")
    return [f"{read}   {span_of(report.window)}", " · ".join(parts)]


def _coverage(report: Report, look: Look) -> Iterator[Line]:
    first, second = coverage_of(report, look.seconds)
    room = look.width - _NAME
    name = Piece(f"{'logtriage':<{_NAME}}", Style.TITLE)
    read, gap, span = first.partition("   ")
    files, comma, rest = read.partition(",")
    inside = f"{files} in {look.folder}{comma}{rest}"
    if look.folder and width_of(inside) <= room:
        head = [inside, span]
    else:
        head = [read, span] if width_of(first) > room or look.folder else [f"{read}{gap}{span}"]
        head[1:1] = [f"in {look.folder}"] if look.folder else []
    for part in [*head, *wrapped_at(second, room)]:
        yield line_of(name, part)
        name = Piece(" " * _NAME)
    if report.interrupted:
        yield line_of(name, Piece("interrupted: only part of the input was read", Style.URGENT))


def wrapped_at(text: str, width: int) -> list[str]:
    """The text in lines that break at its dots, or between words where those are too far apart."""
    lines = [""]
    for part in text.split(" · "):
        grown = f"{lines[-1]} · {part}" if lines[-1] else part
        if width_of(grown) <= width or not lines[-1]:
            lines[-1] = grown
        else:
            lines.append(part)
    return [row for line in lines for row in wrapped(line, width)]


def _nothing(report: Report, look: Look) -> Iterator[Line]:
    totals = report.totals
    read = f"{many(totals.lines, 'line')}, {span_of(report.window)}"
    hint = "" if look.show_ignored or not totals.ignored else " (--show-ignored)"
    ignored = f", {totals.ignored:,} ignored{hint}" if totals.ignored else ""
    for part in wrapped(f"nothing to report: {read}{ignored}", look.width):
        yield line_of(Piece(part, Style.GOOD))
    if report.interrupted:
        yield line_of(Piece("interrupted: only part of the input was read", Style.URGENT))


def others_of(report: Report) -> list[Issue]:
    """Issues that neither are nor follow from a root cause, the most frequent first."""
    rooted = {cause.issue for cause in report.root_causes}
    free = [issue for issue in report.issues if issue.root_cause is None and issue.id not in rooted]
    return sorted(free, key=lambda issue: (issue.chronic, -issue.count, issue.id))


def _others(report: Report, look: Look) -> Iterator[Line]:
    rooted = {cause.issue for cause in report.root_causes}
    rest = [issue for issue in report.issues if issue.id not in rooted]
    if not rest and not report.totals.other_errors:
        return
    yield []
    yield _summed(report, rest, look)
    free = others_of(report)
    yield from _table(free[: look.top], report, look)
    if len(free) > look.top:
        hidden = free[look.top :]
        errors = sum(issue.count for issue in hidden)
        yield line_of(
            Piece(
                f"    and {many(len(hidden), 'issue')} more, {many(errors, 'error')}   "
                f"--top {len(free)}",
                Style.DIM,
            )
        )
    if report.totals.other_errors:
        yield line_of(
            f"    and {many(report.totals.other_errors, 'error')} beyond the cap on issues"
        )


def _summed(report: Report, rest: Sequence[Issue], look: Look) -> Line:
    errors = sum(issue.count for issue in rest)
    following: dict[str, int] = {}
    for issue in rest:
        if issue.root_cause is not None:
            following[issue.root_cause] = following.get(issue.root_cause, 0) + 1
    parts = [
        f"{following[cause.id]} follow{'s' if following[cause.id] == 1 else ''} from {cause.rank}"
        for cause in report.root_causes
        if cause.id in following
    ]
    chronic = sum(1 for issue in rest if issue.chronic and issue.root_cause is None)
    if chronic:
        parts.insert(0, f"{chronic} chronic")
    more = "more " if report.root_causes else ""
    words = f" {many(len(rest), f'{more}issue')}, {many(errors, 'error')}"
    tail = f": {', '.join(parts)}" if parts else ""
    line = line_of(words + tail, Piece("   explain --issue ID tells why", Style.DIM))
    return line if sum(width_of(p.text) for p in line) <= look.width else line[:1]


def _table(issues: Sequence[Issue], report: Report, look: Look) -> Iterator[Line]:
    day = day_of(report.window)
    rows = [
        (
            issue.id,
            _SHORT.get(issue.tag, tag_words(issue.tag).lower()),
            f"{issue.confidence:.2f}",
            f"{issue.count:,} {TIMES}",
            when(issue.first_seen, day=day),
            visible(fitted(issue.component or "?", 16)),
            ("chronic: " if issue.chronic else "") + _titled(issue),
        )
        for issue in issues
    ]
    wide = [max(width_of(row[column]) for row in rows) for column in range(6)] if rows else []
    for row in rows:
        style = Style.INCIDENT if row[1] == "incident" else Style.DEFECT
        line = line_of(
            "    ",
            padded(row[0], wide[0]),
            "  ",
            Piece(padded(row[1], wide[1]), style),
            f"  {padded(row[2], wide[2])}  {row[3]:>{wide[3]}}  ",
            Piece(padded(row[4], wide[4]), Style.TIME),
            f"  {padded(row[5], wide[5])}  {visible(row[6])}",
        )
        yield cropped(line, look.width) if look.crop else line


def _titled(issue: Issue) -> str:
    status = f"{issue.status}: " if issue.status else ""
    return f"{status}{issue.title}"


def _ignored(report: Report, look: Look) -> Iterator[Line]:
    if not look.show_ignored or not report.ignored:
        return
    yield []
    yield line_of(f" {report.totals.ignored:,} ignored")
    for group in sorted(report.ignored, key=lambda each: (-each.count, each.rule)):
        line = line_of(
            f"    {group.count:,} {TIMES}  {group.rule}  {group.category}: {group.reason}"
        )
        yield cropped(line, look.width) if look.crop else line
        for exemplar in group.exemplars[:1]:
            words = " ".join(exemplar.text.split())
            line = line_of("          ", _place(exemplar.path, exemplar.line, look), f"  {words}")
            yield cropped(line, look.width) if look.crop else line


def _place(path: str, number: int, look: Look) -> Piece:
    return Piece(f"{short(path, look)}:{number}", Style.PLACE, path, number)


def doubts(report: Report, look: Look) -> Iterator[Line]:
    """What was not understood, or not read to its end."""
    told = [
        f"{short(each.path, look)}: {problem}"
        for each in report.inputs
        for problem in each.problems
    ]
    if report.totals.lines_cut:
        told.append(f"{many(report.totals.lines_cut, 'record')} longer than the limit, cut")
    if not told:
        return
    yield []
    for words in told[:PROBLEMS]:
        for index, part in enumerate(wrapped(visible(words), look.width - 5)):
            yield line_of(
                Piece(
                    "   ! " if not index else "     ", Style.URGENT if not index else Style.PLAIN
                ),
                part,
            )
    if len(told) > PROBLEMS:
        yield line_of(f"     and {len(told) - PROBLEMS} more, all of them in --output json")
