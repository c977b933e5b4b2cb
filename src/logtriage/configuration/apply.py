"""From the configuration to the settings of a run and the plan of its delivery."""

import socket

import msgspec

from logtriage.configuration.schema import Configuration, RedactionTable
from logtriage.deliver.secret import Secrets
from logtriage.model.message import Plan
from logtriage.report.redact import Redaction
from logtriage.settings import Settings, SourceSettings


def applied(configuration: Configuration, options: Settings) -> Settings:
    """The settings of the options, filled up from the configuration."""
    sources = [
        SourceSettings(
            paths=source.paths,
            component=source.component,
            zone=source.timezone,
            year=source.year,
            format=source.format,
            format_string=source.format_string,
        )
        for source in configuration.source
    ]
    if configuration.timezone:
        sources.append(SourceSettings(zone=configuration.timezone))
    return msgspec.structs.replace(
        options,
        jobs=options.jobs if options.jobs is not None else configuration.jobs,
        packs=(*configuration.packs, *options.packs),
        disabled=(*configuration.disabled, *options.disabled),
        sources=tuple(sources),
        depends_on={name: service.depends_on for name, service in configuration.service.items()},
    )


def redaction_of(table: RedactionTable) -> Redaction:
    """How secrets are taken out; DeliveryError where the key is not there."""
    return Redaction(
        mail=table.mail,
        key=Secrets().plain(table.key).encode() if table.key else b"",
        further=[(secret.name, secret.regex) for secret in table.secret],
    )


def plan_of(configuration: Configuration) -> Plan:
    """Who is told what and when."""
    hours = configuration.hours
    return Plan(
        routes=configuration.route,
        destinations=configuration.delivery,
        hours=hours,
        commitments={str(name): each for name, each in configuration.sla.items()},
        zone=(hours.timezone if hours else None) or configuration.timezone or "UTC",
        host=socket.gethostname() or "localhost",
    )
