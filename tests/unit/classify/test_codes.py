"""Codes that records state, in the ways that programs print them."""

import pytest
from tests.unit.classify.packs_of import record

from logtriage.classify.codes import Codes
from logtriage.classify.fields import RecordFields
from logtriage.expr.codetable import code_table


def codes(text: str, **attributes: str) -> Codes:
    return RecordFields(record(text, attributes=attributes), code_table()).codes


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("open /x: No space left on device", "ENOSPC"),
        ("write failed: no space left on device", "ENOSPC"),
        ("Error: ENOSPC: no space", "ENOSPC"),
        ("[Errno 28] whatever", "ENOSPC"),
        ("failed, errno=28", "ENOSPC"),
        ("failed (errno: 28)", "ENOSPC"),
        ('Os { code: 28, message: "x" } (os error 28)', "ENOSPC"),
        ("connect() failed (111: Connection refused)", "ECONNREFUSED"),
        ("request failed with error -110", "ETIMEDOUT"),
        ("因为设备上没有空间", "ENOSPC"),
        ("target machine actively refused it", "ECONNREFUSED"),
        ("getaddrinfo EAI_AGAIN db", "EAI_AGAIN"),
    ],
)
def test_errno(text, name):
    """Names, texts of several libraries and languages, numbers in their contexts."""
    assert name in codes(text).errno


@pytest.mark.parametrize(
    "text",
    [
        "28 files written",
        "network is downgraded",
        "the PREENOSPCX flag",
        "error 1128",
        "took -28 ms",
    ],
)
def test_no_errno(text):
    """Bare numbers and pieces of words are none."""
    assert codes(text).errno == ()


@pytest.mark.parametrize(
    ("text", "attributes", "numbers"),
    [
        ("GET / HTTP/1.1 502", {}, (502,)),
        ('"GET / HTTP/1.1" 503 0', {}, (503,)),
        ("status=404", {}, (404,)),
        ("status code: 429", {}, (429,)),
        ('{"statusCode":500}', {}, (500,)),
        ("upstream returned 504", {}, (504,)),
        ("502 Bad Gateway", {}, (502,)),
        ("HTTP error 500: 500 Internal Server Error", {}, (500,)),
        ("done", {"http.status_code": "418"}, (418,)),
        ("done", {"status": "ok"}, ()),
        ("returned 503 rows", {}, ()),
        ("took 502 ms", {}, ()),
        ("listening on 10.0.0.500", {}, ()),
        ("status=50201", {}, ()),
    ],
)
def test_status(text, attributes, numbers):
    """HTTP statuses of attributes, access lines and prose; not any number of three digits."""
    assert codes(text, **attributes).status == numbers


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("SQLSTATE[HY000] [2002] No such file", "HY000"),
        ("ERROR 1205 (40001): Deadlock", "40001"),
        ("could not serialize (SQLSTATE 40001)", "40001"),
        ("ERROR:  53100: could not extend file", "53100"),
        ("SQL Error: 0, SQLState: 08006", "08006"),
        ('{"code":"42P01"}', "42P01"),
        ("SQLCODE=-911, SQLSTATE=40001, DRIVER=4.19", "40001"),
    ],
)
def test_sqlstate(text, state):
    """Five characters where a driver or a server prints them."""
    assert state in codes(text).sqlstate


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("process exited with code 137", 137),
        ("exit status 1", 1),
        ("Exit Code:    139", 139),
        ("Main process exited, code=exited, status=203/EXEC", 203),
        ("returned non-zero exit status 2", 2),
        ("container died (exitCode=143)", 143),
        ("rc=4", 4),
    ],
)
def test_exit_code(text, number):
    """Exit codes of shells, containers and systemd."""
    assert number in codes(text).exit_code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("terminated by SIGKILL", "SIGKILL"),
        ("received signal 15", "SIGTERM"),
        ("signal: killed", "SIGKILL"),
        ("code=killed, status=9/KILL", "SIGKILL"),
        ("(signal: 11, SIGSEGV: invalid memory reference)", "SIGSEGV"),
        ("Segmentation fault (core dumped)", "SIGSEGV"),
        ("signal=ABRT", "SIGABRT"),
    ],
)
def test_signal(text, name):
    """Signals by name, number and text."""
    assert name in codes(text).signal


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rpc error: code = Unavailable desc = x", "UNAVAILABLE"),
        ("StatusCode.DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"),
        ('Status(StatusCode="ResourceExhausted", Detail="x")', "RESOURCE_EXHAUSTED"),
        ("io.grpc.StatusRuntimeException: INTERNAL: boom", "INTERNAL"),
        ("Error: 14 UNAVAILABLE: No connection", "UNAVAILABLE"),
        ("grpc-status: 7", "PERMISSION_DENIED"),
    ],
)
def test_grpc(text, name):
    """gRPC statuses as each language prints them."""
    assert codes(text).grpc == (name,)


@pytest.mark.parametrize(
    ("text", "code", "printed"),
    [
        ("ORA-01555: snapshot too old", "ORA-01555", True),
        ("ORA-015551", "ORA-01555", False),
        ("ERROR 1205 (HY000): Lock wait", "1205", True),
        ("(1205, 'Lock wait timeout')", "1205", True),
        ("[1205] lock", "1205", True),
        ("SQLSTATE[40001]: Serialization failure: 1213 Deadlock", "1213", True),
        ("took 1205 ms", "1205", False),
        ("1205 rows", "1205", False),
        ("error: ER_LOCK_DEADLOCK", "ER_LOCK_DEADLOCK", True),
        ("HRESULT: 0x80004005 (E_FAIL)", "0x80004005", True),
    ],
)
def test_vendor_codes(text, code, printed):
    """Words anywhere; bare numbers only where they are said to be a code."""
    assert (codes(text).printed(code) is not None) is printed


def test_a_code_may_stand_in_an_attribute():
    """Structured logs state codes in fields of their own."""
    assert codes("x", error_code="1205").printed("1205") == "error_code=1205"
