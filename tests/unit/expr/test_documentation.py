"""Every example of docs/expressions.md is executed."""

import re
from functools import cache
from pathlib import Path

import pytest

from logtriage.classify.fields import RecordFields
from logtriage.expr import compile_expression
from logtriage.expr.codetable import code_table
from logtriage.expr.evaluate import evaluator
from logtriage.expr.vocabulary import ATTRIBUTES, FIELDS, OPERATORS
from logtriage.packcheck.readers import plain_reader

PAGE = Path(__file__).parents[3] / "docs" / "expressions.md"


@cache
def examples() -> list[tuple[str, str, bool]]:
    """Expression, text, and whether it hits."""
    found = []
    expression = ""
    page = PAGE.read_text(encoding="utf-8")
    for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        if kind == "expression":
            expression = body.strip()
        else:
            found += [(expression, line, kind == "hits") for line in body.splitlines()]
    return found


def test_there_are_examples() -> None:
    """The table below is not empty by mistake, and has both kinds."""
    assert len(examples()) > 40
    assert {hit for _, _, hit in examples()} == {True, False}


@pytest.mark.parametrize(("expression", "text", "hit"), examples())
def test_example(expression: str, text: str, hit: bool) -> None:
    """Hits are hit, misses are missed."""
    record = plain_reader(text.replace("⏎", "\n"))
    node = compile_expression(expression, where=str(PAGE)).node

    assert node is not None
    assert (evaluator(node)(RecordFields(record, code_table())) is not None) is hit


def test_every_field_and_operator_is_explained() -> None:
    """A new one must be documented."""
    page = PAGE.read_text(encoding="utf-8")

    for word in (*FIELDS, *OPERATORS, ATTRIBUTES.rstrip(".")):
        assert f"`{word}" in page, word
