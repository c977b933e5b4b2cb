"""Lines that their transport cut: the pieces of one stream put together again."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from logtriage.model.head import Head


class Whole(NamedTuple):
    """A line put together."""

    number: int
    """Of its first piece."""
    raw: str
    """The pieces as they stand in the input, joined by newlines."""
    head: Head
    pieces: int
    """How many there were."""


class Pieces:
    """Holds the pieces of each stream until the last has come."""

    def __init__(self, reread: Callable[[str], Head | None] | None, longest: int) -> None:
        self._reread = reread
        self._longest = longest
        self._waiting: dict[str | None, tuple[int, list[str], Head]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self, number: int, line: str, head: Head) -> Whole | None:
        """The line, whole; None while pieces of it are to come."""
        stream = head.stream
        before = self._waiting.pop(stream, None)
        if before is None and not head.partial:
            return Whole(number, line, head, 1)
        text = head.message if head.text is None else head.text
        raws = [line]
        whole = msgspec.structs.replace(head, text=text)
        if before is not None:
            number, raws, whole = before[0], [*before[1], line], before[2]
            message = whole.message + text
            whole = msgspec.structs.replace(whole, message=message, text=f"{whole.text}{text}")
        self._waiting[stream] = (number, raws, whole)
        if head.partial and len(whole.text or "") < self._longest:
            return None
        return self._put_together(stream)

    def rest(self) -> list[Whole]:
        """What is left at the end of the input."""
        return [self._put_together(stream) for stream in list(self._waiting)]

    def _put_together(self, stream: str | None) -> Whole:
        number, raws, head = self._waiting.pop(stream)
        inner = self._reread(head.text) if self._reread is not None and head.text else None
        if inner is not None:
            undated = inner.timestamp is None
            head = msgspec.structs.replace(
                inner,
                timestamp=head.timestamp if undated else inner.timestamp,
                precision=head.precision if undated else inner.precision,
                component=inner.component or head.component,
                component_kind=inner.component_kind or head.component_kind,
                host=inner.host or head.host,
                attributes={**head.attributes, **inner.attributes},
                stream=stream,
                text=head.text,
                timestamp_span=None,
            )
        head = msgspec.structs.replace(head, partial=False)
        return Whole(number, "\n".join(raws), head, len(raws))
