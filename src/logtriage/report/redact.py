"""Secrets taken out of everything that leaves the terminal, from ``data/redaction.toml``.

A secret becomes ``[password #3f2a]``: what it was, and a short hash, so that equal lines stay
equal. Sixteen bits of hash tell two secrets of a report apart and are of no use to a guesser.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from logtriage.model.report import Report
from logtriage.report.leftovers import without_leftovers
from logtriage.report.safe import encodable, visible_lines
from logtriage.scan.lines import LineMatcher, make_line_matcher
from logtriage.scan.regexes import compiled

# not importlib.resources: it loads zipfile, 5 ms of every start
_KINDS: Final = Path(__file__).parents[1] / "data" / "redaction.toml"

_FEW: Final = 256
"""Texts from which on a native matcher is worth its start."""

_LONG: Final = 300
"""Characters from which on only the surroundings of words are looked at."""

BEFORE: Final = 64
"""Most characters by which a match begins before its word."""

_PROBE: Final = "s=a1B2c3D4e5"
_STAND_IN: Final = re.compile(r"\[([a-z-]+) #[0-9a-f]{4}\]")
_NO_VALUES: Final = frozenset({"null", "None", "nil", "none", "true", "false", "True", "False"})

_PLAIN_FIELDS: Final = frozenset(
    {
        *("schema", "generated_at", "id", "issue", "root_cause", "fingerprint", "tag", "category"),
        *("priority", "severity", "route", "timestamp", "first", "last", "first_seen", "last_seen"),
        *("started_at", "ended_at", "start", "format", "status", "kind", "links", "rule"),
    }
)
"""Fields that no log wrote."""


class Kind(NamedTuple):
    """One kind of secret."""

    name: str
    words: tuple[str, ...]
    """One of them occurs, in lower case, wherever such a secret is; none: `near` tells."""
    near: str | None
    """Else an expression that matches there, at the start of a word or number."""
    expression: str
    luhn: bool
    ask: bool

    @property
    def regex(self) -> re.Pattern[str]:
        """Compiled when a text may hold such a secret: most texts hold none."""
        return _regex(self.expression)


@cache
def _regex(expression: str) -> re.Pattern[str]:
    return compiled(expression)


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which they are tried."""
    text = _KINDS.read_text("utf-8")
    return tuple(
        Kind(
            name=each["name"],
            words=tuple(each["words"]),
            near=each.get("near"),
            expression=each["regex"],
            luhn=each.get("check") == "luhn",
            ask=each.get("ask", False),
        )
        for each in tomllib.loads(text)["secret"]
    )


class Redaction:
    """Takes secrets out of texts; equal secrets get equal stand-ins."""

    def __init__(
        self, *, mail: bool = False, key: bytes = b"", further: Iterable[tuple[str, str]] = ()
    ) -> None:
        """How secrets are taken out.

        Args:
            mail: addresses of people are among them.
            key: of the short hashes; without one they are the same everywhere.
            further: names and linear regular expressions of further kinds.
        """
        self._key = key[: hashlib.blake2b.MAX_KEY_SIZE]
        own = [
            Kind(name, (), None, expression, luhn=False, ask=False) for name, expression in further
        ]
        self._kinds = [*(kind for kind in kinds() if mail or not kind.ask), *own]
        self._always = [number for number, kind in enumerate(self._kinds) if not _hints(kind)]
        self._kind_by_name: dict[str, str | None] = {}
        self._asked = 0
        self._matcher: LineMatcher | None = None

    def touches(self, text: str, names: Iterable[str] = ()) -> bool:
        """False of a record that holds no secret: in its text, or in a field of such a name."""
        if any(self._kind_of(name) for name in names):
            return True
        return bool(self._candidates(text)) and self.text(text) != text

    def text(self, text: str) -> str:
        """The text with its secrets replaced."""
        for number in self._candidates(text):
            text = self._without(text, self._kinds[number])
        return text

    def _without(self, text: str, kind: Kind, secrets: list[str] | None = None) -> str:
        """The text without secrets of one kind, which are added to ``secrets``."""
        if len(text) < _LONG or not kind.words:
            return kind.regex.sub(lambda found: self._replaced(found, kind, secrets), text)
        pieces: list[str] = []
        done = 0
        for start in starts_of(text, kind.words):
            if start < done:
                continue
            if found := kind.regex.match(text, start):
                pieces += [text[done:start], self._replaced(found, kind, secrets)]
                done = max(found.end(), start + 1)
        return "".join([*pieces, text[done:]])

    def value(self, name: str, text: str) -> str:
        """The value of a field, whose name can tell that all of it is a secret."""
        kind = self._kind_of(name)
        if kind is None or not text or text.startswith(("[", "<", "*")) or text in _NO_VALUES:
            return self.text(text)
        return f"[{kind} #{self._digest(text)}]"

    def _kind_of(self, name: str) -> str | None:
        """The kind of secret that fields of this name hold."""
        if name not in self._kind_by_name:
            # asked of the same expressions that read ``name="value"`` in a text
            found = _STAND_IN.search(self.text(f'{name}="{_PROBE}"'))
            self._kind_by_name[name] = found[1] if found else None
        return self._kind_by_name[name]

    def _digest(self, secret: str) -> str:
        encoded = secret.encode(errors="replace")
        return hashlib.blake2b(encoded, digest_size=2, key=self._key).hexdigest()

    def report(self, report: Report) -> Report:
        """The report with the secrets of all its texts replaced."""
        known: dict[str, str] = {}

        def clean(text: str) -> str:
            if text not in known:
                known[text] = self.text(text)
            return known[text]

        plain = without_leftovers(msgspec.to_builtins(report), self.secrets)
        return msgspec.convert(_mapped(plain, clean, _PLAIN_FIELDS), Report)

    def secrets(self, text: str) -> list[str]:
        """The secrets in a text."""
        found: list[str] = []
        for number in self._candidates(text):
            self._without(text, self._kinds[number], found)
        return found

    def fields(self, value: object) -> object:
        """Plain data with the secrets of all its texts replaced."""
        if isinstance(value, dict) and (held := value.get("attributes")):
            value = {**value, "attributes": {k: self.value(k, v) for k, v in held.items()}}
            return _mapped(value, self.text, _PLAIN_FIELDS | {"attributes"})
        return _mapped(value, self.text, _PLAIN_FIELDS)

    def _candidates(self, text: str) -> list[int]:
        """Numbers of the kinds that the text may hold, ascending."""
        if self._matcher is None:
            self._asked += 1
            if self._asked <= _FEW:
                return self._by_words(text)
            self._matcher = make_line_matcher(
                "secrets", [_hints(kind) or "." for kind in self._kinds]
            )
        found = self._matcher.matching(text.encode("utf-8", "replace"))
        return sorted({*found, *self._always}) if self._always else found

    def _by_words(self, text: str) -> list[int]:
        lowered = text.lower()
        return [
            number
            for number, kind in enumerate(self._kinds)
            if not kind.words or any(word in lowered for word in kind.words)
        ]

    def _replaced(self, found: re.Match[str], kind: Kind, secrets: list[str] | None = None) -> str:
        whole = found[0]
        group = found.lastgroup
        secret = found[group] if group else whole
        if group and len(secret) > 1 and secret.endswith("."):
            # the end of a sentence: the same secret has the same stand-in before it
            secret = secret[:-1]
        if not secret.strip() or (kind.luhn and not _luhn(secret)):
            return whole
        if secrets is not None:
            secrets.append(secret)
        stand_in = f"[{kind.name} #{self._digest(secret)}]"
        if not group:
            return stand_in
        start = found.start(group) - found.start()
        end = start + len(secret)
        return f"{whole[:start]}{stand_in}{whole[end:]}"


def starts_of(text: str, words: Iterable[str]) -> Iterable[int]:
    """Where in a text a secret may begin: not long before one of the words, ascending.

    Trying these alone is a hundred times as fast as trying every character of a long stack trace.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        # rare letters have lower case of another length, and positions would shift
        return range(len(text))
    spots: set[int] = set()
    for word in words:
        at = lowered.find(word)
        while at >= 0:
            spots.update(range(max(at - BEFORE, 0), at + 1))
            at = lowered.find(word, at + 1)
    return sorted(spots)


def _hints(kind: Kind) -> str:
    """An expression for the native matcher that finds every text with such a secret."""
    if kind.near:
        return f"(?s)^(?:.*[^A-Za-z0-9_.:/-])?(?:{kind.near})(?:[^A-Za-z0-9_-]|$)"
    words = "|".join(re.escape(word) for word in kind.words)
    return f"(?is).*(?:{words})" if words else ""


@cache
def built_in() -> Redaction:
    """Redaction as it is without configuration."""
    return Redaction()


def redact_text(text: str) -> str:
    """The text with its secrets replaced, as it is done without configuration."""
    return built_in().text(text)


def redacted(report: Report, redaction: Redaction | None = None) -> Report:
    """The report with the secrets of all its texts replaced."""
    return (redaction or built_in()).report(report)


def outgoing(report: Report, *, redact: bool = True, redaction: Redaction | None = None) -> Report:
    """The report as it may leave the machine: no secrets, no character that does anything."""
    return mapped(redacted(report, redaction) if redact else report, visible_lines)


def encodable_report(report: Report) -> Report:
    """The report without lone surrogates, which file names may hold and no encoding can."""
    try:
        msgspec.msgpack.encode(report)
    except UnicodeEncodeError:
        return mapped(report, encodable)
    return report


def mapped(
    report: Report, change: Callable[[str], str], *, leave: frozenset[str] = frozenset()
) -> Report:
    """The report with every text changed, but for the fields to ``leave``."""
    return msgspec.convert(_mapped(msgspec.to_builtins(report), change, leave), Report)


def _mapped(value: object, change: Callable[[str], str], leave: frozenset[str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {
            name: each if name in leave else _mapped(each, change, leave)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_mapped(each, change, leave) for each in value]
    return value


def _luhn(figures: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    digits = [int(figure) for figure in figures if figure.isdigit()]
    total = sum(digits[-1::-2])
    total += sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return total % 10 == 0 and len(set(digits)) > 1
