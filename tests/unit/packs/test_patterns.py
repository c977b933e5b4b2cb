"""Patterns of the native scan: anchors in the many ways that raw lines write them."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logtriage.expr.tree import Anchor
from logtriage.packs.patterns import scan_pattern
from logtriage.scan.patterns import within_line


def found(anchor: Anchor, line: str) -> bool:
    expression, caseless = scan_pattern(anchor)
    flags = re.IGNORECASE if caseless else 0
    return re.search(within_line(expression).encode(), line.encode(), flags) is not None


@pytest.mark.parametrize(
    ("anchor", "line"),
    [
        (Anchor('relation "x" does not'), '{"msg":"relation \\"x\\" does not exist"}'),
        (Anchor("a/b"), '{"msg":"a\\/b"}'),
        (Anchor("x < y & z"), '{"msg":"x \\u003c y \\u0026 z"}'),
        (Anchor("can't open"), "can&#39;t open"),
        (Anchor("C:\\temp"), '{"path":"C:\\\\temp"}'),
        (Anchor("Disk Full", caseless=True), "DISK FULL"),
        (Anchor("échec", caseless=True), "Échec de la lecture"),
        (Anchor("失败"), '{"msg":"\\u5931\\u8d25"}'),
        (Anchor("Gerät nicht gefunden"), '{"msg":"Ger\\u00e4t nicht gefunden"}'),
        (Anchor(r'file "[^"]+" is', regex=True), '{"msg":"file \\"x\\" is"}'),
    ],
)
def test_anchors_are_found_as_documents_escape_them(anchor: Anchor, line: str) -> None:
    """JSON and HTML escapes hide no anchor from the scan."""
    assert found(anchor, line)


def test_case_counts_unless_said_otherwise() -> None:
    """EIO is a code, eio a piece of other words."""
    assert not found(Anchor("EIO"), "eio")


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=3))
def test_every_literal_is_found_plain_and_in_json(literal: str) -> None:
    """The law that makes the scan a filter: an anchor that stands in a field is seen raw."""
    for caseless in (False, True):
        anchor = Anchor(literal, caseless)

        assert found(anchor, f"before {literal} after")
        assert found(anchor, json.dumps({"message": literal}))
        assert found(anchor, json.dumps({"message": literal}, ensure_ascii=False))
