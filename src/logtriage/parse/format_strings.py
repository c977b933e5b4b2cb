"""Working formats from the format strings of other programs.

Each little language has a grammar that cuts a string into literals and directives; what a directive
stands for is in ``data/directives``; from both `logtriage.parse.format_builder` makes a regular
expression.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pyparsing as pp

from logtriage.errors import PackError, Snippet
from logtriage.parse.format_builder import ExpressionBuilder, Piece
from logtriage.parse.schema import Format, FormatLine
from logtriage.parse.timestamp import Hints

DIRECTIVES: Final = Path(__file__).parents[1] / "data" / "directives"


def recognised(text: str) -> str:
    """The language of a format string; PackError where it is none that is known."""
    for language, sign in (
        ("python", r"%\(\w+\)|\{(?:asctime|levelname|message)[:!}]|\$\{?(?:asctime|levelname)\b"),
        ("envoy", r"%[A-Z][A-Z_0-9]+(?:\([^)]*\))?(?::\d+)?%"),
        ("nginx", r"(?<!\\)\$\{?[a-z]\w*"),
        ("haproxy", r"%(?:\{[^}]*\})?(?:ci|cp|tr|ft|ST|TR|Tq|HM|HU|hr)\b|%\["),
        ("apache", r"%(?:[<>!\d,]*)(?:\{[^}]*\}[ioetCn]|[hlutrsbBDTvVpPHmUqX]\b)(?![a-zA-Z(])"),
        ("log4j", r"%(?:-?\d*(?:\.-?\d+)?)(?:[a-zA-Z]+|\()"),
    ):
        found = re.search(sign, text)
        if found and not (language == "apache" and _looks_like_log4j(text)):
            return language
    raise PackError(
        "no known format string",
        snippet=Snippet(text, 0),
        help="log4j and logback patterns, Python logging formats, nginx log_format, Apache "
        "LogFormat, HAProxy log-format and Envoy format strings are read",
    )


def format_from_string(
    text: str, *, name: str = "custom", language: str | None = None, date_format: str = ""
) -> Format:
    """The format that a format string describes; ``date_format`` is Python's ``datefmt``."""
    text = text.strip("\r\n")
    language = language or recognised(text)
    if language not in _GRAMMARS:
        raise PackError(f"unknown language {language!r}", help=f"one of {', '.join(_GRAMMARS)}")
    table = _table(language)
    if language == "log4j":
        text = _with_defaults(text)
    inner, start = _unwrapped(text, language)
    pieces = [
        msgspec.structs.replace(piece, at=piece.at + start)
        for piece in _parse(language, inner, text, start)
    ]
    builder = ExpressionBuilder(text, table, date_format)
    regex = builder.regex(pieces)
    if not builder.groups:
        raise PackError("a format string without a directive", snippet=Snippet(text, 0))
    template = None
    access = table["kind"] == "access"
    if "request" not in builder.groups and {"method", "path", "status"} <= builder.groups:
        template = "{method} {path} {status}"
    return Format(
        name=name,
        title=f"{table['title']}: {text}"[:200],
        kind="access" if access and "status" in builder.groups else "text",
        lines=(FormatLine(regex=regex, message=template),),
        attributes={
            **builder.attributes,
            **({"status": "http.response.status_code"} if "status" in builder.groups else {}),
        },
        hints=Hints(order=builder.order),
    )


def _looks_like_log4j(text: str) -> bool:
    if re.search(r"%[<>][a-z]|%!?\d{3}|%\{[^}]*\}[ioeCn]\b|\}t\b", text):
        return False
    bare = re.sub(r"\{[^{}%]*\}", "", text)
    return re.search(r"%(?:-?\d*)?(?:m(?:sg|essage)?|c|logger|level|thread)\b", bare) is not None


def _with_defaults(text: str) -> str:
    """The pattern with properties (``${NAME:-%5p}``) replaced by their defaults."""
    before = None
    while before != text:
        before = text
        text = re.sub(r"\$\{[\w.:\-]+?:-([^{}]*[^{}\s][^{}]*)\}", r"\1", text)
    return text


def _unwrapped(text: str, language: str) -> tuple[str, int]:
    """The format string inside of a whole directive of a configuration file, and its offset."""
    patterns = {
        "nginx": r"\s*log_format\s+\S+\s+(?:escape=\w+\s+)?",
        "apache": r"\s*(?:LogFormat|CustomLog\s+\S+)\s+",
        "haproxy": r"\s*log-format\s+",
    }
    found = re.match(patterns[language], text) if language in patterns else None
    start = found.end() if found else 0
    inner = text[start:]
    quote = inner[:1]
    if found and quote in {"'", '"'}:
        strings = r"'((?:[^'\\]|\\.)*)'" if quote == "'" else r'"((?:[^"\\]|\\.)*)"'
        # nginx joins several strings to one; Apache's second one is the nickname
        quoted = re.findall(strings, inner)
        inner = "".join(quoted) if language == "nginx" else (quoted or [inner[1:]])[0]
        start += 1
    if language in {"apache", "haproxy"}:
        inner = inner.replace('\\"', '"').replace("\\ ", " ")
    return inner, start


@cache
def _table(language: str) -> dict[str, Any]:
    return tomllib.loads((DIRECTIVES / f"{language}.toml").read_text("utf-8"))


def _parse(language: str, inner: str, source: str, start: int) -> list[Piece]:
    """The pieces of a format string; PackError shows where it stops making sense."""
    try:
        tokens = _GRAMMARS[language]().parse_string(inner, parse_all=True)
    except pp.ParseException as error:
        raise PackError(
            "a format string does not parse",
            reason=f"expected {error.parser_element}",
            snippet=Snippet(source, start + error.loc),
        ) from error
    pieces: list[Piece] = []
    for piece in _without_groups(list(tokens)):
        if not piece.directive and pieces and not pieces[-1].directive:
            joined = pieces[-1].text + piece.text
            pieces[-1] = msgspec.structs.replace(pieces[-1], text=joined)
        else:
            pieces.append(piece)
    return pieces


def _text(element: pp.ParserElement) -> pp.ParserElement:
    """What stands for itself."""
    return element.leave_whitespace().set_parse_action(
        lambda _source, at, found: Piece("".join(found.as_list()), at)
    )


def _directive(at: int, name: str, argument: str = "", *, padded: bool = False) -> Piece:
    return Piece(name, at, directive=True, argument=argument, padded=padded)


@cache
def _log4j() -> pp.ParserElement:
    groups = "|".join(_table("log4j")["groups"])
    width = r"%(?P<width>-?\d*)(?:\.-?\d+)?"
    braces = r"(?:\{(?:[^{}]|\{[^{}]*\})*\})*"
    opening = pp.Regex(rf"%-?\d*(?:\.-?\d+)?(?:(?:{groups})?\(|(?:{groups})\{{)")
    opening.set_parse_action(lambda _source, at, found: _directive(at, "open", found[0][-1]))
    closing = pp.Regex(rf"\){braces}|\}}{braces}")
    closing.set_parse_action(lambda _source, at, found: _directive(at, "close", found[0]))
    word = pp.Regex(rf"{width}(?P<name>[A-Za-z]+)(?P<braces>{braces})")
    word.set_parse_action(_log4j_word)
    setting = pp.Regex(r"\$\{[\w.\-]+(?::-?[^{}]*)?\}")
    setting.set_parse_action(_log4j_property)
    literal = pp.Regex(r"%%|\\.|[^%\\(){}$]+|[${(\\%]")
    literal.set_parse_action(
        lambda _source, at, found: Piece(
            {"%%": "%", "\\n": "\n", "\\t": "\t"}.get(found[0], found[0].removeprefix("\\")), at
        )
    )
    return pp.ZeroOrMore(opening | word | setting | closing | literal).leave_whitespace()


def _log4j_property(_source: str, at: int, found: pp.ParseResults) -> Piece:
    """A property without a default of its own: an attribute of its name, maybe blank."""
    name = re.split(r":-", found[0][2:-1], maxsplit=1)[0]
    return _directive(at, "X", "pid" if name == "PID" else name, padded=True)


def _log4j_word(_source: str, at: int, found: pp.ParseResults) -> list[Piece]:
    """A conversion word; the longest beginning that is known counts, the rest is text."""
    letters, known = found["name"], _table("log4j")["fields"]
    name = next((letters[:end] for end in range(len(letters), 0, -1) if letters[:end] in known), "")
    if not name:
        return [_directive(at, letters)]
    if name != letters:
        rest = Piece(letters[len(name) :] + found["braces"], at + len(name))
        return [_directive(at, name, padded=bool(found["width"].strip("-"))), rest]
    argument = re.match(r"\{((?:[^{}]|\{[^{}]*\})*)\}", found["braces"])
    inside = argument[1] if argument else ""
    return [_directive(at, name, inside, padded=bool(found["width"].strip("-")))]


def _without_groups(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with the marks of ``%clr(...)`` and its like taken out."""
    flat: list[Piece] = []
    open_groups: list[str] = []
    for piece in pieces:
        if piece.directive and piece.text == "open":
            open_groups.append(piece.argument)
        elif piece.directive and piece.text == "close":
            wanted = "(" if piece.argument[0] == ")" else "{"
            if open_groups and open_groups[-1] == wanted:
                open_groups.pop()
            else:
                flat.append(Piece(piece.argument, piece.at))
        else:
            if not piece.directive and piece.text == "(":
                open_groups.append("literal")
            flat.append(piece)
            continue
        if open_groups and open_groups[-1] == "literal":
            continue
    return flat


@cache
def _python() -> pp.ParserElement:
    percent = pp.Regex(r"%\((?P<name>\w+)\)(?P<width>[-#0+ ]*\d*)(?:\.\d+)?[a-zA-Z]")
    brace = pp.Regex(r"\{(?P<name>\w+)(?:![rsa])?(?::(?P<width>[^{}]*))?\}")
    dollar = pp.Regex(r"\$\{(?P<name>\w+)\}|\$(?P<bare>[a-z]\w*)")
    for element in (percent, brace, dollar):
        element.set_parse_action(
            lambda _source, at, found: _directive(
                at,
                found.get("name") or found.get("bare"),
                padded=bool(re.search(r"[1-9]", found.get("width") or "")),
            )
        )
    literal = _text(pp.Regex(r"%%|\{\{|\}\}|\$\$|[^%{$]+|[%{$]"))
    return pp.ZeroOrMore(percent | brace | dollar | literal).leave_whitespace()


@cache
def _nginx() -> pp.ParserElement:
    variable = pp.Regex(r"\$\{(?P<name>\w+)\}|\$(?P<bare>\w+)").set_parse_action(
        lambda _source, at, found: _directive(at, found.get("name") or found.get("bare"))
    )
    return pp.ZeroOrMore(variable | _text(pp.Regex(r"[^$]+|\$"))).leave_whitespace()


@cache
def _apache() -> pp.ParserElement:
    directive = pp.Regex(
        r"%(?:!?\d{3}(?:,\d{3})*)?[<>]?(?:\{(?P<argument>[^}]*)\})?(?P<name>\^\w\w|[a-zA-Z])"
    ).set_parse_action(
        lambda _source, at, found: _directive(at, found["name"], found.get("argument") or "")
    )
    return pp.ZeroOrMore(
        _text(pp.Literal("%%")) | directive | _text(pp.Regex(r"[^%]+"))
    ).leave_whitespace()


@cache
def _haproxy() -> pp.ParserElement:
    flags = r"(?:\{(?P<flags>[^}]*)\})?"
    name = pp.Regex(rf"%{flags}(?P<name>[a-zA-Z]+)").set_parse_action(_haproxy_name)
    sample = pp.Regex(rf"%{flags}\[(?P<sample>(?:[^\[\]]|\[[^\]]*\])*)\]").set_parse_action(
        lambda _source, at, found: (
            _directive(at, "ID", found["sample"])
            if "unique-id" in found["sample"]
            else _directive(at, "Tf", found["sample"])
        )
    )
    return pp.ZeroOrMore(
        _text(pp.Literal("%%")) | name | sample | _text(pp.Regex(r"[^%]+"))
    ).leave_whitespace()


def _haproxy_name(_source: str, at: int, found: pp.ParseResults) -> list[Piece]:
    piece = _directive(at, str(found["name"]))
    if "+Q" in str(found.as_dict().get("flags")):
        return [Piece('"', at), piece, Piece('"', at)]
    return [piece]


@cache
def _envoy() -> pp.ParserElement:
    command = pp.Regex(
        r"%(?P<name>[A-Z][A-Z_0-9]*)(?:\((?P<argument>[^()]*(?:\([^()]*\)[^()]*)*)\))?(?::\d+)?%"
    ).set_parse_action(
        lambda _source, at, found: _directive(at, found["name"], found.get("argument") or "")
    )
    return pp.ZeroOrMore(
        _text(pp.Literal("%%")) | command | _text(pp.Regex(r"[^%]+"))
    ).leave_whitespace()


_GRAMMARS: Final[dict[str, Callable[[], pp.ParserElement]]] = {
    "log4j": _log4j,
    "python": _python,
    "nginx": _nginx,
    "apache": _apache,
    "haproxy": _haproxy,
    "envoy": _envoy,
}
