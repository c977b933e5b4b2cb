"""The grammar: the one place of the rule engine that imports pyparsing."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

import pyparsing as pp

from logtriage.expr.tree import Both, Either, Node, Not, Test, Window
from logtriage.expr.vocabulary import KEYWORDS, OPERATORS, suggestion

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

DEPTH: Final = 100
"""Most parentheses and ``not`` inside each other: more is a mistake or an attack."""


class SyntaxProblem(Exception):  # noqa: N818 - carried to compile_expression, never shown as such
    """The text is no expression: where, why, and what would help."""

    def __init__(self, at: int, reason: str, advice: str | None = None) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason
        self.advice = advice


def parse(source: str) -> Node:
    """Tree of an expression; fields, operators and values are not yet checked.

    Raises SyntaxProblem.
    """
    nesting = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', "", source)
    if nesting.count("(") + len(re.findall(r"\bnot\b", nesting)) > DEPTH:
        raise SyntaxProblem(0, f"more than {DEPTH} parentheses or 'not'")
    try:
        parsed: Node = _grammar().parse_string(source, parse_all=True)[0]
    except pp.ParseBaseException as error:
        raise _explained(source, error.loc, _expected(error)) from error
    return parsed


def _expected(error: pp.ParseBaseException) -> str:
    reason = str(error.msg).removeprefix("Expected ").removeprefix("expected ")
    if reason == "end of text":
        return "and, or, or the end"
    if reason.startswith(("{", "Forward")):
        # pyparsing spells out the whole grammar where several alternatives fail at once
        return "a comparison such as severity >= error"
    return "a value, or several in parentheses" if reason == "'('" else reason.strip("'")


def _explained(source: str, at: int, expected: str) -> SyntaxProblem:
    at = min(at + len(source[at:]) - len(source[at:].lstrip()), len(source.rstrip()))
    rest = source[at:]
    if rest.startswith(("'", '"')):
        if not re.match(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', rest):
            return SyntaxProblem(at, "the text is not closed", f"end it with {rest[0]}")
    elif rest.startswith("/") and not re.match(r"/(?:[^/\\\n]|\\.)+/", rest):
        return SyntaxProblem(
            at, "the regular expression is not closed", "end it with /, write \\/ inside it"
        )
    word = re.match(r"[\w.]+|\S", rest)
    found = f"'{word[0]}'" if word else "the end"
    advice = None
    if word and word[0].isalpha():
        advice = suggestion(word[0], ("and", "or", "not"))
    return SyntaxProblem(at, f"expected {expected}, found {found}", advice)


def unquoted(text: str) -> str:
    r"""Inside of a quoted text: ``\"``, ``\'`` and ``\\`` are one character, others stay."""
    return re.sub(r"\\([\"'\\])", r"\1", text[1:-1])


def _window_count(_source: str, at: int, tokens: pp.ParseResults) -> Window:
    return Window("count", count=int(tokens[0]), seconds=tokens[1], at=at)


def _flat(kind: type[Both | Either]) -> Callable[[pp.ParseResults], Node]:
    def build(tokens: pp.ParseResults) -> Node:
        parts = tokens[0] if isinstance(tokens[0], pp.ParseResults) else tokens
        nodes = [part for part in parts if not isinstance(part, str)]
        return kind(tuple(nodes)) if len(nodes) > 1 else nodes[0]

    return build


def _test(_source: str, at: int, tokens: pp.ParseResults) -> Test:
    field, operator, *values = tokens
    caseless = False
    texts = []
    for _, kind, text in values:
        if kind == "regex":
            caseless = text.endswith("i")
            texts.append(text[1 : text.rindex("/")].replace("\\/", "/"))
        else:
            texts.append(text)
    value_at = values[0][0]
    kinds = {kind for _, kind, _ in values}
    if "regex" in kinds and operator != "matches":
        raise pp.ParseFatalException(
            _source, value_at, f"a quoted text after '{operator}' (/…/ belongs to 'matches')"
        )
    if operator == "matches" and kinds != {"regex"}:
        raise pp.ParseFatalException(_source, value_at, "a regular expression such as /…/")
    if len(values) > 1 and operator not in {"in", "contains", "startswith", "endswith", "matches"}:
        raise pp.ParseFatalException(
            _source, value_at, f"one value after '{operator}' ('in' takes several)"
        )
    return Test(field, operator, tuple(texts), caseless, at, value_at)


Action = Callable[[str, int, pp.ParseResults], list[tuple[int, str, str]]]


def _value(kind: str) -> Action:
    def build(_source: str, at: int, tokens: pp.ParseResults) -> list[tuple[int, str, str]]:
        text = unquoted(tokens[0]) if kind == "quoted" else str(tokens[0])
        return [(at, kind, text)]

    return build


def _operator(source: str, at: int, tokens: pp.ParseResults) -> str:
    word = str(tokens[0])
    if word in OPERATORS:
        return word
    advice = {"=": "==", "~": "matches", "=~": "matches", "is": "=="}.get(word)
    hint = f"did you mean '{advice}'?" if advice else suggestion(word, OPERATORS)
    raise pp.ParseFatalException(
        source, at, "an operator such as == or contains" + (f" ({hint})" if hint else "")
    )


@cache
def _grammar() -> pp.ParserElement:
    # inside the expressions: a parser of two parts would begin at the blank before the word
    other = rf"(?!(?:{'|'.join(KEYWORDS)})\b(?![.@/-]))"
    word = pp.Regex(rf"{other}[A-Za-z_][\w.@/-]*")
    quoted = pp.Regex(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'').set_parse_action(_value("quoted"))
    regex = pp.Regex(r"/(?:[^/\\\n]|\\.)+/i?").set_parse_action(_value("regex"))
    number = pp.Regex(r"-?\d+(?:\.\d+)?(?![\w.])").set_parse_action(_value("number"))
    bare = pp.Regex(rf"{other}[A-Za-z_]\w*").set_parse_action(_value("bare"))
    value = (quoted | regex | number | bare).set_name('a value such as "text", /regex/ or 17')
    values = pp.Suppress("(") - pp.DelimitedList(value) - pp.Suppress(")").set_name("a comma or )")
    operator = pp.Regex(r"[=!<>~]+|[A-Za-z]+").set_parse_action(_operator)
    field = word.set_name("a comparison such as severity >= error")
    operator.set_name("an operator such as == or contains")
    operand = (values | value).set_name("a value, or several in parentheses")
    test = (field - operator - operand).set_parse_action(_test)

    duration = pp.Regex(r"(\d+)\s*([smhd])\b").set_parse_action(
        lambda tokens: int(re.match(r"\d+", tokens[0])[0]) * SECONDS[tokens[0][-1]]  # type: ignore[index]
    )
    duration.set_name("a duration such as 5m (s, m, h, d)")
    whole = pp.Regex(r"\d+").set_name("a whole number")
    category = pp.Regex(r"[a-z][a-z0-9-]*").set_name("a category such as database-down")
    quiet = pp.Suppress
    counted = (
        quiet(pp.Keyword("count"))
        - quiet(pp.Literal(">=")).set_name(">= after count")
        - whole
        - quiet(pp.Keyword("within")).set_name("within")
        - duration
    ).set_parse_action(_window_count)
    followed = (
        quiet(pp.Keyword("followed")) - quiet(pp.Keyword("by")).set_name("by") - category
    ).set_parse_action(lambda _, at, tokens: Window("followed", category=tokens[0], at=at))
    absent = (
        quiet(pp.Keyword("absent")) - quiet(pp.Keyword("for")).set_name("for") - duration
    ).set_parse_action(lambda _, at, tokens: Window("absent", seconds=tokens[0], at=at))

    either = pp.Forward()
    group = quiet("(") - either - quiet(pp.Literal(")")).set_name("and, or, or )")
    atom = group | counted | followed | absent | test
    negated = pp.Forward()
    negated <<= (quiet(pp.Keyword("not")) - negated).set_parse_action(
        lambda tokens: Not(tokens[0])
    ) | atom
    negated.set_name("a comparison such as severity >= error")
    both = (negated + pp.ZeroOrMore(quiet(pp.Keyword("and")) - negated)).set_parse_action(
        _flat(Both)
    )
    either <<= (both + pp.ZeroOrMore(quiet(pp.Keyword("or")) - both)).set_parse_action(
        _flat(Either)
    )
    return either
