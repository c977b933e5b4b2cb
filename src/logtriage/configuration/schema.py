"""The tables of ``logtriage.toml``.

The descriptions are those of the documentation and of the JSON schema that editors use.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from logtriage.model.destination import AnyDestination, Secret
from logtriage.model.routing import Commitment, Hours, Priority, Route

Zone = Annotated[str, Meta(examples=["Europe/Berlin"])]


class SourceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Logs, and how they are read.

    `logtriage report` reads all of them; other commands read files that match `paths` the same way.
    Where several match, the first that says a thing counts.
    """

    paths: Annotated[
        tuple[str, ...],
        Meta(
            description="Files, folders or patterns; `**` crosses folders. Relative ones start "
            "at the folder of the configuration file.",
            min_length=1,
            examples=[["/var/log/shop/orders*.log"]],
        ),
    ]
    component: Annotated[
        str | None,
        Meta(description="Component of all records, over what lines and file names say."),
    ] = None
    timezone: Annotated[Zone | None, Meta(description="Zone of timestamps that state none.")] = None
    format: Annotated[
        str | None,
        Meta(description="The only format to read with; `logtriage formats list` names them."),
    ] = None
    format_string: Annotated[
        str | None,
        Meta(description="A layout of log4j, Python, nginx, Apache, HAProxy or Envoy."),
    ] = None
    year: Annotated[
        Annotated[int, Meta(ge=1970, le=9999)] | None,
        Meta(description="Year of timestamps that state none."),
    ] = None


class ServiceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A component of the system, by the name that the reports give it."""

    depends_on: Annotated[
        tuple[str, ...],
        Meta(
            description="Components that it calls: their failures can be the cause of its own.",
            examples=[["postgres", "payments"]],
        ),
    ] = ()


class SecretPattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further kind of secret to take out."""

    name: Annotated[
        str,
        Meta(
            description="What stands in its place, as in `[customer-number #3f2a]`.",
            pattern="^[a-z][a-z-]{0,39}$",
        ),
    ]
    regex: Annotated[
        str,
        Meta(
            description="Linear-time regular expression (no look-around, no back-references); "
            "its group `secret` is replaced, or all of it where it has none."
        ),
    ]


class RedactionTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Secrets in what leaves the terminal."""

    enabled: Annotated[
        bool, Meta(description="Take secrets out; `--no-redact` says otherwise for one run.")
    ] = True
    mail: Annotated[bool, Meta(description="Take mail addresses of people out too.")] = False
    key: Annotated[
        Secret | None,
        Meta(
            description="Key of the short hashes that tell equal secrets; else they are the same "
            "everywhere."
        ),
    ] = None
    secret: Annotated[tuple[SecretPattern, ...], Meta(description="Further kinds of secrets.")] = ()


class StateTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is remembered from run to run."""

    path: Annotated[
        str | None,
        Meta(
            description="The file; else `logtriage/state.db` in the XDG state folder, or in "
            "`/var/lib` for root."
        ),
    ] = None


class Configuration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. Everything is optional."""

    timezone: Annotated[
        Zone | None,
        Meta(description="Zone of timestamps that state none, for all inputs; else UTC."),
    ] = None
    packs: Annotated[
        tuple[str, ...],
        Meta(description="Folders of own rule packs, formats and dialects."),
    ] = ()
    disabled: Annotated[
        tuple[str, ...],
        Meta(description="Ids of rules that are switched off.", examples=[["PGS-107"]]),
    ] = ()
    jobs: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None,
        Meta(description="Processes; else the size of the input decides."),
    ] = None
    source: Annotated[tuple[SourceTable, ...], Meta(description="Logs.")] = ()
    service: Annotated[
        dict[str, ServiceTable], Meta(description="Components and what they depend on.")
    ] = {}
    redaction: Annotated[
        RedactionTable, Meta(description="Secrets in what leaves the terminal.")
    ] = RedactionTable()
    hours: Annotated[Hours | None, Meta(description="Business hours.")] = None
    sla: Annotated[
        dict[Priority, Commitment], Meta(description="Times promised, by priority.")
    ] = {}
    route: Annotated[tuple[Route, ...], Meta(description="What goes where.")] = ()
    delivery: Annotated[dict[str, AnyDestination], Meta(description="Destinations, by name.")] = {}
    state: Annotated[StateTable, Meta(description="What is remembered from run to run.")] = (
        StateTable()
    )
