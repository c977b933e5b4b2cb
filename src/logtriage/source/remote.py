"""Inputs on other file systems (``s3://``, ``gs://``, ``https://``) through fsspec, an extra."""

from collections.abc import Iterator

_CHUNK = 1 << 20


def read_remote(url: str) -> Iterator[bytes]:
    """Bytes behind a URL; OSError where it cannot be read or the extra is not installed."""
    try:
        import fsspec  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise OSError("URLs need the extra: pip install 'logtriage[remote]'") from error
    try:
        with fsspec.open(url, "rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except (ValueError, ImportError) as error:
        raise OSError(str(error)) from error
