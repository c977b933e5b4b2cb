"""What the file and the environment say, and where each value came from."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logtriage.configuration.check import problems_of
from logtriage.configuration.find import Found
from logtriage.configuration.healthy import further
from logtriage.configuration.load import load
from logtriage.configuration.schema import Configuration
from logtriage.errors import ConfigurationError
from logtriage.model.destination import Mail, Secret, seconds

FILE = """\
timezone = "Europe/Berlin"
packs = ["rules"]

[[source]]
paths = ["ferry/*.log", "/var/log/quay"]
component = "ferry"

[service.ferry]
depends_on = ["tides"]

[hours]
holidays = [2026-12-25, "2026-12-26"]

[sla.P1]
respond = "15m"

[[route]]
to = ["harbour master"]

[delivery."harbour master"]
kind = "mail"
to = ["master@quay.example"]
server = "localhost:25"
user = "ferry"
password = { file = "secret/password" }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "logtriage.toml"
    path.write_text(FILE)
    return path


def test_every_value_is_read_and_paths_start_at_the_file(file: Path) -> None:
    folder = file.parent
    read = load(Found(str(file)), {}).configuration

    assert read.packs == (str(folder / "rules"),)
    assert read.source[0].paths == (str(folder / "ferry/*.log"), "/var/log/quay")
    assert read.service["ferry"].depends_on == ("tides",)
    assert read.hours
    assert read.hours.holidays == (dt.date(2026, 12, 25), dt.date(2026, 12, 26))
    assert seconds(read.sla["P1"].respond or "") == 900
    mail = read.delivery["harbour master"]
    assert isinstance(mail, Mail)
    assert mail.password == Secret(file=str(folder / "secret/password"))


def test_the_environment_goes_before_the_file(file: Path) -> None:
    environment = {
        "LOGTRIAGE_TIMEZONE": "UTC",
        "LOGTRIAGE_JOBS": "3",
        "LOGTRIAGE_HOURS_AT_ONCE": "P1, P3",
        "LOGTRIAGE_REDACTION_MAIL": "true",
        "LOGTRIAGE_STATE_PATH": "/tmp/x",
        "LOGTRIAGE_PORT_8080_TCP": "tcp://10.0.0.1:8080",
    }
    loaded = load(Found(str(file)), environment)
    read = loaded.configuration

    assert (read.timezone, read.jobs, read.redaction.mail) == ("UTC", 3, True)
    assert read.hours
    assert read.hours.at_once == ("P1", "P3")
    assert read.state.path == "/tmp/x"
    assert loaded.unknown_variables == ("LOGTRIAGE_PORT_8080_TCP",)
    assert loaded.origins["timezone",] == "LOGTRIAGE_TIMEZONE"
    assert loaded.origins["source", 0, "component"] == f"{file}:6"
    assert loaded.origins["delivery", "harbour master", "user"] == f"{file}:24"


def test_a_wrong_variable_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(Found(str(file)), {"LOGTRIAGE_JOBS": "many"})

    assert caught.value.where == "LOGTRIAGE_JOBS"


def test_a_meaningless_variable_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(Found(str(file)), {"LOGTRIAGE_TIMEZONE": "Mars/Olympus"})

    assert (caught.value.where, caught.value.snippet) == ("LOGTRIAGE_TIMEZONE", None)


def test_without_a_file_all_is_as_built_in() -> None:
    read = load(Found(None), {}).configuration

    assert read.redaction.enabled
    assert not read.route


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4), st.just("P1")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = (
    "timezone packs disabled jobs source service redaction hours sla route delivery state".split()
)


@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
    st.dictionaries(st.sampled_from("paths to kind url regex start depends_on".split()), VALUES),
)
def test_any_mistakes_are_told_and_none_ends_the_program(
    top: dict[str, object], table: dict[str, object]
) -> None:
    document = {**top, "source": [table, {"paths": ["x"]}], "delivery": {"a": table}}
    problems = list(problems_of(document, Configuration))
    for problem in [*problems, *(further(document, problems) if problems else ())]:
        assert problem.what
