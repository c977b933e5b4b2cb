"""Which records are the same trouble."""

import msgspec
import pytest

from logtriage.group.fingerprint import (
    contributions,
    endpoint_signature,
    fingerprint_text,
    issue_key,
    severity_class,
)
from logtriage.group.fold import fold
from logtriage.model.record import ExceptionInfo, ExceptionLink, Frame, Record
from logtriage.model.tallies import Tallies
from logtriage.model.tally import IssueTally
from logtriage.model.verdict import Tag, Verdict

DEFECT = Verdict(Tag.DEFECT, 0.9, "null-dereference", "Null dereference")
INCIDENT = Verdict(Tag.INCIDENT, 0.9, "connection-refused", "Connection refused")


def record(message: str = "boom", **fields: object) -> Record:
    plain = Record("a.log", 1, 1, message, message, component="basket")
    return msgspec.structs.replace(plain, **fields)


def thrown(
    *frames: Frame, wrapper: str | None = None, message: str = "it is null"
) -> ExceptionInfo:
    root = ExceptionLink("acme.NullError", message, frames)
    outer = (
        (ExceptionLink(wrapper, "wrapped", (Frame("Web.handle", own=True),)),) if wrapper else ()
    )
    return ExceptionInfo((*outer, root))


OWN = Frame("Basket.total", "Basket.java", 44, own=True)
LIBRARY = Frame("Objects.check", "Objects.java", 9, own=False)


def key(each: Record, verdict: Verdict = DEFECT) -> str:
    return issue_key(each, verdict)[0]


def test_a_defect_is_known_by_its_innermost_own_function() -> None:
    plain = record(exception=thrown(LIBRARY, OWN))
    assert issue_key(plain, DEFECT)[1] == "acme.NullError at Basket.total"
    same = [
        record("another text", exception=thrown(LIBRARY, OWN)),
        record(exception=thrown(LIBRARY, msgspec.structs.replace(OWN, line=45))),
        record(exception=thrown(LIBRARY, OWN, Frame("Other.caller", own=True))),
        record(exception=thrown(LIBRARY, OWN, wrapper="acme.WebError")),
        record(exception=thrown(Frame("Objects.other", own=False), OWN)),
    ]
    assert {key(each) for each in same} == {key(plain)}
    other = [
        record(exception=thrown(LIBRARY, Frame("Basket.sum", own=True))),
        record(exception=thrown(LIBRARY, OWN), component="ledger"),
        record(exception=thrown(LIBRARY, OWN), severity_number=21),
    ]
    assert key(plain) not in {key(each) for each in other}


@pytest.mark.parametrize(
    ("function", "clean"),
    [
        ("Basket.lambda$total$3", "Basket.total"),
        ("Basket$$EnhancerBySpringCGLIB$$1a2b.total", "Basket.total"),
        ("main.(*Basket).total.func1.2", "main.(*Basket).total"),
        ("basket::total::h0123456789abcdef", "basket::total"),
        ("basket.total.<locals>.<lambda>", "basket.total"),
        ("Basket.total+0x1f", "Basket.total"),
    ],
)
def test_generated_parts_of_names_do_not_count(function: str, clean: str) -> None:
    found = issue_key(record(exception=thrown(Frame(function, own=True))), DEFECT)[1]
    assert found == f"acme.NullError at {clean}"


def test_a_bare_function_is_told_by_its_file() -> None:
    frames = (Frame("total", "/srv/basket/prices.py", 12, own=True),)
    assert issue_key(record(exception=thrown(*frames)), DEFECT)[1].endswith("at prices.py:total")


def test_without_own_frames_the_library_and_the_words_count() -> None:
    frames = tuple(Frame(f"Lib.f{letter}", own=False) for letter in "abcd")
    template = issue_key(record(exception=thrown(*frames, message="row 7 lost")), DEFECT)[1]
    assert template == "acme.NullError at Lib.fa at Lib.fb at Lib.fc at row <*> lost"


def test_an_incident_is_one_wherever_the_code_meets_it() -> None:
    first = record(exception=thrown(OWN, message="no route to 192.0.2.1"))
    second = record(
        exception=thrown(Frame("Ledger.save", own=True), message="no route to 192.0.2.2")
    )
    assert key(first, INCIDENT) == key(second, INCIDENT)
    assert issue_key(first, INCIDENT)[1] == "acme.NullError: no route to <*>"


@pytest.mark.parametrize(
    ("subject", "signature"),
    [
        ("ledger:5432", "ledger:5432"),
        ("db-1:5432", ":5432"),
        ("192.0.2.1:5432", ":5432"),
        ("[2001:db8::1]:5432", ":5432"),
        ("http://ledger:80/x", "ledger:80"),
        ("client:49152", ""),
        ("/var/lib/x", ""),
        (None, ""),
    ],
)
def test_endpoints_of_services_count_and_those_of_clients_do_not(
    subject: str | None, signature: str
) -> None:
    assert endpoint_signature(subject) == signature


def test_two_broken_services_are_two_troubles() -> None:
    said = [msgspec.structs.replace(INCIDENT, subject=each) for each in ("db:5432", "cache:6379")]
    assert key(record("refused"), said[0]) != key(record("refused"), said[1])


def test_severities_of_one_class_are_one() -> None:
    assert [severity_class(number) for number in (9, 13, 17, 20, 21, 24)] == [
        "warn",
        "warn",
        "error",
        "error",
        "fatal",
        "fatal",
    ]


def test_a_floor_of_the_rule_raises_the_class() -> None:
    raised = msgspec.structs.replace(DEFECT, severity_floor=21)
    assert key(record(severity_number=17), raised) == key(record(severity_number=21), DEFECT)


def test_the_key_of_a_record_never_changes_silently() -> None:
    # stored by users: changes only together with the version
    found = issue_key(record("lost row 7"), DEFECT)
    assert found == (found[0], "lost row <*>")
    assert fingerprint_text(found[0]) == "v1:ffd68578f75974bf"


def test_what_counted_is_listed_first_and_with_a_reason() -> None:
    told = record(exception=thrown(LIBRARY, OWN, wrapper="acme.WebError"), host="web-1")
    listed = contributions(told, DEFECT)
    counted = [each.name for each in listed if each.counted]
    assert counted == ["tag", "category", "component", "severity class", "root type", "frame"]
    assert [each.counted for each in listed] == sorted((e.counted for e in listed), reverse=True)
    assert {"wrapper", "host", "message"} <= {each.name for each in listed if not each.counted}
    assert all(each.why for each in listed)


def issue(message: str, verdict: Verdict = INCIDENT, **fields: object) -> IssueTally:
    name, template = issue_key(record(message), verdict)
    plain = IssueTally(name, template, verdict, component="basket", count=2)
    return msgspec.structs.replace(plain, **fields)


def folded(*issues: IssueTally) -> list[IssueTally]:
    return fold(Tallies(issues={each.key: each for each in issues}))


def test_issues_of_one_final_template_become_one() -> None:
    names = ("ann", "bert", "cleo")
    (one,) = folded(*(issue(f"no reply for user {name} in time") for name in names))
    assert one.template == "no reply for user <*> in time"
    assert one.count == 6
    again = folded(*(issue(f"no reply for user {name} in time") for name in ("x", "yy", "zed")))
    assert again[0].key == one.key


def test_issues_of_another_kind_stay_apart() -> None:
    text = "no reply for user {} in time"
    other = msgspec.structs.replace(INCIDENT, category="timeout")
    found = folded(issue(text.format("ann")), issue(text.format("bert"), other))
    assert len(found) == 2


def test_a_status_tells_issues_apart() -> None:
    assert len(folded(issue("answered status 502"), issue("answered status 504"))) == 2
