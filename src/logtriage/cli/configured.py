"""The configuration of a run, read once and only where there is some."""

import sys
from functools import cache
from typing import TYPE_CHECKING

from logtriage.configuration.find import find, overrides

if TYPE_CHECKING:
    from logtriage.configuration.load import Loaded


@cache
def configured(named: str | None = None) -> "Loaded | None":
    """The configuration in force; None where neither a file nor the environment says anything.

    Raises:
        ConfigurationError: it is wrong.
    """
    found = find(named)
    for path in found.passed_over:
        sys.stderr.write(f"{path!a} belongs to another user: passed over (--config reads it)\n")
    if found.path is None and not overrides():
        return None
    from logtriage.configuration.load import load  # noqa: PLC0415 - only where there is some

    return load(found)
