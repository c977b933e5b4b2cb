"""Expressions from the cache match as freshly compiled ones do."""

import re

import pytest

from logtriage.scan import regexes
from logtriage.scan.cache import cache_folder
from logtriage.scan.regexes import Store, compiled, compiled_bytes

EXPRESSIONS = [
    (r"(?P<first>a+)(?:b|(?P<second>\d{2,3}))$", 0),
    (r"[A-Zé][^\s,]*+\b", re.IGNORECASE),
    (r"^ (?P<x> \w+ ) # verbose", re.VERBOSE | re.MULTILINE),
    (r"(['\"])x\1", re.ASCII),
]
TEXTS = ["aab", "aa123", "É-mail, x", "line\nword", '"x"', "", "zzz 'x'"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LOGTRIAGE_CACHE", str(tmp_path))
    return tmp_path


def spans(pattern: re.Pattern) -> list[object]:
    return [[(m.span(), m.groups(), m.groupdict()) for m in pattern.finditer(t)] for t in TEXTS]


@pytest.mark.parametrize(("expression", "flags"), EXPRESSIONS)
def test_stored_patterns_are_those_of_re(expression, flags):
    plain = re.compile(expression, flags)
    first = Store()
    made = first.get("key", expression, flags)
    first._save(regexes.os.getpid())
    again = Store()

    assert "key" in again._stored
    for pattern in (made, again.get("key", expression, flags)):
        assert spans(pattern) == spans(plain)
        assert (pattern.pattern, pattern.flags, pattern.groupindex) == (
            plain.pattern,
            plain.flags,
            plain.groupindex,
        )


def test_a_damaged_cache_is_left_aside(folder):
    store = Store()
    store.get("key", "a+", 0)
    store._save(regexes.os.getpid())
    (path,) = folder.glob("regexes-*")
    path.write_bytes(path.read_bytes()[:-3] + b"???")

    assert Store().get("key", "a+", 0).fullmatch("aaa")


def test_code_that_is_none_is_not_run():
    store = Store()
    bad = regexes.Compiled(32, b"\x07\x00\x00\x00" * 3, 0, {})
    store._stored["key"] = regexes.msgspec.Raw(regexes.msgspec.msgpack.encode(bad))

    assert store.get("key", "a+", 0) is None


def test_without_the_private_interface_re_compiles(monkeypatch):
    store = Store()
    store._broken = True
    monkeypatch.setattr(regexes, "_store", lambda: store)

    assert compiled("a(b)?", re.IGNORECASE).fullmatch("AB")
    assert compiled_bytes("é(b)").fullmatch("éb".encode())


def test_a_bad_expression_is_an_error_of_re():
    with pytest.raises(re.error, match="unterminated"):
        compiled("(a")


def test_the_cache_may_be_unwritable(monkeypatch):
    monkeypatch.setenv("LOGTRIAGE_CACHE", "/proc/nowhere")
    assert str(cache_folder()) == "/proc/nowhere"
    store = Store()

    assert store.get("key", "a|b", 0).fullmatch("b")
    store._save(regexes.os.getpid())
