"""Bytes of a file come once, in order, and again where they are asked for."""

from logtriage.source import read
from logtriage.source.read import ReadRange


def test_bytes_come_again_at_the_begin_of_the_next_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "WINDOW", 8)
    path = tmp_path / "x.log"
    path.write_bytes(bytes(range(20)))
    window = ReadRange(str(path), 3, 20)
    chunks = iter(window)

    assert next(chunks) == bytes(range(3, 8))
    assert window.back(2)
    assert next(chunks) == bytes(range(6, 16))
    assert window.back(0)
    assert next(chunks) == bytes(range(16, 20))
    assert not window.back(4)
    assert next(chunks, None) is None


def test_a_file_that_is_cut_meanwhile_ends_there(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "WINDOW", 8)
    path = tmp_path / "x.log"
    path.write_bytes(bytes(32))
    window = ReadRange(str(path), 0, 32)
    chunks = iter(window)
    next(chunks)
    path.write_bytes(bytes(10))
    window.back(3)

    assert list(chunks) == [bytes(5)]
    assert not window.back(1)
