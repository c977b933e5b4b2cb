"""Words and numbers that state a severity, and what they mean.

Numbers are those of the OpenTelemetry log data model, appendix B. A format's own ``[levels]`` table
goes before this one.
"""

from typing import Final

from logtriage.errors import PackError
from logtriage.model.severity import NUMBER_BY_NAME

NUMBER_BY_WORD: Final[dict[str, int]] = {
    **dict.fromkeys(("trace", "trc", "finest", "silly", "all", "trace1", "spam"), 1),
    **dict.fromkeys(("finer",), 2),
    **dict.fromkeys(("debug", "dbg", "deb", "verbose", "vrb", "debug1", "fine"), 5),
    **dict.fromkeys(("debug2", "debug3", "debug4", "debug5"), 5),
    "config": 8,
    "conf": 8,
    **dict.fromkeys(("info", "inf", "information", "informational", "log", "access"), 9),
    **dict.fromkeys(("success", "ok", "audit", "status", "system", "statement"), 9),
    **dict.fromkeys(("notice", "note", "not", "hint", "detail", "context"), 10),
    **dict.fromkeys(("warn", "warning", "wrn", "wrng", "warnings"), 13),
    **dict.fromkeys(("error", "err", "eror", "erro", "severe", "fail", "failure", "failed"), 17),
    **dict.fromkeys(("critical", "crit", "crt", "dpanic"), 18),
    **dict.fromkeys(("alert", "alrt"), 19),
    **dict.fromkeys(("fatal", "ftl", "emerg", "emergency", "panic", "disaster", "abort"), 21),
    # localized words of .NET, journald front ends and Windows exports
    **dict.fromkeys(("fehler", "erreur", "errore", "erro", "fout"), 17),
    **dict.fromkeys(("warnung", "avertissement", "advertencia", "avviso", "aviso"), 13),
    **dict.fromkeys(("kritisch", "critique", "crítico", "critico", "kritiek"), 18),
    **dict.fromkeys(("informationen", "información", "informazioni", "informação"), 9),
    "fine ": 5,
    "debugging": 5,
}

NUMBER_BY_LETTER: Final[dict[str, int]] = {
    "T": 1,
    "V": 1,
    "D": 5,
    "I": 9,
    "N": 10,
    "W": 13,
    "E": 17,
    "C": 18,
    "A": 19,
    "F": 21,
}
"""One letter, as glog, Android, RabbitMQ's and .NET's short forms write it."""

NUMBER_BY_PRIORITY: Final = (21, 19, 18, 17, 13, 10, 9, 5)
"""syslog severities 0 (emerg) to 7 (debug)."""

NUMBER_BY_TENS: Final = {"10": 1, "20": 5, "30": 9, "40": 13, "50": 17, "60": 21}
"""pino and bunyan."""


def number_of(word: str) -> int | None:
    """The number of a level as logs write it: ``WARN``, ``[error]``, ``E``, ``50``; else None."""
    if len(word) == 1:
        return NUMBER_BY_LETTER.get(word.upper())
    known = NUMBER_BY_WORD.get(word.lower())
    if known is not None or word.isalpha():
        return known
    return NUMBER_BY_WORD.get(word.strip(" []<>():|*-").lower()) or NUMBER_BY_TENS.get(word)


def declared_number(value: str | int, *, where: str) -> int:
    """The number a format file gives as a name or a number; PackError where it is neither."""
    if isinstance(value, int):
        if 1 <= value <= 24:
            return value
    elif value in NUMBER_BY_NAME:
        return NUMBER_BY_NAME[value]
    raise PackError(
        f"unknown severity {value!r}",
        where=where,
        reason="a severity is a number from 1 to 24 or a name",
        help=f"names are {', '.join(NUMBER_BY_NAME)}",
    )
