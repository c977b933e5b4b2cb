"""What masks leave of a secret in templates, titles and the texts made of them.

The template of ``password is hunter2x`` is ``password is hunter<*>``: no expression knows the rest
for a secret any more. But the records are known, and with them the secrets; so their pieces are
looked for in what was made of these records, and there alone.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

_PIECE: Final = re.compile(r"[A-Za-z0-9+/=_~-]{4,}")
_MASK: Final = "<*>"

_MADE_OF_ISSUE: Final = ("title", "template", "settle")
_MADE_OF_CAUSE: Final = ("title", "summary", "settle", "reasons", "next_steps")

Secrets = Callable[[str], list[str]]
"""The secrets in a text."""


def without_pieces(text: str, secrets: Iterable[str]) -> str:
    """The text with every piece of a secret masked."""
    joined = "\n".join(secrets)
    if not joined:
        return text
    return _PIECE.sub(lambda found: _MASK if found[0] in joined else found[0], text)


def without_leftovers(report: Any, secrets: Secrets) -> Any:  # noqa: ANN401 - plain data
    """A report as plain data, without the rests of secrets of its own records."""
    known: dict[str, list[str]] = {}
    issues = []
    for issue in report["issues"]:
        found = [each for shown in issue["exemplars"] for each in secrets(shown["text"])]
        known[issue["id"]] = found
        made = _cleaned(issue, _MADE_OF_ISSUE, found) if found else issue
        if found and made["exception"]:
            made["exception"] = _cleaned(
                made["exception"], ("message", "root_message", "culprit"), found
            )
        issues.append(made)
    causes = []
    for cause in report["root_causes"]:
        found = [each for shown in cause["evidence"] for each in secrets(shown["text"])]
        found += known.get(cause["issue"] or "", [])
        made = _cleaned(cause, _MADE_OF_CAUSE, found) if found else cause
        symptoms = [
            _cleaned(each, ("title",), known.get(each["issue"], [])) for each in made["symptoms"]
        ]
        causes.append({**made, "symptoms": symptoms})
        known[cause["id"]] = found
    changed = {**report, "issues": issues, "root_causes": causes}
    if delta := report.get("delta"):
        fingerprints = {issue["fingerprint"]: issue["id"] for issue in report["issues"]}

        def entry(each: dict[str, Any]) -> dict[str, Any]:
            names = (each["root_cause"] or "", fingerprints.get(each["fingerprint"], ""))
            found = [secret for name in names for secret in known.get(name, ())]
            return _cleaned(each, ("title",), found)

        changed["delta"] = {
            name: [entry(each) for each in value] if isinstance(value, list | tuple) else value
            for name, value in delta.items()
        }
    return changed


def _cleaned(part: dict[str, Any], names: Iterable[str], secrets: list[str]) -> dict[str, Any]:
    if not secrets:
        return part
    changed = dict(part)
    for name in names:
        value = changed.get(name)
        if isinstance(value, str):
            changed[name] = without_pieces(value, secrets)
        elif isinstance(value, list | tuple):
            changed[name] = [without_pieces(each, secrets) for each in value]
    return changed
