"""Messages that are to be delivered, kept until they are.

The laws: a message enters in the transaction that moves the offsets of what it tells, so none is
lost and none is made twice; it leaves for the channel only after that transaction; it is tried
again, ever later, until the channel takes it or a week has passed. A run killed between the sending
and the note of it sends that one message again under the same key.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from logtriage.model.message import Message

MINUTE: Final = 60 * 1_000_000_000

BACKOFF: Final = (1, 2, 5, 10, 30, 60, 120, 360)
"""Minutes to wait after each failure; the last for all further ones."""

GIVEN_UP: Final = 7 * 24 * 60 * MINUTE
"""Age at which an undelivered message is given up; it stays listed with its failure."""

KEPT: Final = 30 * 24 * 60 * MINUTE
"""Age at which a delivered message's key is forgotten."""


class Failed(msgspec.Struct, frozen=True):
    """A message that a channel did not take."""

    message: Message
    reason: str
    attempts: int
    next_try: int
    """Nanoseconds since the epoch."""


def enqueue(connection: sqlite3.Connection, messages: Iterable[Message], *, now: int) -> int:
    """Put messages in, inside the run's transaction; how many were new."""
    count = 0
    for message in messages:
        cursor = connection.execute(
            "INSERT OR IGNORE INTO outbox (key, channel, fingerprint, body, created, next_try)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (message.key, message.channel, message.fingerprint, message.body, now, now),
        )
        count += cursor.rowcount
    return count


def due(connection: sqlite3.Connection, *, now: int) -> list[tuple[Message, int]]:
    """Messages to be sent now, oldest first, with how often each was tried."""
    rows = connection.execute(
        "SELECT key, channel, body, fingerprint, attempts FROM outbox"
        " WHERE sent IS NULL AND next_try <= ? AND created > ? ORDER BY created, key",
        (now, now - GIVEN_UP),
    ).fetchall()
    return [(Message(*row[:4]), row[4]) for row in rows]


def deliver(
    connection: sqlite3.Connection, send: Callable[[Message], None], *, now: int
) -> list[Failed]:
    """Send what is due, outside of any transaction; each success is noted before the next.

    ``send`` raises where the channel does not take a message: any exception but an interrupt is a
    failed try, for one channel's trouble must not keep another's messages back.
    """
    failed = []
    for message, attempts in due(connection, now=now):
        try:
            send(message)
        except Exception as error:  # noqa: BLE001 - a channel's library may raise anything
            wait = BACKOFF[min(attempts, len(BACKOFF) - 1)] * MINUTE
            reason = f"{type(error).__name__}: {error}"[:500]
            connection.execute(
                "UPDATE outbox SET attempts = attempts + 1, next_try = ?, failure = ?"
                " WHERE key = ?",
                (now + wait, reason, message.key),
            )
            failed.append(Failed(message, reason, attempts + 1, now + wait))
        else:
            connection.execute(
                "UPDATE outbox SET attempts = attempts + 1, sent = ?, failure = NULL, body = ''"
                " WHERE key = ?",
                (now, message.key),
            )
    connection.execute("DELETE FROM outbox WHERE created < ?", (now - KEPT,))
    return failed


def waiting(connection: sqlite3.Connection) -> list[Failed]:
    """Messages that failed and wait for their next try, or were given up."""
    rows = connection.execute(
        "SELECT key, channel, body, fingerprint, failure, attempts, next_try FROM outbox"
        " WHERE sent IS NULL AND attempts > 0 ORDER BY created, key"
    ).fetchall()
    return [Failed(Message(*row[:4]), row[4] or "", row[5], row[6]) for row in rows]
