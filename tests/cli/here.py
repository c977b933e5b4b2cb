"""Runs the program in the process of the tests: its start is not what they are about."""

import os

import pytest

from logtriage.cli import configured
from logtriage.cli.console import run
from logtriage.scan.cache import cache_folder


class Here:
    """The program as it runs in a folder, without the configuration of whoever runs the tests."""

    def __init__(self, folder, capture, monkeypatch):
        self.folder = folder
        self._capture = capture
        self._monkeypatch = monkeypatch
        monkeypatch.chdir(folder)
        # the cache that all tests share: one of its own would be made anew for each
        monkeypatch.setenv("LOGTRIAGE_CACHE", str(cache_folder()))
        monkeypatch.setenv("LOGTRIAGE_CONFIG", os.devnull)

    def __call__(self, *arguments, code=0, **environment):
        """What the program writes to standard output and standard error."""
        configured.configured.cache_clear()
        self._capture.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            done = run([str(each) for each in arguments])
        captured = self._capture.readouterr()
        assert done == code, captured.err.decode()
        return captured.out.decode() + captured.err.decode()
