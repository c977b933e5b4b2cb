"""HTTP to the services that take JSON: one call, one answer, no secret in any message."""

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from typing import Any, Final, NamedTuple

import msgspec

from logtriage import __version__
from logtriage.errors import DeliveryError

ANSWER_BYTES: Final = 1 << 20

_REFUSED: Final = frozenset({400, 405, 406, 411, 413, 414, 415, 422, 431})
"""Statuses that are about the message itself; a wrong token or address can be put right."""


class Request(NamedTuple):
    """One call."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""

    def shown(self) -> str:
        """As a dry run prints it."""
        head = "".join(f"{name}: {value}\n" for name, value in self.headers.items())
        body = msgspec.json.format(self.body, indent=2).decode() if self.body else ""
        return f"{self.method} {self.url}\n{head}\n{body}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    # a redirect would carry tokens and log lines to wherever the answer points
    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as inherited
        return None


def call(request: Request, timeout: float) -> Any:  # noqa: ANN401 - any JSON
    """The JSON that is answered; None where it is none.

    Raises:
        DeliveryError: it was not taken; the error says whether a later try can succeed.
    """
    if not request.url.startswith(("http://", "https://")):
        raise DeliveryError("the address begins with neither http:// nor https://", again=False)
    headers = {"User-Agent": f"logtriage/{__version__}", **request.headers}
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        made = urllib.request.Request(  # noqa: S310 - the scheme was checked
            request.url, request.body or None, headers, method=request.method
        )
        with opener.open(made, timeout=timeout) as answer:
            return _json(answer.read(ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error) from None
    # the causes are left out: they may quote the address, which may hold a secret
    except urllib.error.URLError as error:
        raise DeliveryError(f"no connection: {_plainly(error.reason)}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DeliveryError(f"no answer: {_plainly(error)}") from None


def _refused(error: urllib.error.HTTPError) -> DeliveryError:
    wait = str(error.headers.get("Retry-After", ""))
    return DeliveryError(
        f"HTTP {error.code} {http.client.responses.get(error.code, '')}".rstrip(),
        again=error.code not in _REFUSED,
        wait=min(int(wait), 86_400) if wait.isdigit() else None,
    )


def _plainly(reason: object) -> str:
    match reason:
        case TimeoutError():
            return "timed out"
        case socket.gaierror():
            return "the name of the host is unknown"
        case ssl.SSLError():
            return f"TLS: {reason.reason or 'failed'}".lower()
        case OSError() if reason.strerror:
            return reason.strerror.lower()
        case _:
            return type(reason).__name__


def _json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
