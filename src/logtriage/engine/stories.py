"""Which root causes are new, worse or over, from one look at the window to the next."""

import time
from collections.abc import Iterable, Sequence
from typing import Final

from logtriage.group.fingerprint import fingerprint_text
from logtriage.model.event import Event
from logtriage.model.record import rfc3339
from logtriage.model.report import Report, RootCause
from logtriage.pipeline.sightings import Part

QUIET: Final = 60.0
"""Seconds without an error after which a root cause may be over."""

RHYTHM: Final = 3.0
"""Times the longest gap between its errors that must have passed too."""

LONGEST_QUIET: Final = 3600.0

WORSE: Final = 5
"""Times the errors that were told of before, from which on it is told again."""

WORSE_COUNT: Final = 20

KEYS: Final = 20_000
"""Most issue keys that are remembered."""


class Story:
    """A root cause that was told of."""

    __slots__ = ("cause", "components", "count", "longest_gap", "over", "told", "wrote")

    def __init__(self, cause: RootCause, now: float) -> None:
        self.cause = cause
        self.count = cause.errors
        self.told = cause.errors
        self.components = {*cause.impact.components}
        self.wrote = now
        self.longest_gap = 0.0
        self.over = False

    @property
    def quiet(self) -> float:
        """Seconds without it after which it is over."""
        return min(max(QUIET, RHYTHM * self.longest_gap), LONGEST_QUIET)


class Stories:
    """All root causes of a run that is live."""

    def __init__(self) -> None:
        self._of_key: dict[str, Story] = {}
        """By the keys of records, which folding does not change; the oldest first."""
        self._active: list[Story] = []

    @property
    def active(self) -> int:
        """Root causes that are not over."""
        return len(self._active)

    def look(self, report: Report, parts: Sequence[Part], fresh: Iterable[str]) -> list[Event]:
        """What changed; ``fresh`` are the keys of issues that got errors since the last look."""
        now = time.monotonic()
        keys_of: dict[str, list[str]] = {}
        for part in parts:
            keys_of.setdefault(fingerprint_text(part.issue.key), []).append(part.key)
        fingerprint_of = {issue.id: issue.fingerprint for issue in report.issues}
        events = []
        new_keys = set(fresh)
        for cause in report.root_causes:
            issues = [cause.issue, *(symptom.issue for symptom in cause.symptoms)]
            keys = [
                key
                for issue in issues
                for key in keys_of.get(fingerprint_of.get(issue or "", ""), ())
            ]
            own = keys_of.get(fingerprint_of.get(cause.issue or "", ""), ())
            if new_keys.intersection(keys):
                events += self._told(cause, own, keys, now)
        events += self._over(now)
        while len(self._of_key) > KEYS:
            self._of_key.pop(next(iter(self._of_key)))
        return events

    def pass_time(self) -> list[Event]:
        """What is over, where nothing came."""
        return self._over(time.monotonic())

    def _told(
        self, cause: RootCause, own: Sequence[str], keys: Sequence[str], now: float
    ) -> list[Event]:
        known = next((self._of_key[key] for key in own if key in self._of_key), None)
        if known is None or known.over:
            again = known is not None
            story = Story(cause, now)
            for other in self._active:
                if any(self._of_key.get(key) is other for key in keys):
                    # what was taken for a cause of its own turned out to follow from this one
                    other.over = True
            self._active = [each for each in self._active if not each.over]
            self._active.append(story)
            self._of_key.update(dict.fromkeys(keys, story))
            return [event_of("new", story, again=again)]
        known.longest_gap = max(known.longest_gap, now - known.wrote)
        known.wrote = now
        known.cause = cause
        for key in keys:
            self._of_key.setdefault(key, known)
        reached = {*cause.impact.components} - known.components
        reason = None
        if cause.errors >= max(WORSE * known.told, known.told + WORSE_COUNT):
            reason = f"{cause.errors:,} errors, {known.told:,} when last told"
        elif reached:
            reason = f"now also {', '.join(sorted(reached))}"
        if reason is None:
            return []
        known.told = max(cause.errors, known.told)
        known.components |= reached
        return [event_of("worse", known, reason=reason)]

    def _over(self, now: float) -> list[Event]:
        events = []
        for story in self._active:
            if now - story.wrote > story.quiet:
                story.over = True
                events.append(event_of("recovered", story))
        self._active = [each for each in self._active if not each.over]
        return events


def event_of(kind: str, story: Story, *, again: bool = False, reason: str | None = None) -> Event:
    """The event that tells of a story's change."""
    cause = story.cause
    proof = cause.evidence[0] if cause.evidence and kind != "recovered" else None
    return Event(
        event=kind,
        at=rfc3339(time.time_ns()) or "",
        fingerprint=cause.fingerprint or "",
        tag=cause.tag,
        category=cause.category,
        title=cause.title,
        component=cause.component,
        priority=cause.priority,
        confidence=cause.confidence,
        errors=cause.errors,
        since=cause.started_at,
        again=again,
        reason=reason,
        path=proof.path if proof else None,
        line=proof.line if proof else None,
        text=proof.text if proof else None,
    )
