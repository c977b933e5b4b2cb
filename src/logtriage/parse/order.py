"""The order in which formats are tried: specific before generic, told by their samples.

Where the expression of B also takes a sample of A, but not the other way round, A is the more
specific one and goes first. Where each takes the other's samples they cannot be told apart: that is
a mistake in one of them (`logtriage.parse.check` reports it).
"""

import heapq
from collections.abc import Mapping, Sequence

import msgspec


class Taken(msgspec.Struct, frozen=True):
    """What one sample was matched by."""

    owner: int
    """Number of the shape it is a sample of."""
    others: tuple[int, ...]
    """Other shapes that match it."""
    text: str


class Overlap(msgspec.Struct, frozen=True):
    """Two shapes that take each other's samples."""

    first: int
    second: int
    first_sample: str
    """A sample of the first that the second takes too."""
    second_sample: str


def taken_by(
    samples: Sequence[tuple[int, str, Sequence[int]]], format_of: Sequence[int]
) -> list[Taken]:
    """Which shapes take each sample.

    ``samples`` are (format, text, shapes that match it in the order of their files); a sample that
    its own format does not match is left out: the check of formats complains about it.
    """
    taken = []
    for owner_format, text, matching in samples:
        own = [shape for shape in matching if format_of[shape] == owner_format]
        if own:
            owner = min(own)
            taken.append(Taken(owner, tuple(s for s in matching if s != owner), text))
    return taken


def overlaps(taken: Sequence[Taken], format_of: Sequence[int]) -> list[Overlap]:
    """Pairs of shapes of different formats that take each other's samples."""
    witness = _witnesses(taken)
    return [
        Overlap(one, two, text, witness[two, one])
        for (one, two), text in witness.items()
        if one < two and (two, one) in witness and format_of[one] != format_of[two]
    ]


def ranked(
    count: int,
    taken: Sequence[Taken],
    format_of: Sequence[int],
    ties: Sequence[tuple[int, int, int]],
) -> list[int]:
    """Shapes from the most specific to the most generic; ``ties`` decides between equals."""
    witness = _witnesses(taken)
    later: dict[int, set[int]] = {number: set() for number in range(count)}
    waiting = [0] * count
    for one, two in witness:
        mutual = (two, one) in witness
        if mutual and (format_of[one] != format_of[two] or one > two):
            continue
        if two not in later[one]:
            later[one].add(two)
            waiting[two] += 1
    return _sorted_by_arrows(count, later, waiting, ties)


def _witnesses(taken: Sequence[Taken]) -> dict[tuple[int, int], str]:
    """(shape, other shape that takes a sample of it) to that sample."""
    witness: dict[tuple[int, int], str] = {}
    for entry in taken:
        for other in entry.others:
            witness.setdefault((entry.owner, other), entry.text)
    return witness


def _sorted_by_arrows(
    count: int,
    later: Mapping[int, set[int]],
    waiting: list[int],
    ties: Sequence[tuple[int, int, int]],
) -> list[int]:
    heap = [(ties[number], number) for number in range(count) if not waiting[number]]
    heapq.heapify(heap)
    order: list[int] = []
    done = [False] * count
    while len(order) < count:
        if not heap:  # a cycle: the samples contradict each other; go on with the most specific
            number = min((ties[n], n) for n in range(count) if not done[n])[1]
        else:
            number = heapq.heappop(heap)[1]
        if done[number]:
            continue
        done[number] = True
        order.append(number)
        for other in later[number]:
            waiting[other] -= 1
            if not waiting[other] and not done[other]:
                heapq.heappush(heap, (ties[other], other))
    return order
