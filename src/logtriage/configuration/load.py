"""Read the file and the environment over it; every problem of it at once."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path as File
from typing import Any, NamedTuple

import msgspec

from logtriage.configuration.check import Problem, problems_of
from logtriage.configuration.environment import from_environment
from logtriage.configuration.find import Found, find, overrides
from logtriage.configuration.healthy import further
from logtriage.configuration.meaning import meaningless
from logtriage.configuration.position import Path, nearest, places_of
from logtriage.configuration.resolve import resolved
from logtriage.configuration.schema import Configuration
from logtriage.errors import ConfigurationError, Snippet


class Loaded(NamedTuple):
    """The configuration in force."""

    configuration: Configuration
    """Paths in it are absolute."""
    path: str | None
    origins: dict[Path, str]
    """Of each value that is not built in: ``logtriage.toml:12`` or the name of a variable."""
    unknown_variables: tuple[str, ...] = ()
    """Variables that begin as ours do and stand for no key."""
    passed_over: tuple[str, ...] = ()
    """Files that were not taken because they belong to somebody else."""


def load(found: Found | None = None, environment: Mapping[str, str] = os.environ) -> Loaded:
    """The configuration of a file and the environment.

    Raises:
        ConfigurationError: something is wrong with it; all of it is told.
    """
    found = find(None, environment) if found is None else found
    text = _read(found.path) if found.path else ""
    document = _document(found.path, text)
    origins: dict[Path, str] = {}
    places = places_of(text) if text else {}
    _note_origins(document, (), found.path or "", places, origins)
    over = from_environment(overrides(environment))
    problems = list(problems_of(document, Configuration))
    for path, value, name in over.values:
        wrong = list(problems_of(value, _kind_at(path), path))
        if wrong:
            raise ConfigurationError(wrong[0].what, where=name, reason=wrong[0].reason)
        _put(document, path, value)
        origins[path] = name
    if problems:
        problems += further(document, problems)
    else:
        configuration = msgspec.convert(document, Configuration)
        folder = File(found.path).resolve().parent if found.path else File.cwd()
        problems = list(meaningless(configuration))
        if not problems:
            return Loaded(
                resolved(configuration, folder),
                found.path,
                origins,
                over.unknown,
                found.passed_over,
            )
    raise _told(found.path or "", text, problems, origins)


def _read(path: str) -> str:
    try:
        return File(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            "the configuration cannot be read",
            where=path,
            reason=(error.strerror or str(error)).lower(),
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            "the configuration is not UTF-8", where=path, reason=str(error)
        ) from error


def _document(path: str | None, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise bad_toml(str(path), text, error) from error


def bad_toml(path: str, text: str, error: tomllib.TOMLDecodeError) -> ConfigurationError:
    """The reader's complaint with the line that it is about."""
    reason, _, place = str(error).rpartition(" (at ")
    numbers = [
        int(word) for word in place.replace(",", " ").replace(")", " ").split() if word.isdigit()
    ]
    lines = text.splitlines()
    line, column = numbers if len(numbers) == 2 else (len(lines), 1 + len(lines[-1]))
    snippet = Snippet(lines[line - 1], column - 1) if 0 < line <= len(lines) else None
    return ConfigurationError(
        "the file is not valid TOML",
        where=f"{path}:{line}",
        reason=(reason or str(error))[:1].lower() + (reason or str(error))[1:],
        snippet=snippet,
    )


def _told(
    file: str, text: str, problems: Iterable[Problem], origins: Mapping[Path, str]
) -> ConfigurationError:
    """One error that tells all problems."""
    places = places_of(text)
    lines = text.splitlines()
    errors = []
    placed = [(nearest(places, problem.path), problem) for problem in problems]
    for place, problem in sorted(placed, key=lambda pair: pair[0] or (0, 0)):
        variable = origins.get(problem.path, "")
        where = variable if variable.startswith("LOGTRIAGE_") else file
        inside = place is not None and where == file
        shown = inside and not problem.secret
        errors.append(
            ConfigurationError(
                problem.what,
                where=f"{file}:{place.line}" if place and inside else where,
                reason=problem.reason,
                snippet=Snippet(lines[place.line - 1], place.column) if place and shown else None,
                help=problem.help,
            )
        )
    if len(errors) == 1:
        return errors[0]
    rest = "\n\n".join(f"error: {error}" for error in errors)
    return ConfigurationError(f"{len(errors)} problems in the configuration\n\n{rest}")


def _note_origins(
    value: object, path: Path, file: str, places: Mapping[Path, Any], origins: dict[Path, str]
) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _note_origins(each, (*path, key), file, places, origins)
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        for number, each in enumerate(value):
            _note_origins(each, (*path, number), file, places, origins)
    else:
        place = nearest(dict(places), path)
        origins[path] = f"{file}:{place.line}" if place else file


def _put(document: dict[str, Any], path: Path, value: object) -> None:
    table = document
    for key in path[:-1]:
        table = table.setdefault(str(key), {})
    table[str(path[-1])] = value


def _kind_at(path: Path) -> Any:  # noqa: ANN401 - a type
    from logtriage.configuration.environment import variables  # noqa: PLC0415 - rare

    return next(kind for each, kind in variables().values() if each == path)
