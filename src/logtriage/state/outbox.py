"""Messages that are to be delivered, kept until they are.

The laws: a message enters in the transaction that moves the offsets of what it tells, so none is
lost and none is made twice; it leaves only after that transaction; it is tried
again, ever later, until its destination takes it, refuses it for good, or a week has passed. A run
killed between the sending and the note of it sends that one message again under the same key.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from logtriage.model.message import Message, Outcome

MINUTE: Final = 60 * 1_000_000_000

BACKOFF: Final = (1, 2, 5, 10, 30, 60, 120, 360)
"""Minutes to wait after each failure; the last for all further ones."""

GIVEN_UP: Final = 7 * 24 * 60 * MINUTE
"""Age at which an undelivered message is given up."""

KEPT: Final = 30 * 24 * 60 * MINUTE
"""Time for which the key of a message is known after it was delivered or given up."""


class Failed(msgspec.Struct, frozen=True):
    """A message that its destination did not take."""

    message: Message
    reason: str
    attempts: int
    next_try: int | None
    """Nanoseconds since the epoch; None where it was given up."""


def enqueue(connection: sqlite3.Connection, messages: Iterable[Message], *, now: int) -> int:
    """Put messages in, inside the run's transaction; how many were new."""
    count = 0
    for message in messages:
        cursor = connection.execute(
            "INSERT OR IGNORE INTO outbox (key, destination, message, created, next_try)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                message.key,
                message.destination,
                msgspec.json.encode(message).decode(),
                now,
                message.not_before,
            ),
        )
        count += cursor.rowcount
    return count


def due(connection: sqlite3.Connection, *, now: int) -> list[tuple[Message, int]]:
    """Messages to be sent now, oldest first, with how often each was tried.

    What a destination is to hear of a root cause, it hears in order: while an older message about
    it waits, later ones wait too. An alert closed before it was opened would stay open.
    """
    rows = connection.execute(
        "SELECT message, attempts, next_try FROM outbox WHERE ended IS NULL ORDER BY created, rowid"
    )
    waiting_for: set[tuple[str, str]] = set()
    found = []
    for text, attempts, next_try in rows.fetchall():
        message = msgspec.json.decode(text, type=Message)
        subjects = subjects_of(message)
        if next_try > now or subjects & waiting_for:
            waiting_for |= subjects
        else:
            found.append((message, attempts))
    return found


def subjects_of(message: Message) -> set[tuple[str, str]]:
    """To whom it tells of which root causes."""
    return {(message.destination, fingerprint) for fingerprint in message.fingerprints}


def deliver(
    connection: sqlite3.Connection, send: Callable[[Message], Outcome], *, now: int
) -> list[Failed]:
    """Send what is due, outside of any transaction; each outcome is noted before the next try."""
    failed = []
    held: set[tuple[str, str]] = set()
    for message, attempts in due(connection, now=now):
        if subjects_of(message) & held:
            held |= subjects_of(message)
            continue
        outcome = send(message)
        if outcome.delivered:
            connection.execute(
                "UPDATE outbox SET attempts = attempts + 1, ended = ?, failure = NULL, message = ''"
                " WHERE key = ?",
                (now, message.key),
            )
            continue
        wait = BACKOFF[min(attempts, len(BACKOFF) - 1)] * MINUTE
        if outcome.wait is not None:
            wait = max(outcome.wait * 1_000_000_000, MINUTE)
        again = outcome.again and now + wait < _made(connection, message.key) + GIVEN_UP
        connection.execute(
            "UPDATE outbox SET attempts = attempts + 1, next_try = ?, failure = ?, ended = ?"
            " WHERE key = ?",
            (now + wait, outcome.reason, None if again else now, message.key),
        )
        if again:
            held |= subjects_of(message)
        failed.append(
            Failed(message, outcome.reason or "", attempts + 1, now + wait if again else None)
        )
    connection.execute("DELETE FROM outbox WHERE ended < ?", (now - KEPT,))
    return failed


def waiting(connection: sqlite3.Connection) -> int:
    """How many messages are still to be delivered."""
    (count,) = connection.execute("SELECT count(*) FROM outbox WHERE ended IS NULL").fetchone()
    return int(count)


def _made(connection: sqlite3.Connection, key: str) -> int:
    (created,) = connection.execute("SELECT created FROM outbox WHERE key = ?", (key,)).fetchone()
    return int(created)
