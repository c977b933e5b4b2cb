"""Records whose lines are their fields."""

from logtriage.assemble.fielded import document, fielded
from logtriage.model.head import Head
from logtriage.parse.catalog import load_catalog
from logtriage.parse.reader import LineReader

CURSOR = "__CURSOR=s=0123456789abcdef0123456789abcdef;i=1f;b=77;m=1c;t=5e;x=9a"


def test_a_value_goes_on_over_lines_that_begin_no_field():
    assert document(["A=1", "B=two", "   and more", "", "C_D="]) == {
        "A": "1",
        "B": "two\nand more",
        "C_D": "",
    }


def test_an_export_entry_is_read_as_the_document_it_makes_up():
    reader = LineReader(load_catalog())
    head = reader.read(CURSOR)
    assert head.fielded
    bodies = ["__REALTIME_TIMESTAMP=1772600767123456", "PRIORITY=3", "MESSAGE=cannot post"]
    told, rest = fielded(head, bodies, reader.read)
    assert (told.message, told.severity_number, told.precision) == ("cannot post", 17, 6)
    assert rest == ()


def test_fields_that_no_format_reads_stay_lines():
    head = Head("journald-fields", CURSOR, fielded=True)
    assert fielded(head, ["X=1"], lambda _line: None) == (head, ["X=1"])
