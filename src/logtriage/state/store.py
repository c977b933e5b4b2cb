"""The state file: opened under a lock, checked, brought to this version's schema.

Everything a run learns is written in one transaction that commits after its report was delivered.
Killed before, the run never was; killed after, it is whole.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Self

import msgspec

from logtriage.errors import StateError
from logtriage.model.position import Position
from logtriage.state.lock import Lock
from logtriage.state.schema import APPLICATION, STEPS

FORGOTTEN: Final = 90 * 86_400 * 1_000_000_000
"""Nanoseconds after which a file that was not seen again is forgotten."""

CHECKED: Final = 64 << 20
"""Bytes up to which a state is checked whole when it is opened: 0.1 s."""

_COLUMNS: Final = (
    *("path", "device", "inode", "size", "modified", "head_length", "head_digest", "offset"),
    *("lines", "tail_digest", "last", "open_offset", "open_lines", "open_counts"),
)
_QUOTED: Final = ", ".join(f'"{name}"' for name in _COLUMNS)


def default_path() -> Path:
    """``state.sqlite`` in /var/lib/logtriage for root, else in the XDG state directory."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/logtriage/state.sqlite")
    from platformdirs import user_state_path  # noqa: PLC0415 - small, but not needed by --help

    return user_state_path("logtriage") / "state.sqlite"


class Store:
    """An open state; a context manager that holds the lock."""

    def __init__(self, path: Path, *, wait: float = 0.0) -> None:
        """``wait`` is how many seconds another run may take to let the state go."""
        self.path = path
        self._wait = wait
        self._stack = ExitStack()
        self._connection: sqlite3.Connection | None = None

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for the parts of the state that keep tables of their own."""
        if self._connection is None:
            raise AssertionError("the state is not open")
        return self._connection

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StateError(
                f"cannot make the folder of the state {self.path}",
                reason=(error.strerror or str(error)).lower(),
                help="name another place with --state FILE",
            ) from error
        self._stack.enter_context(Lock(self.path, wait=self._wait))
        try:
            with told(self.path):
                self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.close(descriptor)
        # isolation_level None: transactions are begun and ended here and nowhere else
        connection = sqlite3.connect(self.path, isolation_level=None)
        self._connection = connection
        self._stack.callback(connection.close)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        self._check(connection)
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != APPLICATION:
            raise StateError(
                "this is not a state of logtriage",
                where=str(self.path),
                reason="another program's database",
                help="name another file with --state FILE",
            )
        if version > len(STEPS):
            raise StateError(
                "the state was written by a newer logtriage",
                where=str(self.path),
                reason=f"its schema is {version}, this version knows up to {len(STEPS)}",
                help="upgrade logtriage, or name another file with --state FILE",
            )
        for number, step in enumerate(STEPS[version:], version + 1):
            # one step, one transaction: killed in between, the next run goes on with the rest
            connection.executescript(
                f"BEGIN IMMEDIATE; {step}; PRAGMA application_id = {APPLICATION};"
                f"PRAGMA user_version = {number}; COMMIT;"
            )

    def _check(self, connection: sqlite3.Connection) -> None:
        """DatabaseError where pages are damaged; large files are checked as they are read."""
        if self.path.stat().st_size > CHECKED:
            return
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)

    @contextmanager
    def transaction(self) -> Iterator["Keep"]:
        """Everything inside is kept together, or not at all.

        It is kept where `Keep.wanted` says so at the end and nothing was raised.
        """
        keep = Keep()
        connection = self.connection
        with told(self.path):
            connection.execute("BEGIN IMMEDIATE")
        try:
            with told(self.path):
                yield keep
                if keep.wanted:
                    connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def positions(self) -> list[Position]:
        """How far each known file was read."""
        with told(self.path):
            rows = self.connection.execute(f"SELECT {_QUOTED}, id FROM input").fetchall()  # noqa: S608 - constant names
        return [_position(row) for row in rows]

    def keep_positions(self, positions: Iterable[Position], *, now: int) -> None:
        """Write where files stand now; forget files not seen for long."""
        marks = ", ".join("?" for _ in _COLUMNS)
        changes = ", ".join(f'"{name}" = ?' for name in _COLUMNS)
        insert = f"INSERT INTO input ({_QUOTED}, seen_at) VALUES ({marks}, ?)"  # noqa: S608
        update = f"UPDATE input SET {changes}, seen_at = ? WHERE id = ?"  # noqa: S608
        for position in positions:
            values = [getattr(position, name) for name in _COLUMNS[:-1]]
            values += [json.dumps(position.open_counts), now]
            if position.id is None:
                # an inode that was given to a new file says nothing about the old one any more
                self.connection.execute(
                    "UPDATE input SET inode = 0 WHERE device = ? AND inode = ? AND path NOT LIKE"
                    " '%::%' AND ? NOT LIKE '%::%'",
                    (position.device, position.inode, position.path),
                )
                self.connection.execute(insert, values)
            else:
                self.connection.execute(update, [*values, position.id])
        self.connection.execute("DELETE FROM input WHERE seen_at < ?", (now - FORGOTTEN,))

    def keep_progress(self, read_until: Mapping[str, int]) -> None:
        """Write up to which moment each rotated set was read."""
        self.connection.executemany(
            "INSERT INTO progress VALUES (?, ?) ON CONFLICT (rotated_set) DO UPDATE"
            " SET read_until = max(read_until, excluded.read_until)",
            read_until.items(),
        )

    def fact(self, name: str) -> str | None:
        """A value kept under a name."""
        row = self.connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def keep_fact(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self.connection.execute(
            "INSERT INTO fact VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )


class Keep:
    """Whether a transaction is to be kept."""

    wanted = True


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Trouble with the database told as trouble with the state."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        damaged = not isinstance(error, sqlite3.OperationalError | sqlite3.IntegrityError)
        raise StateError(
            "the state file is damaged" if damaged else "the state file cannot be used",
            where=str(path),
            reason=str(error),
            help=(
                "nothing was changed; move it away to begin anew (all logs count as unread then)"
                if damaged
                else "look at the disk and the rights of the file and its folder"
            ),
        ) from error
    except OSError as error:
        if error.filename is None or Path(error.filename) != path:
            raise
        raise StateError(
            "the state file cannot be opened",
            where=str(path),
            reason=(error.strerror or str(error)).lower(),
            help="name another place with --state FILE",
        ) from error


def _position(row: tuple[object, ...]) -> Position:
    *values, counts, identity = row
    named = dict(zip(_COLUMNS[:-1], values, strict=True))
    return msgspec.convert(
        {**named, "open_counts": json.loads(str(counts)), "id": identity}, Position
    )
