"""Compiled tables on disk, so that hundreds of packs and formats do not cost start-up.

A cache is never needed: a missing, broken or unwritable one is ignored. Files hold plain bytes
(msgpack or a serialised pattern database), never pickles, and are keyed by the content they were
made from and the versions of what made them.
"""

import contextlib
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from logtriage import __version__


def cache_folder() -> Path:
    """``$LOGTRIAGE_CACHE``, else logtriage's folder in the XDG cache folder."""
    configured = os.environ.get("LOGTRIAGE_CACHE")
    if configured:
        return Path(configured)
    # not platformdirs: it costs 5 ms of start-up for these three lines
    base = os.environ.get("XDG_CACHE_HOME")
    if base and Path(base).is_absolute():
        return Path(base) / "logtriage"
    try:
        return Path.home() / ".cache" / "logtriage"
    except RuntimeError:
        import tempfile  # noqa: PLC0415 - rare

        return Path(tempfile.gettempdir()) / f"logtriage-{os.getuid()}"


def content_key(parts: Iterable[bytes | str]) -> str:
    """Hexadecimal key of contents and of this program's version."""
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def folder_key(folders: Iterable[Path], pattern: str = "*.toml") -> str:
    """Key of the files in folders by name, size and modification time: no file is opened."""
    parts = []
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if Path(entry.name).match(pattern):
                    status = entry.stat()
                    parts.append(f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}")
    return content_key(parts)


def checksum(body: bytes) -> bytes:
    """16 bytes: CRC-32 and length."""
    return zlib.crc32(body).to_bytes(4, "big") + len(body).to_bytes(12, "big")


def cached(name: str, key: str, build: Callable[[], bytes]) -> bytes:
    """The bytes stored under ``name`` and ``key``, else those that ``build`` makes (and stores).

    The first 16 bytes of a file are the checksum of the rest: a file cut short or damaged is
    built again. A checksum, not a digest: it is ten times as fast, on megabytes at every start.
    """
    folder = cache_folder()
    path = folder / f"{name}-{key}"
    with contextlib.suppress(OSError):
        stored = path.read_bytes()
        body = stored[16:]
        if checksum(body) == stored[:16]:
            return body
    body = build()
    replace_cached(name, key, body)
    return body


def replace_cached(name: str, key: str, body: bytes) -> None:
    """Store bytes under ``name`` and ``key``, over what may be there; ignored where it fails."""
    import tempfile  # noqa: PLC0415 - nothing is written in most runs

    folder = cache_folder()
    path = folder / f"{name}-{key}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # one file for each name: those of former versions would pile up
        for old in folder.glob(f"{name}-*"):
            if old.stat().st_mtime < folder.stat().st_mtime - 30 * 86_400:
                old.unlink()
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{name}", delete=False) as file:
            file.write(checksum(body) + body)
        Path(file.name).replace(path)
