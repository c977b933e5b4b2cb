"""Every service's limits hold, whatever a log wrote."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.deliver.news import NOW, delta, plan
from tests.unit.deliver.test_send import EVERY
from tests.unit.report.stories import DISK, NIGHT

from logtriage.deliver.plan import all_new, deliver
from logtriage.model.message import Message
from logtriage.model.report import Evidence, Report
from logtriage.model.routing import Route


def story(text: str, count: int) -> Report:
    """Many root causes, every text of which is hostile."""
    causes = tuple(
        msgspec.structs.replace(
            DISK,
            id=f"RC{number}",
            fingerprint=f"v1:{number:016x}",
            title=text,
            summary=text,
            evidence=tuple(Evidence("a.log", n, None, text) for n in range(9)),
            next_steps=(text,) * 9,
        )
        for number in range(count)
    )
    return msgspec.structs.replace(NIGHT, root_causes=causes)


def messages(name: str, report: Report) -> list[Message]:
    to = plan(Route(to=("x",)), hours=None, destinations={"x": EVERY[name]})
    return deliver(report, all_new(report), to, NOW)


TEXT = st.one_of(
    st.text(max_size=200), st.text(st.sampled_from('<>&*_`~@\n"\\{}é'), min_size=200, max_size=9000)
)


@settings(max_examples=25)
@given(text=TEXT, count=st.integers(1, 70))
def test_slack(text: str, count: int) -> None:
    (message,) = messages("slack", story(text, count))
    assert message.content
    blocks = message.content["blocks"]
    texts = [block["text"]["text"] for block in blocks]

    assert len(blocks) <= 50
    assert all(1 <= len(each) <= 3000 for each in texts)
    assert sum(map(len, texts)) <= 12_000
    assert len(texts[0]) <= 150
    shown = sum(each.startswith("*NEW") for each in texts)
    if shown < count:
        assert f"… {count - shown} more root cause" in texts[-1]
    for block, each in zip(blocks, texts, strict=True):
        if block["text"]["type"] == "mrkdwn":
            assert "<" not in each
            assert ">" not in each
            assert each.count("```") in {0, 2}


@settings(max_examples=20)
@given(text=TEXT)
def test_pagerduty(text: str) -> None:
    (message,) = messages("pagerduty", story(text, 1))
    assert message.content
    payload = message.content["payload"]

    assert len(payload["summary"]) <= 1024
    assert "\n" not in payload["summary"]
    assert len(message.content["dedup_key"]) <= 255
    assert payload["severity"] in {"critical", "error", "warning", "info"}
    assert len(json.dumps(message.content)) < 512_000


@settings(max_examples=20)
@given(text=TEXT)
def test_servicenow(text: str) -> None:
    (message,) = messages("servicenow", story(text, 1))
    assert message.content
    fields = message.content

    assert len(fields["short_description"]) <= 160
    assert len(fields["correlation_id"]) <= 100
    assert len(fields["description"]) <= 4000
    assert len(fields["work_notes"]) <= 4000


@settings(max_examples=20)
@given(text=TEXT)
def test_jira(text: str) -> None:
    (message,) = messages("jira", story(text, 1))
    assert message.content
    fields = message.content["fields"]

    assert len(fields["summary"]) <= 255
    assert "\n" not in fields["summary"]
    assert len(fields["description"]["content"][0]["content"][0]["text"]) <= 32_767


def test_a_log_cannot_end_the_block_it_is_quoted_in() -> None:
    jira = msgspec.structs.replace(EVERY["jira"], api="2")
    to = plan(Route(to=("x",)), hours=None, destinations={"x": jira})
    report = story("x {noformat} h1. yes", 1)
    (message,) = deliver(report, all_new(report), to, NOW)
    assert message.content

    assert message.content["fields"]["description"].count("{noformat}") == 2


def test_a_subject_is_of_one_line_whatever_the_host() -> None:
    to = plan(Route(to=("x",)), hours=None, host="web-1\r\nBcc: all@quay.example")
    to = msgspec.structs.replace(to, destinations={"x": EVERY["mail"]})
    (message,) = deliver(NIGHT, delta(), to, NOW)
    from logtriage.deliver.mail import mail_of  # noqa: PLC0415

    mail = mail_of(message, EVERY["mail"], NOW)
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]


@pytest.mark.parametrize("name", EVERY)
def test_titles_reach_every_kind(name: str) -> None:
    assert "Disk" in DISK.title
    assert all(
        DISK.title in json.dumps(msgspec.to_builtins(m))
        for m in messages(name, story(DISK.title, 1))
    )
