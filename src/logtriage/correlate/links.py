"""Links from cause to effect: each kind of evidence has its weight and its name."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from logtriage.correlate.moments import together
from logtriage.correlate.nodes import Node
from logtriage.correlate.topology import Topology
from logtriage.model.severity import ERROR
from logtriage.model.verdict import Tag

TOLERANCE: Final = 2.0
"""Seconds by which an effect may be logged before its cause: clocks, buffers, slow writers."""

LATE: Final = 12.0
"""The same for a cause that explains the effect's category and is named by it: a server often
tells of its end only when it is started again."""

WATCHED: Final = 300.0
"""The same for a watcher's word: a deadlock or a leak is found some time after it began to hurt."""

ENOUGH: Final = 0.9
"""Weight from which a link holds."""

BARE: Final = frozenset({"handler-error", "unclassified-defect", "unclassified-incident"})
"""Categories that say nothing of the kind of failure."""

DOUBTFUL: Final = 0.3
"""Weight from which it is worth a look whether two issues come in the same moments."""

STRONG: Final = 0.75
"""Weight of naming the server that is in trouble of its own."""

SURE: Final = 0.9
"""Confidence from which a server's word of its own trouble is taken."""

LONG: Final = 60.0
"""Seconds after which an unnamed cause is too far away."""

CAUSAL: Final = {1: 0.7, 2: 0.5, 3: 0.3}
"""Weight by the number of causal steps between the categories."""


class Link(NamedTuple):
    """How strongly one node seems to have followed from another, and by which evidence."""

    weight: float
    kinds: tuple[str, ...]


def link(cause: Node, effect: Node, topology: Topology) -> Link | None:
    """The link between two nodes; None where time or nature speak against it."""
    lag = _lag(cause, effect)
    if lag is None:
        return None
    if (cause.span.chronic and not effect.span.chronic) or _asks_another(cause, effect):
        return None
    kinds: list[str] = []
    weight = 0.0
    lasting = False
    steps = _steps(cause, effect)
    if steps is not None:
        weight += CAUSAL[steps]
        kinds.append("causal-rule")
    named = _named(cause, effect)
    if named:
        weight += named
        kinds.append("names-endpoint")
    if cause.identities and cause.identities & effect.identities:
        weight += 0.9
        kinds.append("shared-trace")
    contained = _contains(cause, effect)
    if cause.category == effect.category and _same_trouble(cause, effect, named, contained):
        own = cause.issue.component is not None
        lasting = own and not cause.transient and cause.issue.component == effect.issue.component
        weight += 0.6 if lasting else 0.45
        kinds.append("same-category")
    if contained:
        weight += contained
        kinds.append("exception-chain")
    needed = _needed(cause, effect, topology)
    told_so = needed or {"names-endpoint", "shared-trace", "exception-chain"} & set(kinds)
    if not told_so and _stranger(cause, effect, lag):
        return None
    if not kinds and not needed:
        same = cause.issue.component == effect.issue.component and cause.issue.component is not None
        if not (same and effect.generic and 0 <= lag <= 5):
            return None
    if cause.issue.component == effect.issue.component and cause.issue.component is not None:
        weight += 0.3
        kinds.append("same-component")
    elif needed:
        weight += needed
        kinds.append("depends-on")
    watched = cause.diagnosis and steps is not None
    told = steps is not None or "same-category" in kinds
    if lag < -TOLERANCE and not watched and not (told and named and lag >= -LATE):
        return None
    fitting = effect.dependent or effect.generic or cause.category == effect.category
    if weight >= DOUBTFUL and fitting and together(cause, effect):
        weight += 0.4
        kinds.append("same-moments")
    weight += 0.3 if lag <= 5 else 0.2 if lag <= 60 else 0.1 if lag <= 600 else -0.2
    kinds.append("follows")
    weight += 0.0 if lasting else _overlap(cause, effect)
    weight += _leaning(cause, effect, kinds)
    return Link(round(weight, 3), tuple(kinds)) if weight >= ENOUGH else None


def _asks_another(cause: Node, effect: Node) -> bool:
    """A defect here makes no server elsewhere refuse its clients."""
    if cause.issue.verdict.tag is not Tag.DEFECT or effect.server is None or effect.serves:
        return False
    about = {cause.issue.component, cause.server, *cause.names}
    return effect.unreachable and effect.server not in about


def _stranger(cause: Node, effect: Node, lag: float) -> bool:
    """Time alone speaks for the link, and that is too little here."""
    if cause.issue.component is not None and cause.issue.component == effect.issue.component:
        return False
    guessed = not cause.issue.verdict.rules
    mere = effect.category in BARE and effect.issue.severity_number < ERROR
    return guessed or mere or (lag > LONG and not effect.proxy) or lag > 5 * LONG


def _leaning(cause: Node, effect: Node, kinds: Sequence[str]) -> float:
    """What the nature of the two adds or takes."""
    weight = 0.15 if effect.generic else 0.0
    if cause.generic and not effect.generic:
        weight -= 0.5
    if cause.issue.verdict.confidence < 0.6:
        weight -= 0.2
    if _retried(cause, effect) and not {"shared-trace", "exception-chain"} & set(kinds):
        weight -= 0.5
    return weight


def _steps(cause: Node, effect: Node) -> int | None:
    steps = cause.explains.get(effect.category)
    if steps is None and effect.category in BARE:
        # "request failed", "exception in handler": whatever brings about failed requests will do
        steps = cause.explains.get("uncaught-exception", cause.explains.get("http-5xx"))
    return steps


def _lag(cause: Node, effect: Node) -> float | None:
    """Seconds from cause to effect; None where the effect clearly came first."""
    mine, theirs = cause.span.onset, effect.span.onset
    if mine is not None and theirs is not None:
        lag = theirs - mine
        if lag == 0 and cause.order[1] == effect.order[1] and cause.order > effect.order:
            # the same second of one file: the order of the lines is all there is
            lag = -0.001
        return lag if lag >= (-WATCHED if cause.diagnosis else -LATE) else None
    if cause.order[1] == effect.order[1]:
        return 0.0 if cause.order[2] <= effect.order[2] else -TOLERANCE
    return 0.0


def _named(cause: Node, effect: Node) -> float:
    component, host = cause.issue.component, cause.issue.hosts
    if component is not None and component == effect.issue.component:
        return 0.0
    strong = 0.6 if effect.dependent else 0.3
    concerned = {effect.issue.component, effect.target}
    if cause.platform and (cause.names & concerned or cause.victims & (concerned | effect.asked)):
        # the kernel, the service manager, the kubelet tell of what they did to whom
        return strong
    if component is not None and component == effect.target and effect.unreachable:
        return STRONG
    if component is not None and (component in effect.names or component == effect.target):
        return STRONG if cause.serves and _plain_incidents(cause, effect) else strong
    if effect.target is not None and effect.target == cause.target:
        # both speak of the same third party
        return 0.5 if not cause.generic else 0.2
    shared = cause.endpoints & effect.endpoints
    if any(":" in endpoint for endpoint in shared) and effect.dependent:
        return 0.4
    if any(name.lower() in effect.endpoints for name in host):
        return strong
    subject = cause.issue.verdict.subject
    if subject and len(subject) >= 5 and subject in effect.text:
        return 0.4
    return 0.0


def _plain_incidents(cause: Node, effect: Node) -> bool:
    """A server's own trouble, and an incident elsewhere: what names the server follows from it."""
    mine, theirs = cause.issue.verdict, effect.issue.verdict
    own = bool(mine.rules) and mine.confidence >= SURE and not (cause.generic or cause.dependent)
    return own and mine.tag is Tag.INCIDENT and theirs.tag is Tag.INCIDENT


def _needed(cause: Node, effect: Node, topology: Topology) -> float:
    """Weight of the configuration's word that the effect's component needs the cause's."""
    steps = topology.steps_to(effect.issue.component, cause.issue.component)
    if steps is None:
        return 0.0
    speaks_of_others = effect.dependent or effect.generic
    return (0.6 if speaks_of_others else 0.4) - 0.1 * (steps - 1)


def _retried(cause: Node, effect: Node) -> bool:
    """A mere warning of a failed attempt hardly brings about errors of another conversation."""
    warning = cause.issue.severity_number < ERROR and not cause.issue.verdict.severity_floor
    other = cause.target is None or cause.target != effect.target
    return warning and cause.client and other and effect.issue.severity_number >= ERROR


def _same_trouble(cause: Node, effect: Node, named: float, quoted: float) -> bool:
    """Two incidents of one category in one component, or of which one names or quotes the other."""
    if cause.generic:
        # "write failed": the same only by the very rule of the same component
        first = {hit.id for hit in cause.issue.verdict.rules[:1]}
        alone = cause.issue.component is not None and not cause.client
        same = alone and cause.issue.component == effect.issue.component
        return same and bool(first & {hit.id for hit in effect.issue.verdict.rules[:1]})
    if Tag.DEFECT in {cause.issue.verdict.tag, effect.issue.verdict.tag}:
        # one category is not one defect: only the very words make it the same
        elsewhere = cause.issue.component != effect.issue.component
        return quoted > 0 or (elsewhere and together(cause, effect))
    own = cause.issue.component
    subject, hosts = cause.issue.verdict.subject, set(cause.issue.hosts)
    if subject and subject == effect.issue.verdict.subject and hosts & set(effect.issue.hosts):
        # the kernel and the network manager, both of one device of one host
        return True
    if own is not None and own == effect.issue.component:
        return cause.target == effect.target or None in {cause.target, effect.target}
    if cause.serves or effect.serves:
        # the server and its client are told by the same words of that very product
        rules = {hit.id for hit in cause.issue.verdict.rules[:1]}
        return named + quoted > 0 or bool(rules & {hit.id for hit in effect.issue.verdict.rules})
    return named + quoted > 0


_PLACE = re.compile(r" at (?:character|line|position|offset) \d{1,9}$")
_NAME = re.compile(r"[\"'`][\w.-]{3,}[\"'`]")
_NAME_END = re.compile(r"[.:\\$]")


def quotes(cause: Node, effect: Node) -> bool:
    """The effect repeats the cause's own words."""
    return _contains(cause, effect) > 0


def _contains(cause: Node, effect: Node) -> float:
    """The effect's exception chain, or its text, holds the cause's own words."""
    if effect.serves and not cause.serves and cause.category == effect.category:
        # the words are the server's: its client repeats them, not the other way round
        return 0.0
    inner, outer = cause.issue.exception, effect.issue.exception
    if inner is not None and outer is not None and inner is not outer:
        types = {_NAME_END.split(link.type)[-1] for link in outer.links}
        root = _NAME_END.split(inner.root.type)[-1]
        mine, theirs = inner.root.message or "", outer.root.message or ""
        if root in types and mine and (mine == theirs or mine[:40] == theirs[:40] != mine[:20]):
            return 0.6
    if not cause.issue.exemplars:
        return 0.0
    message = cause.issue.exemplars[0].message.partition("\n")[0].strip()
    if inner is not None:
        # the first line is the words of whoever caught it: `Exception on /login [POST]`
        message = (inner.root.message or "").partition("\n")[0].strip()
    message = _PLACE.sub("", message)
    core = message.split(": ", 1)[-1] if len(message.split(": ", 1)[-1]) >= 20 else message
    if len(core) >= 20 and core[:120] in effect.text:
        return 0.6
    # a server adds its own words at the end: `… at character 59`
    alike = cause.category == effect.category or (cause.serves and _NAME.search(core[:30]))
    if alike and len(core) >= 40 and core[:40] in effect.text:
        return 0.6
    return 0.0


def _overlap(cause: Node, effect: Node) -> float:
    """Cut for an effect whose errors mostly lie outside the life of the cause."""
    mine, theirs = cause.span, effect.span
    if None in {mine.onset, mine.end, theirs.onset, theirs.end}:
        return 0.0
    counts = effect.issue.histogram.counts
    total = sum(counts.values())
    if total < 5:
        return 0.0
    step = effect.issue.histogram.step
    begin = (mine.onset or 0.0) - LATE - step
    lasting = 10.0 if cause.client or cause.transient else 120.0
    end = (mine.end or 0.0) + max(lasting, 0.2 * ((mine.end or 0.0) - (mine.onset or 0.0)))
    inside = sum(count for bucket, count in counts.items() if begin <= bucket * step <= end)
    share = inside / total
    if lasting < 120.0 and share < 0.5:
        return -1.0
    return 0.0 if share >= 0.5 else -0.6 * (1 - share)


def link_all(nodes: Sequence[Node], topology: Topology) -> None:
    """Give each node the best cause among the others; the result is a forest.

    A node becomes the child of the candidate with the strongest link; links that would close a
    circle are passed over. Strongest links are taken first, so that doubtful ones give way.
    """
    found: list[tuple[float, Node, Node, Link]] = []
    for effect in nodes:
        for cause in nodes:
            if cause is effect:
                continue
            known = link(cause, effect, topology)
            if known is not None:
                found.append((known.weight, cause, effect, known))
    found.sort(key=lambda entry: (-entry[0], -entry[1].depth, entry[1].order, entry[2].order))
    for _, cause, effect, known in found:
        if effect.parent is not None or cause.root is effect:
            continue
        effect.parent = cause
        effect.links = known.kinds
        cause.children.append(effect)
