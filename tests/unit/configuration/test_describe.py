"""What editors and people are told is what is read."""

import tomllib
from importlib import resources

import jsonschema
import pytest
from tests.unit.configuration.test_load import FILE

from logtriage.configuration.describe import schema, schema_text


def test_the_shipped_schema_is_that_of_the_model() -> None:
    shipped = resources.files("logtriage").joinpath("data/schemas/configuration.json")

    assert shipped.read_text("utf-8") == schema_text()


def test_the_schema_takes_what_is_read() -> None:
    document = tomllib.loads(FILE)
    # dates of TOML are text to an editor
    document["hours"]["holidays"] = [str(each) for each in document["hours"]["holidays"]]

    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema())


@pytest.mark.parametrize("wrong", [{"jobz": 1}, {"jobs": 0}, {"delivery": {"x": {"kind": "y"}}}])
def test_the_schema_refuses_what_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema())


def test_every_key_is_described() -> None:
    for name, struct in schema()["$defs"].items():
        for key, told in struct["properties"].items():
            assert key == "kind" or told.get("description"), f"{name}.{key}"
