"""Reports to files and to standard output: whole or not at all."""

import contextlib
import os
import sys
from pathlib import Path

from logtriage.errors import UsageError


def write_whole(path: str, text: str) -> None:
    """Write a file under another name and rename it, so that nobody ever sees half of it.

    Raises:
        UsageError: the folder is not there or cannot be written to, or the disk is full.
    """
    target = Path(path)
    body = text.encode("utf-8", errors="replace")
    try:
        if target.exists() and not target.is_file():
            # a device or a named pipe cannot be replaced
            target.write_bytes(body)
        else:
            _replace(target, body)
    except OSError as error:
        raise UsageError(f"cannot write {path}", reason=_reason(error)) from error


def _replace(target: Path, body: bytes) -> None:
    import tempfile  # noqa: PLC0415 - not needed to print

    # through a symbolic link the file it points to is replaced, not the link
    target = target.resolve()
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.name[:200]}.", delete=False
    ) as file:
        try:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            Path(file.name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(file.name).unlink()
            raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def print_text(text: str, *, encoding: str | None = None) -> None:
    """Write to standard output in its encoding, or in ``encoding`` where a format demands one.

    What it cannot say becomes ``?``. UsageError where nothing more can be written there.
    """
    chosen = encoding or sys.stdout.encoding or "utf-8"
    print_bytes(text.encode(chosen, errors="replace"))


def print_bytes(body: bytes) -> None:
    """Write to standard output at once; UsageError where it is full, BrokenPipeError as it is."""
    try:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # what is left in the buffer would fail once more when the program ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError("cannot write to standard output", reason=_reason(error)) from error
