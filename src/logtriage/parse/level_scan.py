"""Patterns for the native scan that find the lines at warn or above of a set of formats.

They come from the formats themselves: how each writes its levels, and where.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from logtriage.model.severity import WARN
from logtriage.parse.levels import NUMBER_BY_LETTER, NUMBER_BY_TENS, NUMBER_BY_WORD, number_of
from logtriage.parse.schema import Format, FormatLine
from logtriage.scan.patterns import Pattern
from logtriage.scan.plain import strip_names
from logtriage.scan.regexes import compiled

_LOUD: Final = tuple(
    word for word, number in NUMBER_BY_WORD.items() if number >= WARN and word.isascii()
)
_INNER: Final = (
    r"[:\])>|\d-][ \t]{0,2}[\[(<|]?(?:warn(?:ing)?|error|err|crit(?:ical)?|alert|emerg(?:ency)?"
    r"|fatal|severe|panic)[\])>|]?(?:[ \t:|-]|$)"
)
"""A level with which the message of a transport begins: ``gate7 ledger: [ERROR] …``."""

_STATUS: Final = re.compile(r"\(\?P<(?:status|http\.response\.status_code)>")


def level_patterns(
    formats: Iterable[Format], default_severity_keys: Iterable[str]
) -> list[Pattern]:
    """Patterns of all formats together; at least one matches each line that states warn or more."""
    found: set[Pattern] = set()
    for made in formats:
        if made.scan:
            found.update(Pattern(expression) for expression in made.scan)
        elif made.kind == "json":
            keys = made.keys.severity or tuple(default_severity_keys)
            found.update(_document_patterns(keys, made))
        elif made.kind == "csv":
            found.add(Pattern(rf"[,;\t|]\"?(?:{'|'.join(_LOUD)})\"?[,;\t|]", caseless=True))
        elif made.kind == "logfmt":
            start = "(?:level|lvl|severity|priority)"
            found.update(Pattern(rf"{start}=\"?{word}\b", True) for word in _LOUD)
            found.add(Pattern(r"\bstatus=\"?5\d\d\b"))
        else:
            for line in made.lines:
                found.update(_line_patterns(line, made))
            if made.wraps == "records":
                found.add(Pattern(_INNER, caseless=True))
    return sorted(found)


def _document_patterns(keys: Iterable[str], made: Format) -> Iterator[Pattern]:
    names = sorted({re.escape(key.rpartition(".")[2]) for key in keys})
    # a dotted key may stand whole or as nested objects; a quote may be escaped inside another text
    key = rf"[\".](?:{'|'.join(names)})\\?\"[ \t]{{0,3}}:[ \t]{{0,3}}\\?"
    words = {*_LOUD, *(w.lower() for w, n in made.levels.items() if n >= WARN and len(w) > 1)}
    # a pattern for each word: the native engine is much quicker at many texts than at one choice
    for word in words:
        if not any(word != other and word.startswith(other) for other in words):
            yield Pattern(rf"{key}\"\[?{re.escape(word)}", True)
    numbers = {tens for tens, number in NUMBER_BY_TENS.items() if number >= WARN}
    numbers |= {word for word, number in made.levels.items() if number >= WARN and word.isdigit()}
    yield from (Pattern(rf"{key}\"?{number}\b", True) for number in numbers)
    letters = {word for word, number in made.levels.items() if number >= WARN and len(word) == 1}
    letters = {letter for letter in letters if letter.isalpha()}
    if made.keys.status:
        statuses = "|".join(re.escape(each.rpartition(".")[2]) for each in made.keys.status)
        yield Pattern(rf"[\".](?:{statuses})\\?\"[ \t]*:[ \t]*\\?\"?5\d\d\b")
    if letters:
        yield Pattern(rf"{key}\"[{''.join(sorted(letters))}]\\?\"")


def _line_patterns(line: FormatLine, made: Format) -> Iterator[Pattern]:
    if line.severity is not None:
        number = line.severity if isinstance(line.severity, int) else number_of(line.severity)
        if (number or 0) >= WARN:
            yield Pattern(strip_names(_without_tail(line.regex)))
        return
    group = group_span(line.regex, "severity")
    if group is None:
        if made.kind == "access" or _STATUS.search(line.regex):
            yield Pattern(r"[\" \t,|/]5\d\d[\" \t,|)]")
        pri = group_span(line.regex, "pri")
        if pri is not None:
            # severity is the priority modulo 8: warning is 4
            yield Pattern(r"^<\d{0,2}[0-9]>")
        return
    start, stop = group
    forms = _forms(line.regex[start:stop], made)
    before, after = line.regex[: start - len("(?P<severity>")], line.regex[stop + 1 :]
    single = sorted(form for form in forms if len(form) == 1)
    words = sorted(form for form in forms if len(form) > 1)
    bracketed = before.endswith(r"\[") and after.startswith(r"\]")
    if single:
        escaped = "|".join(re.escape(form) for form in single)
        # what stands before it costs as much as all other patterns: brackets tell enough
        place = r"\[" if bracketed else strip_names(_opened_tail(before))
        yield Pattern(f"{place}(?:{escaped})" + (r"\]" if bracketed else ""))
    signed = sorted(re.escape(form) for form in words if not form[0].isalnum())
    if signed:
        yield Pattern(rf"[ \t,|\[](?:{'|'.join(signed)})[ \t,|\]]")
    words = [form for form in words if form[0].isalnum()]
    if words:
        joined = "|".join(re.escape(word) for word in words)
        opened = r"\[" if before.endswith(r"\[") else r"\b"
        closed = r"\]" if bracketed else r"\b"
        yield Pattern(f"{opened}(?:{joined}){closed}")


def _forms(inner: str, made: Format) -> set[str]:
    """The ways of writing a level of warn or more that the format's own group takes."""
    taken = compiled(inner).fullmatch
    loud = {word for word, number in made.levels.items() if number >= WARN}
    quiet = {word for word, number in made.levels.items() if number < WARN}
    for word in _LOUD:
        loud.update((word, word.upper(), word.title()))
    loud |= {letter for letter, number in NUMBER_BY_LETTER.items() if number >= WARN}
    return {form for form in loud - quiet if taken(form)}


def group_span(regex: str, name: str) -> tuple[int, int] | None:
    """Start and end of what stands inside a named group."""
    opening = f"(?P<{name}>"
    start = regex.find(opening)
    if start < 0:
        return None
    start += len(opening)
    depth, inside, position = 1, False, start
    while position < len(regex):
        character = regex[position]
        if character == "\\":
            position += 2
            continue
        if inside:
            inside = character != "]"
        elif character == "[":
            inside = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if not depth:
                return start, position
        position += 1
    return None


def _opened_tail(regex: str) -> str:
    """The end of an expression's beginning, from the last group on that it leaves open."""
    opened, inside, position = [], False, 0
    while position < len(regex):
        character = regex[position]
        if character == "\\":
            position += 1
        elif inside:
            inside = character != "]"
        elif character == "[":
            inside = True
        elif character == "(":
            opened.append(position)
        elif character == ")":
            opened.pop()
        elif character == "|" and opened:
            # another way to begin: what stands before it is not part of this one
            opened[-1] = position
        position += 1
    if not opened:
        return regex
    return re.sub(r"^(?:\||\((?:\?(?::|P<\w+>))?)", "", regex[opened[-1] :])


def _without_tail(regex: str) -> str:
    return re.sub(r"\(\?P<\w+>\.\*\)\$$", "", regex)
