"""Messages with the judgement that a person gave them, and what the tool makes of them.

A file of the corpus is one area::

    [corpus]
    title = "Kernel, file systems, devices"

    [floors]                  # what must stay reached; measured, not wished
    right = 0.95              # errors with the right tag
    sure = 0.97               # right among those told with a confidence of 0.8 or more
    false_alarms = 0.03       # harmless messages told with 0.6 or more

    [[case]]
    text = '''…a record as a program writes it…'''
    tag = "production-incident"       # application-defect, or ignore: nothing that anybody must act on
    category = "disk-full"            # for people; not compared
"""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from logtriage.classify.ruleset import Classifier
from logtriage.packcheck.readers import Reader, default_reader
from logtriage.packs.load import load_packs

FOLDER = Path(__file__).parent
SURE = 0.8
ALARM = 0.6


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message and its label."""

    text: str
    tag: str
    category: str


class Floors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares that a file must reach."""

    right: float
    sure: float
    false_alarms: float


class Corpus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file."""

    corpus: dict[str, str]
    floors: Floors
    case: list[Case]


class Answer(msgspec.Struct, frozen=True):
    """What the tool says of a case."""

    case: Case
    tag: str | None
    confidence: float
    told: str
    """Category and rules, for people."""

    @property
    def alarm(self) -> bool:
        """It would be reported as more than tentative."""
        return self.tag is not None and self.confidence >= ALARM

    @property
    def right(self) -> bool:
        """As the label wants it."""
        return not self.alarm if self.case.tag == "ignore" else self.tag == self.case.tag

    def __str__(self) -> str:
        first = self.case.text.partition("\n")[0][:160]
        wanted = f"wants {self.case.tag} ({self.case.category})"
        return f"{wanted}, got {self.tag} {self.confidence:.2f} {self.told}\n    {first}"


class Figures(msgspec.Struct, frozen=True):
    """Shares over the answers of one file; 1 or 0 where there is nothing to count."""

    right: float
    sure: float
    false_alarms: float
    wrong: tuple[Answer, ...]


def load(path: Path) -> Corpus:
    """Read a file of the corpus."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Corpus)


@cache
def _tools() -> tuple[Reader, Classifier]:
    return default_reader(), Classifier(load_packs())


def answer(case: Case) -> Answer:
    """Read the record as an input would be read, and classify it."""
    reader, classifier = _tools()
    found = classifier.classify(reader(case.text))
    verdict = found.verdict
    if verdict is None:
        return Answer(case, None, 0.0, f"ignored by {found.ignored.rule}" if found.ignored else "")
    told = " ".join([verdict.category, *(hit.id for hit in verdict.rules)])
    return Answer(case, verdict.tag.value, verdict.confidence, told)


def figures(answers: list[Answer]) -> Figures:
    """The shares that the floors are about."""
    errors = [one for one in answers if one.case.tag != "ignore"]
    sure = [one for one in errors if one.tag is not None and one.confidence >= SURE]
    harmless = [one for one in answers if one.case.tag == "ignore"]
    return Figures(
        right=_share(errors) if errors else 1.0,
        sure=_share(sure) if sure else 1.0,
        false_alarms=1.0 - _share(harmless) if harmless else 0.0,
        wrong=tuple(one for one in answers if not one.right),
    )


def _share(answers: list[Answer]) -> float:
    return sum(one.right for one in answers) / len(answers)
