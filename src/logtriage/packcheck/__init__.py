"""Check rule packs: schema, expressions, and every sample through the whole way in.

``python -m logtriage.packcheck PATH…`` tells each problem with its file, rule, reason and place.
"""

from collections.abc import Sequence
from pathlib import Path

from logtriage.classify.ruleset import Classifier
from logtriage.packcheck.problems import Problem
from logtriage.packcheck.readers import Reader, default_reader, plain_reader
from logtriage.packcheck.rules import check_file
from logtriage.packs.build import build_tables, compile_file
from logtriage.packs.load import BUILT_IN, DATA, Packs, cached_pack, load_packs, packs_of

__all__ = ["Problem", "check", "pack_files"]


def check(paths: Sequence[Path], *, read: Reader | None = None) -> list[Problem]:
    """All problems of packs: files, or folders of files.

    The samples are judged among all rules of the built-in packs and of ``paths`` together.
    ``read`` makes records of samples; by default `default_reader`.
    """
    files = [file for path in paths for file in pack_files(path)]
    packs = _surroundings(files)
    classifier = Classifier(packs)
    reader = read or _reader()
    return [problem for file in files for problem in check_file(file, packs, classifier, reader)]


def _reader() -> Reader:
    try:
        reader = default_reader()
        reader("a trial")
    except (ImportError, TypeError, AttributeError):
        return plain_reader
    return reader


def pack_files(path: Path) -> list[Path]:
    """The packs of a folder, or the one file."""
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _surroundings(files: Sequence[Path]) -> Packs:
    built_in = BUILT_IN.resolve()
    foreign = [file for file in files if file.resolve().parent != built_in]
    if not foreign:
        return load_packs()
    homes = [*sorted(BUILT_IN.glob("*.toml")), DATA / "weak_signals.toml"]
    compiled = [cached_pack(path, own=False) for path in homes]
    compiled += [compile_file(path, own=True) for path in foreign if path.exists()]
    return packs_of(build_tables(compiled))
