"""Evaluation: which records an expression is true of, and what it shows for it."""

import pytest

from logtriage.classify.fields import RecordFields
from logtriage.expr import compile_expression
from logtriage.expr.codetable import code_table
from logtriage.expr.evaluate import Hit, evaluator
from logtriage.model.record import ExceptionInfo, ExceptionLink, Frame, Record

RECORD = Record(
    path="app.log",
    line=1,
    lines=1,
    text="2026-03-04T05:06:07Z ERROR pay: Charge failed after 3 tries status=503",
    message="Charge failed after 3 tries status=503",
    severity_number=17,
    component="pay",
    host="node-7",
    attributes={"status": "503", "tenant.name": "Öl AG", "tries": "3"},
    exception=ExceptionInfo(
        (
            ExceptionLink("acme.pay.ChargeError", "gave up"),
            ExceptionLink(
                "java.net.ConnectException",
                "Connection refused",
                (Frame("Pay.charge", "Pay.java", 12, own=True),),
            ),
        )
    ),
)


def hits_of(expression: str, record: Record = RECORD) -> list[Hit] | None:
    node = compile_expression(expression, where="here").node
    assert node is not None
    return evaluator(node)(RecordFields(record, code_table()))


def shown_by(expression: str, record: Record = RECORD) -> list[Hit]:
    hits = hits_of(expression, record)
    assert hits is not None
    return hits


@pytest.mark.parametrize(
    ("expression", "true"),
    [
        ('message contains "CHARGE FAILED"', True),
        ('message contains ("nothing", "3 tries")', True),
        ('message contains "ERROR"', False),
        ('text contains "error"', True),
        ('message startswith "Charge"', True),
        ('message startswith "charge"', False),
        ('message endswith "=503"', True),
        ("message matches /after [0-9]+ tries/", True),
        ("message matches /CHARGE/", False),
        ("message matches /CHARGE/i", True),
        ('component == "pay"', True),
        ('component == "Pay"', False),
        ('component != "pay"', False),
        ('component != "cart"', True),
        ('thread == "main"', False),
        ('thread != "main"', True),
        ('component in ("cart", "pay")', True),
        ("severity >= error", True),
        ("severity > error", False),
        ("severity == error", True),
        ("severity < fatal", True),
        ("status == 503", True),
        ("status >= 500 and status <= 599", True),
        ("status in (502, 504)", False),
        ('attributes.tenant.name contains "öl"', True),
        ("attributes.tries >= 3", True),
        ("attributes.tries > 3", False),
        ('attributes.nothing == "x"', False),
        ('exception == "ChargeError"', True),
        ('exception == "acme.pay.ChargeError"', True),
        ('exception == "pay.ChargeError"', False),
        ('exception == "ConnectException"', False),
        ('exception.root == "ConnectException"', True),
        ('exception.any in ("ChargeError", "Other")', True),
        ('exception.any endswith "Exception"', True),
        ('exception.message contains "refused"', True),
        ('frame contains "pay.charge"', True),
        ('frame.own contains "Pay.java"', True),
        ('frame.library contains "Pay.java"', False),
        ('frame.top == "own"', True),
        ('not component == "pay"', False),
        ('not (component == "cart" or severity < warn)', True),
    ],
)
def test_truth(expression, true):
    """Each operator on each kind of field."""
    assert (hits_of(expression) is not None) is true


def test_evidence_is_in_the_records_own_words():
    """What matched is quoted as the record writes it, with the groups."""
    (hit,) = shown_by(r"message matches /after (?P<number>\d) TRIES/i")

    assert hit.matched == "after 3 tries"
    assert hit.groups == {"number": "3"}


def test_every_true_branch_gives_evidence():
    """A later branch of an or may show the root cause."""
    hits = hits_of('exception.any == "ChargeError" or exception.any == "ConnectException"')

    assert hits
    assert [hit.index for hit in hits] == [0, 1]


def test_lower_case_that_changes_length_keeps_offsets():
    """The dotted capital I of Turkish is one character, its lower case two."""
    record = Record(path="x", line=1, lines=1, text="İİİ Fehler", message="İİİ Fehler")
    (hit,) = shown_by('message contains "FEHLER"', record)

    assert hit.matched == "Fehler"
