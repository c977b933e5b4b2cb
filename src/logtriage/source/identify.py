"""What makes a file the one that was read before: its first bytes, and those before an offset.

Names and inodes change hands when logs are rotated, packed or copied; content does not.
"""

import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from logtriage.errors import InputError
from logtriage.source.locate import Source, rotation_order
from logtriage.source.read import SNIFF, encoding, packing, read_chunks

HEAD: Final = 1024
"""Bytes at the start of a file that identify it."""

TAIL: Final = 256
"""Bytes before an offset that prove that the file was read up to there."""


class Sight(msgspec.Struct, frozen=True):
    """A file as it stands now."""

    device: int
    inode: int
    size: int
    modified: int
    streamed: bool
    """Packed, in another encoding, or a part of an archive: it can only be read from its start."""
    packed: bool


def sight(source: Source) -> Sight:
    """Look at a file; OSError where it cannot be opened."""
    descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        head = os.pread(descriptor, SNIFF, 0)
    finally:
        os.close(descriptor)
    packed = bool(packing(head)) or source.member is not None
    return Sight(
        device=status.st_dev,
        inode=status.st_ino,
        size=status.st_size,
        modified=status.st_mtime_ns,
        streamed=packed or bool(encoding(head)),
        packed=packed,
    )


def digest(data: bytes) -> str:
    """Short digest of some content."""
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def content(source: Source, seen: Sight, begin: int, end: int) -> bytes:
    """Bytes ``begin`` to ``end`` of the content; fewer where there are none."""
    if not seen.streamed:
        descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, end - begin, begin)
        finally:
            os.close(descriptor)
    kept: list[bytes] = []
    position = 0
    for chunk in _unpacked(source):
        if position + len(chunk) > begin:
            kept.append(chunk[max(begin - position, 0) : end - position])
        position += len(chunk)
        if position >= end:
            break
    return b"".join(kept)


def length(source: Source) -> int:
    """Bytes of what a packed file unpacks to."""
    return sum(len(chunk) for chunk in _unpacked(source))


def _unpacked(source: Source) -> Iterator[bytes]:
    try:
        yield from read_chunks(source, lambda _: None)
    except (InputError, OSError, zlib.error):
        return


def head_digest(source: Source, seen: Sight, length: int) -> str | None:
    """Digest of the first ``length`` bytes; None where there are fewer."""
    head = content(source, seen, 0, length)
    return digest(head) if len(head) == length else None


def tail_digest(source: Source, seen: Sight, offset: int) -> str | None:
    """Digest of the bytes before ``offset``; None where the content ends before it."""
    begin = max(offset - TAIL, 0)
    tail = content(source, seen, begin, offset)
    return digest(tail) if len(tail) == offset - begin else None


def begins_like(short: Source, whole: Source) -> bool:
    """Whether a plain file is a copy, or the beginning of a copy, of another."""
    one, other = sight(short), sight(whole)
    if one.streamed or other.streamed or not 0 < one.size <= other.size:
        return False
    for begin, end in ((0, min(HEAD, one.size)), (max(one.size - HEAD, 0), one.size)):
        if content(short, one, begin, end) != content(whole, other, begin, end):
            return False
    return True


def rotated_set(path: str) -> str:
    """Name that all files of a rotated set share: ``/var/log/app`` of ``/var/log/app.log.1.gz``."""
    return rotation_order(os.path.abspath(path))[0]  # noqa: PTH100 - a key, not a file


def is_live(path: str) -> bool:
    """True for the file of a rotated set that is still written to, by its name."""
    return rotation_order(path)[1] == 1


def siblings(path: str) -> list[str]:
    """Files of the same rotated set in the same folder, oldest first, without ``path`` itself."""
    folder, name = os.path.split(path)
    wanted = rotated_set(path)
    try:
        names = os.listdir(folder or ".")  # noqa: PTH208 - keeps the user's own wording
    except OSError:
        return []
    found = [
        os.path.join(folder, other)  # noqa: PTH118 - as above
        for other in names
        if other != name and rotated_set(os.path.join(folder, other)) == wanted  # noqa: PTH118
    ]
    return sorted((each for each in found if os.path.isfile(each)), key=rotation_order)  # noqa: PTH113


def rotated_sources(sources: Sequence[Source], since: int) -> list[Source]:
    """The sources with the rotated files of live ones that were written to at or after ``since``.

    ``since`` in nanoseconds since the epoch.
    """
    known = {os.path.realpath(source.file) for source in sources}
    found = list(sources)
    for source in sources:
        for path in siblings(source.file) if source.regular and is_live(source.file) else ():
            status = os.stat(path)  # noqa: PTH116 - the name may not be a Path
            if status.st_mtime_ns >= since and os.path.realpath(path) not in known:
                known.add(os.path.realpath(path))
                found.append(source_of(path))
    return sorted(found, key=lambda source: rotation_order(source.path))


def source_of(path: str) -> Source:
    """A regular file as a source; OSError where it is gone."""
    status = os.stat(path)  # noqa: PTH116 - as above
    return Source(
        path=path, file=path, size=status.st_size, modified=status.st_mtime_ns, regular=True
    )
