"""Make `sample_logs/` from scratch: run the clinic, break it, keep what its programs wrote.

Run as root from the repository: `python3 -m tests.lab.make_samples [SCENARIO...]`.
tests/lab/README.md names the programs that must be installed.
"""

import argparse
import contextlib
import json
import signal
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab import stage
from tests.lab.clinic import releases, system
from tests.lab.clinic.system import Clinic

SAMPLES = stage.REPOSITORY / "sample_logs"


@dataclass(frozen=True)
class Scenario:
    """What is done to the clinic, and what a reader of its logs should find.

    The docstring of `play` is the folder's README; `{event}` in it is when that was marked.
    """

    play: Callable[[Clinic], None]
    root_causes: tuple[dict[str, Any], ...]

    def write_notes(self, folder: Path, clinic: Clinic) -> None:
        """Write README.md and expected.json of the folder."""
        text = textwrap.dedent("    " + (self.play.__doc__ or "")).format(**clinic.marks)
        paragraph = textwrap.fill(" ".join(text.split()), width=100)
        (folder / "README.md").write_text(f"# {folder.name}\n\n{paragraph}\n")
        expected = {"root_causes": self.root_causes, "max_extra_root_causes": 0}
        (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")


SCENARIOS: dict[str, Scenario] = {}


def scenario(*root_causes: dict[str, Any]) -> Callable[[Callable[[Clinic], None]], None]:
    """Enter a scenario under its function's name."""

    def enter(play: Callable[[Clinic], None]) -> None:
        SCENARIOS[play.__name__.replace("_", "-")] = Scenario(play, root_causes)

    return enter


def root_cause(
    tag: str,
    categories: list[str],
    component: str,
    log: str,
    line_regex: str,
    also: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One true root cause; `also` are further logs and the lines in them that state it as well."""
    return {
        "tag": tag,
        "category": categories,
        "log": log,
        "line_regex": line_regex,
        "component": component,
        "also": [{"log": name, "line_regex": regex} for name, regex in (also or {}).items()],
    }


@scenario(
    root_cause(
        "production-incident",
        ["database-down", "service-stopped", "connection-refused"],
        "postgres",
        "postgres.log",
        "received fast shutdown request|database system is shut down"
        "|terminating connection due to administrator command",
        {
            "appointments.log": r'server at "db\.clinic\.example".*Connection refused',
            "reminders.log": r"ECONNREFUSED 10\.31\.0\.21:5432",
            "records.log": r"Connection to db\.clinic\.example:5432 refused",
        },
    )
)
def database_down(clinic: Clinic) -> None:
    """PostgreSQL is stopped with a fast shutdown at {stopped} UTC while patients are booking,
    and started again at {started}. The Python, Node and Java services lose their connections,
    then are refused new ones; nginx hands their 500s to the browsers. Nothing is wrong with
    any program: whoever runs the database has to act.
    """
    clinic.start()
    time.sleep(45)
    clinic.mark("stopped")
    clinic.stop_database()
    time.sleep(18)
    clinic.mark("started")
    clinic.resume_database()
    time.sleep(15)


@scenario(
    root_cause(
        "application-defect",
        ["null-dereference", "type-error", "unhandled-exception", "crash-loop"],
        "reminders",
        "reminders.log",
        r"Cannot read properties of undefined \(reading 'channel'\)",
    )
)
def bad_deploy(clinic: Clinic) -> None:
    """Version 2.9.0 of reminders (Node) is deployed at {deployed} UTC. Its new code takes for
    granted that every patient has a contact; one in five has none. The exception escapes the
    handler and ends the process; supervisord starts it again, and so on. nginx answers 502:
    first because the connection breaks, then because nobody listens while the service starts.
    At {rolled_back} the old version is put back. Only a change of code helps.
    """
    clinic.start()
    time.sleep(45)
    clinic.mark("deployed")
    clinic.release("reminders", "2.9.0", *releases.REMINDERS_2_9)
    clinic.restart("reminders")
    time.sleep(55)
    clinic.mark("rolled_back")
    clinic.release("reminders")
    clinic.restart("reminders")
    time.sleep(15)


@scenario(
    root_cause(
        "production-incident",
        ["disk-full"],
        "postgres",
        "postgres.log",
        "No space left on device|Check free disk space|wrote only 4096 of 8192 bytes",
    )
)
def disk_full(clinic: Clinic) -> None:
    """The disk of PostgreSQL, a small one, is filled at {filled} UTC by a dump that somebody left
    on it. The next checkpoint cannot be written: PostgreSQL panics, cannot recover either and
    stops, and every service is refused its connections. At {freed} the dump is removed and
    PostgreSQL started again. Whoever looks after the disks has to act.
    """
    clinic.start(database_megabytes=180)
    time.sleep(40)
    clinic.mark("filled")
    dump = system.DATA.parent / "clinic-before-upgrade.dump"
    stage.fill(dump)
    clinic.programs.running["postgres"].wait(30)
    time.sleep(15)
    clinic.mark("freed")
    dump.unlink()
    clinic.resume_database()
    time.sleep(15)


@scenario(
    root_cause(
        "application-defect",
        ["connection-leak", "pool-exhausted", "resource-leak"],
        "records",
        "records.log",
        "Connection leak detection triggered|Apparent connection leak detected",
    )
)
def pool_leak(clinic: Clinic) -> None:
    """Version 1.8.0 of records (Java) is deployed at {deployed} UTC. For archived patients it
    no longer gives its database connection back. HikariCP's leak detector names the place
    within seconds; a little later the pool of five is empty and every request times out in it,
    bookings included. It looks like an overloaded database; it is a defect of the new version.
    """
    clinic.start()
    time.sleep(35)
    clinic.mark("deployed")
    clinic.release("records", "1.8.0", *releases.RECORDS_1_8)
    clinic.restart("records")
    time.sleep(60)


@scenario(
    root_cause(
        "production-incident",
        ["dependency-timeout", "upstream-timeout", "timeout"],
        "appointments",
        "appointments.log",
        r"eligibility\.insurer\.example.*Read timed out",
    )
)
def dependency_timeout(clinic: Clinic) -> None:
    """From {hangs} to {answers} UTC the insurer, a company outside, accepts connections but
    does not answer. Every booking asks it whether the patient is covered, waits two seconds
    and fails with a 500. Nothing of the clinic's own is broken.
    """
    clinic.start()
    time.sleep(40)
    clinic.mark("hangs")
    clinic.insurer.hanging = True
    time.sleep(30)
    clinic.mark("answers")
    clinic.insurer.hanging = False
    time.sleep(20)


@scenario()
def quiet(clinic: Clinic) -> None:
    """A healthy run that looks frightening: summaries that count 0 errors and 0 failures,
    downloads that are retried and succeed, 404s and refused pages, bad requests of clients, a
    slot that is already taken (a unique violation that the program expects), classes with
    Error in their names, a page called error-page, a reload of nginx at {nginx} UTC and one of
    PostgreSQL at {postgres}. Nobody has to do anything.
    """
    clinic.start()
    time.sleep(40)
    clinic.mark("nginx")
    clinic.programs.running["nginx"].send_signal(signal.SIGHUP)
    time.sleep(12)
    clinic.mark("postgres")
    clinic.programs.running["postgres"].send_signal(signal.SIGHUP)
    time.sleep(35)


def perform(name: str) -> None:
    """Run one scenario; this process is the first of its own namespaces."""
    stage.set_up("clinic-1", system.NAMES, f"{system.CLIENTS}.0/24", [stage.CACHE, SAMPLES])
    clinic = Clinic()
    with contextlib.ExitStack() as failure:
        failure.callback(stage.show_ends, system.LOGS)
        SCENARIOS[name].play(clinic)
        failure.pop_all()
    clinic.traffic.stop()
    stage.collect(system.LOGS, SAMPLES / name)
    SCENARIOS[name].write_notes(SAMPLES / name, clinic)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", help="default: all")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        perform(arguments.inside)
        return
    system.prepare()
    for name in arguments.scenario or SCENARIOS:
        if stage.inside("tests.lab.make_samples", ["--inside", name]).wait():
            raise SystemExit(f"{name} failed")


if __name__ == "__main__":
    main()
