"""Regular expressions of rules: only linear ones, and the literals that they cannot do without.

The native scan knows no look-around and no back-references, and a backtracking engine confirms
what it finds; so what either cannot do in linear time is refused when a pack is loaded.
"""

import math
import re
from collections.abc import Iterator, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final

WIDE: Final = 64
"""A repeat of at least this many is as bad as one without a bound."""

WIDE_REPEATS: Final = 4
"""Most repeats of wide classes in a row: each may cost the length of the line once more."""

_REFUSED: Final = {
    sre.ASSERT: "look-ahead or look-behind",
    sre.ASSERT_NOT: "negative look-ahead or look-behind",
    sre.GROUPREF: "a back-reference",
    sre.GROUPREF_EXISTS: "a condition on a group",
    sre.ATOMIC_GROUP: "an atomic group",
    sre.POSSESSIVE_REPEAT: "a possessive repeat",
}

_REPEATS: Final = {sre.MAX_REPEAT, sre.MIN_REPEAT}

Item = tuple[Any, Any]
"""An operation of the parsed pattern and its argument."""

Items = Sequence[Item]


def refusal(pattern: str) -> str | None:
    """Why a regular expression is not taken; None where it is."""
    try:
        tree = _parser.parse(pattern)
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"it does not compile: {error}"
    return _not_taken(tree) or _not_linear(tree.data)


def _not_taken(tree: Any) -> str | None:  # noqa: ANN401 - the standard library's parser has no types
    for operation, _ in _walk(tree.data):
        if operation in _REFUSED:
            return f"{_REFUSED[operation]} is not linear; the native scan has none"
    if tree.state.flags & ~re.UNICODE or any(
        operation is sre.SUBPATTERN and (argument[1] or argument[2])
        for operation, argument in _walk(tree.data)
    ):
        return "flags inside the expression are not taken; write /…/i"
    return "it matches the empty text" if _empty(tree.data) else None


def _not_linear(items: Items) -> str | None:
    if _nested(items, inside=False):
        return "a repeat inside a repeat can take exponential time"
    if _wide(items) > WIDE_REPEATS:
        return f'more than {WIDE_REPEATS} unbounded repeats in a row; bound them: [^"]{{1,60}}'
    return None


def group_names(pattern: str) -> tuple[str, ...]:
    """Names of the groups that it captures."""
    return tuple(re.findall(r"\(\?P<(\w+)>", pattern))


def _parts(item: Item) -> Iterator[Items]:
    operation, argument = item
    if operation is sre.BRANCH:
        yield from (branch.data for branch in argument[1])
    elif operation is sre.SUBPATTERN:
        yield argument[3].data
    elif operation in _REPEATS or operation is sre.POSSESSIVE_REPEAT:
        yield argument[2].data
    elif operation in {sre.ASSERT, sre.ASSERT_NOT}:
        yield argument[1].data
    elif operation is sre.ATOMIC_GROUP:
        yield argument.data


def _walk(items: Items) -> Iterator[tuple[Any, Any]]:
    for item in items:
        yield item
        for part in _parts(item):
            yield from _walk(part)


def _unbounded(item: Item) -> bool:
    operation, argument = item
    return operation in _REPEATS and (argument[1] is sre.MAXREPEAT or argument[1] >= WIDE)


def _nested(items: Items, *, inside: bool) -> bool:
    """An unbounded repeat within another, unless each round must begin with its own literal."""
    for item in items:
        repeats = _unbounded(item)
        if repeats and inside:
            return True
        for part in _parts(item):
            # (?:, \w+)* is linear: each round needs a character that \w+ cannot take
            held = repeats and not _separated(part)
            if _nested(part, inside=inside or held):
                return True
    return False


def _separated(items: Items) -> bool:
    """Begins or ends with a literal that none of its repeats can take."""
    if not items:
        return False
    for operation, argument in (items[0], items[-1]):
        if operation is sre.LITERAL:
            character = chr(argument)
            repeats = [inner for inner in _walk(items) if _unbounded(inner)]
            if all(not _takes(repeat[2].data, character) for _, repeat in repeats):
                return True
    return False


def _takes(items: Items, character: str) -> bool:
    for operation, argument in _walk(items):
        if operation is sre.LITERAL:
            if chr(argument) == character:
                return True
        elif operation is sre.ANY:
            return True
        elif operation is sre.NOT_LITERAL:
            if chr(argument) != character:
                return True
        elif operation is sre.IN and _class_takes(argument, character):
            return True
    return False


def _class_takes(members: Items, character: str) -> bool:
    negated = bool(members) and members[0][0] is sre.NEGATE
    taken = any(_member_takes(member, character) for member in members)
    return taken != negated


def _member_takes(member: Item, character: str) -> bool:
    code, value = member
    if code is sre.LITERAL:
        return chr(value) == character
    if code is sre.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    if code is sre.CATEGORY:
        return bool(re.match(_CATEGORIES[value], character))
    return False


_CATEGORIES: Final = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


def _wide(items: Items) -> int:
    """Unbounded repeats of classes that take nearly anything, on the longest way through."""
    count = 0
    for item in items:
        if _unbounded(item):
            repeated = item[1][2].data
            count += _takes(repeated, "a") and _takes(repeated, " ")
        inner = [_wide(part) for part in _parts(item)]
        count += max(inner, default=0)
    return count


def _empty(items: Items) -> bool:
    for operation, argument in items:
        if operation is sre.AT:
            continue
        if operation in _REPEATS and argument[0] == 0:
            continue
        if operation is sre.SUBPATTERN and _empty(argument[3].data):
            continue
        if operation is sre.BRANCH and any(_empty(branch.data) for branch in argument[1]):
            continue
        return False
    return True


def required_literals(pattern: str) -> tuple[str, ...]:
    """Texts of which at least one stands in everything that the pattern matches, as written.

    Empty where there are none of three characters or more.

    >>> required_literals(r'could not extend file "[^"]+": (?:No space|Disk quota)')
    ('could not extend file "',)
    """
    best = _best(_parser.parse(pattern).data)
    return best if best and min(map(size, best)) >= SHORTEST else ()


SHORTEST: Final = 3
"""Bytes of the shortest literal that is worth looking for."""


def size(literal: str) -> int:
    """Bytes: two Chinese characters are as rare as six Latin ones."""
    return len(literal) if literal.isascii() else len(literal.encode(errors="replace"))


_MOST: Final = 24
"""Most texts that are spelt out by combining alternatives."""

_MOST_BRANCHES: Final = 400
"""Most alternatives that stand for one expression."""


def _best(items: Items) -> tuple[str, ...]:
    candidates: list[tuple[str, ...]] = []
    # texts that are known exactly, growing: ("foo bar", "foo baz") after foo ba(?:r|z)
    run: tuple[str, ...] = ("",)
    for item in items:
        exact = _exact(item)
        if exact is not None and len(run) * len(exact) <= _MOST:
            run = tuple(head + tail for head in run for tail in exact)
            continue
        candidates.append(run)
        run = ("",) if exact is None or len(exact) > _MOST else exact
        if exact is None:
            inner = _inside(item)
            if inner:
                candidates.append(inner)
    candidates.append(run)
    return max(candidates, key=worth, default=())


def worth(literals: Sequence[str]) -> tuple[float, int]:
    """How selective a set of alternatives is: its shortest text counts, few are better."""
    if not literals:
        return (0.0, 0)
    shortest = min(map(size, literals))
    if shortest < SHORTEST:
        return (0.0, shortest)
    return (max(1.0, min(shortest, 16) - math.log2(len(literals))), shortest)


def _exact(item: Item) -> tuple[str, ...] | None:
    """All texts that an item matches, where they are few; None where they are not."""
    operation, argument = item
    if operation is sre.LITERAL or operation is sre.AT:
        return (chr(argument) if operation is sre.LITERAL else "",)
    if operation is sre.SUBPATTERN:
        return _all_of(argument[3].data)
    if operation in _REPEATS and argument[1] == 1:
        inner = _all_of(argument[2].data)
        return None if inner is None else (("", *inner) if argument[0] == 0 else inner)
    if operation is sre.IN and all(code is sre.LITERAL for code, _ in argument):
        return tuple(chr(value) for _, value in argument) if len(argument) <= 4 else None
    return _exact_branches(argument[1]) if operation is sre.BRANCH else None


def _exact_branches(branches: Sequence[Any]) -> tuple[str, ...] | None:
    texts: list[str] = []
    for branch in branches:
        one = _all_of(branch.data)
        if one is None:
            return None
        texts += one
    return tuple(dict.fromkeys(texts)) if len(texts) <= _MOST else None


def _all_of(items: Items) -> tuple[str, ...] | None:
    texts: tuple[str, ...] = ("",)
    for item in items:
        exact = _exact(item)
        if exact is None or len(texts) * len(exact) > _MOST:
            return None
        texts = tuple(head + tail for head in texts for tail in exact)
    return texts


def _inside(item: Item) -> tuple[str, ...]:
    """Required texts inside of an item that is no plain text itself."""
    operation, argument = item
    if operation is sre.SUBPATTERN:
        return _best(argument[3].data)
    if operation in _REPEATS and argument[0] >= 1:
        return _best(argument[2].data)
    if operation is sre.BRANCH:
        union: list[str] = []
        for branch in argument[1]:
            one = _best(branch.data)
            if not one or min(map(size, one)) < SHORTEST:
                return ()
            union += one
        return tuple(dict.fromkeys(union)) if len(union) <= _MOST_BRANCHES else ()
    return ()
