"""Secrets, read at the last moment and told to nobody."""

import base64
import os
from pathlib import Path

from logtriage.errors import DeliveryError
from logtriage.model.destination import Secret


class Secrets:
    """Gives the secrets themselves."""

    def plain(self, secret: Secret) -> str:
        """The secret.

        Raises:
            DeliveryError: it is not there.
        """
        return _read(secret)

    def basic(self, user: str, secret: Secret) -> str:
        """Value of an ``Authorization`` header; DeliveryError as above."""
        pair = base64.b64encode(f"{user}:{self.plain(secret)}".encode()).decode()
        return f"Basic {pair}"


class NamedSecrets(Secrets):
    """Gives what a dry run shows in place of secrets."""

    def plain(self, secret: Secret) -> str:
        """Where it would be taken from."""
        return f"[secret {secret.variable or secret.file}]"

    def basic(self, user: str, secret: Secret) -> str:
        """The same, with the user."""
        return f"Basic {user}:{self.plain(secret)}"


def _read(secret: Secret) -> str:
    if secret.variable is not None:
        value = os.environ.get(secret.variable, "").strip()
        if not value:
            raise DeliveryError(f"the variable {secret.variable} is not set")
        return value
    try:
        value = Path(secret.file or "").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise DeliveryError(f"the file {secret.file} of a secret cannot be read") from None
    if not value:
        raise DeliveryError(f"the file {secret.file} of a secret is empty")
    return value
