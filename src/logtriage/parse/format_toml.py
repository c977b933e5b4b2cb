"""Writes a format as the text of its file."""

import re
from collections.abc import Sequence

from logtriage.parse.schema import Format


def toml_of(made: Format, samples: Sequence[str] = ()) -> str:
    """The text of a format file, ready to be saved as ``NAME.toml`` and refined."""
    lines = ["[format]", f"name = {_toml(made.name)}", f"title = {_toml(made.title)}"]
    lines += [f"kind = {_toml(made.kind)}", "refs = []", ""]
    for line in made.lines:
        lines += ["[[line]]", f"name = {_toml(line.name)}", f"regex = {_toml(line.regex)}"]
        if line.message is not None:
            lines.append(f"message = {_toml(line.message)}")
        lines.append("")
    if made.attributes:
        lines.append("[attributes]")
        lines += [f"{group} = {_toml(name)}" for group, name in made.attributes.items()]
        lines.append("")
    if made.hints.order:
        lines += ["[timestamp]", f"order = {_toml(made.hints.order)}", ""]
    for sample in samples:
        lines += ["[[sample]]", f"text = {_toml(sample)}", ""]
    near = next((bare for sample in samples if (bare := _without_head(made, sample))), None)
    if near is not None:
        lines += ["[[sample]]", "match = false", 'why = "a message without its head"']
        lines += [f"text = {_toml(near)}", ""]
    return "\n".join(lines)


def _without_head(made: Format, sample: str) -> str | None:
    """The message alone, where no shape of the format reads that."""
    patterns = [re.compile(line.regex, re.ASCII) for line in made.lines]
    for pattern in patterns:
        found = pattern.match(sample)
        message = found.groupdict().get("message") if found else None
        if message and not any(other.match(message) for other in patterns):
            return message
    return None


def _toml(text: str) -> str:
    if "'" not in text and "\n" not in text:
        return f"'{text}'"
    if "'''" not in text and not text.endswith("'"):
        return f"'''{text}'''"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
