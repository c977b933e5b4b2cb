"""Reports to files and to standard output: whole or not at all."""

import os
import sys
import tempfile
from pathlib import Path

from logtriage.errors import UsageError


def write_whole(path: str, text: str) -> None:
    """Write a file under another name and rename it, so that nobody ever sees half of it.

    Raises:
        UsageError: the folder is not there or cannot be written to.
    """
    target = Path(path)
    body = text.encode("utf-8", errors="replace")
    if target.exists() and not target.is_file():
        # a device or a named pipe cannot be replaced
        target.write_bytes(body)
        return
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            file.write(body)
            file.flush()
            os.fchmod(file.fileno(), 0o666 & ~_umask())
        Path(file.name).replace(target)
    except OSError as error:
        raise UsageError(
            f"cannot write {path}", reason=(error.strerror or str(error)).lower()
        ) from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def print_text(text: str) -> None:
    """Write to standard output in its encoding; what that cannot say becomes ``?``."""
    sys.stdout.buffer.write(text.encode(sys.stdout.encoding or "utf-8", errors="replace"))
    sys.stdout.buffer.flush()
