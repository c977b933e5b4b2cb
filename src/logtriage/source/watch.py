"""Files as they are written to: what ``tail -F`` does, for files, globs, folders."""

import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from logtriage.source.identify import is_live, rotated_set
from logtriage.source.locate import STANDARD_INPUT, Source, Trouble, locate
from logtriage.source.read import WINDOW

LOOK_AGAIN: Final = 1.0
"""Seconds between two looks for new files."""

FILES: Final = 512
"""Most files that are held open."""

FORGET: Final = 60.0
"""Seconds after which a deleted file that gives nothing is let go."""


class Tail:
    """One file, followed through renames and truncation."""

    def __init__(self, source: Source, *, from_start: bool) -> None:
        self.source = source
        self.problem: str | None = None
        self.begun = 0
        """Offset at which the file that is open now was begun."""
        self.wrote = time.monotonic()
        self._descriptor = -1
        self._inode = (0, 0)
        self._offset = 0
        self._open(from_start=from_start)

    def read(self) -> bytes | None:
        """Up to 1 MiB of what came; empty where nothing did, None once for a new beginning.

        What was written to a renamed file is read to its end before the new one is begun.
        """
        chunk = self._read()
        if chunk:
            self.wrote = time.monotonic()
            return chunk
        return None if self._begin_anew() else b""

    def close(self) -> None:
        """Let the file go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read(self) -> bytes:
        if self._descriptor < 0:
            return b""
        try:
            chunk = os.pread(self._descriptor, WINDOW, self._offset)
        except OSError as error:
            self.problem = (error.strerror or str(error)).lower()
            return b""
        self._offset += len(chunk)
        return chunk

    def _open(self, *, from_start: bool) -> bool:
        try:
            descriptor = os.open(self.source.file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            status = os.fstat(descriptor)
        except OSError as error:
            self.problem = (error.strerror or str(error)).lower()
            return False
        self.close()
        self._descriptor = descriptor
        self._inode = (status.st_dev, status.st_ino)
        self._offset = self.begun = 0 if from_start else _after_last_line(descriptor)
        self.problem = None
        return True

    def _begin_anew(self) -> bool:
        """Whether another file has the name now, or this one was cut."""
        try:
            status = os.stat(self.source.file)  # noqa: PTH116 - the name may not be a Path
        except OSError:
            return False
        if self._descriptor < 0 or (status.st_dev, status.st_ino) != self._inode:
            # what was written between the last read and the rename
            if self._descriptor >= 0 and os.fstat(self._descriptor).st_size > self._offset:
                return False
            return self._open(from_start=True)
        if status.st_size < self._offset:
            self._offset = self.begun = 0
            return True
        return False


def _after_last_line(descriptor: int) -> int:
    """Offset behind the last line end: a line that is being written is read whole."""
    end = os.fstat(descriptor).st_size
    position = end
    while position > 0:
        start = max(position - (1 << 16), 0)
        newline = os.pread(descriptor, position - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        position = start
    return end if end > WINDOW else 0


class Watch:
    """All inputs of a run: files that are there, those that come, standard input."""

    def __init__(self, paths: Sequence[str], *, from_start: bool) -> None:
        """``from_start`` reads what the files hold already; new files always are."""
        self.troubles: list[Trouble] = []
        self.tails: dict[str, Tail] = {}
        self.reads_standard_input = False
        self.ended = False
        """Standard input has ended, and nothing else is followed."""
        self._paths = [path for path in paths if path != STANDARD_INPUT]
        self._looked = 0.0
        self._inodes: dict[tuple[int, int], None] = {}
        """Files that were followed under any name, in the order in which they came."""
        if len(self._paths) < len(paths) or not paths:
            self.reads_standard_input = True
        self._look(from_start=from_start)

    def wait(self, seconds: float) -> bool:
        """Sleep until standard input has something, or for so long; True where it has."""
        if not self.reads_standard_input:
            time.sleep(seconds)
            return False
        return bool(select.select([sys.stdin.fileno()], [], [], seconds)[0])

    def poll(self, use: Callable[[Source, bytes | None], None], *, ready: bool) -> bool:
        """Hand over what came since the last time; whether anything did.

        ``use`` gets None where a file begins anew. ``ready``: standard input has something.
        """
        came = False
        if time.monotonic() - self._looked > LOOK_AGAIN:
            self._look(from_start=True)
        for tail in [*self.tails.values()]:
            chunk = tail.read()
            if chunk is None:
                use(tail.source, None)
                chunk = tail.read()
            if chunk:
                came = True
                use(tail.source, chunk)
        if ready and self.reads_standard_input:
            chunk = _read_available(sys.stdin.fileno())
            if chunk:
                came = True
                use(STREAM, chunk)
            else:
                self.reads_standard_input = False
                self.ended = not self._paths
        return came

    def close(self) -> None:
        """Let all files go."""
        for tail in self.tails.values():
            tail.close()

    def _look(self, *, from_start: bool) -> None:
        self._looked = time.monotonic()
        if not self._paths:
            return
        sources, self.troubles = locate(self._paths)
        named = {*self._paths}
        live = {rotated_set(source.file) for source in sources if is_live(source.file)}
        for source in sources:
            if source.file in self.tails or source.member is not None or "://" in source.file:
                continue
            rotated = not is_live(source.file) and rotated_set(source.file) in live
            if source.path not in named and (rotated or _is_packed(source.path)):
                # a former life of a file that is followed
                continue
            if len(self.tails) >= FILES:
                self.troubles.append(Trouble(source.path, f"not followed: more than {FILES} files"))
                continue
            inode = _inode_of(source.file)
            tail = Tail(source, from_start=from_start and inode not in self._inodes)
            self.tails[source.file] = tail
            if inode is not None:
                self._inodes[inode] = None
        self._forget()

    def _forget(self) -> None:
        """Let go of files that are deleted and read to their end."""
        now = time.monotonic()
        for file, tail in [*self.tails.items()]:
            if now - tail.wrote > FORGET and not os.path.lexists(file):
                self.tails.pop(file).close()
        while len(self._inodes) > 16 * FILES:
            self._inodes.pop(next(iter(self._inodes)))


def _inode_of(file: str) -> tuple[int, int] | None:
    try:
        status = os.stat(file)  # noqa: PTH116 - the name may not be a Path
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _read_available(descriptor: int) -> bytes:
    """What a pipe that has something gives without a wait, 1 MiB or so; empty at its end."""
    pieces = [os.read(descriptor, WINDOW)]
    size = len(pieces[0])
    while pieces[-1] and size < WINDOW and select.select([descriptor], [], [], 0)[0]:
        piece = os.read(descriptor, WINDOW)
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


STREAM: Final = Source(path=STANDARD_INPUT, file=STANDARD_INPUT)


def _is_packed(path: str) -> bool:
    return path.lower().endswith((".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip", ".z"))
