"""Codes that a record states: errno, SQLSTATE, HTTP and gRPC statuses, exit codes, signals.

Each finder takes the record's text and attributes and gives what it finds, in order, without
duplicates; all are run only when a rule asks.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import Final

from logtriage.expr.codetable import CodeTable

CODE_TEXT: Final = 65_536
"""Most characters of a record that are searched for codes."""

_STATUS_KEYS: Final = frozenset(
    "status status_code statuscode http.status_code http.response.status_code http_status "
    "httpstatus response_code responsecode sc-status sc_status response.status http.status "
    "code_http response_status downstream_status upstream_status res.statuscode".split()
)

_STATUS: Final = (
    r"\bHTTP/[0-9.]{1,3}[\"']?[ ](?P<a>[1-5]\d\d)\b"
    r"|\b(?:status|http|response)[ _-]?(?:status|code|error)?[ _-]?(?:code)?[\"']?"
    r"(?: of| was| is)?[ ]?[=:( ]{1,3}[\"'(]?(?P<b>[1-5]\d\d)\b(?![.:-]\d)"
    r"|\b(?:returned|received|got|answered|responded with|with status|error code)[ :]{1,2}"
    r"(?:HTTP |an? |status |error |code )?(?P<c>[45]\d\d)\b"
    r"(?![.:-]\d| ?(?:ms|s|bytes|rows|items)\b)"
    r"|\"[ ](?P<d>[1-5]\d\d)[ ](?:\d+|-)\b"
)

_ERRNO_NUMBER: Final = (
    r"\[Errno (?P<a>\d{1,3})\]|\berrno\s{0,2}[=:]?\s{0,2}\(?(?P<b>\d{1,3})\b"
    r"|\bos error (?P<c>\d{1,3})\b|\((?P<e>\d{1,3}): [A-Z]"
    r"|\b(?:error|err|ret|rc|code|status|errno|returned)\s?[=:]?\s?-(?P<d>\d{1,3})\b"
)

_ERRNO_NAME: Final = re.compile(r"\b(?:WSA)?E[A-Z][A-Z0-9_]{1,14}\b")

_SQLSTATE: Final = (
    r"SQL ?STATE[\"']?\s{0,2}[:=]?\s{0,2}[\[(\"']{0,2}(?P<a>[0-9A-Z]{5})\b"
    r"|\bERROR \d{1,5} \((?P<b>[0-9A-Z]{5})\)"
    r"|\bSQLCODE\b[^\n]{0,20}\bSQLSTATE[=:]\s?(?P<c>[0-9A-Z]{5})"
    r"|\((?:SQLSTATE )?(?P<d>[0-9A-Z]{2}[0-9A-Z]{3})\)"
    r"|\b(?:ERROR|FATAL|PANIC|WARNING):\s{1,2}(?P<e>[0-9][0-9A-Z][0-9A-Z]{3}):"
    r"|[\"']?(?:code|sqlstate|sql_state|pgcode|error_code)[\"']?\s?[:=]\s?"
    r"[\"'](?P<f>[0-9A-Z]{5})[\"']"
    r"|\b(?:ERROR|FATAL|PANIC)\s\*?\[?(?P<g>\d[0-9A-Z]{4})\]?[\s:]"
)

_EXIT: Final = (
    r"\b(?:exit(?:ed|s|ing)?|return(?:ed)?|process|command|terminated|failed|status|completed"
    r"|finished)[ _-]?(?:with |non-zero |nonzero |exit |error |return |a |an |by ){0,4}"
    r"(?:code|status|value)s?[\"']?(?: of| was| is)?\s?[=:( ]{1,8}\s?[\"'(]?"
    r"(?P<a>\d{1,3})\b(?![.:]\d)"
    r"|\bexit(?:ed)?(?:_?code|_?status|CodeActual)?[\"']?\s?[=:(]\s?[\"']?(?P<b>\d{1,3})\b"
    r"(?![.:]\d)"
    r"|\b(?:rc|retcode|return_code|returncode|ret_code)[\"']?\s?[=:]\s?(?P<c>\d{1,3})\b"
    r"(?![.:]\d)"
    r"|\bstatus=(?P<d>\d{1,3})/[A-Z]|\bexited with (?P<e>\d{1,3})\b|\bExit (?P<f>\d{1,3})\b"
    r"|\bexited[ ,]{1,2}status[= ](?P<g>\d{1,3})\b"
)

_EXIT_KEYS: Final = frozenset("exit_code exitcode exit_status exit.code rc returncode".split())

_SIGNAL: Final = (
    r"\b(?P<name>SIG(?:[A-Z]{2,6}\d?))\b"
    r"|\bsignal[\"']?\s?[=:( ]{1,2}\s?[\"'(]?(?P<number>\d{1,2})\b"
    r"|\bsignal[=:]\s?(?P<short>[A-Z]{3,6})\b|\b(?:status|sig)=(?P<slash>\d{1,2})(?:/[A-Z]{3,6})\b"
    r"|\bsignal: (?P<word>killed|terminated|aborted|segmentation fault|interrupt|bus error|"
    r"illegal instruction|hangup|quit|broken pipe)\b"
)

_GO_WORDS: Final = {
    "killed": "SIGKILL",
    "terminated": "SIGTERM",
    "aborted": "SIGABRT",
    "segmentation fault": "SIGSEGV",
    "interrupt": "SIGINT",
    "bus error": "SIGBUS",
    "illegal instruction": "SIGILL",
    "hangup": "SIGHUP",
    "quit": "SIGQUIT",
    "broken pipe": "SIGPIPE",
}

_GRPC: Final = (
    r"\bcode\s?=\s?(?P<camel>[A-Z][A-Za-z]{2,20})\b"
    r"|StatusCode[.=(\"' ]{1,3}(?P<dotted>[A-Z][A-Za-z_]{2,20})"
    r"|Status(?:Runtime)?Exception: (?P<java>[A-Z_]{3,20})"
    r"|\bgrpc[-_.](?:status|code)[\"']?\s?[:=]\s?[\"']?(?P<either>\w{1,20})"
    r"|\bError: (?P<number>\d{1,2}) (?P<upper>[A-Z][A-Z_]{3,20}): "
    r"|\bstatus: (?P<tonic>[A-Z][A-Za-z]{4,20}), message:"
    r"|\brpc error:? \(?(?P<rpc>[A-Z][A-Za-z_]{4,20})\)?"
)

_CODE: Final = (
    r"\b(?:[A-Za-z]{1,12}[-_]?\d{2,7}[A-Z]?|[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]{1,30}){1,6}"
    r"|0[xX][0-9A-Fa-f]{4,16}|[A-Z]{2,10}-[A-Z]?\d{2,7}|E[A-Z]{3,20})\b"
)

_NUMBER_LEADS: Final = (
    r"(?:\b(?:error|err|errno|errorcode|error_code|code|msg|number|sqlcode|nativeerror|"
    r"native error|event ?id|status|warning|ora|general error|failure|mysql|vendor ?code)[\"']?"
    r"(?:\s?(?:no\.?|number|code|id))?[\"']?\s{0,2}[-:=#(\[ ]{0,3}[\"'(\[]?|\[|\((?=$)|: )$"
)


@cache
def _compiled(pattern: str, *, caseless: bool = False) -> re.Pattern[str]:
    # nine patterns take 10 ms to compile, and most runs ask for few of them
    return re.compile(pattern, re.IGNORECASE if caseless else 0)


class Codes:
    """The codes of one record, each kind found when it is first asked for."""

    def __init__(
        self, table: CodeTable, text: str, lowered: str, attributes: Mapping[str, str]
    ) -> None:
        self._table = table
        self._text = text[:CODE_TEXT]
        self._lowered = lowered[:CODE_TEXT]
        self._attributes = attributes

    @cached_property
    def status(self) -> tuple[float, ...]:
        """HTTP statuses, 100 to 599."""
        found = [
            value
            for key, value in self._attributes.items()
            if key.lower() in _STATUS_KEYS and value.isdigit() and 100 <= int(value) <= 599
        ]
        return _floats(
            [
                *found,
                *_groups(_compiled(_STATUS, caseless=True), self._text),
                *self._reason_phrases(),
            ]
        )

    def _reason_phrases(self) -> Iterable[str]:
        """``502 Bad Gateway``: a number beside its own reason phrase."""
        if not re.search(r"\b[45]\d\d\b", self._text):
            return
        for code in self._table.http:
            number = str(code.number)
            if number not in self._text:
                continue
            for other in (code.text.lower(), "server error", "client error"):
                if f"{number} {other}" in self._lowered or f"{number}: {other}" in self._lowered:
                    yield number
                    break

    @cached_property
    def errno(self) -> tuple[str, ...]:
        """Names, of names, numbers and texts."""
        numbers = {int(number) for number in _groups(_compiled(_ERRNO_NUMBER), self._text)}
        found: list[str] = []
        names, texts, aliases = errno_words(self._table)
        found += [names[word] for word in _ERRNO_NAME.findall(self._text) if word in names]
        lowered = self._lowered
        found += [name for text, name in texts if text in lowered and _is_word(text, lowered)]
        found += [code.name for code in self._table.errno if code.number in numbers]
        return tuple(dict.fromkeys(alias for name in found for alias in aliases[name]))

    @cached_property
    def sqlstate(self) -> tuple[str, ...]:
        """Five characters each, with at least one digit."""
        found = [
            value
            for key, value in self._attributes.items()
            if key.lower() in {"sqlstate", "sql_state", "state_code", "pgcode", "error.code"}
            and len(value) == 5
        ]
        found += [
            value.upper() for value in _groups(_compiled(_SQLSTATE, caseless=True), self._text)
        ]
        return tuple(dict.fromkeys(v for v in found if any(c.isdigit() for c in v)))

    @cached_property
    def exit_code(self) -> tuple[float, ...]:
        """Exit codes, 0 to 255."""
        found = [
            value
            for key, value in self._attributes.items()
            if key.lower() in _EXIT_KEYS and value.isdigit()
        ]
        return _floats([*found, *_groups(_compiled(_EXIT, caseless=True), self._text)])

    @cached_property
    def signal(self) -> tuple[str, ...]:
        """Names of signals."""
        by_number = {code.number: code.name for code in self._table.signal}
        known = {code.name for code in self._table.signal}
        found: list[str] = []
        for match in _compiled(_SIGNAL).finditer(self._text):
            kind, value = match.lastgroup, match[match.lastgroup or 0]
            if kind == "name":
                found.append(value)
            elif kind in {"number", "slash"}:
                found.append(by_number.get(int(value), ""))
            elif kind == "short":
                found.append(f"SIG{value}")
            else:
                found.append(_GO_WORDS[value])
        found += [
            code.name
            for code in self._table.signal
            if code.text and code.text.lower() in self._lowered
        ]
        return tuple(dict.fromkeys(name for name in found if name in known))

    @cached_property
    def grpc(self) -> tuple[str, ...]:
        """Names of gRPC statuses, in capitals."""
        by_camel = {code.camel.lower(): code.name for code in self._table.grpc}
        by_camel |= {code.name.lower(): code.name for code in self._table.grpc}
        by_camel |= {str(code.number): code.name for code in self._table.grpc}
        by_camel["cancelled"] = "CANCELLED"
        found = []
        for match in _compiled(_GRPC).finditer(self._text):
            stated = [value.lower() for value in match.groups() if value]
            found += [by_camel[value] for value in stated if value in by_camel]
        return tuple(dict.fromkeys(found))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Vendors' codes as printed: ``ORA-01555``, ``ER_LOCK_DEADLOCK``, ``P1001``."""
        found = _compiled(_CODE).findall(self._text)
        found += [
            value
            for key, value in self._attributes.items()
            if key.lower().rsplit(".", 1)[-1] in {"code", "errorcode", "error_code", "errno"}
        ]
        return tuple(dict.fromkeys(found))

    def printed(self, code: str) -> str | None:
        """The code as the record prints it: a whole word, a bare number only where it is a code."""
        for key, value in self._attributes.items():
            if value == code and re.search(
                r"code|errno|error|number|event_?id", key, re.IGNORECASE
            ):
                return f"{key}={value}"
        text, position, width = self._text, -1, len(code)
        numeric = code.lstrip("-").isdigit()
        for _ in range(64):
            position = text.find(code, position + 1)
            if position < 0:
                return None
            before = text[max(0, position - 1) : position]
            after = text[position + width : position + width + 1]
            if before.isalnum() or before == "_" or after.isalnum() or after == "_":
                continue
            if not numeric:
                return code
            lead = text[max(0, position - 32) : position]
            if (before == "(" and after == ",") or (
                after != "."
                and before != "."
                and _compiled(_NUMBER_LEADS, caseless=True).search(lead)
            ):
                return f"{lead.split()[-1] if lead.split() else ''}{code}".strip()
        return None


def _groups(pattern: re.Pattern[str], text: str) -> list[str]:
    return [next(filter(None, match.groups())) for match in pattern.finditer(text)]


def _floats(values: Iterable[str]) -> tuple[float, ...]:
    return tuple(dict.fromkeys(float(value) for value in values))


@cache
def errno_words(
    table: CodeTable,
) -> tuple[dict[str, str], list[tuple[str, str]], dict[str, tuple[str, ...]]]:
    """First names by every name, lower-case texts with their name, all names of each."""
    names: dict[str, str] = {}
    texts: list[tuple[str, str]] = []
    aliases: dict[str, tuple[str, ...]] = {}
    for code in table.errno:
        others = [other for other in code.also if _ERRNO_NAME.fullmatch(other)]
        aliases[code.name] = (code.name, *others)
        names |= dict.fromkeys(aliases[code.name], code.name)
        texts += [
            (text.lower(), code.name)
            for text in (code.text, *code.also)
            if text and text not in others
        ]
    return names, texts, aliases


def _is_word(name: str, text: str) -> bool:
    position = text.find(name)
    if not name.isascii():
        # Chinese and Japanese put no blanks between words
        return position >= 0
    while position >= 0:
        end = position + len(name)
        before, after = text[max(0, position - 1) : position], text[end : end + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            return True
        position = text.find(name, position + 1)
    return False
