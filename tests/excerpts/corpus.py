"""Excerpts as people paste them into issues, scanned whole, with the judgement of a person.

`tests/verdicts` asks about single records; here several lines stand together, with others around
them, and the question is what the report puts first. A file is one set, labelled before it was
run for the first time::

    [[case]]
    id = "ledger-disk"
    text = '''…lines…'''
    tag = "production-incident"       # application-defect, or none: nothing that anybody must act on
    category = "disk-full"            # for people; not compared
    root = "No space left"            # words that the report of the root cause must show

``python -m tests.excerpts.corpus [FILE…]`` prints the figures and what is wrong.
"""

import itertools
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from logtriage.engine.local import run
from logtriage.model.report import Report, RootCause
from logtriage.pipeline.flow import conclude
from logtriage.pipeline.tools import Tools
from logtriage.report.redact import redacted
from logtriage.settings import Settings
from logtriage.source.locate import locate

FOLDER = Path(__file__).parent
SURE = 0.8
ALARM = 0.6
NOW = 1_800_000_000_000_000_000


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An excerpt and its label."""

    id: str
    text: str
    tag: str
    category: str = ""
    root: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What the report puts first."""

    case: Case
    tag: str | None
    confidence: float
    named: bool
    told: str

    @property
    def right(self) -> bool:
        """As the label wants it; a harmless excerpt may be shown as tentative."""
        if self.case.tag == "none":
            return self.tag is None or self.confidence < ALARM
        return self.tag == self.case.tag

    def __str__(self) -> str:
        wanted = f"{self.case.id}: wants {self.case.tag} ({self.case.category})"
        unnamed = "" if self.named or self.case.tag == "none" else ", cause not named"
        return f"{wanted}, got {self.tag} {self.confidence:.2f} {self.told}{unnamed}"


class Figures(msgspec.Struct, frozen=True):
    """Counts over the answers."""

    errors: int
    right: int
    sure: int
    sure_right: int
    named: int
    harmless: int
    alarms: int

    def __str__(self) -> str:
        return (
            f"{self.right} of {self.errors} right; sure of {self.sure}, {self.sure_right} of them"
            f" right; {self.named} named; {self.alarms} false alarms of {self.harmless}"
        )


@cache
def load(path: Path) -> tuple[Case, ...]:
    """The cases of a file."""
    document = tomllib.loads(path.read_text("utf-8"))
    return msgspec.convert(document["case"], tuple[Case, ...])


def answers(cases: Sequence[Case]) -> list[Answer]:
    """Scan each excerpt alone, as a user would."""
    tools = Tools(Settings(now=NOW, jobs=1))
    with tempfile.TemporaryDirectory() as folder:
        return [_answer(case, tools, Path(folder) / "app.log") for case in cases]


def _answer(case: Case, tools: Tools, path: Path) -> Answer:
    path.write_text(case.text, "utf-8")
    sources, _ = locate([str(path)])
    report = redacted(conclude(run(sources, tools).tallies, tools))
    if not report.root_causes:
        return Answer(case, None, 0.0, named=False, told="nothing")
    first = report.root_causes[0]
    shown = " ".join(_shown(report, first).split())
    return Answer(
        case,
        first.tag,
        first.tag_confidence,
        named=" ".join(case.root.split()) in shown,
        told=f"{first.category} | {first.title}",
    )


def _shown(report: Report, first: RootCause) -> str:
    """What a reader of the root cause sees: words, evidence, one whole record, the exception."""
    issue = next((one for one in report.issues if one.id == first.issue), None)
    parts = [first.title, first.summary, *(line.text for line in first.evidence)]
    if issue is not None:
        parts += [exemplar.text for exemplar in issue.exemplars[:1]]
        parts.append(str(issue.exception))
    return "\n".join(parts)


def figures(found: Sequence[Answer]) -> Figures:
    """Count."""
    errors = [one for one in found if one.case.tag != "none"]
    sure = [one for one in errors if one.confidence >= SURE]
    harmless = [one for one in found if one.case.tag == "none"]
    return Figures(
        errors=len(errors),
        right=sum(one.right for one in errors),
        sure=len(sure),
        sure_right=sum(one.right for one in sure),
        named=sum(one.named for one in errors),
        harmless=len(harmless),
        alarms=sum(not one.right for one in harmless),
    )


BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


def confidences(found: Sequence[Answer]) -> list[str]:
    """How often verdicts of about the same confidence are right."""
    told = [one for one in found if one.case.tag != "none" and one.tag is not None]
    lines = ["confidence told: verdicts, mean told, share right"]
    for low, high in itertools.pairwise(BINS):
        part = [one for one in told if low <= one.confidence < high]
        if part:
            mean = sum(one.confidence for one in part) / len(part)
            right = sum(one.right for one in part) / len(part)
            lines.append(f"{low:.2f} to {high:.2f}: {len(part)}, {mean:.2f}, {right:.2f}")
    return lines


def main(paths: Sequence[str]) -> None:
    """Print the figures of files, or of the whole corpus, and every answer that falls short."""
    everything: list[Answer] = []
    lines = []
    for path in [Path(text) for text in paths] or sorted(FOLDER.glob("*.toml")):
        found = answers(load(path))
        everything += found
        short = [one for one in found if not one.right or not (one.named or one.case.tag == "none")]
        lines += [*map(str, short), f"{path.stem}: {figures(found)}", ""]
    sys.stdout.write(
        "\n".join([*lines, f"all: {figures(everything)}", *confidences(everything), ""])
    )


if __name__ == "__main__":
    main(sys.argv[1:])
