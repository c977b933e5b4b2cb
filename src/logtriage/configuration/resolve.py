"""Relative paths of the file made absolute: they start at its own folder."""

from pathlib import Path

import msgspec

from logtriage.configuration.schema import Configuration
from logtriage.model.destination import AnyDestination, File, Secret


def resolved(configuration: Configuration, folder: Path) -> Configuration:
    """The configuration with every path absolute, ``~`` spelt out."""

    def absolute(path: str) -> str:
        # joining keeps an absolute path as it is; globs and URLs are not touched otherwise
        return path if "://" in path or path == "-" else str(folder / Path(path).expanduser())

    replace = msgspec.structs.replace
    redaction, state = configuration.redaction, configuration.state
    if redaction.key:
        redaction = replace(redaction, key=_secret(redaction.key, folder))
    if state.path:
        state = replace(state, path=absolute(state.path))
    return replace(
        configuration,
        packs=tuple(absolute(path) for path in configuration.packs),
        source=tuple(
            replace(source, paths=tuple(absolute(path) for path in source.paths))
            for source in configuration.source
        ),
        redaction=redaction,
        state=state,
        delivery={
            name: _destination(destination, folder)
            for name, destination in configuration.delivery.items()
        },
    )


def _destination(destination: AnyDestination, folder: Path) -> AnyDestination:
    changed: dict[str, object] = {}
    for name in destination.__struct_fields__:
        value = getattr(destination, name)
        if isinstance(value, Secret):
            changed[name] = _secret(value, folder)
        elif name == "headers":
            changed[name] = {
                key: _secret(each, folder) if isinstance(each, Secret) else each
                for key, each in value.items()
            }
        elif name == "path" and isinstance(destination, File):
            changed[name] = str(folder / Path(value).expanduser())
    return msgspec.structs.replace(destination, **changed)


def _secret(secret: Secret, folder: Path) -> Secret:
    if secret.file is None:
        return secret
    return Secret(file=str(folder / Path(secret.file).expanduser()))
