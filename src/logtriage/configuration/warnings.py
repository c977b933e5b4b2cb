"""What is no error and still looks like a mistake, for ``logtriage config check``."""

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from logtriage.configuration.environment import variables
from logtriage.configuration.load import Loaded
from logtriage.configuration.meaning import secrets_of
from logtriage.expr.vocabulary import suggestion
from logtriage.packs.load import load_packs
from logtriage.parse.catalog import load_catalog


def warnings_of(loaded: Loaded) -> Iterator[str]:
    """One sentence each.

    Raises:
        PackError: the configured packs or formats are wrong, or a format does not exist.
    """
    configuration = loaded.configuration
    folders = [Path(folder) for folder in configuration.packs]
    packs = load_packs(folders, disabled=configuration.disabled)
    for rule in packs.unknown_disabled:
        near = suggestion(rule, packs.table.ids)
        yield f"disabled: there is no rule '{rule}'" + (f"; {near}" if near else "")
    catalog = load_catalog(folders)
    for source in configuration.source:
        if source.format is not None:
            catalog.get(source.format)
        for file in source.paths:
            if "://" not in file and file != "-" and not _is_there(file):
                yield f"source: nothing matches {file}"
    for path, secret in secrets_of(configuration):
        name = ".".join(map(str, path))
        if secret.variable and not os.environ.get(secret.variable):
            yield f"{name}: the variable {secret.variable} is not set here"
        if secret.file and not os.access(secret.file, os.R_OK):
            yield f"{name}: the file {secret.file} cannot be read"
    led_to = {name for route in configuration.route for name in route.to}
    for name in configuration.delivery:
        if name not in led_to:
            yield f"delivery.{name}: no route leads to it"
    referred = {secret.variable for _, secret in secrets_of(configuration)}
    for variable in loaded.unknown_variables:
        near = suggestion(variable, variables())
        if variable not in referred and near:
            yield f"the variable {variable} stands for no key; {near}"


def _is_there(path: str) -> bool:
    return os.path.exists(path) or bool(glob.glob(path, recursive=True))  # noqa: PTH110, PTH207 - as located
