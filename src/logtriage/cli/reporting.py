"""One run of ``logtriage report``: read, learn, say, keep, send; in this order.

The state moves after the report was printed and together with the messages that tell of it; these
leave afterwards, from the state. A run that is killed has either not been, or is made up for.
"""

import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from logtriage.cli.configured import configured
from logtriage.cli.giving import output_of
from logtriage.cli.options import Look, Secrecy, tell_inputs
from logtriage.deliver.output import print_text, write_whole
from logtriage.engine.kept import KeptRun, run_kept
from logtriage.engine.local import run
from logtriage.model.delta import Delta
from logtriage.model.message import Message, Outcome, Plan
from logtriage.model.report import TENTATIVE, Report
from logtriage.pipeline.flow import conclude
from logtriage.pipeline.tools import Tools
from logtriage.report.delta import render_delta
from logtriage.source.identify import rotated_sources
from logtriage.source.locate import locate
from logtriage.state.outbox import deliver as send_due
from logtriage.state.outbox import enqueue
from logtriage.state.store import Store


def plan_in_force(config: str | None) -> Plan | None:
    """Whom the configuration names; None where nobody."""
    loaded = configured(config)
    if loaded is None or not loaded.configuration.route:
        return None
    from logtriage.configuration.apply import plan_of  # noqa: PLC0415 - only where it is needed

    return plan_of(loaded.configuration)


class Reporting(msgspec.Struct, frozen=True, kw_only=True):
    """What one run was asked to do."""

    tools: Tools
    paths: Sequence[str]
    output: str
    out: tuple[str, ...]
    always: bool
    dry_run: bool
    plan: Plan | None
    secrecy: Secrecy
    look: Look
    fail_on: tuple[str, ...]
    verbose: bool

    def with_state(self, path: Path, *, wait: float, look_back: bool) -> int:
        """Go on where the last run ended; ``look_back`` reads all and keeps nothing."""
        with Store(path, wait=wait) as store:
            with store.transaction() as keep:
                # nothing is kept unless the end is reached
                keep.wanted = False
                sources, troubles = locate(self.paths)
                if look_back:
                    sources = rotated_sources(sources, self.tools.settings.since or 0)
                kept = run_kept(store, sources, troubles, self.tools, afresh=look_back)
                troubled = self._troubled(store, kept)
                self._say(kept.report, troubled=troubled)
                if kept.report.interrupted:
                    return 130
                messages = self._messages(kept.report)
                if self.dry_run:
                    self._show(messages)
                elif not look_back:
                    enqueue(store.connection, messages, now=self.tools.now)
                    keep.wanted = True
            failed = kept.failed
            if not self.dry_run and not look_back and self.plan is not None:
                failed |= not self._send(store, self.plan)
        return self._code(kept.report, failed=failed)

    def without_state(self) -> int:
        """Read everything, as a scan does; nothing is known of before, so all is news."""
        sources, troubles = locate(self.paths)
        result = run(sources, self.tools)
        failed = result.note_troubles(troubles)
        report = conclude(result.tallies, self.tools, interrupted=result.interrupted)
        self._say(report, troubled=failed)
        return 130 if report.interrupted else self._code(report, failed=failed)

    def _say(self, report: Report, *, troubled: bool) -> None:
        news = report.delta.news if report.delta is not None else bool(report.root_causes)
        if self.verbose:
            tell_inputs(report)
        if not (news or troubled or self.always or report.interrupted):
            return
        host = socket.gethostname() or "localhost"
        redact = not self.secrecy.no_redact
        for path in self.out:
            chosen = output_of(path, self.output)
            text = render_delta(
                report, chosen, host=host, redact=redact, redaction=self.secrecy.redaction
            )
            write_whole(path, text)
        look = self.look
        on_screen = look.terminal and self.output == "text"
        shown = render_delta(
            report,
            self.output,
            host=host,
            width=look.width,
            crop=look.terminal,
            colour=look.colour,
            links=look.links,
            ascii_only=look.ascii_only,
            redact=redact and not on_screen,
            redaction=self.secrecy.redaction,
        )
        print_text(shown, encoding=None if self.output == "text" else "utf-8")

    def _troubled(self, store: Store, kept: KeptRun) -> bool:
        """Whether something is wrong with the inputs that was not told before."""
        told = sorted(
            f"{each.path}: {problem}" for each in kept.report.inputs for problem in each.problems
        )
        before = store.fact("problems")
        store.keep_fact("problems", msgspec.json.encode(told).decode())
        known = set(msgspec.json.decode(before, type=list[str])) if before else set()
        return kept.failed and not known.issuperset(told)

    def _messages(self, report: Report) -> list[Message]:
        if self.plan is None or report.delta is None:
            return []
        from logtriage.deliver.plan import deliver  # noqa: PLC0415 - loads dateutil
        from logtriage.report.redact import outgoing  # noqa: PLC0415

        secrecy = self.secrecy
        harmless = outgoing(report, redact=not secrecy.no_redact, redaction=secrecy.redaction)
        return deliver(harmless, harmless.delta or report.delta, self.plan, self.tools.now)

    def _show(self, messages: list[Message]) -> None:
        if self.plan is not None:
            from logtriage.cli.notifying import show  # noqa: PLC0415 - only where wanted

            show(messages, self.plan)

    @staticmethod
    def _send(store: Store, plan: Plan) -> bool:
        """Send what is due, also from earlier runs; False where something was not taken."""
        from logtriage.deliver.send import send  # noqa: PLC0415 - only where somebody is told

        destinations = plan.destinations

        def attempt(message: Message) -> Outcome:
            return send(message, destinations.get(message.destination), time.time_ns())

        failed = send_due(store.connection, attempt, now=time.time_ns())
        for each in failed:
            later = "given up" if each.next_try is None else "tried again by a later run"
            sys.stderr.write(
                f"not delivered to {each.message.destination}: {each.reason}; {later}\n"
            )
        return not failed

    def _code(self, report: Report, *, failed: bool) -> int:
        delta = report.delta
        if delta is None:
            hit = any(
                cause.tag in self.fail_on and cause.confidence >= TENTATIVE
                for cause in report.root_causes
            )
        else:
            hit = _is_hit(delta, self.fail_on)
        if hit:
            return 1
        return 3 if failed else 0


def _is_hit(delta: Delta, tags: Sequence[str]) -> bool:
    return any(
        entry.news and entry.tag in tags and entry.confidence >= TENTATIVE
        for kind in (delta.new, delta.regressed, delta.still)
        for entry in kind
    )
