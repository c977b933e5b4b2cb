"""What logrotate does to a log, for the tests of runs that go on from the last one."""

import gzip
import os
import shutil
from pathlib import Path

WAYS = ["rename", "pack", "copy-truncate"]


def rotate(live: Path, how: str) -> None:
    """Move ``live`` to ``live.1`` and the rotated ones before it up, and begin it anew."""
    olds = live.parent.glob(f"{live.name}.*")
    for number, old in sorted(((_number(live, old), old) for old in olds), reverse=True):
        ending = old.name.removeprefix(f"{live.name}.{number}")
        old.rename(live.with_name(f"{live.name}.{number + 1}{ending}"))
    first = live.with_name(f"{live.name}.1")
    if how == "copy-truncate":
        shutil.copyfile(live, first)
        os.truncate(live, 0)
        return
    live.rename(first)
    if how == "pack":
        # as logrotate does: the packed file grows beside the plain one, which goes at last
        with gzip.open(f"{first}.gz", "wb") as file:
            file.write(first.read_bytes())
        first.unlink()
    live.touch()


def _number(live: Path, rotated: Path) -> int:
    return int(rotated.name.removeprefix(f"{live.name}.").partition(".")[0])
