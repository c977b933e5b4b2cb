"""From text to a checked expression; every problem is told with its place in the text."""

from typing import Final

from msgspec.structs import replace

from logtriage.errors import ExpressionError, Snippet
from logtriage.expr.tree import Both, Either, Expression, Node, Not, Test, Window

FEW_LITERALS: Final = 48
"""More literals than this cost as much to look for as the regular expression itself."""


def compile_expression(text: str, *, where: str) -> Expression:
    """The checked expression of ``text``; ``where`` names its place for the error message.

    Raises:
        ExpressionError: the first problem, with a caret and, where one is near, a suggestion.
    """
    problems, expression = _compiled(text, where)
    if problems or expression is None:
        raise problems[0]
    return expression


def problems_of(text: str, *, where: str) -> list[ExpressionError]:
    """All problems of an expression; empty where it is well."""
    return _compiled(text, where)[0]


def _compiled(text: str, where: str) -> tuple[list[ExpressionError], Expression | None]:
    # pyparsing costs 45 ms: only where something is compiled that the cache does not hold
    from logtriage.expr.anchors import anchors_of  # noqa: PLC0415
    from logtriage.expr.check import check  # noqa: PLC0415
    from logtriage.expr.grammar import SyntaxProblem, parse  # noqa: PLC0415

    try:
        tree = parse(text)
    except SyntaxProblem as problem:
        return [_error(text, where, problem.at, problem.reason, problem.advice)], None
    findings = check(tree)
    if findings:
        return [_error(text, where, one.at, one.what, one.advice) for one in findings], None
    node, windows = _split(_with_literals(tree))
    return [], Expression(text, node, windows, anchors_of(node), _groups(node))


def _error(text: str, where: str, at: int, what: str, advice: str | None) -> ExpressionError:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    return ExpressionError(
        what,
        where=where,
        reason="the expression is not valid",
        snippet=Snippet(line, at - start),
        help=advice,
    )


def _with_literals(tree: Node) -> Node:
    """Regular expressions with the literals that tell quickly that they cannot match."""
    from logtriage.expr.regexes import required_literals  # noqa: PLC0415

    match tree:
        case Test(operator="matches"):
            required = [required_literals(value) for value in tree.values]
            literals = sorted({text.lower() for texts in required for text in texts})
            few = all(required) and len(literals) <= FEW_LITERALS
            return replace(tree, literals=tuple(literals) if few else ())
        case Not(inner):
            return Not(_with_literals(inner))
        case Both(parts):
            return Both(tuple(map(_with_literals, parts)))
        case Either(parts):
            return Either(tuple(map(_with_literals, parts)))
        case _:
            return tree


def _split(tree: Node) -> tuple[Node | None, tuple[Window, ...]]:
    """The windows among the outermost terms, and what is left."""
    terms = tuple(_terms(tree))
    windows = tuple(term for term in terms if isinstance(term, Window))
    rest = tuple(term for term in terms if not isinstance(term, Window))
    if not rest:
        return None, windows
    return (rest[0] if len(rest) == 1 else Both(rest)), windows


def _terms(tree: Node) -> list[Node]:
    if isinstance(tree, Both):
        return [term for part in tree.parts for term in _terms(part)]
    return [tree]


def _groups(node: Node | None) -> tuple[str, ...]:
    from logtriage.expr.regexes import group_names  # noqa: PLC0415

    match node:
        case Test(operator="matches", values=values):
            names = [name for value in values for name in group_names(value)]
        case Not(inner):
            names = list(_groups(inner))
        case Both(parts) | Either(parts):
            names = [name for part in parts for name in _groups(part)]
        case _:
            names = []
    return tuple(dict.fromkeys(names))
