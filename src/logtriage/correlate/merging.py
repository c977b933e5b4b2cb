"""Which roots are one trouble: clients of the same silent server, by-products, leftovers."""

from collections.abc import Iterable, Sequence
from typing import Final

from logtriage.correlate.links import LATE, WATCHED
from logtriage.correlate.nodes import Node
from logtriage.correlate.roots import Root
from logtriage.correlate.timeline import NANO
from logtriage.correlate.triggers import restarts_of
from logtriage.model.report import TENTATIVE
from logtriage.model.severity import ERROR
from logtriage.model.tally import ChangeEvent
from logtriage.model.verdict import Tag

BRIEF: Final = 5.0
"""Seconds that a by-product of a restart lasts at most."""

LEANING: Final = 0.7
"""Confidence of a tag below which a root takes in no others."""

RESTARTING: Final = 12.0
"""Seconds that a planned restart may refuse connections."""

MERE_NOISE: Final = 100
"""Errors beyond which it is an outage, however short."""

SURE: Final = 0.9
"""Confidence from which a client's word of a silent server stands by itself."""

PLAIN: Final = 0.8
"""Confidence from which a warning may be the trouble itself."""

ALIKE: Final = 60.0
"""Seconds within which incidents of one kind begin together."""

ENDED: Final = 30.0
"""Seconds after the end of a program in which its clients notice."""

SOON: Final = 15.0
"""Seconds after a by-product in which the lasting trouble shows itself."""


_THROWN: Final = frozenset({"panic", "uncaught-exception", "unhandled-rejection", "crash"})
"""Categories of exceptions that nobody caught."""


def merge_roots(roots: Sequence[Root]) -> list[Root]:
    """One root for one trouble."""
    kept = fold_same_target(roots)
    kept = fold_unnamed(kept)
    kept = fold_alike(kept)
    kept = fold_by_products(kept)
    return fold_leftovers(kept)


def fold(root: Root, host: Root, kind: str) -> None:
    """Make a root an effect of another."""
    root.node.parent, root.node.links = host.node, (kind, "follows")
    host.node.children.append(root.node)
    host.nodes = host.node.tree()


def fold_same_target(roots: Sequence[Root]) -> list[Root]:
    """Fold clients that could not reach the same server into the first of them.

    A root of that server itself, if there is one at the time, goes before its clients.
    """
    kept: list[Root] = []
    for root in sorted(roots, key=lambda root: (root.node.client, root.node.order)):
        host = next((other for other in kept if _same_server(root, other)), None)
        if host is None:
            kept.append(root)
        else:
            fold(root, host, "same-target")
    return sorted(kept, key=lambda root: root.node.order)


def _same_server(root: Root, other: Root) -> bool:
    node = root.node
    if not node.client or node.issue.verdict.tag is not Tag.INCIDENT or not _within(root, other):
        return False
    targets = {each.target for each in other.nodes if each.client} - {None}
    servers = {other.node.issue.component} if not other.node.client else set()
    if node.target is not None:
        return node.target in targets | servers
    if node.issue.component is None or not node.dependent or node.proxy:
        return False
    # it does not say whom it asked: the same component in the same kind of trouble will do
    return any(
        each.issue.component == node.issue.component
        and each.category == node.category
        and each.client
        for each in other.nodes
    )


def fold_unnamed(roots: Sequence[Root]) -> list[Root]:
    """Fold clients that do not say whom they asked into the one server that just went away."""
    kept: list[Root] = []
    for root in roots:
        hosts = [other for other in roots if other is not root and _went_away(root, other)]
        if len(hosts) == 1 and hosts[0].node.root is not root.node:
            fold(root, hosts[0], "same-time")
        else:
            kept.append(root)
    return kept


def _went_away(root: Root, other: Root) -> bool:
    node = root.node
    asks = node.client and node.unreachable and not node.proxy
    if not asks or node.issue.verdict.tag is not Tag.INCIDENT or node.span.chronic:
        return False
    if node.span.onset is None or other.node.span.chronic:
        return False
    asked = {each.target for each in root.nodes if each.client and not each.proxy} - {None}
    unknown = all(":" in (target or "") for target in asked)
    return any(
        (not asked and _same_silence(node, each)) or (unknown and _ended_before(node, each))
        for each in other.nodes
    )


def _same_silence(node: Node, other: Node) -> bool:
    """Another client of a server that it names went without an answer at the same time."""
    if not other.unreachable or other.target is None or other.proxy:
        return False
    return abs((other.span.onset or 0.0) - (node.span.onset or 0.0)) <= SOON


def _ended_before(node: Node, other: Node) -> bool:
    """A program elsewhere ended shortly before."""
    elsewhere = other.issue.component != node.issue.component and other.span.onset is not None
    lag = (node.span.onset or 0.0) - (other.span.onset or 0.0)
    return other.ending and elsewhere and bool(other.issue.verdict.rules) and -BRIEF <= lag <= ENDED


def fold_alike(roots: Sequence[Root]) -> list[Root]:
    """Fold incidents of one kind that begin together and do not speak of different things."""
    kept: list[Root] = []
    for root in sorted(roots, key=lambda root: (root.node.client, root.node.order)):
        host = next((other for other in kept if _alike(root, other)), None)
        if host is None:
            kept.append(root)
        else:
            fold(root, host, "same-category")
    return sorted(kept, key=lambda root: root.node.order)


def _alike(root: Root, other: Root) -> bool:
    mine = root.node
    if mine.generic or mine.span.onset is None or not _plain_incident(mine):
        return False
    return any(
        _one_kind(mine, theirs)
        and theirs.span.chronic == mine.span.chronic
        and theirs.span.onset is not None
        and abs(mine.span.onset - theirs.span.onset) <= ALIKE
        and _plain_incident(theirs)
        and not _differ(mine.target, theirs.target)
        and not _differ(mine.subject, theirs.subject)
        and not (mine.server is None and theirs.server is None and mine.elsewhere(theirs))
        for theirs in other.nodes
    )


def _one_kind(mine: Node, theirs: Node) -> bool:
    """One category, or one rule that is the first of either: all clients of a full database."""
    if mine.category == theirs.category:
        return True
    ours = [hit.id for hit in mine.issue.verdict.rules[:2]]
    others = [hit.id for hit in theirs.issue.verdict.rules[:2]]
    return bool({*ours[:1]} & {*others} or {*others[:1]} & {*ours})


def _plain_incident(node: Node) -> bool:
    return node.issue.verdict.tag is Tag.INCIDENT and bool(node.issue.verdict.rules)


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def fold_by_products(roots: Sequence[Root]) -> list[Root]:
    """Fold what a restart tears down into the lasting trouble that the restart began."""
    kept: list[Root] = []
    for root in roots:
        host = None
        if _is_by_product(root.node):
            host = max(
                (other for other in roots if other is not root and _begun_with(root, other)),
                key=lambda other: (other.errors, other.node.order),
                default=None,
            )
        if host is None or host.node.root is root.node:
            kept.append(root)
        else:
            fold(root, host, "restart")
    return kept


def _is_by_product(node: Node) -> bool:
    span = node.span
    if span.onset is None or span.end is None or span.end - span.onset > BRIEF:
        return False
    torn = node.transient or node.category in {"database-down", "database-recovering"}
    return torn and node.issue.verdict.tag is Tag.INCIDENT and node.issue.verdict.confidence < 0.99


def _begun_with(root: Root, other: Root) -> bool:
    mine, theirs = root.node.span, other.node.span
    if mine.onset is None or mine.end is None or theirs.onset is None or theirs.end is None:
        return False
    near = -BRIEF <= theirs.onset - mine.onset <= SOON
    lasting = theirs.end - theirs.onset > 2 * BRIEF and other.node.issue.count >= 5
    touched = {node.issue.component for node in other.nodes} | {
        node.target for node in other.nodes if node.target
    }
    meets = {root.node.issue.component, root.node.target} & (touched - {None})
    strong = not other.node.generic and not other.node.span.chronic
    return near and lasting and strong and bool(meets)


def fold_leftovers(roots: Sequence[Root]) -> list[Root]:
    """Fold roots that merely say that something failed into the stronger one they lie within."""
    strong = [root for root in roots if not _is_weak(root) and not _is_warning(root)]
    kept: list[Root] = []
    for root in roots:
        host = None
        if _is_weak(root) or root.node.issue.verdict.confidence < TENTATIVE:
            host = max(
                (other for other in strong if other is not root and _takes(other, root, strong)),
                key=lambda other: (other.errors, other.node.depth, other.node.order),
                default=None,
            )
        if host is None:
            kept.append(root)
        else:
            fold(root, host, "meanwhile")
    return kept


def _is_weak(root: Root) -> bool:
    node = root.node
    if node.proxy and node.transient:
        return True
    verdict = node.issue.verdict
    warning = node.issue.severity_number < ERROR and not verdict.severity_floor
    if warning and verdict.confidence < PLAIN and verdict.tag is Tag.INCIDENT:
        # "seems busy", "slow": as a rule what something else looks like from here
        return True
    told = node.client and node.issue.verdict.rules and node.issue.verdict.confidence >= SURE
    if verdict.tag is Tag.DEFECT and verdict.rules and node.category in _THROWN:
        # whatever its kind, the program's own words say what went wrong
        told = verdict.confidence >= LEANING
    return node.generic and not (told and not _is_warning(root))


def _is_warning(root: Root) -> bool:
    """Warnings of failed attempts, all of which may have been made good."""
    return root.node.client and all(node.issue.severity_number < ERROR for node in root.nodes)


def _takes(host: Root, root: Root, strong: Iterable[Root]) -> bool:
    node, theirs = root.node, host.node.issue.verdict
    if not _within(root, host) or host.node.span.chronic or theirs.confidence < LEANING:
        return False
    few = host.errors < 0.1 * root.errors
    if theirs.tag is Tag.DEFECT and few and not (host.node.ending or host.node.diagnosis):
        # a defect shows itself in about as many records as the failures it brings about
        return False
    asked = {each.server for each in root.nodes} - {None}
    if asked and not asked & _touched(host):
        # it is about servers with which the host has nothing to do
        return False
    if node.issue.verdict.rules and not node.generic and node.target is not None:
        # it names a server that is in trouble of its own: that one takes it
        owners = [other for other in strong if node.target in _touched(other)]
        return not owners or host in owners
    return True


def _touched(root: Root) -> set[str | None]:
    return {node.issue.component for node in root.nodes} | {node.target for node in root.nodes}


def _within(root: Root, other: Root) -> bool:
    mine, theirs = root.node.span, other.node.span
    if mine.onset is None or theirs.onset is None or mine.end is None or theirs.end is None:
        return root.node.order[1] == other.node.order[1]
    if mine.chronic and not theirs.chronic:
        return False
    end = max(node.span.end or 0.0 for node in other.nodes)
    reach = max(30.0, 0.2 * (end - theirs.onset))
    early = WATCHED if other.node.diagnosis else LATE
    return theirs.onset - early <= mine.onset and mine.onset <= end + reach


def is_restart_noise(root: Root, changes: Sequence[ChangeEvent]) -> bool:
    """Refused connections of the seconds in which a component was being restarted.

    Not where it was restarted again and again: that is a crash loop.
    """
    node, span = root.node, root.node.span
    if not node.dependent or span.onset is None or span.end is None:
        return False
    concerned = {node.issue.component, node.target, *node.names} - {None}
    # what outlives the restart is more than its noise
    end = max(each.span.end or 0.0 for each in root.nodes)
    if end - span.onset > RESTARTING or root.errors > MERE_NOISE:
        return False
    for event in restarts_of(concerned, changes):
        second = (event.exemplar.timestamp or 0) / NANO
        if second - RESTARTING <= span.onset and end <= second + RESTARTING:
            same = [other for other in changes if other.component == event.component]
            rounds = {
                (other.exemplar.timestamp or 0) // (10 * NANO)
                for other in same
                if other.change.kind in {"deploy", "restart"}
            }
            return len(rounds) <= 3
    return False
