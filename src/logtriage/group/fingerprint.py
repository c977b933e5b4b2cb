"""What makes two error records the same trouble: the key of an issue.

A defect with a stack trace is known by the type of its innermost exception and the innermost
function of the program's own code: not by line numbers, generated names or the wrappers around it.
An incident is known by its words, since it strikes wherever the code happens to touch the broken
thing; so is a defect without a trace. Component, severity class, tag and category always count.

Keys outlive runs: change what counts only together with `VERSION`.
"""

import hashlib
import re
from typing import Final

import msgspec

from logtriage.group.normalise import mask
from logtriage.model.record import ExceptionInfo, Frame, Record
from logtriage.model.severity import ERROR, FATAL
from logtriage.model.tally import IssueTally
from logtriage.model.verdict import Tag, Verdict

VERSION: Final = "v1"

LIBRARY_FRAMES: Final = 3
"""Frames that count where none is the program's own."""

_EPHEMERAL: Final = 32_768
"""First port that Linux hands out to clients (``net.ipv4.ip_local_port_range``)."""

_SEPARATOR: Final = "\x1f"

# lambda$place$0 (javac), $$Lambda$14/0x.. and $$EnhancerBySpring (JVM), func1 (Go), <lambda> and
# <listcomp> (CPython), {closure} (PHP), {{closure}} (Rust), <anonymous> (V8), __0 (C#)
_GENERATED: Final = re.compile(
    r"\blambda\$(?=\w)|\$\d+\b|\$\$[\w$/]*+|\.func\d+(?:\.\d+)*+|<\w++>|\{+closure\b[^}]*+\}++"
    r"|::h[0-9a-f]{16}\b|__\d+\b|\+0x[0-9a-f]++|\b0x[0-9a-f]++|@[0-9a-f]{4,16}\b|\(.*\)$"
)
_ENDPOINT: Final = re.compile(r"(?:[\w.+-]++://)?\[?([\w.:-]+?)\]?:(\d{1,5})(?:/.*)?")


class Contribution(msgspec.Struct, frozen=True):
    """One fact about a record: did it count for the fingerprint, and why."""

    name: str
    value: str
    counted: bool
    why: str


def issue_key(record: Record, verdict: Verdict) -> tuple[str, str]:
    """Hexadecimal key and template of the issue that the record belongs to."""
    template = _template(record, verdict)
    severity = max(record.severity_number or ERROR, verdict.severity_floor or 0)
    return _key(template, record.component, severity, verdict), template


def folded_key(issue: IssueTally, template: str) -> str:
    """The key of an issue once its final template is known."""
    return _key(template, issue.component, issue.severity_number, issue.verdict)


def fingerprint_text(key: str) -> str:
    """``v1:`` and 16 hexadecimal digits: what reports and the state show."""
    return f"{VERSION}:{key[:16]}"


def severity_class(number: int) -> str:
    """``warn``, ``error`` or ``fatal``: repeats of a trouble may differ within one."""
    if number >= FATAL:
        return "fatal"
    return "error" if number >= ERROR else "warn"


def known_by_place(exception: ExceptionInfo | None, verdict: Verdict) -> bool:
    """Whether the place in the code tells the trouble, and not its words."""
    return (
        verdict.tag is Tag.DEFECT
        and exception is not None
        and any(link.frames for link in exception.links)
    )


def endpoint_signature(subject: str | None) -> str:
    """Which service an endpoint belongs to, so that two broken services are two issues.

    ``db:5432``; ``:5432`` for a numbered host or an address, which may be one of many; empty for
    anything else and for the ports of clients.
    """
    found = _ENDPOINT.fullmatch(subject) if subject else None
    if found is None or not 0 < int(found[2]) < _EPHEMERAL:
        return ""
    host = found[1].lower()
    return f"{'' if any(c.isdigit() or c == ':' for c in host) else host}:{int(found[2])}"


def contributions(record: Record, verdict: Verdict) -> tuple[Contribution, ...]:
    """Everything that was weighed for the fingerprint, what counted first."""
    severity = max(record.severity_number or ERROR, verdict.severity_floor or 0)
    endpoint = endpoint_signature(verdict.subject)
    found = [
        Contribution("tag", str(verdict.tag), True, "another tag is another trouble"),
        Contribution("category", verdict.category, True, "another category is another trouble"),
        Contribution("component", record.component or "(none)", True, "who says it"),
        Contribution("severity class", severity_class(severity), True, "warn, error or fatal"),
        Contribution("endpoint", endpoint or "(none)", bool(endpoint), "service that failed"),
    ]
    exception = record.exception
    by_place = known_by_place(exception, verdict)
    if exception is not None and by_place:
        frames = _places(exception)
        found.append(Contribution("root type", exception.root.type, True, "innermost cause"))
        found += [
            Contribution("frame", place, True, "innermost function of its own code")
            for place in frames
        ]
        found += [
            Contribution("wrapper", link.type, False, "wraps the cause")
            for link in exception.links[:-1]
        ]
        found.append(Contribution("line numbers", "", False, "change with every release"))
        found.append(Contribution("message", mask(record.message), False, "the place tells more"))
    else:
        words = "variable parts masked"
        found.append(Contribution("template", _template(record, verdict), True, words))
        if exception is not None:
            culprit = exception.culprit or "(none)"
            why = "an incident strikes wherever the code meets it"
            found.append(Contribution("frame", culprit, False, why))
    for name, value in (("host", record.host), ("thread", record.thread)):
        if value:
            found.append(Contribution(name, value, False, "the same trouble may strike elsewhere"))
    return tuple(sorted(found, key=lambda each: not each.counted))


def _key(template: str, component: str | None, severity: int, verdict: Verdict) -> str:
    canonical = _SEPARATOR.join(
        (
            VERSION,
            str(verdict.tag),
            verdict.category,
            component or "",
            severity_class(severity),
            endpoint_signature(verdict.subject),
            template,
        )
    )
    return hashlib.blake2b(canonical.encode(errors="replace"), digest_size=16).hexdigest()


def _template(record: Record, verdict: Verdict) -> str:
    exception = record.exception
    if exception is None:
        return mask(record.message) or mask(record.text)
    if known_by_place(exception, verdict):
        return " at ".join((exception.root.type, *_places(exception)))
    root = exception.root
    words = mask(root.message) if root.message else ""
    return f"{root.type}: {words}" if words else root.type or mask(record.message)


def _places(exception: ExceptionInfo) -> tuple[str, ...]:
    """The innermost own function, else library functions and the words of the root."""
    doubtful: list[str] = []
    for link in reversed(exception.links):
        for frame in link.frames:
            name = _function(frame)
            if not name:
                continue
            if frame.own:
                return (name,)
            if frame.own is None:
                doubtful.append(name)
    if doubtful:
        return (doubtful[0],)
    library = [name for frame in exception.root.frames if (name := _function(frame))]
    words = mask(exception.root.message) if exception.root.message else ""
    return (*library[:LIBRARY_FRAMES], *([words] if words else []))


def _function(frame: Frame) -> str:
    """The frame's function without generated parts; with its file where no class qualifies it."""
    name = _GENERATED.sub("", frame.function or "").strip(".$: ")
    place = frame.module or (frame.file or "").replace("\\", "/").rpartition("/")[2]
    if not name:
        return place
    return name if not place or "." in name or "::" in name else f"{place}:{name}"
