"""How an input is read: options first, then what the configuration says about it."""

import pytest

from logtriage.settings import Settings, SourceSettings


@pytest.mark.parametrize(
    ("path", "file", "covered"),
    [
        ("/var/log/a.log", "/var/log/a.log", True),
        ("/var/log/a.log", "/var/log/a.log.1", True),
        ("/var/log/a.log", "/var/log/a.log-20260304.gz", True),
        ("/var/log/a.log", "/var/log/a.log.old", False),
        ("/var/log", "/var/log/x/a.log", True),
        ("/var/log/", "/var/log2/a.log", False),
        ("/var/log/*.log", "/var/log/a.log", True),
        ("/var/log/*.log", "/var/log/x/a.log", False),
        ("/var/**/a.log", "/var/a.log", True),
        ("/var/**/a.log", "/var/x/y/a.log", True),
        ("/var/log/[a-c]?.log", "/var/log/b1.log", True),
        ("/var/log/[!a-c]?.log", "/var/log/b1.log", False),
        ("/var/log/a+b.log", "/var/log/a+b.log", True),
        ("-", "-", True),
        ("/var/log", "-", False),
    ],
)
def test_a_source_covers_its_files(path: str, file: str, covered: bool) -> None:
    assert SourceSettings(paths=(path,)).covers(file) is covered


def test_options_go_first_then_the_first_source_that_says_it() -> None:
    settings = Settings(
        year=2025,
        sources=(
            SourceSettings(paths=("/logs/ferry",), component="ferry", year=2020),
            SourceSettings(paths=("/logs",), component="other", zone="Asia/Tokyo"),
            SourceSettings(zone="UTC"),
        ),
    )

    asked = settings.of("/logs/ferry/a.log")
    assert (asked.component, asked.zone, asked.year) == ("ferry", "Asia/Tokyo", 2025)
    assert settings.of("/elsewhere").zone == "UTC"
    assert settings.of("-").component is None
