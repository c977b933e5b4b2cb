"""Messages reach real servers, and what goes wrong is told without secrets."""

import email
import email.policy
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.unit.deliver.news import NOW, OVER, delta, plan
from tests.unit.deliver.servers import Http, Smtp, http_server, smtp_server
from tests.unit.report.stories import NIGHT

from logtriage.deliver.plan import deliver
from logtriage.deliver.send import send, shown
from logtriage.model.destination import (
    AnyDestination,
    Apprise,
    File,
    Jira,
    Mail,
    PagerDuty,
    Secret,
    ServiceNow,
    Slack,
    Webhook,
)
from logtriage.model.message import Message, Outcome
from logtriage.model.routing import Route

KEY = Secret(variable="TEST_SECRET")
SECRET = "hunter2-of-the-quay"  # noqa: S105 - that it stays here is what is tested


# Apprise loads modules that Python is about to drop
of_others = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET", SECRET)


@pytest.fixture
def http() -> Iterator[Http]:
    with http_server() as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    with smtp_server() as server:
        yield server


def made(destination: AnyDestination, **fields: object) -> list[Message]:
    to = plan(Route(to=("x",)), hours=None, destinations={"x": destination})
    return deliver(NIGHT, delta(**fields), to, NOW)


def sent(destination: AnyDestination, **fields: object) -> list[Outcome]:
    return [send(message, destination, NOW) for message in made(destination, **fields)]


def well(outcomes: list[Outcome]) -> bool:
    return bool(outcomes) and all(outcome.delivered for outcome in outcomes)


def test_mail_arrives(smtp: Smtp) -> None:
    mail = Mail(to=("ops@quay.example", "b@quay.example"), server=smtp.address, encryption="none")

    assert well(sent(mail))
    ((to, text),) = smtp.mails
    read = email.message_from_string(text, policy=email.policy.default)
    assert to == ["ops@quay.example", "b@quay.example"]
    assert read["Subject"] == "logtriage web-1: 1 new incident, 1 new defect, 1 resolved"
    assert read["Auto-Submitted"] == "auto-generated"
    assert NIGHT.root_causes[0].title in read.get_content()


def test_the_same_message_has_the_same_id_when_it_is_sent_again(smtp: Smtp) -> None:
    mail = Mail(to=("ops@quay.example",), server=smtp.address, encryption="none")
    sent(mail)
    sent(mail)

    first, again = (email.message_from_string(text)["Message-ID"] for _, text in smtp.mails)
    assert first == again


def test_a_password_is_used_and_a_wrong_one_can_be_put_right(
    smtp: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = Mail(
        to=("o@quay.example",), server=smtp.address, encryption="none", user="u", password=KEY
    )

    smtp.password = SECRET

    assert well(sent(mail))
    assert smtp.logins == [("u", SECRET)]
    monkeypatch.setenv("TEST_SECRET", "other")
    (outcome,) = sent(mail)
    assert (outcome.delivered, outcome.again) == (False, True)
    assert "535" in (outcome.reason or "")


@pytest.mark.parametrize(
    ("answer", "again"), [("450 mailbox busy", True), ("550 no such user", False)]
)
def test_a_refused_recipient_is_told(smtp: Smtp, answer: str, again: bool) -> None:
    smtp.refused = {"o@quay.example": answer}
    (outcome,) = sent(Mail(to=("o@quay.example",), server=smtp.address, encryption="none"))

    assert outcome == Outcome(
        delivered=False, reason=f"SMTP {answer[:3]}: {answer[4:]}", again=again
    )


def test_those_who_got_a_mail_do_not_get_it_twice(smtp: Smtp) -> None:
    smtp.refused = {"gone@quay.example": "550 no such user"}
    mail = Mail(to=("gone@quay.example", "o@quay.example"), server=smtp.address, encryption="none")
    (outcome,) = sent(mail)

    assert len(smtp.mails) == 1
    assert (outcome.delivered, outcome.again) == (False, False)
    assert "gone@quay.example" in (outcome.reason or "")


def test_a_server_without_encryption_is_not_used_by_default(smtp: Smtp) -> None:
    (outcome,) = sent(Mail(to=("o@quay.example",), server=smtp.address))

    assert not outcome.delivered
    assert not smtp.mails


def test_sendmail_gets_the_mail(tmp_path: Path) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments; cat > {tmp_path}/mail\n')
    program.chmod(0o755)

    assert well(sent(Mail(to=("o@quay.example",), sendmail=str(program))))
    assert (tmp_path / "arguments").read_text() == "-i -- o@quay.example\n"
    text = (tmp_path / "mail").read_bytes()
    assert b"\r" not in text
    assert b"Subject: logtriage web-1: " in text


@pytest.mark.parametrize(
    ("script", "words"),
    [("echo no room >&2; exit 75", "ended with 75: no room"), (None, "no such")],
)
def test_a_broken_sendmail_is_told(tmp_path: Path, script: str | None, words: str) -> None:
    program = tmp_path / "sendmail"
    if script:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    (outcome,) = sent(Mail(to=("o@quay.example",), sendmail=str(program)))

    assert words in (outcome.reason or "")
    assert outcome.again


def test_pagerduty_gets_an_event_for_each(http: Http) -> None:
    assert well(sent(PagerDuty(routing_key=KEY, server=f"{http.url}/v2/enqueue")))
    bodies = [call.body for call in http.calls]

    assert {body["routing_key"] for body in bodies} == {SECRET}
    assert sorted(body["event_action"] for body in bodies) == ["resolve", "trigger", "trigger"]
    assert len({body["dedup_key"] for body in bodies}) == 3
    assert bodies[0]["payload"]["severity"] == "critical"
    assert bodies[0]["payload"]["summary"].startswith("P1 ")


def test_slack_gets_blocks(http: Http) -> None:
    slack = Slack(url=Secret(variable="TEST_URL"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_URL", f"{http.url}/services/T0/B0/{SECRET}")
        assert well(sent(slack))

    (call,) = http.calls
    assert call.body["text"].startswith("logtriage web-1: ")
    assert call.body["blocks"][0]["type"] == "header"


def test_a_webhook_gets_everything_with_a_key(http: Http) -> None:
    hook = Webhook(url=f"{http.url}/x", headers={"Authorization": KEY, "X-Team": "quay"})

    assert well(sent(hook))
    (call,) = http.calls
    assert call.headers["Authorization"] == SECRET
    assert call.headers["Idempotency-Key"] == call.body["key"]
    assert [each["status"] for each in call.body["news"]] == ["new", "new", "resolved"]
    assert call.body["news"][0]["cause"]["title"] == NIGHT.root_causes[0].title


NOW_TABLE = "/api/now/table/incident"


def test_servicenow_opens_what_is_not_open_yet(http: Http) -> None:
    http.answers = [(200, {"result": []}, {}), (201, {"result": {"sys_id": "7"}}, {})]
    desk = ServiceNow(server=http.url, user="u", password=KEY, caller="bot", group="Ops")
    message = made(desk, resolved=())[0]

    assert send(message, desk, NOW).delivered
    asked, opened = http.calls
    assert (asked.method, asked.path.partition("?")[0]) == ("GET", NOW_TABLE)
    assert "correlation_id%3Dlogtriage-v1-" in asked.path
    assert (opened.method, opened.path) == ("POST", NOW_TABLE)
    assert opened.headers["Authorization"].startswith("Basic ")
    fields = opened.body
    assert (fields["impact"], fields["urgency"], fields["caller_id"]) == ("1", "1", "bot")
    assert "priority" not in fields
    assert len(fields["short_description"]) <= 160


def test_servicenow_notes_what_is_open_already(http: Http) -> None:
    http.answers = [(200, {"result": [{"sys_id": "a/7"}]}, {})]
    desk = ServiceNow(server=http.url, token=KEY)

    assert send(made(desk, resolved=())[0], desk, NOW).delivered
    assert (http.calls[1].method, http.calls[1].path) == ("PATCH", f"{NOW_TABLE}/a%2F7")
    assert list(http.calls[1].body) == ["work_notes"]
    assert http.calls[1].headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("known", [True, False])
def test_servicenow_closes_what_is_over(http: Http, known: bool) -> None:
    http.answers = [(200, {"result": [{"sys_id": "7"}] if known else []}, {})]
    desk = ServiceNow(server=http.url, token=KEY, close_code="Solved")

    assert well(sent(desk, new=()))
    assert [call.method for call in http.calls] == (["GET", "PATCH"] if known else ["GET"])
    if known:
        closed = http.calls[1].body
        assert (closed["state"], closed["close_code"]) == ("6", "Solved")
        assert OVER.title in closed["close_notes"]


@pytest.mark.parametrize("api", ["3", "2"])
def test_jira_opens_an_issue(http: Http, api: str) -> None:
    http.answers = [(200, {"issues": []}, {})]
    board = Jira(server=http.url, project="QUAY", token=KEY, user="u", api=api, labels=("a b",))

    assert send(made(board, resolved=())[0], board, NOW).delivered
    asked, opened = http.calls
    assert asked.path.startswith(f"/rest/api/{api}/search")
    assert opened.path == f"/rest/api/{api}/issue"
    fields = opened.body["fields"]
    assert fields["project"] == {"key": "QUAY"}
    assert fields["labels"][0] == "logtriage"
    assert all(" " not in label for label in fields["labels"])
    assert isinstance(fields["description"], dict if api == "3" else str)


def test_jira_comments_on_what_is_known(http: Http) -> None:
    http.answers = [(200, {"issues": [{"key": "QUAY-7"}]}, {})]
    board = Jira(server=http.url, project="QUAY", token=KEY)

    assert well(sent(board, new=()))
    assert http.calls[1].path == "/rest/api/3/issue/QUAY-7/comment"
    assert http.calls[1].headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (400, {}, Outcome(delivered=False, reason="HTTP 400 Bad Request", again=False)),
        (401, {}, Outcome(delivered=False, reason="HTTP 401 Unauthorized")),
        (
            429,
            {"Retry-After": "30"},
            Outcome(delivered=False, reason="HTTP 429 Too Many Requests", wait=30),
        ),
        (503, {}, Outcome(delivered=False, reason="HTTP 503 Service Unavailable")),
        (302, {"Location": "/elsewhere"}, Outcome(delivered=False, reason="HTTP 302 Found")),
    ],
)
def test_what_is_not_taken_says_whether_to_try_again(
    http: Http, status: int, headers: dict[str, str], outcome: Outcome
) -> None:
    http.answers = [(status, {}, headers)]

    assert sent(Webhook(url=f"{http.url}/x")) == [outcome]
    assert len(http.calls) == 1


def test_a_dead_server_is_told_without_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/{SECRET}"
    monkeypatch.setenv("TEST_URL", url)
    (outcome,) = sent(Slack(url=Secret(variable="TEST_URL")))

    assert outcome == Outcome(delivered=False, reason="no connection: connection refused")


def test_a_slow_server_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        (outcome,) = sent(Webhook(url=url, timeout="1s"))

    assert "timed out" in (outcome.reason or "")


@pytest.mark.parametrize(
    "secret", [Secret(variable="NOT_SET_ANYWHERE"), Secret(file="/nowhere/secret")]
)
def test_a_missing_secret_is_named(secret: Secret) -> None:
    outcomes = sent(PagerDuty(routing_key=secret))

    assert all((secret.variable or secret.file or "") in (each.reason or "") for each in outcomes)
    assert all(outcome.again for outcome in outcomes)


def test_a_delivery_that_is_gone_is_not_tried_again() -> None:
    (message,) = made(File(path="/tmp/x"))

    assert send(message, None, NOW).again is False


@of_others
def test_apprise_is_used_within_its_limits(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise")
    monkeypatch.setenv("APPRISE", http.url.replace("http://", "json://") + f"/?:token={SECRET}")
    chat = Apprise(url=Secret(variable="APPRISE"))

    assert well(sent(chat))
    (call,) = http.calls
    assert call.body["title"] == "logtriage web-1: 1 new incident, 1 new defect, 1 resolved"
    assert NIGHT.root_causes[0].title in call.body["message"]


@of_others
def test_apprise_tells_failure_and_keeps_quiet(
    http: Http, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("apprise")
    monkeypatch.setenv("APPRISE", http.url.replace("http://", "json://") + f"/{SECRET}")
    http.answers = [(500, {}, {})] * 5
    (outcome,) = sent(Apprise(url=Secret(variable="APPRISE")))

    assert not outcome.delivered
    assert SECRET not in (outcome.reason or "")
    assert capfd.readouterr().err == ""


@of_others
def test_a_text_message_is_cut_to_what_its_service_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise")
    url = "twilio://AC735c8ad83d6dd3c1c7ef73ec13fd5bd1:cd1acb3c3bcd5bd1ab4fd@+15551234567/+15557654321"
    monkeypatch.setenv("APPRISE", url)
    chat = Apprise(url=Secret(variable="APPRISE"))
    (message,) = made(chat)
    text = shown(message, chat, NOW)

    body = text.split("\n\n", 1)[1].strip("\n")
    assert len(body) <= 160
    assert body.startswith("logtriage web-1: ")
    assert body.endswith("more lines")
    assert "cd1acb3c3bcd5bd1ab4fd" not in text


def test_a_file_gets_a_line_for_each_message(tmp_path: Path) -> None:
    file = File(path=str(tmp_path / "out.jsonl"))

    assert well(sent(file) + sent(file))
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len(lines) == 2
    assert lines[0]["key"] == lines[1]["key"]
    (outcome,) = sent(File(path=str(tmp_path / "nowhere" / "out.jsonl")))
    assert outcome.reason == "cannot write out.jsonl: no such file or directory"


EVERY = {
    "mail": Mail(to=("o@quay.example",), server="127.0.0.1:9"),
    "pagerduty": PagerDuty(routing_key=KEY),
    "slack": Slack(url=KEY),
    "servicenow": ServiceNow(server="https://quay.example", user="u", password=KEY),
    "jira": Jira(server="https://quay.example", project="Q", user="u", token=KEY),
    "webhook": Webhook(url=KEY, headers={"X-Key": KEY}),
    "file": File(path="/tmp/x"),
}


@pytest.mark.parametrize("name", EVERY)
def test_a_dry_run_shows_all_but_the_secret(name: str) -> None:
    destination = EVERY[name]
    text = "\n".join(shown(message, destination, NOW) for message in made(destination))

    assert NIGHT.root_causes[0].title in text
    assert SECRET not in text
    assert ("[secret TEST_SECRET]" in text) is (name not in {"mail", "file"})


@pytest.mark.parametrize("name", EVERY)
def test_no_message_holds_a_secret_while_it_waits(name: str) -> None:
    for message in made(EVERY[name]):
        assert SECRET.encode() not in msgspec.json.encode(message)


@pytest.mark.parametrize("name", ["pagerduty", "slack", "webhook"])
def test_what_is_sent_is_what_a_dry_run_shows(name: str, http: Http) -> None:
    destination = EVERY[name]
    field = {"pagerduty": "server", "webhook": "url"}.get(name)
    if field:
        destination = msgspec.structs.replace(destination, **{field: f"{http.url}/x"})
    with pytest.MonkeyPatch.context() as patch:
        if name == "slack":
            patch.setenv("TEST_SECRET", f"{http.url}/x")
        (message, *_) = made(destination)
        text = shown(message, destination, NOW)
        assert send(message, destination, NOW).delivered

    body = json.loads(text.partition("\n\n")[2])
    told = http.calls[0].body
    told |= {"routing_key": "[secret TEST_SECRET]"} if "routing_key" in told else {}
    assert body == told
