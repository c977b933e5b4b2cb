"""Templates of a whole input: which words of like messages are variable.

The answer is a function of the multiset of messages; their order does not matter. Masked messages
of one shape that differ in one word only share a *frame*. How many different words fill the gap,
whether they look like names or like prose, and what stands before and after it decide whether the
gap is variable. All frames are judged at once, then those of what came out, until nothing changes;
then the same with frames of two gaps, for what varies in two places at a time.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from logtriage.group.normalise import WILDCARD, mask
from logtriage.group.opposites import opposed

DISTINCT: Final = 50_000
"""Most distinct masked messages that are told apart; the rest are counted together."""

OVERFLOW: Final = "(other messages)"
"""Template of the messages beyond `DISTINCT`."""

ROUNDS: Final = 8
"""Most times the frames are judged; each round makes at least one word variable."""

PROSE: Final = 8
"""So many different words of prose in one place are no accident."""

PROSE_AFTER_PREPOSITION: Final = 4
NAMES: Final = 3
"""So many different words in one place, if all look like names or stand after "user", "host" …"""

CONSTANTS: Final = 10
"""So many different words in CAPITALS, which are rather states and actions than names."""

CONSTANTS_AFTER_PREPOSITION: Final = 5

_NEVER: Final = 1 << 62
_TELLING: Final = ("Exception", "Error", "Fault", "Failure", "Interrupt")
"""Ends of words that say what went wrong."""

_PIECES: Final = re.compile(r"((?:[\s,;:=()\[\]{}\"'`|]|\.{2,})+)")
_NAME_MARK: Final = re.compile(r"[_./\\$@-]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_CODE: Final = re.compile(r"(?<![\w/.-])-?\d{1,5}(?![\w.-])")

_NAMING: Final = frozenset(
    [
        *("user", "username", "account", "login", "owner", "uid", "principal", "role", "group"),
        *("host", "hostname", "node", "server", "machine", "peer", "client", "domain", "realm"),
        *("device", "interface", "disk", "volume", "partition", "filesystem", "mount", "drive"),
        *("pod", "container", "namespace", "cluster", "deployment", "image", "unit", "service"),
        *("daemon", "program", "package", "plugin", "module", "extension", "library", "class"),
        *("bean", "method", "function", "table", "column", "database", "schema", "index", "view"),
        *("sequence", "constraint", "trigger", "tablespace", "queue", "topic", "exchange"),
        *("channel", "stream", "consumer", "bucket", "key", "file", "path", "directory", "folder"),
        *("url", "uri", "endpoint", "address", "site", "page", "template", "name", "named"),
        *("called", "id", "tag", "label", "thread", "worker", "process", "task", "job", "stage"),
        *("session", "driver", "parameter", "option", "property", "attribute", "field"),
        *("variable", "flag", "command", "query", "event", "type", "hive"),
    ]
)
"""Words after which a name is to be expected."""

_PREPOSITIONS: Final = frozenset(
    [
        *("for", "from", "to", "by", "of", "on", "at", "in", "with", "via", "using", "as", "into"),
        *("against", "between", "and", "is", "was"),
    ]
)

Words = tuple[str, ...]
Frame = tuple[tuple[int, ...], list[Words]]
"""Places that are left open, and the patterns that agree at all others."""


class Template(msgspec.Struct, frozen=True):
    """One template of an input."""

    id: str
    """Function of the text alone."""
    text: str
    count: int


class Templates(msgspec.Struct, frozen=True):
    """All templates of an input."""

    templates: tuple[Template, ...]
    """Most frequent first, then by text; what is beyond the cap comes last."""
    overflow: int
    """Messages beyond the cap."""
    text_by_mask: Mapping[str, str]

    def of(self, message: str) -> tuple[str, str]:
        """Id and text of the template of a message that was added before."""
        text = self.text_by_mask.get(mask(message), OVERFLOW)
        return template_id(text), text


class TemplateMiner:
    """Counts messages, then finds their templates. Memory is bounded by `DISTINCT`."""

    def __init__(self, limit: int = DISTINCT) -> None:
        self._limit = limit
        self._counts: dict[str, int] = {}
        self._threshold: bytes | None = None
        self._overflow = 0

    def add(self, message: str, count: int = 1) -> None:
        """Count a message."""
        masked = mask(message)
        known = self._counts.get(masked)
        if known is not None:
            self._counts[masked] = known + count
        elif self._threshold is not None and _rank(masked) >= self._threshold:
            self._overflow += count
        else:
            self._counts[masked] = count
            if len(self._counts) >= 2 * self._limit:
                self._bound()

    def result(self) -> Templates:
        """The templates of all messages added."""
        self._bound()
        final = cluster(self._counts)
        totals: Counter[str] = Counter()
        for masked, count in self._counts.items():
            totals[final[masked]] += count
        found = [
            Template(template_id(text), text, count)
            for text, count in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
        ]
        if self._overflow:
            found.append(Template(template_id(OVERFLOW), OVERFLOW, self._overflow))
        return Templates(tuple(found), self._overflow, final)

    def _bound(self) -> None:
        """Keep those of lowest rank.

        The lowest of all are among the lowest of any part, so what stays was counted in full.
        """
        if len(self._counts) <= self._limit:
            return
        ranked = sorted((_rank(masked), masked) for masked in self._counts)
        self._threshold = ranked[self._limit][0]
        for _, masked in ranked[self._limit :]:
            self._overflow += self._counts.pop(masked)


def template_id(text: str) -> str:
    """``t`` and 12 hexadecimal digits, from the final text alone."""
    return "t" + hashlib.blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()


def _rank(masked: str) -> bytes:
    """Order of masked messages in a bounded sample: the same in every process."""
    return hashlib.blake2b(masked.encode(errors="replace"), digest_size=8).digest()


def cluster(counts: Mapping[str, int], *, codes: bool = False) -> dict[str, str]:
    """The final template of each masked message, from the set of them.

    ``codes`` keeps the numbers that `mask` left, such as ``status 502``: the issues of an input
    differ in them, its templates do not.
    """
    shapes: defaultdict[Words, defaultdict[Words, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for masked in counts:
        pieces = _PIECES.split(masked if codes else _CODE.sub(WILDCARD, masked))
        shapes[tuple(pieces[1::2])][tuple(pieces[::2])].append(masked)
    final: dict[str, str] = {}
    for separators, members in shapes.items():
        for words, merged in _merged(separators, members).items():
            text = merged[0] + "".join(
                separator + word for separator, word in zip(separators, merged[1:], strict=True)
            )
            final.update(dict.fromkeys(members[words], text))
    return final


def _merged(separators: Words, members: Mapping[Words, object]) -> dict[Words, Words]:
    """Each message's words with the variable ones as wildcards."""
    current = {words: words for words in members}
    for _ in range(ROUNDS):
        patterns = set(current.values())
        if len(patterns) < 2:
            break
        gaps = _gaps(separators, _wide_frames(separators, patterns)) or _gaps(
            separators, _narrow_frames(patterns)
        )
        if not gaps:
            break
        for words, pattern in current.items():
            if pattern in gaps:
                current[words] = tuple(
                    WILDCARD if index in gaps[pattern] else word
                    for index, word in enumerate(pattern)
                )
    return current


def _gaps(separators: Words, frames: Iterable[Frame]) -> dict[Words, set[int]]:
    """The places of each pattern that turned out variable."""
    found: defaultdict[Words, set[int]] = defaultdict(set)
    for places, members in frames:
        for place in places:
            if _variable(separators, members, place):
                for pattern in members:
                    if pattern[place] != WILDCARD:
                        found[pattern].add(place)
    return found


def _narrow_frames(patterns: Iterable[Words]) -> Iterator[Frame]:
    """Patterns that are alike but for one word."""
    hashed = [(pattern, [hash(each) for each in enumerate(pattern)]) for pattern in patterns]
    totals = [(pattern, hashes, sum(hashes)) for pattern, hashes in hashed]
    for place in range(len(hashed[0][0])):
        frames: defaultdict[int, list[Words]] = defaultdict(list)
        for pattern, hashes, total in totals:
            frames[total - hashes[place]].append(pattern)
        for members in frames.values():
            if len(members) > 1:
                yield (place,), members


def _wide_frames(separators: Words, patterns: Iterable[Words]) -> Iterator[Frame]:
    """Patterns that are alike but for the words that look like names or stand where names do."""
    frames: defaultdict[tuple[str | None, ...], list[Words]] = defaultdict(list)
    for pattern in patterns:
        frame = tuple(
            None if _promising(separators, pattern, place) else word
            for place, word in enumerate(pattern)
        )
        frames[frame].append(pattern)
    for frame, members in frames.items():
        if len(members) > 1:
            yield tuple(place for place, word in enumerate(frame) if word is None), members


def _promising(separators: Words, pattern: Words, place: int) -> bool:
    word = pattern[place]
    if not word or word == WILDCARD:
        return word == WILDCARD
    if _looks_like_a_name(word):
        return True
    before, _ = _before(separators, pattern, place)
    return before in _NAMING or before in _PREPOSITIONS


def _before(separators: Words, pattern: Words, place: int) -> tuple[str, str]:
    """The word before a place, in lower case, and what stands between."""
    return (pattern[place - 1].lower(), separators[place - 1]) if place else ("", "")


def _variable(separators: Words, members: Sequence[Words], place: int) -> bool:
    """Whether the words of like messages at one place are values rather than what is said."""
    values = {pattern[place] for pattern in members}
    if len(values) < 2 or not all(values) or opposed(values):
        return False
    sample = members[0]
    before, between = _before(separators, sample, place)
    named = before in _NAMING
    led = named or before in _PREPOSITIONS or between.strip() in {":", "=", "(", "["}
    constants = sum(
        1 for index, word in enumerate(sample) if index != place and _LETTER.search(word)
    )
    if constants < (1 if named else 2):
        return False
    if WILDCARD in values and (led or constants > 2):
        return True
    if separators[place : place + 1] and separators[place][0] in "=:":
        # the name of a field, not its value
        return False
    return len(values) >= _needed(values, named=named, led=led, first=not any(sample[:place]))


def _needed(values: set[str], *, named: bool, led: bool, first: bool) -> int:
    """How many different words there must be for the place to be variable."""
    names = all(map(_looks_like_a_name, values))
    if any(word.endswith(_TELLING) for word in values):
        return _NEVER
    if first:
        # the subject of the sentence is what it speaks of
        return PROSE if names else _NEVER
    if names:
        return 2 if led else NAMES
    if all(word.replace("_", "").isupper() for word in values):
        return CONSTANTS_AFTER_PREPOSITION if led else CONSTANTS
    if named:
        return NAMES
    return PROSE_AFTER_PREPOSITION if led else PROSE


@lru_cache(maxsize=1 << 15)
def _looks_like_a_name(word: str) -> bool:
    """An identifier rather than a word of prose or a constant in capitals."""
    if WILDCARD in word:
        return True
    core = word.strip(".,!?")
    if core.rpartition(".")[2].replace("_", "").isupper():
        return False
    return bool(_NAME_MARK.search(core)) or core[1:] != core[1:].lower()
