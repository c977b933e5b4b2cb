"""What is well formed and still cannot be meant."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, available_timezones

from logtriage.configuration.check import Problem
from logtriage.configuration.position import Path
from logtriage.configuration.schema import Configuration
from logtriage.expr.vocabulary import suggestion
from logtriage.model.destination import (
    Apprise,
    Jira,
    Mail,
    PagerDuty,
    Secret,
    ServiceNow,
    Slack,
    Webhook,
)


def meaningless(configuration: Configuration) -> Iterator[Problem]:
    """Zones, names and times that lead nowhere."""
    yield from _zones(configuration)
    yield from _hours(configuration)
    yield from _routes(configuration)
    yield from _secrets(configuration)
    yield from _regexes(configuration)


def _zones(configuration: Configuration) -> Iterator[Problem]:
    named: list[tuple[Path, str | None]] = [(("timezone",), configuration.timezone)]
    named += [
        (("source", number, "timezone"), source.timezone)
        for number, source in enumerate(configuration.source)
    ]
    if configuration.hours:
        named.append((("hours", "timezone"), configuration.hours.timezone))
    for path, name in named:
        if name is None or name.upper() in {"UTC", "Z", "GMT"} or name == "local":
            continue
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            near = suggestion(name, available_timezones())
            yield Problem(
                path,
                f"{name!r} is not a time zone",
                help=near or "use a name such as Europe/Berlin, UTC, local",
            )


def _hours(configuration: Configuration) -> Iterator[Problem]:
    hours = configuration.hours
    if hours and hours.start >= hours.end:
        yield Problem(
            ("hours", "end"),
            f"business hours end at {hours.end}, before they begin at {hours.start}",
        )
    if hours:
        return
    for number, route in enumerate(configuration.route):
        if route.when == "business-hours":
            yield Problem(
                ("route", number, "when"), "there are no business hours", help="add [hours]"
            )
    for name, commitment in configuration.sla.items():
        if commitment.clock == "business-hours":
            yield Problem(("sla", name, "clock"), "there are no business hours", help="add [hours]")


def _routes(configuration: Configuration) -> Iterator[Problem]:
    for number, route in enumerate(configuration.route):
        for place, name in enumerate(route.to):
            if name not in configuration.delivery:
                yield Problem(
                    ("route", number, "to", place),
                    f"there is no delivery '{name}'",
                    help=suggestion(name, configuration.delivery) or f"add [delivery.{name}]",
                )


def _secrets(configuration: Configuration) -> Iterator[Problem]:
    path: Path
    for path, secret in secrets_of(configuration):
        if (secret.variable is None) == (secret.file is None):
            yield Problem(
                path,
                f"'{path[-1]}' needs a variable or a file",
                "both are given" if secret.file else "none is given",
                f'for example {path[-1]} = {{ variable = "NAME_OF_A_VARIABLE" }}',
            )
    for name, destination in configuration.delivery.items():
        path = ("delivery", name)
        match destination:
            case Mail(user=str(), password=None):
                yield Problem((*path, "user"), "a user without a password")
            case Mail(user=str(), server=None):
                yield Problem((*path, "user"), "a user without a server to log in to")
            case ServiceNow(token=None, password=None) | ServiceNow(token=None, user=None):
                yield Problem(path, "ServiceNow needs a user and a password, or a token")
            case Webhook(url=str() as url) if "@" in url.partition("://")[2].partition("/")[0]:
                yield Problem(
                    (*path, "url"), "the address holds a secret", help=_REFERENCE, secret=True
                )
            case Webhook(url=str() as url) if not url.startswith(("http://", "https://")):
                yield Problem(
                    (*path, "url"), "the address begins with neither http:// nor https://"
                )
            case _:
                pass


_REFERENCE = 'url = { variable = "NAME_OF_A_VARIABLE" } or { file = "PATH" }'


def secrets_of(configuration: Configuration) -> Iterable[tuple[Path, Secret]]:
    """Every secret that the configuration refers to, and where it does."""
    if configuration.redaction.key:
        yield ("redaction", "key"), configuration.redaction.key
    for name, destination in configuration.delivery.items():
        held: dict[str, object] = {}
        match destination:
            case Mail(password=secret):
                held = {"password": secret}
            case Apprise(url=secret) | Slack(url=secret):
                held = {"url": secret}
            case PagerDuty(routing_key=secret):
                held = {"routing_key": secret}
            case ServiceNow(password=secret, token=token):
                held = {"password": secret, "token": token}
            case Jira(token=secret):
                held = {"token": secret}
            case Webhook(url=url, headers=headers):
                held = {"url": url, **{f"headers.{key}": each for key, each in headers.items()}}
            case _:
                pass
        for key, each in held.items():
            if isinstance(each, Secret):
                yield ("delivery", name, *key.split(".", 1)), each


def _regexes(configuration: Configuration) -> Iterator[Problem]:
    from logtriage.expr.regexes import refusal  # noqa: PLC0415 - only where there are some

    for number, secret in enumerate(configuration.redaction.secret):
        if reason := refusal(secret.regex):
            yield Problem(
                ("redaction", "secret", number, "regex"), "the expression is not taken", reason
            )
