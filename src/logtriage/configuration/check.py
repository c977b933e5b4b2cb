"""Every problem of a document at once, each with the path of its key.

The structs check themselves, but stop at their first problem; so they are asked key by key.
"""

import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from logtriage.configuration.position import Path
from logtriage.expr.vocabulary import suggestion
from logtriage.model.destination import Secret

REFER: Final = 'refer to it: { variable = "NAME" } or { file = "PATH" }'


class Problem(NamedTuple):
    """What is wrong with a key, without saying yet where in the file that is."""

    path: Path
    what: str
    reason: str | None = None
    help: str | None = None
    secret: bool = False
    """Its line must not be shown."""


def problems_of(value: object, kind: Any, path: Path = ()) -> Iterator[Problem]:  # noqa: ANN401 - a type
    """What does not fit ``kind``: a struct, or what its fields are annotated with."""
    kind, notes = _bare(kind)
    structs = _structs(kind)
    if structs and (isinstance(value, dict) or len(structs) == len(_options(kind))):
        yield from _of_table(value, structs, path)
        return
    (inner, *_) = get_args(kind) or (None,)
    if get_origin(kind) is tuple and isinstance(value, list) and _structs(_bare(inner)[0]):
        for number, each in enumerate(value):
            yield from problems_of(each, inner, (*path, number))
        return
    if get_origin(kind) is dict and isinstance(value, dict):
        yield from _of_mapping(value, kind, path)
        return
    yield from _of_value(value, kind, notes, path)


def _bare(kind: Any) -> tuple[Any, list[msgspec.Meta]]:  # noqa: ANN401 - a type
    """The type without annotations and without None, and the annotations."""
    notes: list[msgspec.Meta] = []
    while True:
        if get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            notes += more
            continue
        options = [each for each in _options(kind) if each is not type(None)]
        if len(options) == 1 and options[0] is not kind:
            kind = options[0]
            continue
        return kind, notes


def _options(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type
    return get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)


def _structs(kind: Any) -> list[type[msgspec.Struct]]:  # noqa: ANN401 - a type
    return [
        each
        for each in _options(kind)
        if isinstance(each, type) and issubclass(each, msgspec.Struct)
    ]


def _of_table(value: object, structs: list[type[msgspec.Struct]], path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict):
        if structs == [Secret]:
            yield Problem(
                path,
                f"'{path[-1]}' is a secret; it stands not in the file",
                None,
                REFER,
                secret=True,
            )
        else:
            yield Problem(path, "a table is expected here", f"this is {_name(value)}")
        return
    if len(structs) == 1:
        (struct,) = structs
        known = dict(value)
    else:
        by_kind = {str(each.__struct_config__.tag): each for each in structs}
        named = value.get("kind")
        if not isinstance(named, str) or named not in by_kind:
            at = (*path, "kind") if "kind" in value else path
            what = f"unknown kind {named!r}" if "kind" in value else "the key 'kind' is missing"
            near = suggestion(named, by_kind) if isinstance(named, str) else None
            yield Problem(at, what, help=near or f"choose one of {', '.join(by_kind)}")
            return
        struct = by_kind[named]
        known = {key: each for key, each in value.items() if key != "kind"}
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key, each in known.items():
        if key not in fields:
            advice = suggestion(key, fields) or f"known keys: {', '.join(fields)}"
            yield Problem((*path, key), f"unknown key '{key}'", help=advice)
        else:
            yield from problems_of(each, fields[key].type, (*path, key))
    for key, field in fields.items():
        if field.required and key not in known:
            yield Problem(path, f"the key '{key}' is missing", help=_example(key, field.type))


def _of_mapping(value: Mapping[str, object], kind: Any, path: Path) -> Iterator[Problem]:  # noqa: ANN401 - a type
    names, inner = get_args(kind)
    allowed = get_args(names) if get_origin(names) is Literal else None
    for key, each in value.items():
        if allowed and key not in allowed:
            yield Problem(
                (*path, key), f"unknown key '{key}'", help=f"known keys: {', '.join(allowed)}"
            )
        else:
            yield from problems_of(each, inner, (*path, key))


def _of_value(
    value: object,
    kind: Any,  # noqa: ANN401 - a type
    notes: list[msgspec.Meta],
    path: Path,
) -> Iterator[Problem]:
    try:
        msgspec.convert(value, Annotated[kind, *notes] if notes else kind)
    except msgspec.ValidationError as error:
        reason = str(error)
        at, bad = path, value
        found = re.search(r" - at `\$\[(\d+)\]", reason)
        if found and isinstance(value, list):
            at, bad = (*path, int(found[1])), value[int(found[1])]
        words = re.sub(r" - at `.*", "", reason).replace("`", "")
        allowed = _literals(kind)
        advice = None
        if allowed and isinstance(bad, str):
            words = f"{bad!r} is none of the words for it"
            part = next((f"did you mean '{each}'?" for each in allowed if bad in each), None)
            advice = suggestion(bad, allowed) or part or f"choose one of {', '.join(allowed)}"
        elif examples := [each for note in notes for each in note.examples or ()]:
            advice = f"for example {_written(examples[0])}"
        if "matching regex" in words:
            words = f"{bad!r} is not written as it has to be"
        if found := re.match(r"Expected (\w+), got (\w+)$", words):
            words = f"{_PLAIN.get(found[1], found[1])} is expected, this is {_name(bad)}"
        what = f"'{_last_name(path)}' cannot be {_written(bad)}"
        yield Problem(at, what, words[:1].lower() + words[1:], advice)


def _literals(kind: Any) -> list[str]:  # noqa: ANN401 - a type
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [word for inner in get_args(kind) if inner is not Ellipsis for word in _literals(inner)]


def _last_name(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "?")


def _example(key: str, kind: Any) -> str | None:  # noqa: ANN401 - a type
    kind, notes = _bare(kind)
    for note in notes:
        if note.examples:
            return f"for example {key} = {_written(note.examples[0])}"
    if kind.__class__ is type and issubclass(kind, msgspec.Struct):
        return None
    structs = _structs(kind)
    if structs and structs[0] is Secret:
        return f'for example {key} = {{ variable = "NAME_OF_A_VARIABLE" }}'
    return None


_PLAIN: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "a table",
    "date": "a date",
}


def _name(value: object) -> str:
    words = {str: "text", int: "a number", float: "a number", bool: "true or false"}
    words |= {list: "an array", dict: "a table"}
    return words.get(type(value), type(value).__name__)


def _written(value: object) -> str:
    """The value as TOML writes it, shortened."""
    text = msgspec.json.encode(value).decode() if not isinstance(value, dict) else "a table"
    return text if len(text) <= 60 else f"{text[:57]}…"
