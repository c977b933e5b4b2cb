"""Which line of a record states the cause."""

from logtriage.correlate.evidence import telling_line
from logtriage.model.record import ExceptionInfo, ExceptionLink
from logtriage.model.tally import Exemplar


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
