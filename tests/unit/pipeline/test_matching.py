"""Which file is which after a night of rotation."""

import gzip
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from logtriage.model.position import Position
from logtriage.pipeline.matching import match
from logtriage.source.identify import HEAD, digest, sight, source_of, tail_digest


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "app.log"
    path.write_text("".join(f"line {number} of the first day\n" for number in range(100)))
    return path


def read_to(path, offset=None, identity=1):
    source = source_of(str(path))
    seen = sight(source)
    offset = seen.size if offset is None else offset
    head = path.read_bytes()[: min(HEAD, offset)]
    return Position(
        path=str(path),
        device=seen.device,
        inode=seen.inode,
        size=seen.size,
        modified=seen.modified,
        head_length=len(head),
        head_digest=digest(head),
        offset=offset,
        tail_digest=tail_digest(source, seen, offset) or "",
        id=identity,
    )


def found(paths, *positions):
    result = match([source_of(str(path)) for path in paths], positions)
    offsets = {Path(each.source.path).name: each.position.offset for each in result.found}
    return offsets, [problem for _, problem in result.problems]


def second_day(log):
    log.write_text("another day\n" * 20)


def test_an_untouched_file_is_unchanged(log):
    result = match([source_of(str(log))], [read_to(log)])

    assert [each.unchanged for each in result.found] == [True]


def test_a_file_that_grew_goes_on(log):
    position = read_to(log)
    with log.open("a") as file:
        file.write("more\n")

    assert found([log], position) == ({"app.log": position.offset}, [])


def test_a_renamed_file_is_found_and_the_new_one_read_from_its_start(log):
    position = read_to(log, 500)
    log.rename(f"{log}.1")
    second_day(log)

    assert found([log], position) == ({"app.log.1": 500, "app.log": 0}, [])


def test_a_packed_file_is_found_by_its_content(log):
    position = read_to(log, 500)
    with gzip.open(f"{log}.1.gz", "wb") as file:
        file.write(log.read_bytes())
    log.unlink()
    second_day(log)

    assert found([log], position) == ({"app.log.1.gz": 500, "app.log": 0}, [])


def test_a_copied_and_cut_file_goes_on_in_its_copy(log):
    position = read_to(log, 500)
    shutil.copyfile(log, f"{log}.1")
    os.truncate(log, 0)
    with log.open("a") as file:
        file.write("another day\n")

    assert found([log], position) == ({"app.log.1": 500, "app.log": 0}, [])


def test_a_copy_that_is_being_made_is_passed_over(log):
    position = read_to(log, 500)
    log.with_name("app.log.1").write_bytes(log.read_bytes()[:700])

    assert found([log, f"{log}.1"], position)[0] == {"app.log": 500}


def test_a_file_that_is_being_packed_counts_once(log):
    log.rename(f"{log}.1")
    second_day(log)
    position = read_to(log.with_name("app.log.1"), 500)
    with gzip.open(f"{log}.1.gz", "wb") as file:
        file.write(b"half of it")

    assert found([log, f"{log}.1", f"{log}.1.gz"], position)[0] == {"app.log.1": 500, "app.log": 0}


def test_rotations_in_between_are_read_too(log):
    position = read_to(log, 500)
    log.rename(f"{log}.3")
    log.with_name("app.log.2").write_text("the second day\n")
    log.with_name("app.log.1").write_text("the third day\n")
    log.with_name("app.log.4").write_text("the day before\n")
    second_day(log)

    assert found([log], position)[0] == {
        "app.log.3": 500,
        "app.log.2": 0,
        "app.log.1": 0,
        "app.log": 0,
    }


def test_what_is_nowhere_is_told(log):
    position = read_to(log)
    log.unlink()
    second_day(log)
    offsets, problems = found([log], position)

    assert offsets == {"app.log": 0}
    assert len(problems) == 1
    assert "was replaced or emptied" in problems[0]


def test_an_inode_in_new_hands_is_a_new_file(log):
    position = read_to(log)
    body = log.read_bytes()
    log.write_bytes(body.replace(b"first", b"other"))

    assert found([log], position)[0] == {"app.log": 0}


def test_the_same_banner_does_not_make_the_same_file(tmp_path):
    banner = b"# a banner that every file begins with\n" * 40
    one, other = tmp_path / "app.log", tmp_path / "app.log.1"
    one.write_bytes(banner + b"what came\n" * 30)
    position = read_to(one)
    one.rename(other)
    one.write_bytes(banner + b"what is new\n" * 60)

    assert found([one], position)[0] == {"app.log.1": position.offset, "app.log": 0}


def test_an_olddir_is_found_where_it_is_named(log, tmp_path):
    position = read_to(log, 500)
    (tmp_path / "old").mkdir()
    shutil.move(log, tmp_path / "old" / "app.log.1")
    second_day(log)

    assert found([log, tmp_path / "old" / "app.log.1"], position)[0] == {
        "app.log.1": 500,
        "app.log": 0,
    }


def test_an_empty_file_that_had_the_inode_before_takes_nothing(log):
    """The file system gives an inode out again; the file that went had nothing in it."""
    gone = read_to(log, offset=0, identity=1)
    gone = msgspec.structs.replace(gone, path=f"{log}.1")
    read = read_to(log, identity=2)
    with log.open("a") as file:
        file.write("more\n")

    assert found([log], gone, read) == ({"app.log": read.offset}, [])


def test_a_copy_of_a_file_never_read_before_counts_once(log):
    shutil.copy(log, f"{log}.1")

    assert found([f"{log}.1", log]) == ({"app.log": 0}, [])


def test_what_was_written_to_an_empty_file_is_found_though_its_inode_is_in_new_hands(log):
    """It was empty when it was last looked at, filled, packed, and the live file got its inode."""
    before = read_to(log, offset=0)
    packed = Path(f"{log}.1.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    log.write_text("")
    before = msgspec.structs.replace(before, size=0, modified=before.modified - 1_000_000_000)

    assert found([log], before) == ({"app.log": 0, "app.log.1.gz": 0}, [])
