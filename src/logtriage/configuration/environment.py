"""Variables over the file: ``LOGTRIAGE_HOURS_START`` stands for ``start`` of ``[hours]``.

Only keys that occur once have a variable; those of ``[[source]]`` or ``[delivery.NAME]`` have not.
"""

import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from logtriage.configuration.find import PREFIX
from logtriage.configuration.position import Path
from logtriage.configuration.schema import Configuration


class Overrides(NamedTuple):
    """What the environment says."""

    values: list[tuple[Path, object, str]]
    """Path of the key, its value, the variable."""
    unknown: tuple[str, ...]
    """Variables that stand for no key. No error: Kubernetes sets some for a service that is named
    logtriage, and secrets may be called so."""


@cache
def variables() -> dict[str, tuple[Path, Any]]:
    """Path and type of the key for every variable."""
    return dict(_variables(Configuration, ()))


def _variables(struct: type[msgspec.Struct], path: Path) -> list[tuple[str, tuple[Path, Any]]]:
    found: list[tuple[str, tuple[Path, Any]]] = []
    for field in msgspec.structs.fields(struct):
        here = (*path, field.encode_name)
        kind = _inner(field.type)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            # a secret is named in the file; the variable that it names holds it
            if kind.__name__ != "Secret":
                found += _variables(kind, here)
        elif not _is_of_tables(kind):
            found.append((PREFIX + "_".join(map(str, here)).upper(), (here, field.type)))
    return found


def _inner(kind: Any) -> Any:  # noqa: ANN401 - a type
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in {Union, types.UnionType}:
            options = [each for each in get_args(kind) if each is not type(None)]
            if len(options) > 1:
                return kind
            (kind,) = options
        else:
            return kind


def _is_of_tables(kind: Any) -> bool:  # noqa: ANN401 - a type
    if get_origin(kind) is dict:
        return True
    item = _inner(get_args(kind)[0]) if get_origin(kind) is tuple else None
    return isinstance(item, type) and issubclass(item, msgspec.Struct)


def from_environment(given: Mapping[str, str]) -> Overrides:
    """Values of the variables; lists are written with commas."""
    known = variables()
    values: list[tuple[Path, object, str]] = []
    for name, text in sorted(given.items()):
        if name in known:
            path, kind = known[name]
            values.append((path, _value(text, kind), name))
    return Overrides(values, tuple(sorted(name for name in given if name not in known)))


def _value(text: str, kind: Any) -> object:  # noqa: ANN401 - a type
    if get_origin(_inner(kind)) is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    if _inner(kind) in {bool, int, float}:
        try:
            return msgspec.convert(text, _inner(kind), strict=False)
        except msgspec.ValidationError:
            return text
    return text
