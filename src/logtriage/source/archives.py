"""Members of zip and tar archives."""

import tarfile
import zipfile
from collections.abc import Iterator

_CHUNK = 1 << 20


def member_names(path: str, archive: str) -> list[str]:
    """Names of the regular files of an archive, sorted; ValueError where it is broken."""
    try:
        if archive == "zip":
            with zipfile.ZipFile(path) as packed:
                return sorted(info.filename for info in packed.infolist() if not info.is_dir())
        with tarfile.open(path) as tape:
            return sorted(info.name for info in tape if info.isfile())
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ValueError(f"a broken archive: {error}") from error


def read_member(path: str, name: str) -> Iterator[bytes]:
    """Bytes of one member in chunks of up to 1 MiB."""
    try:
        if path.endswith(".zip"):
            with zipfile.ZipFile(path) as packed, packed.open(name) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
            return
        with tarfile.open(path) as tape:
            member = tape.extractfile(name)
            while member and (chunk := member.read(_CHUNK)):
                yield chunk
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, KeyError) as error:
        raise OSError(f"a broken archive: {error}") from error
