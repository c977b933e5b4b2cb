"""One run at a time: an advisory lock that ends with its process, however that ends."""

import fcntl
import os
import time
from pathlib import Path
from typing import Final, Self

from logtriage.errors import StateError, StateLockedError

POLL: Final = 0.05


class Lock:
    """Holds ``FILE.lock``; StateLockedError where another run holds it for longer than ``wait``."""

    def __init__(self, path: Path, *, wait: float = 0.0) -> None:
        """``wait`` in seconds."""
        self._path = path.with_name(path.name + ".lock")
        self._wait = wait
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise StateError(
                f"cannot write {self._path}", reason=(error.strerror or str(error)).lower()
            ) from error
        end = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= end:
                    os.close(self._descriptor)
                    raise StateLockedError(
                        "the state is locked by another run",
                        where=str(self._path),
                        help="let it end, or give --wait SECONDS",
                    ) from None
                time.sleep(POLL)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        # the file stays: to remove it would let two runs lock two files of one name
        os.close(self._descriptor)
