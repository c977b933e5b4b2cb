"""From the paths a user names to the inputs that will be read."""

import glob
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

STANDARD_INPUT = "-"

_NOT_LOGS = frozenset(
    ".png .jpg .jpeg .gif .ico .pdf .so .o .a .pyc .class .jar .exe .dll .db .sqlite .sqlite3 "
    ".sock .pid .lock .core .journal .evtx .pcap .md .html .css .py .toml .sha256 .asc".split()
)
"""Endings passed over while a folder is walked; a file named by the user is always read."""

_ROTATION = re.compile(
    r"(?P<stem>.+?)"
    r"(?P<number>[.-](?:\d{1,3}|\d{4}-?\d\d-?\d\d(?:[T_.-]?\d{1,6})?|1\d{9}))?"
    r"(?P<ending>\.log|\.txt)?"
    r"(?P<packed>\.(?:gz|zst|bz2|xz|lz4|Z))?$"
)


class Source(msgspec.Struct, frozen=True):
    """One input."""

    path: str
    """As it is shown: the user's own wording, with ``::member`` for a part of an archive."""
    file: str
    """What is opened; ``-`` is standard input."""
    member: str | None = None
    size: int | None = None
    """Bytes on disk; None for what has no size."""
    modified: int | None = None
    """Nanoseconds since the epoch."""
    regular: bool = False
    """A regular file, so that it can be read from any offset."""


class Trouble(msgspec.Struct, frozen=True):
    """A path that gives no input."""

    path: str
    reason: str
    failed: bool = True
    """True where it should have been readable (exit 3), False for a folder without logs."""


def locate(paths: Sequence[str]) -> tuple[list[Source], list[Trouble]]:
    """Inputs of the paths, rotated sets oldest first, each file once; and what gave none."""
    sources: list[Source] = []
    troubles: list[Trouble] = []
    seen: set[str] = set()
    for path in paths or (STANDARD_INPUT,):
        for found in _expand(path):
            if isinstance(found, Trouble):
                troubles.append(found)
                continue
            identity = found.file if found.file == STANDARD_INPUT else os.path.realpath(found.file)
            identity = f"{identity}\0{found.member}"
            if identity not in seen:
                seen.add(identity)
                sources.append(found)
    sources.sort(key=lambda source: rotation_order(source.path))
    return sources, troubles


def _expand(path: str) -> Iterator[Source | Trouble]:
    if path == STANDARD_INPUT or "://" in path:
        yield Source(path=path, file=path)
        return
    if os.path.isdir(path):  # noqa: PTH112 - a Path would lose the user's own wording ("./x")
        yield from _walk(path)
        return
    if not os.path.lexists(path) and glob.has_magic(path):
        matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - as above
        if not matches:
            yield Trouble(path, "no file matches this pattern")
        for match in matches:
            yield from _walk(match) if Path(match).is_dir() else _file(match)
        return
    yield from _file(path)


def _walk(folder: str) -> Iterator[Source | Trouble]:
    found = False
    for parent, folders, names in os.walk(folder, onerror=None):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or Path(name).suffix.lower() in _NOT_LOGS:
                continue
            if name == "expected.json":
                continue
            path = os.path.join(parent, name)  # noqa: PTH118 - keeps the user's own wording
            for source in _file(path):
                if isinstance(source, Trouble) and not os.path.lexists(path):
                    # rotated or removed since the folder was listed
                    continue
                # devices and sockets inside a folder are passed over, named ones are an error
                if (isinstance(source, Source) and source.regular) or isinstance(source, Trouble):
                    found = True
                    yield source
    if not found:
        yield Trouble(folder, "no logs in this folder", failed=False)


def _file(path: str) -> Iterator[Source | Trouble]:
    try:
        status = os.stat(path)  # noqa: PTH116 - as above
    except OSError as error:
        yield Trouble(path, _reason(error))
        return
    regular = stat.S_ISREG(status.st_mode)
    if not os.access(path, os.R_OK):
        yield Trouble(path, "permission denied")
        return
    if regular and (archive := _archive(path)):
        yield from _members(path, archive, status.st_mtime_ns)
        return
    yield Source(
        path=path,
        file=path,
        size=status.st_size if regular else None,
        modified=status.st_mtime_ns if regular else None,
        regular=regular,
    )


def _archive(path: str) -> str | None:
    if path.endswith(".zip"):
        return "zip"
    if re.search(r"\.(?:tar(?:\.\w+)?|tgz|tbz2|txz)$", path):
        return "tar"
    return None


def _members(path: str, archive: str, modified: int) -> Iterator[Source | Trouble]:
    from logtriage.source.archives import member_names  # noqa: PLC0415 - rare and slow to load

    try:
        names = member_names(path, archive)
    except (OSError, ValueError) as error:
        yield Trouble(path, str(error))
        return
    for name in names:
        if Path(name).suffix.lower() not in _NOT_LOGS:
            yield Source(path=f"{path}::{name}", file=path, member=name, modified=modified)
    if not names:
        yield Trouble(path, "an archive without files", failed=False)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def rotation_order(path: str) -> tuple[str, int, str]:
    """Sort key: files of one rotated set together, oldest first, the live file last.

    ``app.log.2.gz``, ``app.log.1``, ``app.log``; dated names (``app-2026-01-01.log``) by date.
    """
    folder, name = os.path.split(path)
    found = _ROTATION.match(name)
    if not found:
        return (path, 0, "")
    stem = os.path.join(folder, found["stem"])  # noqa: PTH118 - a key, not a file
    stem = stem.removesuffix(".log").removesuffix(".txt")
    number = (found["number"] or "").lstrip(".-")
    if not number:
        return (stem, 1, "")
    if len(number) > 3:
        return (stem, 0, number)
    return (stem, -int(number), "")


def component_of(path: str) -> str | None:
    """Component that a file's name suggests: ``/var/log/shop/orders.log.1.gz`` is ``orders``.

    None where the name says nothing (standard input, ``stderr.log``, ``current``).
    """
    if path == STANDARD_INPUT:
        return None
    name = re.split(r"[/\\:]+", path.rstrip("/"))[-1]
    stem = re.sub(
        r"(?:\.(?:log|txt|out|err|json|jsonl|ndjson|gz|zst|bz2|xz|lz4|Z|csv))+$", "", name
    )
    stem = re.sub(r"[.-](?:\d{1,3}|\d{4}-?\d\d-?\d\d(?:[T_.-]?\d{1,6})?|1\d{9})$", "", stem)
    stem = re.sub(r"(?:\.(?:log|txt|out|err|json|jsonl|ndjson))+$", "", stem)
    stem = re.sub(r"[._-](?:stdout|stderr|error|errors|access|main|app)$", "", stem) or stem
    return None if stem.lower() in _NAMELESS or stem.isdigit() else stem


_NAMELESS = frozenset(
    "stdout stderr output out err log logs current error errors access app application messages "
    "syslog console debug all combined sample test server system default main".split()
)
