"""One door to every format a report can be written in."""

from collections.abc import Callable
from typing import Final

from logtriage.errors import UsageError
from logtriage.model.report import Report
from logtriage.report.machine import as_json
from logtriage.report.text import as_text

RENDERERS: Final[dict[str, Callable[[Report], str]]] = {"json": as_json, "text": as_text}


def render(report: Report, output: str) -> str:
    """The report as ``output`` says, ending in a newline.

    Raises:
        UsageError: there is no such output.
    """
    renderer = RENDERERS.get(output)
    if renderer is None:
        raise UsageError(
            f"there is no output '{output}'", help=f"choose one of {', '.join(RENDERERS)}"
        )
    return renderer(report)
