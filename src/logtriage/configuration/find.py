"""Where the configuration is: looked for at every start, so with nothing but ``os``."""

import os
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from logtriage.errors import ConfigurationError

NAME: Final = "logtriage.toml"

PREFIX: Final = "LOGTRIAGE_"

VARIABLE: Final = "LOGTRIAGE_CONFIG"
"""Environment variable that names the file, as ``--config`` does."""

OWN_VARIABLES: Final = frozenset({VARIABLE, "LOGTRIAGE_CACHE", "LOGTRIAGE_SCAN"})
"""Variables of the program that are no keys of the file."""


class Found(NamedTuple):
    """A configuration file."""

    path: str | None
    passed_over: tuple[str, ...] = ()
    """Files on the way that belong to somebody else."""


def find(named: str | None, environment: Mapping[str, str] = os.environ) -> Found:
    """The file that ``--config`` or the environment names, else the first of `places`.

    A file that another user wrote is not taken unless it is named: it could have logs sent away.

    Raises:
        ConfigurationError: the named file is not there.
    """
    wanted = named or environment.get(VARIABLE)
    if wanted:
        if not os.path.exists(wanted):  # noqa: PTH110 - pathlib costs start-up here
            raise ConfigurationError(
                "the configuration file is not there",
                where=wanted,
                help=None if named else f"the variable {VARIABLE} names it",
            )
        return Found(wanted)
    passed_over: list[str] = []
    for place in places(environment):
        try:
            status = os.stat(place)  # noqa: PTH116 - as above
        except OSError:
            continue
        if status.st_uid in {0, os.geteuid()}:
            return Found(place, tuple(passed_over))
        passed_over.append(place)
    return Found(None, tuple(passed_over))


def places(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The folder and those above it, the XDG configuration folders, ``/etc/logtriage``."""
    try:
        folder = os.getcwd()  # noqa: PTH109 - as above
    except OSError:
        folder = "/"
    while True:
        yield os.path.join(folder, NAME)  # noqa: PTH118 - as above
        parent = os.path.dirname(folder)  # noqa: PTH120 - as above
        if parent == folder:
            break
        folder = parent
    home = environment.get("HOME", "")
    own = environment.get("XDG_CONFIG_HOME", "")
    if not own.startswith("/"):
        own = f"{home}/.config" if home.startswith("/") else ""
    shared = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    for base in (own, *shared.split(":"), "/etc"):
        # the standard has relative paths ignored
        if base.startswith("/"):
            yield f"{base}/logtriage/{NAME}"


def overrides(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that may stand for keys of the file."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in OWN_VARIABLES
    }
