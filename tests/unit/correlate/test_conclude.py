"""From issues to root causes."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.correlate.stories import change, issue, report

from logtriage.model.report import Report, RootCause
from logtriage.model.tally import IssueTally
from logtriage.model.verdict import Tag

DURING = [300.0 + 2 * step for step in range(40)]


def loud(found: Report) -> list[RootCause]:
    return [cause for cause in found.root_causes if cause.confidence >= 0.6]


def refused(component: str, port: int = 6380, at: list[float] | None = None) -> IssueTally:
    text = f"{component}: connect to 10.9.0.4:{port} failed: Connection refused"
    return issue(component, "connection-refused", text, at=at or DURING)


def test_clients_of_one_silent_server_are_one_trouble() -> None:
    found = report([refused("basket"), refused("mailer")], ports={6380: "redis"})
    assert len(loud(found)) == 1
    assert loud(found)[0].title == "redis does not answer; 10.9.0.4:6380"
    assert loud(found)[0].component == "redis"


def test_servers_at_different_ports_are_two_troubles() -> None:
    issues = [refused("basket"), refused("mailer", 5673)]
    found = report(issues, ports={6380: "redis", 5673: "rabbitmq"})
    assert len(loud(found)) == 2


def test_stop_line_proves_it() -> None:
    found = report(
        [refused("basket"), refused("mailer")], [change("redis", "stop", 299.0)], {6380: "redis"}
    )
    assert loud(found)[0].title.startswith("redis was stopped")
    assert loud(found)[0].evidence[0].path == "redis.log"


def test_lone_client_keeps_its_own_title() -> None:
    found = report([refused("basket")], ports={6380: "redis"})
    assert "does not answer" not in found.root_causes[0].title


def test_refusals_of_a_restart_are_quiet() -> None:
    events = [change("redis", "restart", 302.0, "7.4")]
    found = report([refused("basket", at=[300.0, 301.0, 303.0])], events, {6380: "redis"})
    assert not loud(found)


def test_refusals_that_outlive_a_restart_are_not() -> None:
    events = [change("redis", "restart", 302.0, "7.4")]
    assert loud(report([refused("basket")], events, {6380: "redis"}))


def test_retried_warnings_are_quiet() -> None:
    warning = issue(
        "basket", "connection-reset", "reset by peer, attempt 1 of 3", at=DURING, severity=13
    )
    assert not loud(report([warning]))


def test_defect_after_a_release_takes_what_the_release_tore_down() -> None:
    text = "NullPointerException: price is null"
    issues = [
        issue("basket", "null-dereference", text, at=DURING, tag=Tag.DEFECT),
        issue("shop", "connection-reset", "call to basket: Connection reset", at=[297.5, 298.0]),
    ]
    found = report(issues, [change("basket", "deploy", 296.0, "4.2.0")])
    assert [cause.tag for cause in loud(found)] == ["application-defect"]
    assert found.root_causes[0].trigger is not None
    assert found.root_causes[0].trigger.kind == "deploy"


def test_first_start_of_a_log_is_no_trigger() -> None:
    found = report(
        [refused("basket", at=[20.0, 30.0, 40.0, 50.0])], [change("basket", "restart", 2)]
    )
    assert found.root_causes[0].trigger is None


def test_start_up_warning_fathers_nothing_elsewhere() -> None:
    issues = [
        issue(
            "named", "service-failed-to-start", "no forwarders", at=[1], severity=13, rules=False
        ),
        issue("web", "backend-down", "connect to 10.9.0.9:9000 failed", at=DURING),
    ]
    found = report(issues)
    assert found.root_causes[0].component == "web"
    assert not found.root_causes[0].symptoms


def test_two_defects_in_one_component_stay_apart() -> None:
    issues = [
        issue("basket", "missing-key", "KeyError: 'vat'", at=DURING, tag=Tag.DEFECT),
        issue("basket", "missing-key", "KeyError: 'zone'", at=DURING[5:], tag=Tag.DEFECT),
    ]
    assert len(loud(report(issues))) == 2


def test_refused_login_explains_what_the_change_of_password_tore_down() -> None:
    issues = [
        issue("postgres", "database-down", "terminating connection", at=[300.0], confidence=0.75),
        issue("postgres", "authentication-failed", "authentication failed for x", at=DURING[1:]),
    ]
    assert [cause.category for cause in loud(report(issues))] == ["authentication-failed"]


def test_no_issues_no_causes() -> None:
    assert report([]).root_causes == ()


@pytest.mark.parametrize("length", [10, 119, 400])
def test_titles_fit_a_line(length: int) -> None:
    text = "word " * (length // 5)
    found = report([issue("basket", text, text, at=DURING)])
    assert len(found.root_causes[0].title) <= 120


def test_what_the_kernel_did_to_a_server_explains_its_clients() -> None:
    killed = issue(
        "kernel",
        "out-of-memory-kill",
        "Out of memory: Killed process 81 (redis-server)",
        at=[299.0],
        kind="kernel",
    )
    found = report(
        [killed, refused("basket"), refused("mailer")], ports={6380: "redis"}, length=382
    )
    assert [cause.category for cause in loud(found)] == ["out-of-memory-kill"]
    assert found.root_causes[0].firing


def test_a_deadlock_found_late_explains_the_time_outs_before_it() -> None:
    issues = [
        issue("web", "upstream-timeout", "504 from upstream", at=DURING, kind="proxy"),
        issue("stock", "thread-deadlock", "2 threads are deadlocked", at=[370.0], tag=Tag.DEFECT),
    ]
    found = report(issues)
    assert [cause.category for cause in loud(found)] == ["thread-deadlock"]
    assert "had been failing for 70 s when it was found" in found.root_causes[0].summary


def test_a_defect_here_makes_no_server_elsewhere_refuse() -> None:
    text = "TypeError: ttl of null"
    issues = [
        issue("basket", "null-dereference", text, at=DURING, tag=Tag.DEFECT),
        refused("mailer", at=[moment + 1 for moment in DURING]),
    ]
    found = report(issues, ports={6380: "redis"})
    assert {cause.tag for cause in loud(found)} == {"application-defect", "production-incident"}


def test_a_client_that_names_nobody_asked_the_server_that_went_away() -> None:
    nameless = issue("shop", "connection-refused", "Connection refused", at=DURING[1:])
    found = report([refused("basket"), nameless], ports={6380: "redis"})
    assert len(loud(found)) == 1


def test_a_service_manager_speaks_of_its_units() -> None:
    event = change("systemd", "restart", 295.0, text="Started basket.service - The baskets.")
    text = "NullPointerException: price is null"
    found = report([issue("basket", "null-dereference", text, at=DURING, tag=Tag.DEFECT)], [event])
    assert found.root_causes[0].trigger is not None
    assert "basket restarted at" in found.root_causes[0].summary


def test_another_configuration_of_the_host_asked_is_a_trigger() -> None:
    text = "basket: connect to db-7.example.test:6380 timed out"
    event = change("systemd", "reload", 290.0, text="Reloaded firewalld - a firewall.", host="db-7")
    found = report([issue("basket", "connection-timeout", text, at=DURING)], [event])
    assert found.root_causes[0].trigger is not None
    elsewhere = change("systemd", "reload", 290.0, text="Reloaded firewalld.", host="web-1")
    found = report([issue("basket", "connection-timeout", text, at=DURING)], [elsewhere])
    assert found.root_causes[0].trigger is None


def test_the_only_component_that_fell_silent_is_told() -> None:
    text = "basket: connect to 10.9.0.4:7117 timed out"
    issues = [issue("basket", "connection-timeout", text, at=DURING)]
    found = report(issues, silent={"prices": 298.0, "mailer": 600.0})
    assert "There is no log of prices after" in found.root_causes[0].summary


def test_configured_dependencies_help() -> None:
    issues = [
        issue("tax", "disk-full", "cannot write: No space left on device", at=DURING),
        issue("orders", "pool-exhausted", "no free connection", at=[t + 1 for t in DURING]),
    ]
    assert len(report(issues).root_causes) == 2
    found = report(issues, depends_on={"orders": ["tax"]})
    assert [cause.component for cause in found.root_causes] == ["tax"]
    assert "depends-on" in found.root_causes[0].symptoms[0].links
    assert len(report(issues, depends_on={"tax": ["orders"]}).root_causes) == 2


@pytest.mark.parametrize("end", [": connect: connection refused", ". Refused.", " refused"])
def test_an_endpoint_is_read_whatever_follows_it(end: str) -> None:
    texts = [f"basket: dial tcp 10.9.0.4:6380{end}", f"mailer: connecting to 10.9.0.4:6380{end}"]
    issues = [issue(text[:6], "connection-refused", text, at=DURING) for text in texts]
    found = report(issues, ports={6380: "redis"})
    assert [cause.title for cause in loud(found)] == ["redis does not answer; 10.9.0.4:6380"]


@pytest.mark.parametrize("pod", ["cart-7f8d9c5b64-x7v2k", "cart-0", "cart"])
def test_what_became_of_a_pod_explains_the_clients_of_its_service(pod: str) -> None:
    text = f'Failed to pull image for pod="shop/{pod}"'
    host = "cart.shop.svc.cluster.local"
    pulled = issue("kubelet", "image-pull-failed", text, at=[290.0], kind="container-platform")
    asked = refused("web", at=DURING)
    asked.exemplars = [
        msgspec.structs.replace(exemplar, text=f"Get http://{host}:8080/items: connection refused")
        for exemplar in asked.exemplars
    ]
    found = report([pulled, asked])
    assert [cause.category for cause in loud(found)] == ["image-pull-failed"]


def test_a_program_that_ended_explains_a_client_of_an_unknown_address() -> None:
    crash = issue("mailer", "missing-module", "No module named smtp", at=[298.0], tag=Tag.DEFECT)
    assert len(loud(report([crash, refused("web", 2525)]))) == 1
    earlier = issue("mailer", "missing-module", "No module named smtp", at=[98.0], tag=Tag.DEFECT)
    assert len(loud(report([earlier, refused("web", 2525)]))) == 2


def test_many_files_of_one_folder_are_told_by_the_folder() -> None:
    texts = [f"write /srv/up/{name}.jpg: Permission denied" for name in "abc"]
    one = issue("shop", "permission-denied", texts[0], at=DURING[:3])
    title = "File cannot be written; /srv/up/a.jpg"
    one.verdict = msgspec.structs.replace(one.verdict, title=title)
    assert report([one]).root_causes[0].title == title
    one.exemplars = [
        msgspec.structs.replace(exemplar, text=text)
        for exemplar, text in zip(one.exemplars, texts, strict=True)
    ]
    assert report([one]).root_causes[0].title == "File cannot be written; /srv/up"


def test_a_regular_error_that_begins_has_no_background() -> None:
    found = report([issue("basket", "disk-full", "full", at=[400.0 + 25 * n for n in range(8)])])
    assert not any("background" in reason for reason in found.root_causes[0].reasons)


POOL = [
    refused("basket"),
    refused("mailer"),
    issue("basket", "http-5xx", '"GET /basket" 500', at=DURING),
    issue("web", "upstream-error", "basket answered 502", at=DURING[3:]),
    issue("basket", "null-dereference", "TypeError: total of null", at=DURING[9:], tag=Tag.DEFECT),
    issue("web", "handler-error", "request failed", at=DURING[1:], tag=Tag.DEFECT, confidence=0.6),
]


@settings(max_examples=25, deadline=None)
@given(st.permutations(POOL))
def test_order_of_issues_changes_nothing(order: list[IssueTally]) -> None:
    ports = {6380: "redis"}
    assert report(order, ports=ports) == report(POOL, ports=ports)


@pytest.mark.parametrize("category", ["authentication-failed", "brute-force-login"])
@pytest.mark.parametrize(("times", "expected"), [(1, 0), (3, 0), (30, 1)])
def test_a_login_refused_once_is_no_outage(category, times, expected) -> None:
    """The lock held. By count it is one: a secret was changed, or somebody guesses."""
    text = 'password authentication failed for user "app"'
    at = [100.0 + 5 * step for step in range(times)]

    found = report([issue("postgres", category, text, at=at)], [change("postgres", "stop", 590.0)])

    assert len(loud(found)) == expected
