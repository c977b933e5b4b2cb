"""Severity numbers of the OpenTelemetry log data model.

Source: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber and the
mappings of its appendix B (syslog, log4j, zap, pino and others).
"""

from typing import Final

TRACE: Final = 1
DEBUG: Final = 5
INFO: Final = 9
NOTICE: Final = 10
WARN: Final = 13
ERROR: Final = 17
CRITICAL: Final = 18
ALERT: Final = 19
FATAL: Final = 21

NUMBER_BY_NAME: Final = {
    "trace": TRACE,
    "debug": DEBUG,
    "info": INFO,
    "notice": NOTICE,
    "warn": WARN,
    "error": ERROR,
    "critical": CRITICAL,
    "alert": ALERT,
    "fatal": FATAL,
}
"""Lowest number of each named range."""

_NAMES: Final = (
    *("trace",) * 4,
    *("debug",) * 4,
    "info",
    *("notice",) * 3,
    *("warn",) * 4,
    "error",
    "critical",
    *("alert",) * 2,
    *("fatal",) * 4,
)


def severity_name(number: int | None) -> str | None:
    """Name of the range that holds ``number`` (1 to 24); None stays None."""
    if number is None:
        return None
    return _NAMES[min(max(number, 1), 24) - 1]
