"""From an input to its bytes: decompression by magic bytes, encodings, pipes as they come."""

import codecs
import os
import select
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Protocol

from logtriage.errors import InputError
from logtriage.source.locate import STANDARD_INPUT, Source

WINDOW = 1 << 20
"""Bytes read at once: the native scan is fastest between 64 KiB and 1 MiB."""

SNIFF = 64 * 1024

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x04\x22\x4d\x18", "lz4"),
)


def packing(head: bytes) -> str | None:
    """Name of the compression whose magic bytes ``head`` begins with."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def encoding(head: bytes) -> str | None:
    """Encoding other than UTF-8 (or a superset of ASCII) that the first bytes give away."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:4096]
    if len(sample) >= 8 and sample.count(0) >= len(sample) * 0.4:
        # text in UTF-16 without a mark: every other byte of ASCII text is zero
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    return None


def is_binary(head: bytes) -> bool:
    """True for what is no text: many control bytes in the first 4 KiB."""
    sample = head[:4096]
    if not sample or encoding(head):
        return False
    strange = sum(1 for byte in sample if byte < 9 or 13 < byte < 27 or 27 < byte < 32)
    return strange > len(sample) * 0.1


def read_chunks(
    source: Source, problem: Callable[[str], None], *, idle: float | None = None
) -> Iterator[bytes]:
    """Bytes of an input in chunks of up to 1 MiB, unpacked, as UTF-8.

    With ``idle``, an empty chunk tells that a pipe gave nothing for so many seconds.

    A pipe is read as it comes. Trouble in the middle is told to ``problem`` and ends the input;
    InputError where it cannot be opened at all.
    """
    try:
        raw = _open(source, idle)
        first = next(raw, b"")
    except OSError as error:
        raise InputError(
            f"cannot read {source.path}", reason=(error.strerror or str(error)).lower()
        ) from error
    chunks = _chain(first, raw)
    kind = packing(first)
    if kind:
        chunks = _unpack(kind, chunks)
        first = _next_guarded(chunks, problem)
        chunks = _chain(first, chunks)
    if name := encoding(first):
        chunks = _recode(name, chunks)
    try:
        yield from chunks
    except (OSError, EOFError, ValueError, zlib.error) as error:
        problem(f"reading stopped: {str(error) or type(error).__name__}")


def _next_guarded(chunks: Iterator[bytes], problem: Callable[[str], None]) -> bytes:
    try:
        return next(chunks, b"")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        problem(f"reading stopped: {str(error) or type(error).__name__}")
        return b""


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    if first:
        yield first
        yield from rest


def _open(source: Source, idle: float | None) -> Iterator[bytes]:
    if source.member is not None:
        from logtriage.source.archives import read_member  # noqa: PLC0415 - rare

        return read_member(source.file, source.member)
    if "://" in source.file:
        from logtriage.source.remote import read_remote  # noqa: PLC0415 - an extra

        return read_remote(source.file)
    if source.file == STANDARD_INPUT:
        return _read_descriptor(sys.stdin.fileno(), close=False, idle=idle)
    descriptor = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
    return _read_descriptor(descriptor, close=True, idle=None if source.regular else idle)


def _read_descriptor(descriptor: int, *, close: bool, idle: float | None = None) -> Iterator[bytes]:
    # os.read returns what a pipe holds now; a buffered reader would wait for a full block
    try:
        while chunk := os.read(descriptor, WINDOW):
            yield chunk
            if idle is not None and not select.select([descriptor], [], [], idle)[0]:
                yield b""
    finally:
        if close:
            os.close(descriptor)


def _unpack(kind: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if kind == "gzip":
        return _gunzip(chunks)
    return _unpack_with(_decompressor(kind), chunks)


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    # members may follow each other, as in rotated and concatenated files
    library = _inflater()
    unpacker = library.decompressobj(31)
    started = False
    for chunk in chunks:
        data = chunk
        while data:
            if unpacker.eof:
                if not data.startswith(b"\x1f\x8b"):
                    return
                unpacker = library.decompressobj(31)
            started = True
            try:
                piece = unpacker.decompress(data, WINDOW)
            except Exception as error:
                raise OSError(f"damaged gzip data ({error})") from error
            if piece:
                yield piece
            data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if started and not unpacker.eof:
        raise EOFError("the gzip data end too early")


def _inflater() -> ModuleType:
    try:
        from isal import isal_zlib  # noqa: PLC0415 - loaded for packed input only
    except ImportError:
        return zlib
    return isal_zlib


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def _decompressor(kind: str) -> Callable[[], _Unpacker]:
    if kind == "bzip2":
        import bz2  # noqa: PLC0415 - loaded for packed input only

        return bz2.BZ2Decompressor
    if kind == "xz":
        import lzma  # noqa: PLC0415 - loaded for packed input only

        return lzma.LZMADecompressor
    if kind == "lz4":
        try:
            import lz4.frame  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise OSError("lz4 input needs the extra: pip install 'logtriage[lz4]'") from error
        return lz4.frame.LZ4FrameDecompressor  # type: ignore[no-any-return]
    import zstandard  # noqa: PLC0415 - loaded for packed input only

    return lambda: zstandard.ZstdDecompressor().decompressobj()


def _unpack_with(make: Callable[[], _Unpacker], chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = make()
    for chunk in chunks:
        data = chunk
        while data:
            if unpacker.eof:
                unpacker = make()
            try:
                piece = unpacker.decompress(data)
            except Exception as error:
                raise OSError(f"damaged packed data ({error})") from error
            if piece:
                yield piece
            data = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        raise EOFError("the packed data end too early")


def _recode(name: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


class ReadRange:
    """Bytes ``begin`` to ``end`` of a regular file, cut at multiples of WINDOW.

    Cuts lie at fixed offsets of the file, whatever the shard, so that every run sees the same
    windows. Mapping the file instead would count it as resident memory.
    """

    def __init__(self, file: str, begin: int, end: int) -> None:
        self._file = file
        self._position = begin
        self._end = end
        self._again = 0

    def __iter__(self) -> Iterator[bytes]:
        descriptor = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            while self._position < self._end:
                position = self._position
                wanted = min(WINDOW - position % WINDOW, self._end - position)
                begin, self._again = position - self._again, 0
                chunk = os.pread(descriptor, position + wanted - begin, begin)
                self._position = begin + len(chunk)
                if self._position <= position:
                    # the file was cut meanwhile: what was asked for again comes last
                    self._end = self._position
                if chunk:
                    yield chunk
        finally:
            os.close(descriptor)

    def back(self, count: int) -> bool:
        """Let the last bytes of a chunk come again at the begin of the next, if there is one."""
        if self._position >= self._end:
            return False
        self._again = count
        return True
