"""Make `tests/scenarios/data/` from scratch: run the parcel service and break it, case by case.

Run as root from the repository: `python3 -m tests.lab.make_cases [CASE...]`.
tests/lab/README.md names the programs that must be installed.
"""

import argparse
import contextlib
import shutil

from tests.lab import stage
from tests.lab.cases import CASES
from tests.lab.parcel import system
from tests.lab.parcel.system import Parcel

FOLDER = stage.REPOSITORY / "tests" / "scenarios" / "data"


def perform(name: str) -> None:
    """Run one case; this process is the first of its own namespaces."""
    names = {"localhost": "127.0.0.1", **system.HOSTS}
    stage.set_up("edge-1", names, f"{system.CLIENTS}.0/24", [stage.CACHE, FOLDER])
    for address in set(system.ZONE.values()) - set(system.HOSTS.values()):
        stage.run("ip", "address", "add", f"{address}/32", "dev", "lo")
    for server, client in system.CALLERS.items():
        route = f"ip route replace local {server} dev lo table local scope host src {client}"
        stage.run(*route.split())
    parcel = Parcel()
    with contextlib.ExitStack() as failure:
        failure.callback(stage.show_ends, system.LOGS)
        CASES[name].play(parcel)
        failure.pop_all()
    parcel.traffic.stop()
    target = FOLDER / name
    shutil.rmtree(target, ignore_errors=True)
    stage.collect(system.LOGS, target / "logs")
    (target / "truth.toml").write_text(CASES[name].truth(parcel.fault))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help="default: all")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        perform(arguments.inside)
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    system.prepare()
    for name in arguments.case or CASES:
        if stage.inside("tests.lab.make_cases", ["--inside", name]).wait():
            raise SystemExit(f"{name} failed")


if __name__ == "__main__":
    main()
