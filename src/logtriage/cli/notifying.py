"""Telling people and systems, for ``scan --notify``: made, shown or sent."""

import sys
import time

from logtriage.cli.configured import configured
from logtriage.cli.console import complain
from logtriage.cli.options import Secrecy
from logtriage.errors import UsageError
from logtriage.model.message import Message, Plan
from logtriage.model.report import Report


def planned(config: str | None) -> Plan:
    """The plan of the configuration; UsageError where it tells nobody."""
    loaded = configured(config)
    if loaded is None or not loaded.configuration.route:
        raise UsageError(
            "there is nobody to notify",
            where=loaded.path if loaded else None,
            help="add a [[route]] and a [delivery.NAME] to logtriage.toml; docs/delivery.md",
        )
    from logtriage.configuration.apply import plan_of  # noqa: PLC0415 - only where it is needed

    return plan_of(loaded.configuration)


def messages_of(report: Report, plan: Plan, secrecy: Secrecy) -> list[Message]:
    """Messages about a report of a run that keeps no state: every root cause is new."""
    from logtriage.deliver.plan import all_new, deliver  # noqa: PLC0415 - loads dateutil
    from logtriage.report.redact import outgoing  # noqa: PLC0415

    harmless = outgoing(report, redact=not secrecy.no_redact, redaction=secrecy.redaction)
    return deliver(harmless, all_new(harmless), plan, time.time_ns())


def show(messages: list[Message], plan: Plan) -> None:
    """Print exactly what would be sent."""
    from logtriage.deliver.send import shown  # noqa: PLC0415
    from logtriage.model.record import rfc3339  # noqa: PLC0415

    now = time.time_ns()
    for message in messages:
        later = f", not before {rfc3339(message.not_before)}" if message.not_before > now else ""
        print(f"== to {message.destination}{later}")  # noqa: T201 - the answer
        print(shown(message, plan.destinations[message.destination], now))  # noqa: T201
        print()  # noqa: T201
    if not messages:
        sys.stderr.write("nothing would be sent\n")


def send_all(messages: list[Message], plan: Plan) -> bool:
    """Send now; without state nothing can wait. False where something was not delivered."""
    from logtriage.deliver.send import send  # noqa: PLC0415

    well = True
    for message in messages:
        outcome = send(message, plan.destinations.get(message.destination), time.time_ns())
        if not outcome.delivered:
            complain(f"not delivered to {message.destination}: {outcome.reason}")
            well = False
    return well
