"""The report as one self-contained HTML file: no scripts, no network, made to be printed too."""

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from logtriage.model.report import Counts, Issue, Report, RootCause
from logtriage.report.cards import (
    SYMPTOMS,
    Look,
    course_of,
    doubt_of,
    labels_of,
    link_words,
    proofs_of,
    said,
    short,
    symptoms_of,
    tag_words,
)
from logtriage.report.delta import course_of as course_of_change
from logtriage.report.figures import (
    buckets,
    clock,
    day_of,
    lag,
    many,
    over_window,
    share,
    size,
    span_of,
    when,
)
from logtriage.report.picture import picture_of
from logtriage.report.redact import mapped
from logtriage.report.safe import visible_lines
from logtriage.report.text import shared_folder, sure_of

if TYPE_CHECKING:
    from jinja2 import Template

ISSUES: Final = 500
"""Issues with a section of their own; an honest line tells of more."""

_BARS: Final = 40


def as_html(report: Report) -> str:
    """The page. Everything a log wrote is escaped by the template and made visible before."""
    report = mapped(report, visible_lines)
    return _template().render(
        report=report,
        picture=picture_of(report),
        issues=report.issues[:ISSUES],
        hidden=max(0, len(report.issues) - ISSUES),
        sure=len(sure_of(report)),
        symptoms_shown=SYMPTOMS,
        rank_by_cause={cause.id: cause.rank for cause in report.root_causes},
        issue_by_id={issue.id: issue for issue in report.issues[:ISSUES]},
        day=day_of(report.window),
        span=span_of(report.window),
        look=Look(folder=shared_folder([each.path for each in report.inputs])),
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - costs 40 ms of start-up

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        many=many,
        size=size,
        when=when,
        clock=clock,
        lag=lag,
        share=share,
        said=said,
        tag_words=tag_words,
        doubt=doubt_of,
        course=course_of,
        link_words=link_words,
        bars=bars_of,
        kind=kind_of,
        proofs=proofs_of,
        symptoms=symptoms_of,
        over=over_window,
        web_link=web_link,
        labels=labels_of,
        short=short,
        change=lambda entry, kind: course_of_change(kind, entry, None),
    )
    source = resources.files("logtriage.report").joinpath("page.html.jinja").read_text("utf-8")
    return environment.from_string(source)


def kind_of(item: Issue | RootCause) -> str:
    """Class of its colour: ``defect`` or ``incident``."""
    return "defect" if item.tag == "application-defect" else "incident"


class Bars(NamedTuple):
    """A small chart."""

    places: int
    bars: tuple[tuple[int, float, int], ...]
    """Place, height from 0 to 1, number; empty places are left out."""


def bars_of(histogram: Counts | None) -> Bars:
    """The histogram in `_BARS` places at most."""
    if histogram is None or not any(histogram.counts):
        return Bars(0, ())
    sums = buckets(histogram.counts, _BARS)
    most = max(sums)
    found = (
        (index, round(max(count / most, 0.08), 3), count)
        for index, count in enumerate(sums)
        if count
    )
    return Bars(len(sums), tuple(found))


def web_link(address: str | None) -> str:
    """The address where it is one of the web, else nothing: no script hides in a link."""
    plain = (address or "").strip()
    return plain if plain.lower().startswith(("https://", "http://")) else ""
