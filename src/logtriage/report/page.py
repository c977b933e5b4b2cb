"""The report as one self-contained HTML file: no scripts, no network, made to be printed too."""

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from logtriage.model.report import Counts, Issue, Report, RootCause
from logtriage.report.cards import (
    Look,
    course_of,
    doubt_of,
    impact_of,
    labels_of,
    link_words,
    said,
    short,
    tag_words,
)
from logtriage.report.figures import (
    buckets,
    clock,
    day_of,
    lag,
    many,
    share,
    size,
    span_of,
    when,
)
from logtriage.report.picture import picture_of
from logtriage.report.redact import mapped
from logtriage.report.safe import visible_lines
from logtriage.report.text import others_of, shared_folder

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
        others=others_of(report),
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
        impact=impact_of,
        link_words=link_words,
        bars=bars_of,
        kind=kind_of,
        web_link=web_link,
        labels=labels_of,
        short=short,
    )
    source = resources.files("logtriage.report").joinpath("page.html.jinja").read_text("utf-8")
    return environment.from_string(source)


def kind_of(item: Issue | RootCause) -> str:
    """Class of its colour: ``defect`` or ``incident``."""
    return "defect" if item.tag == "application-defect" else "incident"


def bars_of(histogram: Counts | None) -> list[tuple[int, float, int]]:
    """Bars of a small chart: place, height from 0 to 1, number."""
    if histogram is None or not any(histogram.counts):
        return []
    sums = buckets(histogram.counts, _BARS)
    most = max(sums)
    return [
        (index, round(max(count / most, 0.08), 3), count)
        for index, count in enumerate(sums)
        if count
    ]


def web_link(address: str | None) -> str:
    """The address where it is one of the web, else nothing: no script hides in a link."""
    plain = (address or "").strip()
    return plain if plain.lower().startswith(("https://", "http://")) else ""
