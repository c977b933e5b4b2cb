"""What editors and people are told is what is read."""

import tomllib
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from tests.unit.configuration.test_load import FILE

from logtriage.configuration.describe import schema, schema_text, with_reference
from logtriage.configuration.find import Found
from logtriage.configuration.load import load


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


DOCUMENT = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_documentation_is_that_of_the_model() -> None:
    document = DOCUMENT.read_text("utf-8")

    assert document == with_reference(document), "run: just describe"


@pytest.mark.parametrize("name", ["configuration.md", "delivery.md"])
def test_the_examples_of_the_documentation_are_read(name: str, tmp_path: Path) -> None:
    blocks = (DOCUMENT.parent / name).read_text("utf-8").split("```toml\n")[1:]
    assert blocks
    for block in blocks:
        file = tmp_path / "logtriage.toml"
        file.write_text(block.partition("```")[0])
        load(Found(str(file)), {})
