"""Which line of a record states the cause."""

from logtriage.correlate.evidence import telling_line, words_of
from logtriage.model.record import ExceptionInfo, ExceptionLink
from logtriage.model.tally import Exemplar
from logtriage.model.verdict import RuleHit


def exemplar(text: str) -> Exemplar:
    return Exemplar(0, "app.log", 40, text.count("\n") + 1, text, text)


def test_last_line_of_a_python_trace() -> None:
    text = "ERROR in /pay\nTraceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'vat'"
    exception = ExceptionInfo((ExceptionLink("KeyError", "'vat'"),))
    assert telling_line(exemplar(text), exception) == (43, "KeyError: 'vat'")


def test_innermost_caused_by() -> None:
    text = "ERROR boom\na.b.Wrapped: outer\n\tat a.b.C\nCaused by: java.lang.X: inner words\n\tat d"
    exception = ExceptionInfo(
        (ExceptionLink("a.b.Wrapped", "outer"), ExceptionLink("java.lang.X", "inner words"))
    )
    assert telling_line(exemplar(text), exception) == (43, "Caused by: java.lang.X: inner words")


def test_first_line_that_says_so_itself() -> None:
    text = "ERROR KeyError: 'vat' in pay\nTraceback\nKeyError: 'vat'"
    exception = ExceptionInfo((ExceptionLink("KeyError", "'vat'"),))
    assert telling_line(exemplar(text), exception) == (40, "ERROR KeyError: 'vat' in pay")


def test_record_without_exception() -> None:
    assert telling_line(exemplar("one\ntwo"), None) == (40, "one")


def said(message: str, text: str, matched: str = "") -> str:
    rules = (RuleHit("XYZ-101", 1.0, matched),) if matched else ()
    return words_of(Exemplar(0, "app.log", 1, 1, text, message), None, rules)


def test_what_the_message_leaves_out_is_added_from_the_field_that_was_known() -> None:
    text = '{"msg":"carrier not told","error":"call: x509: certificate has expired, it seems"}'
    assert (
        said("carrier not told", text, "x509: certificate has expired")
        == "carrier not told: call: x509: certificate has expired, it seems"
    )


def test_nothing_is_said_twice() -> None:
    text = "ERROR pool: x509: certificate has expired"
    assert said("x509: certificate  has expired", text, "certificate has expired") == (
        "x509: certificate has expired"
    )
    assert said("boom", "ERROR boom key=1", "key") == "boom"


def test_the_exception_is_told_with_the_message() -> None:
    exception = ExceptionInfo((ExceptionLink("TypeError", "no such thing\nat all"),))
    record = Exemplar(0, "app.log", 1, 1, "{}", "shutting down.")
    assert words_of(record, exception, ()) == "shutting down: TypeError: no such thing"
    bare = ExceptionInfo((ExceptionLink("error", None),))
    assert words_of(record, bare, ()) == "shutting down."
