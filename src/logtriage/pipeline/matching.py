"""Which file is which: the inputs of this run against the positions of the last one."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from logtriage.model.position import Position
from logtriage.source.identify import (
    Sight,
    begins_like,
    head_digest,
    is_live,
    rotated_set,
    siblings,
    sight,
    source_of,
    tail_digest,
)
from logtriage.source.locate import Source, rotation_order

PACKED_ENDINGS: Final = (".gz", ".zst", ".bz2", ".xz", ".lz4", ".Z")


class Found(msgspec.Struct, frozen=True):
    """A file, and how far it was read."""

    source: Source
    seen: Sight
    position: Position
    """A fresh one where the file was never read."""

    @property
    def unchanged(self) -> bool:
        """Nothing was written to it since it was last looked at."""
        return self.position.id is not None and _unchanged(self.seen, self.position)


class Matching(msgspec.Struct, frozen=True):
    """All files of a run; and what could not be found again."""

    found: tuple[Found, ...]
    problems: tuple[tuple[str, str], ...]
    """(path, what is wrong) of files whose end may have been lost, or that cannot be read."""
    unsettled: frozenset[str]
    """Rotated sets that changed while they were looked at."""


def match(sources: Sequence[Source], positions: Iterable[Position]) -> Matching:
    """Find each file's position, and the rotated files that were read under another name.

    Inode first, then content, as names change hands. Sources that are no files are left out.
    """
    return _Matcher(positions).run(sources)


def standing(sources: Iterable[Source]) -> dict[str, frozenset[tuple[str, int, int]]]:
    """The files that stand in the folders of the sources now, by rotated set.

    (path, device, inode) of each: what differs later was rotated in between.
    """
    folders = {os.path.dirname(absolute(source)) for source in sources}  # noqa: PTH120
    sets: defaultdict[str, set[tuple[str, int, int]]] = defaultdict(set)
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    status = entry.stat()
                    sets[rotated_set(entry.path)].add((entry.path, status.st_dev, status.st_ino))
        except OSError:
            continue
    return {name: frozenset(files) for name, files in sets.items()}


def absolute(source: Source) -> str:
    """The path that positions are kept under."""
    path = os.path.abspath(source.file)  # noqa: PTH100 - symbolic links are kept as they are
    return path if source.member is None else f"{path}::{source.member}"


class _Matcher:
    def __init__(self, positions: Iterable[Position]) -> None:
        self._free = {position.id: position for position in positions}
        self._of_path = {position.path: position for position in self._free.values()}
        self._of_inode: defaultdict[tuple[int, int], list[Position]] = defaultdict(list)
        self._of_set: defaultdict[str, list[Position]] = defaultdict(list)
        for position in self._free.values():
            self._of_inode[position.device, position.inode].append(position)
            self._of_set[Path(rotated_set(position.path)).name].append(position)
        self._sights: dict[str, Sight] = {}
        self._found: dict[str, Found] = {}
        self._problems: list[tuple[str, str]] = []
        self._unsettled: set[str] = set()

    def run(self, sources: Sequence[Source]) -> Matching:
        known = [source for source in sources if self._look(source)]
        for by in (self._by_inode, self._by_content):
            for source in known:
                self._guarded(partial(self._try, by=by), source)
        for source in known:
            self._guarded(self._written_late, source)
        rest = [source for source in known if absolute(source) not in self._found]
        for source in rest:
            self._guarded(self._rotated_away, source)
        # the newest first: a copy is known by the file it was made of
        for source in sorted(rest, key=lambda each: rotation_order(each.path), reverse=True):
            self._guarded(self._take_fresh, source)
        found = sorted(self._found.values(), key=lambda each: rotation_order(each.source.path))
        return Matching(tuple(found), tuple(self._problems), frozenset(self._unsettled))

    def _guarded(self, step: Callable[[Source], None], source: Source) -> None:
        """Take a step; a file that vanishes meanwhile is being rotated."""
        try:
            step(source)
        except OSError:
            self._unsettled.add(rotated_set(absolute(source)))

    def _take_fresh(self, source: Source) -> None:
        if absolute(source) not in self._found and not self._is_copy(source):
            self._take(source, None)

    def _look(self, source: Source) -> bool:
        """Look at a file; only at its status where that is as it was."""
        try:
            status = os.stat(source.file)  # noqa: PTH116 - the name may not be a Path
            seen = Sight(
                status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, False, False
            )
            if self._same(source, seen) is None:
                seen = sight(source)
        except FileNotFoundError:
            # it was there a moment ago
            self._unsettled.add(rotated_set(absolute(source)))
            return False
        except OSError as error:
            self._problems.append((source.path, (error.strerror or str(error)).lower()))
            return False
        self._sights[absolute(source)] = seen
        return True

    def _same(self, source: Source, seen: Sight) -> Position | None:
        """The position of a file to which nothing was written since."""
        member = _member(absolute(source))
        for position in self._of_inode[seen.device, seen.inode]:
            if _member(position.path) == member and _unchanged(seen, position):
                return position
        return None

    def _try(self, source: Source, by: Callable[[Source], Position | None]) -> None:
        if absolute(source) not in self._found:
            position = by(source)
            if position is not None:
                self._take(source, position)

    def _take(self, source: Source, position: Position | None) -> None:
        path = absolute(source)
        seen = self._sights[path]
        if position is None:
            position = Position(path, seen.device, seen.inode, seen.size, seen.modified)
        else:
            del self._free[position.id]
        self._found[path] = Found(source, seen, position)

    def _by_inode(self, source: Source) -> Position | None:
        path = absolute(source)
        seen, member = self._sights[path], _member(path)
        for position in sorted(
            self._of_inode[seen.device, seen.inode], key=lambda each: -each.offset
        ):
            if position.id not in self._free or _member(position.path) != member:
                continue
            # inodes are given out again: of a file in which nothing was read yet, the inode alone
            # does not say that it is the one that stood there before
            if _unchanged(seen, position) or (position.offset and self._holds(source, position)):
                return position
        return None

    def _by_content(self, source: Source) -> Position | None:
        wanted = rotated_set(absolute(source))
        near = [
            each
            for each in self._of_set[Path(wanted).name]
            if each.offset and each.id in self._free
        ]
        near.sort(key=lambda each: (rotated_set(each.path) != wanted, -each.offset))
        return next((position for position in near if self._holds(source, position)), None)

    def _holds(self, source: Source, position: Position) -> bool:
        """Whether the file begins with what was read of the position's file."""
        seen = self._sights[absolute(source)]
        if not seen.streamed and seen.size < position.offset:
            return False
        if head_digest(source, seen, position.head_length) != position.head_digest:
            return position.head_length == 0
        if not position.tail_digest:
            return True
        return tail_digest(source, seen, position.offset) == position.tail_digest

    def _written_late(self, source: Source) -> None:
        """Rotated files of a named live file that were read before: a program may still write."""
        if not is_live(source.file) or source.member is not None:
            return
        wanted = rotated_set(absolute(source))
        positions = [
            each
            for each in self._of_set[Path(wanted).name]
            if each.id in self._free and rotated_set(each.path) == wanted
        ]
        inodes = {(each.device, each.inode) for each in positions}
        for path in siblings(source.file) if positions else ():
            sibling = source_of(path)
            status = os.stat(path)  # noqa: PTH116 - as above
            if (status.st_dev, status.st_ino) in inodes and self._look(sibling):
                self._try(sibling, self._by_inode)

    def _rotated_away(self, source: Source) -> None:
        """Look for what a live file held before among its rotated files, and take those since."""
        path = absolute(source)
        before = self._of_path.get(path)
        if before is None or not is_live(path):
            return
        rotated = [source_of(each) for each in siblings(source.file)]
        home = self._home(source, before, rotated)
        if home is not None:
            newer = rotated[rotated.index(home) + 1 :]
        elif before.offset:
            return
        else:
            # it was empty: nothing in it tells which file it became
            newer = [each for each in rotated if (each.modified or 0) > before.modified]
        for each in newer:
            if absolute(each) in self._found or not self._look(each):
                continue
            self._try(each, self._by_content)
            self._take_fresh(each)

    def _home(self, source: Source, before: Position, rotated: Sequence[Source]) -> Source | None:
        """The rotated file that holds what was read of the live one."""
        for each in rotated:
            found = self._found.get(absolute(each))
            if found is not None and found.position.id == before.id:
                return each
        if before.id not in self._free or not before.offset:
            return None
        for each in rotated:
            if absolute(each) not in self._found and self._look(each) and self._holds(each, before):
                self._take(each, before)
                return each
        lost = (
            f"was replaced or emptied since the last run, which had read {before.offset:,} "
            "bytes of it; what was written after that is not found"
        )
        self._problems.append((source.path, lost))
        return None

    def _is_copy(self, source: Source) -> bool:
        """A file being copied or packed by the rotation, its original still there."""
        path = absolute(source)
        if is_live(path):
            return False
        for ending in PACKED_ENDINGS:
            if path.endswith(ending) and os.path.exists(path.removesuffix(ending)):  # noqa: PTH110
                return True
        wanted = rotated_set(path)
        return any(
            rotated_set(each.position.path) == wanted and begins_like(source, each.source)
            for each in self._found.values()
            if each.source.member is None and source.member is None
        )


def _unchanged(seen: Sight, position: Position) -> bool:
    return (seen.device, seen.inode, seen.size, seen.modified) == (
        position.device,
        position.inode,
        position.size,
        position.modified,
    )


def _member(path: str) -> str:
    return path.partition("::")[2]
