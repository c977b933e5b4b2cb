"""Issues that somebody asked not to hear of, until when, and why."""

import sqlite3
from collections.abc import Mapping

import msgspec


class Mute(msgspec.Struct, frozen=True):
    """One muted issue."""

    fingerprint: str
    until: int | None
    """Nanoseconds since the epoch; None is for ever."""
    why: str
    created: int

    def active(self, now: int) -> bool:
        """Whether it still holds."""
        return self.until is None or self.until > now


def mutes_of(connection: sqlite3.Connection, *, now: int) -> Mapping[str, Mute]:
    """Mutes by fingerprint, those that ended in the last 30 days included."""
    rows = connection.execute("SELECT fingerprint, until, why, created FROM mute").fetchall()
    month = 30 * 86_400 * 1_000_000_000
    mutes = [Mute(*row) for row in rows]
    return {each.fingerprint: each for each in mutes if each.active(now - month)}


def keep_mute(connection: sqlite3.Connection, mute: Mute) -> None:
    """Mute an issue, or change its mute."""
    connection.execute(
        "INSERT OR REPLACE INTO mute VALUES (?, ?, ?, ?)",
        (mute.fingerprint, mute.until, mute.why, mute.created),
    )


def lift_mute(connection: sqlite3.Connection, fingerprint: str) -> bool:
    """Hear of an issue again; False where it was not muted."""
    cursor = connection.execute("DELETE FROM mute WHERE fingerprint = ?", (fingerprint,))
    return cursor.rowcount > 0
