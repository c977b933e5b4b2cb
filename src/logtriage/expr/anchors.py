"""Anchors: the texts without which an expression cannot be true.

The native scan looks for them in raw bytes, so only records that may matter are read at all; the
rule engine looks for them in a record's text, so only rules that may fire are evaluated. `or`
needs the anchors of all its branches, `and` those of its most selective part, `not` gives none.
"""

import re
from typing import Final

from logtriage.expr.codetable import CodeTable, code_table, find_code
from logtriage.expr.regexes import SHORTEST, required_literals, size, worth
from logtriage.expr.tree import Anchor, Both, Either, Node, Test
from logtriage.expr.vocabulary import UNPRINTED

Anchors = tuple[Anchor, ...]


def anchors_of(node: Node | None) -> Anchors:
    """Anchors of a tree; empty where none can be derived."""
    return tuple(sorted(set(_derive(node)))) if node is not None else ()


def _derive(node: Node) -> Anchors:
    match node:
        case Both(parts):
            return max((_derive(part) for part in parts), key=_worth, default=())
        case Either(parts):
            derived = [_derive(part) for part in parts]
            return tuple(anchor for one in derived for anchor in one) if all(derived) else ()
        case Test():
            return _of_test(node)
        case _:
            return ()


def _worth(anchors: Anchors) -> tuple[float, float, int]:
    """Literals before regular expressions, long before short, few before many."""
    if not anchors:
        return (-1.0, 0.0, 0)
    plain = 0.0 if any(anchor.regex for anchor in anchors) else 1.0
    selective, shortest = worth([anchor.text for anchor in anchors])
    return (plain if selective or not plain else 0.5, selective, shortest)


def _of_test(test: Test) -> Anchors:
    field, operator = test.field, test.operator
    if field in UNPRINTED or operator == "!=":
        return ()
    if operator == "matches":
        # names of codes are made from their numbers and texts: the pattern need not stand there
        return () if field in {"errno", "signal", "grpc"} else _of_regexes(test)
    if field in _CODED:
        return tuple(anchor for value in test.values for anchor in _of_code(field, value, operator))
    if operator in {"contains", "startswith", "endswith"}:
        return _literals(test.values, caseless=operator == "contains")
    if operator in {"==", "in"}:
        if field.startswith("exception") and not field.endswith("message"):
            # the trace may print the type with another package, or with none
            return _literals([re.split(r"[.:\\/$#]", value)[-1] for value in test.values])
        return _literals(test.values)
    return ()


def _literals(values: tuple[str, ...] | list[str], *, caseless: bool = False) -> Anchors:
    firsts = []
    for value in values:
        # raw lines have no newline inside: the longest line of the text stands for it
        line = max(value.split("\n"), key=len).strip("\r")
        if size(line) < SHORTEST:
            return ()
        firsts.append(Anchor(line, caseless))
    return tuple(firsts)


def _of_regexes(test: Test) -> Anchors:
    anchors: list[Anchor] = []
    for value in test.values:
        texts = required_literals(value)
        literals = _literals(texts, caseless=test.caseless) if texts else ()
        if literals and not any(_is_common(literal.text) for literal in literals):
            anchors += literals
            continue
        if literals:
            # every healthy log says such words: the scan looks for the whole expression
            whole = _unanchored(value)
            anchors += (
                Anchor(whole, test.caseless, regex=True, literal=literal.text)
                for literal in literals
            )
            continue
        anchors.append(Anchor(_unanchored(value), test.caseless, regex=True))
    return tuple(anchors)


_COMMON: Final = frozenset(
    "a an and at by class code completed connection denied did does error errors fail failed "
    "failure fan fatal for has in is it limit link not of on or port range refused request "
    "response returned s start started status the time to unable warning was with".split()
)


def _is_common(text: str) -> bool:
    """Whether a text holds nothing but words that healthy lines are full of.

    >>> _is_common(" failed"), _is_common("status=2"), _is_common("failed over")
    (True, True, False)
    """
    return all(word in _COMMON for word in re.split(r"[^a-z]+", text.lower()) if word)


def _unanchored(pattern: str) -> str:
    """Without ``^`` and ``$``: the message stands somewhere within its raw line.

    >>> _unanchored(r"^(?:a|^b)$")
    '(?:a|b)'
    """
    return re.sub(
        r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|[\^$]",
        lambda found: "" if found[0] in {"^", "$"} or found[0] in {"\\A", "\\Z"} else found[0],
        pattern,
    )


def _of_status(value: str, operator: str) -> Anchors:
    number = int(float(value))
    if operator in {"==", "in"}:
        pattern = f"(?:^|[^0-9.]){number}(?:[^0-9]|$)"
        return (Anchor(pattern, regex=True, literal=str(number)),)
    if 400 <= number <= 600:
        first = "5" if number > 499 and operator.startswith(">") else "[45]"
        return (Anchor(f"(?:^|[^0-9.]){first}[0-9][0-9](?:[^0-9.]|$)", regex=True),)
    return ()


def _of_exit_code(value: str, operator: str) -> Anchors:
    if operator not in {"==", "in"}:
        return tuple(Anchor(word, caseless=True) for word in ("exit", "status", "code", "returned"))
    number = f"{float(value):g}"
    pattern = f"(?:exit|status|code|return|rc)[^0-9\\n]{{0,24}}{number}(?:[^0-9]|$)"
    return (Anchor(pattern, caseless=True, regex=True, literal=number),)


def _of_sqlstate(value: str, operator: str) -> Anchors:
    if operator in {"==", "in"}:
        return (Anchor(value),)
    if operator == "startswith":
        return (
            Anchor(f"(?:^|[^0-9A-Z]){re.escape(value)}[0-9A-Z]{{3}}(?:[^0-9A-Z]|$)", regex=True),
        )
    return ()


def _of_printed_code(value: str, operator: str) -> Anchors:
    if operator in {"==", "in", "startswith", "endswith", "contains"}:
        if size(value) < SHORTEST:
            return (Anchor(f"(?:^|[^0-9A-Za-z]){re.escape(value)}", regex=True),)
        if value.isdigit() and len(value) < 6:
            # a bare number: no use for the scan without the words around codes
            pattern = f"(?:{_LEADS})[^0-9\\n]{{0,16}}{value}(?:[^0-9]|$)|[(\\[]{value}[,)\\]]"
            return (Anchor(pattern, caseless=True, regex=True, literal=value),)
        return (Anchor(value),)
    return ()


_LEADS: Final = "err|code|msg|number|state|event|warning|failure|status|ora|mysql"


def _of_errno(value: str, operator: str) -> Anchors:
    del operator
    code = find_code("errno", value, _table())
    if code is None:
        return ()
    texts = tuple(text for text in (code.name, code.text, *code.also) if text)
    number = code.number
    if number < 0:
        return tuple(Anchor(text, caseless=not text.isupper()) for text in texts)
    return (
        *(Anchor(text, caseless=not text.isupper()) for text in texts),
        *(Anchor(f"{head}{number}", caseless=True) for head in ("errno ", "errno=", "errno: ")),
        *(Anchor(f"{head}{number}") for head in ("os error ", "error -", "err -", "ret -", "rc -")),
        *(Anchor(f"{head}=-{number}") for head in ("error", "rc", "ret", "err")),
    )


def _of_signal(value: str, operator: str) -> Anchors:
    del operator
    code = find_code("signal", value, _table())
    if code is None:
        return ()
    short = code.name.removeprefix("SIG")
    texts = [code.name, f"signal {code.number}", f"signal={code.number}", f"signal: {code.number}"]
    texts += [
        f"signal={short}",
        f"={code.number}/{short}",
        f"sig={code.number}",
        f"signal:{code.number}",
    ]
    texts += [f"signal: {_GO_SIGNALS.get(code.name, code.name)}"]
    if code.text:
        texts.append(code.text)
    return tuple(Anchor(text, caseless=True) for text in texts)


_GO_SIGNALS: Final = {
    "SIGKILL": "killed",
    "SIGTERM": "terminated",
    "SIGABRT": "aborted",
    "SIGSEGV": "segmentation fault",
    "SIGINT": "interrupt",
    "SIGBUS": "bus error",
}


def _of_grpc(value: str, operator: str) -> Anchors:
    del operator
    code = find_code("grpc", value, _table())
    if code is None:
        return ()
    return (
        Anchor(code.name),
        Anchor(code.camel),
        Anchor("grpc-status", caseless=True),
        Anchor("grpc_status", caseless=True),
        Anchor(f"code {code.number}"),
        Anchor(f"code: {code.number}"),
    )


_CODED: Final = {
    "status": _of_status,
    "exit_code": _of_exit_code,
    "sqlstate": _of_sqlstate,
    "code": _of_printed_code,
    "errno": _of_errno,
    "signal": _of_signal,
    "grpc": _of_grpc,
}


def _of_code(field: str, value: str, operator: str) -> Anchors:
    return _CODED[field](value, operator)


def _table() -> CodeTable:
    return code_table()
