"""``python -m logtriage.packcheck PATH…``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from logtriage.packcheck import check, pack_files
from logtriage.packs.build import tables_of
from logtriage.packs.load import BUILT_IN
from logtriage.packs.read import read_pack


def main(arguments: Sequence[str]) -> int:
    """Check the packs named on the command line; 0 without errors, 2 with some."""
    paths = [Path(argument) for argument in arguments] or [BUILT_IN]
    problems = check(paths)
    for problem in problems:
        sys.stdout.write(f"{problem}\n\n")
    errors = sum(problem.level == "error" for problem in problems)
    packs = [read_pack(file)[0] for path in paths for file in pack_files(path)]
    rules = sum(len(list(tables_of(pack))) for pack in packs if pack is not None)
    sys.stdout.write(f"{rules} rules checked: {errors} errors, {len(problems) - errors} warnings\n")
    return 2 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
