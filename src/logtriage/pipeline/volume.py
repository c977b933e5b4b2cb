"""How much an input says over time, from a sample of its lines: silence and gaps show in it."""

from logtriage.model.tallies import greatest, least
from logtriage.model.tally import InputTally
from logtriage.pipeline.reading import Reader

_STEPS = ((1 << 18, 128), (1 << 20, 1 << 10), (1 << 26, 1 << 14))


def step_at(offset: int) -> int:
    """Bytes between sampled lines: few at the start of an input, so that small ones are exact."""
    return next((step for limit, step in _STEPS if offset < limit), 1 << 17)


class Volume:
    """Samples the lines of one input at offsets that depend on nothing but the input."""

    def __init__(self, tally: InputTally, reader: Reader) -> None:
        self._tally = tally
        self._reader = reader
        self._last = ""

    def sample(self, block: bytes, offset: int) -> None:
        """Sample a block of whole records that stands at an offset of the input."""
        position = -(-offset // step_at(offset)) * step_at(offset)
        end = offset + len(block)
        done = -1
        while position < end:
            start = block.rfind(b"\n", 0, position - offset) + 1
            if start > done:
                done = start
                self._sample_line(block, start)
            position += step_at(position)

    def note_end(self, block: bytes) -> None:
        """Note the last dated line of the input's last block."""
        end = len(block)
        for _ in range(50):
            if end <= 0:
                return
            start = block.rfind(b"\n", 0, end - 1) + 1
            if self._sample_line(block, start, count=False):
                return
            end = start

    def _sample_line(self, block: bytes, start: int, *, count: bool = True) -> bool:
        stop = block.find(b"\n", start, start + 4096)
        line = block[start : stop if stop >= 0 else start + 4096].decode(errors="replace")
        head = self._reader.read(line)
        if head is None or head.timestamp is None:
            return False
        self.note(head.timestamp, count=count)
        return True

    def note(self, timestamp: int | None, *, count: bool = True) -> None:
        """Note one record's time."""
        if timestamp is None:
            return
        tally = self._tally
        tally.first = least(tally.first, timestamp)
        tally.last = greatest(tally.last, timestamp)
        if count:
            tally.volume.add(timestamp // 1_000_000_000)
