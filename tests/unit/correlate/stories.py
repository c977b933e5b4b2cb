"""Issues in the making: what a reader of logs would have counted."""

from collections.abc import Mapping, Sequence

from logtriage.correlate.conclude import conclude
from logtriage.model.report import Report
from logtriage.model.tallies import Tallies
from logtriage.model.tally import (
    ChangeEvent,
    EndpointFact,
    Exemplar,
    Histogram,
    InputTally,
    IssueTally,
)
from logtriage.model.verdict import Change, RuleHit, Tag, Verdict
from logtriage.packs.compiled import Category
from logtriage.packs.load import load_packs

BEGIN = 1_900_000_000
"""Epoch second at which all logs begin."""

SECOND = 1_000_000_000


def categories() -> Mapping[str, Category]:
    return load_packs().categories


def issue(
    component: str,
    category: str,
    text: str,
    *,
    at: Sequence[float],
    tag: Tag = Tag.INCIDENT,
    confidence: float = 0.95,
    severity: int = 17,
    rules: bool = True,
    kind: str | None = None,
) -> IssueTally:
    """An issue of ``component`` with one record at each second after BEGIN."""
    path = f"{component}.log"
    histogram = Histogram()
    for second in at:
        histogram.add(int(BEGIN + second))
    moments = [int((BEGIN + second) * SECOND) for second in at]
    fired = (RuleHit(f"XYZ-{len(text):03}", 1.0, text[:20]),) if rules else ()
    return IssueTally(
        key=f"{component}|{category}|{text}".encode().hex(),
        template=text,
        verdict=Verdict(tag, confidence, category, category.replace("-", " ").capitalize(), fired),
        severity_number=severity,
        component=component,
        component_kind=kind,
        count=len(at),
        first=min(moments),
        last=max(moments),
        histogram=histogram,
        exemplars=[
            Exemplar(moment, path, 10 + number, 1, text, text)
            for number, moment in enumerate(sorted(moments)[:5])
        ],
        paths={path: len(at)},
    )


def change(
    component: str,
    kind: str,
    at: float,
    version: str | None = None,
    *,
    text: str | None = None,
    host: str | None = None,
) -> ChangeEvent:
    moment = int((BEGIN + at) * SECOND)
    text = text or f"{component} {kind}"
    exemplar = Exemplar(moment, f"{component}.log", 3, 1, text, text)
    return ChangeEvent(Change(kind, "CHG-101", version), component, host, exemplar)


def report(
    issues: Sequence[IssueTally],
    changes: Sequence[ChangeEvent] = (),
    ports: Mapping[int, str] | None = None,
    *,
    length: float = 600,
    depends_on: Mapping[str, Sequence[str]] | None = None,
    silent: Mapping[str, float] | None = None,
) -> Report:
    """The report on a run of ``length`` seconds in which every component logs all along.

    ``silent``: further components, each with the second of its last line.
    """
    names = {tally.component or "" for tally in issues} | {
        event.component or "" for event in changes
    }
    names |= set((ports or {}).values())
    tallies = Tallies(
        issues={tally.key: tally for tally in issues},
        inputs={
            f"{name}.log": InputTally(
                f"{name}.log",
                component=name,
                lines=1000,
                first=BEGIN * SECOND,
                last=int((BEGIN + length) * SECOND),
            )
            for name in sorted(names)
        },
        changes=list(changes),
        endpoints=[EndpointFact(name, None, port) for port, name in (ports or {}).items()],
    )
    for name, last in (silent or {}).items():
        volume = Histogram()
        for second in range(int(last)):
            volume.add(BEGIN + second)
        tallies.inputs[f"{name}.log"] = InputTally(
            f"{name}.log",
            component=name,
            lines=int(last),
            first=BEGIN * SECOND,
            last=int((BEGIN + last) * SECOND),
            volume=volume,
        )
    return conclude(
        tallies,
        list(issues),
        categories=categories(),
        generated_at=(BEGIN + 700) * SECOND,
        depends_on=depends_on,
    )
