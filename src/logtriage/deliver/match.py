"""Which routes a root cause takes."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from logtriage.model.delta import Delta, Entry
from logtriage.model.report import Issue, Report, RootCause
from logtriage.model.routing import Hours, Route
from logtriage.model.severity import NUMBER_BY_NAME


class News(msgspec.Struct, frozen=True):
    """A root cause, or an issue without one, with all that is known of it."""

    entry: Entry
    cause: RootCause | None = None
    """None where it is over, or no root cause."""
    issue: Issue | None = None


def news_of(report: Report, delta: Delta) -> Iterator[News]:
    """Everything that changed or goes on, most urgent first; what is muted is left out."""
    causes = {cause.id: cause for cause in report.root_causes}
    issues = {issue.fingerprint: issue for issue in report.issues}
    for entry in (*delta.new, *delta.regressed, *delta.resolved, *delta.still):
        cause = causes.get(entry.root_cause or "")
        yield News(entry, cause, issues.get(entry.fingerprint))


def taken(routes: Sequence[Route], news: News) -> list[Route]:
    """The routes that match; those for what is left over only where no other does."""
    found = [route for route in routes if not route.otherwise and matches(route, news)]
    return found or [route for route in routes if route.otherwise and matches(route, news)]


def matches(route: Route, news: News) -> bool:
    """True where all that a route asks for is so; what is not known is not held against it."""
    entry = news.entry
    severity = severity_of(news)
    return (
        route.tag in {None, entry.tag}
        and entry.confidence >= route.confidence
        and (not route.priority or entry.priority is None or entry.priority in route.priority)
        and (
            route.severity is None
            or severity is None
            or NUMBER_BY_NAME[severity] >= NUMBER_BY_NAME[route.severity]
        )
        and (not route.component or _fits(entry.component, route.component))
        and (not route.category or _fits(entry.category, route.category))
    )


def severity_of(news: News) -> str | None:
    """Severity of the root cause, else of the issue; None of what is over."""
    if news.cause is not None and news.cause.severity:
        return news.cause.severity
    return news.issue.severity if news.issue is not None else None


def told_by(route: Route, entry: Entry) -> bool:
    """True where a route tells of what has this state; what goes on only when it grew."""
    return entry.status in route.status and (entry.status != "ongoing" or entry.news)


def at_once(route: Route, entry: Entry, hours: Hours | None) -> bool:
    """True where it does not wait for business hours."""
    if hours is None or route.when == "always":
        return True
    if route.when == "business-hours":
        return False
    urgent = entry.priority is None or entry.priority in hours.at_once
    return entry.tag == "production-incident" and urgent


def _fits(name: str | None, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name or "", pattern) for pattern in patterns)
