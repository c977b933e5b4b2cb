"""The words of a record: what rules mean by its message.

Formats cut a line into fields, each its own way: ``ERROR: Job failed`` may be a level and a
message, ``msg="fetch failed" err="connection refused"`` a message and an attribute. Rules are
written from what programs print; so they are asked of the message, of the fields that say what
went wrong, and of the line as it reads from its level on.
"""

from typing import Final

from logtriage.model.record import Record

TELLING: Final = frozenset(
    "err error errors cause reason detail details hint exception exc message msg description "
    "stderr fault failure problem errmsg error_message errormessage error_msg err_msg errmessage "
    "exception_message statustext status_message status_text result output error_detail exc_info "
    "error_description errordescription failure_reason last_error lasterror".split()
)
"""Last parts of the keys of attributes that say what went wrong."""

TELLING_KEYS: Final = frozenset({"exception.type", "error.type", "error.class"})
"""Keys whose last part alone says nothing."""

WRITTEN_BY_CLIENTS: Final = frozenset(
    "url uri path query request body headers header referer referrer user_agent useragent agent "
    "http_user_agent http_referer params args cookie username user sql statement q search".split()
)
"""Last parts of keys whose values a client chooses: they make no rule fire."""

LONGEST_VALUE: Final = 300
"""Characters of an attribute's value that still reads as part of the line."""

LEVEL_WITHIN: Final = 120
"""Characters from the start of a line within which its level stands."""


def wordings(record: Record) -> tuple[str, ...]:
    """The message first, then the other ways to read the record, without duplicates."""
    found = [record.message]
    if record.attributes:
        found += [
            value
            for key, value in record.attributes.items()
            if (last_part(key) in TELLING or key in TELLING_KEYS) and value not in record.message
        ]
    line = whole_line(record)
    if line and line not in record.message:
        found.append(line)
    return tuple(found)


def whole_line(record: Record) -> str:
    """The first line from its level on; of a document, its message and short fields."""
    if record.format is None:
        return ""
    first = record.text.partition("\n")[0]
    if first.lstrip()[:1] in {"{", "<"}:
        return _document(record) if record.attributes else ""
    if any(last_part(key) in WRITTEN_BY_CLIENTS for key in record.attributes):
        return ""
    level = record.severity_text
    at = first.find(level, 0, LEVEL_WITHIN) if level else 0
    if at < 0:
        return ""
    # the marks before it belong to the level: CI systems write them with it
    start = len(first[:at].rstrip("[#:<*("))
    return first[start:]


def _document(record: Record) -> str:
    parts = [record.message]
    parts += [
        f"{key}={value}"
        for key, value in record.attributes.items()
        if len(value) <= LONGEST_VALUE
        and "\n" not in value
        and last_part(key) not in WRITTEN_BY_CLIENTS
    ]
    return " ".join(parts)


def last_part(key: str) -> str:
    """``error.message`` says what ``message`` says."""
    return key.rpartition(".")[2].lower()
