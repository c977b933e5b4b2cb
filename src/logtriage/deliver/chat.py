"""Chat and paging services through Apprise, the one place that imports it."""

import logging
from typing import Any

from logtriage.deliver.cut import one_line, text_within
from logtriage.deliver.secret import Secrets
from logtriage.errors import DeliveryError
from logtriage.model.destination import Apprise
from logtriage.model.message import Event, Message


class Parts:
    """Title and body within the limits of a service."""

    def __init__(self, message: Message, title: int, body: int) -> None:
        # a service without titles gets the subject as the first line
        self.title = one_line(message.subject, title) if title else ""
        text = message.text if title else f"{message.subject}\n{message.text}"
        self.body = text_within(text, body) if body else text


def send_chat(message: Message, destination: Apprise, secrets: Secrets) -> None:
    """Hand the message over.

    Raises:
        DeliveryError: it was not taken, or Apprise is not installed.
    """
    service = _service(secrets.plain(destination.url))
    parts = Parts(message, service.title_maxlen, service.body_maxlen)
    heard = _Listener()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    try:
        done = service.notify(
            body=parts.body, title=parts.title, notify_type=_kind(message), body_format="text"
        )
    except Exception as error:  # noqa: BLE001 - a plug-in of another project must not end the run
        raise DeliveryError(f"Apprise failed: {type(error).__name__}") from None
    finally:
        logger.removeHandler(heard)
    if not done:
        raise DeliveryError(f"{service.service_name}: not delivered")


def parts_of(message: Message, destination: Apprise, secrets: Secrets) -> tuple[str, Parts]:
    """Where to, without its secrets, and what; for a dry run. DeliveryError as above."""
    service = _service(secrets.plain(destination.url))
    return service.url(privacy=True), Parts(message, service.title_maxlen, service.body_maxlen)


def _service(url: str) -> Any:  # noqa: ANN401 - Apprise has no types
    try:
        import apprise  # noqa: PLC0415 - an extra, slow to load
    except ImportError:
        raise DeliveryError(
            "Apprise is not installed: pip install 'logtriage[notify]'", again=True
        ) from None
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        raise DeliveryError("Apprise does not understand the address")
    return service


def _kind(message: Message) -> str:
    return "success" if message.event is Event.CLOSE else "warning"


class _Listener(logging.Handler):
    """Takes what Apprise logs: it may quote addresses, and nobody asked for it on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Drop it."""
