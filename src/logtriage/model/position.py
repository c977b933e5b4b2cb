"""How far each input was read, so that the next run goes on from there."""

from collections.abc import Mapping

import msgspec


class Position(msgspec.Struct, frozen=True):
    """The place in one file up to which everything was counted, and how to know the file again.

    Offsets are bytes of the content: of what a packed file unpacks to.
    """

    path: str
    """Where it was last seen: absolute, with ``::member`` for a part of an archive."""
    device: int
    inode: int
    size: int
    """Bytes on disk when it was last looked at."""
    modified: int
    """Nanoseconds since the epoch, when it was last looked at."""
    head_length: int = 0
    head_digest: str = ""
    """Of the first ``head_length`` bytes of the content."""
    offset: int = 0
    """Content before it is counted."""
    lines: int = 0
    """Line ends before `offset`."""
    tail_digest: str = ""
    """Of the last bytes before `offset`."""
    last: int | None = None
    """Latest timestamp read, nanoseconds since the epoch."""
    open_offset: int | None = None
    """Start of the last record before `offset`: lines that come later may carry it on."""
    open_lines: int = 0
    """Line ends before `open_offset`."""
    open_counts: Mapping[str, int] = {}
    """Issue keys to records counted between `open_offset` and `offset`."""
    id: int | None = None
    """Its row in the state; None for one that is not stored yet."""
