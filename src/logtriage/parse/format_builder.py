"""Puts a regular expression together from the pieces of a format string."""

import difflib
import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from logtriage.errors import PackError, Snippet
from logtriage.parse.date_patterns import from_date_format, from_strftime

_CLF: Final = r"\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d"
_ISO: Final = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
_PYTHON_DATE: Final = (
    r"(?:(?:\d{4}-\d\d-\d\d[T ]|\d\d[/.-]\d\d[/.-]\d{2,4},? |[A-Z][a-z]{2} [ \d]\d )?\d\d:\d\d:\d\d"
    r"(?:[.,]\d{1,6})?(?: ?(?:Z|[+-]\d\d:?\d\d))?)"
)
_QUOTED: Final = r'[^"\\]*(?:\\.[^"\\]*)*'
_HEADERS: Final = {
    "user-agent": "user_agent.original",
    "referer": "http.request.header.referer",
    ":authority": "server.address",
    "host": "server.address",
}
_TRACES: Final = {"traceid", "trace_id", "x-b3-traceid", "x-request-id", "x-correlation-id"}
_SPANS: Final = {"spanid", "span_id", "x-b3-spanid"}


class Piece(msgspec.Struct, frozen=True):
    """A literal, or a directive with what it was given."""

    text: str
    """The literal's text, or the directive's name."""
    at: int
    """Where in the format string it begins."""
    directive: bool = False
    argument: str = ""
    padded: bool = False
    """Blanks may fill it up to a width."""


class ExpressionBuilder:
    """Puts the expression of a format together, piece by piece."""

    def __init__(self, source: str, table: dict[str, Any], date_format: str) -> None:
        self.source = source
        self.table = table
        self.fields: dict[str, str] = table["fields"]
        self.date_format = date_format
        self.groups: set[str] = set()
        self.attributes: dict[str, str] = {}
        self.order = ""

    def regex(self, pieces: Sequence[Piece]) -> str:
        """The whole expression; it ends at the first line break that the string asks for."""
        out: list[str] = []
        for number, piece in enumerate(pieces):
            if not piece.directive:
                out.append(_literal(piece.text))
                continue
            meaning = self._meaning(piece)
            if meaning == "end":
                break
            following = pieces[number + 1] if number + 1 < len(pieces) else None
            if meaning == "milliseconds":
                self._extend_timestamp(out)
                continue
            body = self._field(meaning, piece, following)
            out.append(f" *{body} *" if piece.padded and body else body)
        return f"^{''.join(out).rstrip()}$"

    def _meaning(self, piece: Piece) -> str:
        meaning = self.fields.get(piece.text)
        if meaning is not None:
            return meaning
        if self.table["title"].startswith(("nginx", "Python", "Envoy")):
            return f"attribute:{piece.text.lower()}"
        near = difflib.get_close_matches(piece.text, self.fields, 1)
        raise PackError(
            f"unknown directive {piece.text!r}",
            reason=f"it is none of {self.table['title']}",
            snippet=Snippet(self.source, piece.at),
            help=f"did you mean {near[0]!r}?" if near else None,
        )

    def _extend_timestamp(self, out: list[str]) -> None:
        """Milliseconds of their own (``%(msecs)03d``) belong to the timestamp before them."""
        if len(out) >= 2 and out[-2].startswith("(?P<timestamp>"):
            out[-2:] = [f"{out[-2][:-1]}{out[-1]}\\d{{1,3}})"]
        else:
            out.append(self._group("milliseconds", r"\d{1,3}"))

    def _field(self, meaning: str, piece: Piece, following: Piece | None) -> str:
        kind, _, name = meaning.partition(":")
        if kind == "nothing":
            return ""
        made = self._timestamp(kind, piece)
        if made is not None:
            return made
        free = _until(following)
        if kind == "level":
            return self._group("severity", r"[A-Za-z]+\d?")
        if kind == "level-colon":
            return self._group("severity", "[A-Z]+") + ": *"
        if kind == "status":
            return self._group("status", r"\d{3}|-\d?")
        if kind == "message":
            return self._group("message", ".*")
        if kind == "logger":
            return self._group("logger", free if free.startswith("[^") else r"[^\s\[\](),|]*")
        if kind in {"thread", "component", "host", "request", "method", "path"}:
            return self._group(kind, free, attribute=_REQUEST_NAMES.get(kind, ""))
        if kind == "trace":
            return self._group("trace_id", free)
        if kind in {"header", "context"}:
            return self._named(piece.argument, free)
        if kind == "number":
            return self._group(name, r"-|[+-]?\d+(?:\.\d+)?", attribute=name)
        if kind == "list" and free == r"\S*":
            free = r"[^\s\"]*(?:(?:,| :) [^\s\"]+)*"
        return self._group(name or piece.text, free, attribute=name or piece.text)

    def _named(self, argument: str, free: str) -> str:
        """A header, context value or variable, by its own name."""
        key = re.split(r":-|\?", argument, maxsplit=1)[0].split(",")[0].strip()
        folded = key.lower()
        if not key:
            return self._group("context", free)
        if folded in _TRACES:
            return self._group("trace_id", free)
        if folded in _SPANS:
            return self._group("span_id", free)
        if folded == ":method":
            return self._group("method", free, attribute="http.request.method")
        if folded == ":path" or argument.lower().endswith("?:path"):
            return self._group("path", free, attribute="url.path")
        return self._group(key, free, attribute=_HEADERS.get(folded, key))

    def _timestamp(self, kind: str, piece: Piece) -> str | None:
        """The group of a timestamp; None where the directive is none."""
        argument = piece.argument
        if kind == "date":
            pattern, order = self._date_pattern(argument)
        elif kind == "epoch":
            pattern, order = r"\d{9,10}(?:[.,]\d{1,9})?|\d{13}", ""
        elif kind == "iso-date":
            pattern, order = from_strftime(argument) if argument else (_ISO, "")
        elif kind == "clf-date":
            pattern, order = rf"{_CLF}(?: [+-]\d{{4}})?", ""
        elif kind == "clf-millis":
            pattern, order = rf"{_CLF}\.\d{{3}}", ""
        elif kind == "clf-date-brackets":
            if not argument:
                return "\\[" + self._group("timestamp", _CLF + r" [+-]\d{4}") + "\\]"
            argument = re.sub(r"^(?:begin|end):", "", argument)
            epoch = {"sec": r"\d{10}", "msec": r"\d{13}", "usec": r"\d{16}"}.get(argument)
            pattern, order = (epoch, "") if epoch else from_strftime(argument)
        else:
            return None
        self.order = self.order or order
        return self._group("timestamp", pattern)

    def _date_pattern(self, argument: str) -> tuple[str, str]:
        if not self.table["title"].startswith("Python"):
            pattern = re.split(r",\s*(?=[A-Z][A-Za-z]+/|UTC|GMT|[a-z]{2}-)", argument)[0].strip('"')
            return from_date_format(pattern or "ISO8601")
        if self.date_format:
            return from_strftime(self.date_format)
        # the date's own pattern stands elsewhere in the configuration
        return _PYTHON_DATE, ""

    def _group(self, name: str, body: str, *, attribute: str = "") -> str:
        """A named group; a name taken already stands without one."""
        group = re.sub(r"\W+", "_", name).strip("_").lower() or "field"
        if group[0].isdigit():
            group = f"field_{group}"
        if group in self.groups:
            return f"(?:{body})"
        self.groups.add(group)
        if attribute and attribute != group:
            self.attributes[group] = attribute
        return f"(?P<{group}>{body})"


_REQUEST_NAMES: Final = {
    "request": "http.request.line",
    "method": "http.request.method",
    "path": "url.path",
}


def _literal(text: str) -> str:
    """A literal; runs of blanks match any number, since widths fill up with blanks."""
    return re.sub(r"(?:\\ )+", lambda run: " " if len(run[0]) == 2 else " +", re.escape(text))


def _until(following: Piece | None) -> str:
    """What a field may hold that ends where ``following`` begins."""
    if following is None:
        return ".*"
    if following.directive or not following.text:
        return r"\S*"
    first = following.text[0]
    if first == '"':
        return _QUOTED
    if first == " " or first.isalnum():
        return r"\S*"
    return f"[^{re.escape(first)}]*"
