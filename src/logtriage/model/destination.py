"""Where messages go: one struct for each kind of ``[delivery.NAME]``.

The descriptions are those of the documentation and of the JSON schema that editors use.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

Duration = Annotated[
    str,
    Meta(pattern=r"^[0-9]{1,6}(s|m|h|d|w)$", examples=["15m"]),
]
"""``90s``, ``15m``, ``4h``, ``3d``, ``2w``; `seconds` reads it."""

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds(duration: str) -> int:
    """Seconds of a `Duration`."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret by reference; it stands neither in the file nor in an option."""

    variable: Annotated[
        str | None, Meta(description="Environment variable that holds the secret.")
    ] = None
    file: Annotated[
        str | None,
        Meta(description="File that holds the secret; white space around it does not count."),
    ] = None


class Destination(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What all kinds have in common."""

    timeout: Annotated[
        Duration, Meta(description="How long the other side may take before a try has failed.")
    ] = "20s"


class Mail(Destination, frozen=True, kw_only=True, tag="mail"):
    """Mail, through an SMTP server or the machine's own sendmail."""

    to: Annotated[
        tuple[str, ...],
        Meta(description="Addresses.", min_length=1, examples=[["ops@example.org"]]),
    ]
    sender: Annotated[
        str | None,
        Meta(
            description="Address that it comes from; else `logtriage@` and the host's name.",
            examples=["logtriage@example.org"],
        ),
    ] = None
    server: Annotated[
        str | None,
        Meta(
            description="SMTP server, `host` or `host:port`; without it the sendmail program.",
            examples=["mail.example.org:587"],
        ),
    ] = None
    encryption: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(description="How the connection to the server is encrypted."),
    ] = "starttls"
    user: Annotated[str | None, Meta(description="Name to log in to the server with.")] = None
    password: Annotated[Secret | None, Meta(description="Password of `user`.")] = None
    sendmail: Annotated[
        str, Meta(description="The sendmail program, used where there is no `server`.")
    ] = "/usr/sbin/sendmail"


class Apprise(Destination, frozen=True, kw_only=True, tag="apprise"):
    """A chat or paging service, through Apprise (the extra `notify`)."""

    url: Annotated[
        Secret, Meta(description="Apprise URL of the service; it holds the service's token.")
    ]


class Slack(Destination, frozen=True, kw_only=True, tag="slack"):
    """A Slack channel, through an incoming webhook."""

    url: Annotated[Secret, Meta(description="URL of the incoming webhook.")]


class PagerDuty(Destination, frozen=True, kw_only=True, tag="pagerduty"):
    """PagerDuty, Events API v2: one alert for each root cause, resolved with it."""

    routing_key: Annotated[Secret, Meta(description="Integration key of the service.")]
    server: Annotated[str, Meta(description="Address of the API.", pattern="^https?://[^@]*$")] = (
        "https://events.pagerduty.com/v2/enqueue"
    )


class ServiceNow(Destination, frozen=True, kw_only=True, tag="servicenow"):
    """ServiceNow: one incident for each root cause, resolved with it."""

    server: Annotated[
        str,
        Meta(
            description="Address of the instance.",
            pattern="^https?://[^@]*$",
            examples=["https://example.service-now.com"],
        ),
    ]
    user: Annotated[str | None, Meta(description="Name for basic authentication.")] = None
    password: Annotated[Secret | None, Meta(description="Password of `user`.")] = None
    token: Annotated[Secret | None, Meta(description="OAuth token, in place of a user.")] = None
    caller: Annotated[str | None, Meta(description="`caller_id` of the incidents.")] = None
    group: Annotated[str | None, Meta(description="`assignment_group` of the incidents.")] = None
    close_code: Annotated[str, Meta(description="`close_code` of an incident that is over.")] = (
        "Resolved by caller"
    )


class Jira(Destination, frozen=True, kw_only=True, tag="jira"):
    """Jira: one issue for each root cause, a comment when it is over or back."""

    server: Annotated[
        str,
        Meta(
            description="Address of the site.",
            pattern="^https?://[^@]*$",
            examples=["https://example.atlassian.net"],
        ),
    ]
    project: Annotated[str, Meta(description="Key of the project.", examples=["SHOP"])]
    issue_type: Annotated[str, Meta(description="Name of the type of issue.")] = "Bug"
    api: Annotated[
        Literal["3", "2"], Meta(description="`3` for Jira Cloud, `2` for Data Center.")
    ] = "3"
    user: Annotated[
        str | None, Meta(description="Account (Cloud); without it the token is a bearer token.")
    ] = None
    token: Annotated[Secret, Meta(description="API token of the account, or access token.")]
    labels: Annotated[
        tuple[str, ...], Meta(description="Labels of the issues, beside `logtriage`.")
    ] = ()


class Webhook(Destination, frozen=True, kw_only=True, tag="webhook"):
    """Any system that takes JSON by HTTP POST."""

    url: Annotated[
        str | Secret,
        Meta(description="Where to; by reference where it holds a secret."),
    ]
    headers: Annotated[
        dict[str, str | Secret],
        Meta(description="Further headers; those with secrets by reference."),
    ] = {}


class File(Destination, frozen=True, kw_only=True, tag="file"):
    """A file of JSON lines that other programs read; messages are appended."""

    path: Annotated[str, Meta(description="The file; its folder must exist.")]


AnyDestination = Mail | Apprise | Slack | PagerDuty | ServiceNow | Jira | Webhook | File
