"""What of a message is a value, and what says what happened."""

import pytest

from logtriage.group.normalise import mask

VALUES = {
    "file names": (
        "report.exe - cannot read orders.json, see report.log",
        "<*> - cannot read <*>, see <*>",
    ),
    "number": ("took 31 tries", "took <*> tries"),
    "decimal": ("after 30.5 s", "after <*> s"),
    "unit": ("waited 250ms for 12MiB", "waited <*> for <*>"),
    "size with its unit apart": ("size 4.1 KB, free 300 MB", "size <*>, free <*>"),
    "bound": ("lifetime <1 sec", "lifetime <*>"),
    "percentage": ("disk 97% full", "disk <*> full"),
    "uuid": ("request 3f2b8c1e-1111-4a2b-9c3d-000a0b0c0d0e gone", "request <*> gone"),
    "hexadecimal": ("at 0x7ffee3 in 9f86d081884c", "at <*> in <*>"),
    "mac": ("from 52:54:00:ab:cd:ef", "from <*>"),
    "ipv4 and port": ("peer 192.0.2.7:5432 left", "peer <*> left"),
    "ipv6": ("peer fe80::1%eth0 and [2001:db8::9]:80", "peer <*> and [<*>]:<*>"),
    "host and port": ("dial ledger.internal:9090", "dial <*>"),
    "host by domain": ("lookup cache.prod.local failed", "lookup <*> failed"),
    "path": ("open /var/lib/ledger/wal.7: denied", "open <*>: denied"),
    "windows path": (r"open C:\ledger\wal.7 denied", "open <*> denied"),
    "url": ("GET https://api.example/v1/x?y=1 gave", "GET <*> gave"),
    "mail": ("bounce of ann@mail.example now", "bounce of <*> now"),
    "date": ("since 2027-01-02T03:04:05.678Z now", "since <*> now"),
    "date in words": ("since Mon Jun 14 15:16:01 2027 now", "since <*> now"),
    "quoted": ('table "orders" is gone', 'table "<*>" is gone'),
    "key": ("retry user=ann id=7", "retry user=<*> id=<*>"),
    "key apart": ("flags = alpha, next", "flags = <*>, next"),
    "identifier": ("lost blk_-1608999 and task_12_0003_m", "lost blk_<*> and task_<*>_m"),
    "pod": ("pod ledger-7d9f8b6c5d-x2k4q gone", "pod <*> gone"),
    "argument": ("setLights(true) and close()", "setLights(<*>) and close()"),
    "stars": ("fans ( 3552 **** 3515 )", "fans ( <*> )"),
    "list": ("nodes 1, 2, 3 and 10.0.0.1 10.0.0.2", "nodes <*> and <*>"),
    "object": ("Widget@1a2b3c4d lost", "Widget@<*> lost"),
    "endless word": ("blob " + "Zq9+" * 100, "blob <*>"),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_masked(name: str) -> None:
    message, expected = VALUES[name]
    assert mask(message) == expected


STAYS = [
    "exit code 137",
    "upstream returned status 503",
    "errno=28",
    'HTTP/1.1" 502',
    "ORA-01555: snapshot too old",
    "java.lang.NullPointerException in org.acme.v2.Basket",
    "jk2_init() failed over ssh2 with sha256",
    "can't find it and it isn't there",
    "failed: error=ECONNREFUSED reason=Evicted",
    "rpc error: code = Unavailable desc = transport is closing",
    "client/server read/write",
    "EXT4-fs error",
]


@pytest.mark.parametrize("message", STAYS)
def test_what_names_the_trouble_stays(message: str) -> None:
    assert mask(message) == message


def test_of_a_quoted_sentence_only_the_values_go() -> None:
    assert mask('err="dial tcp 10.0.0.1:80: i/o timeout"') == 'err="dial tcp <*>: i/o timeout"'


def test_lines_that_state_an_error_count_and_the_others_do_not() -> None:
    message = "could not save 7\nDETAIL: row 9 exists\nSTATEMENT: insert 1\nsome more"
    assert mask(message) == "could not save <*> | DETAIL: row <*> exists"


def test_blank_lines_before_the_message_are_passed_by() -> None:
    assert mask("\n  \nboom 1\n") == "boom <*>"


def test_the_words_met_before_do_not_change_the_answer() -> None:
    messages = [f"item-{number:x} of {number}" for number in range(20_000)]
    first = [mask(message) for message in messages[:50]]
    for message in messages:
        mask(message)
    assert [mask(message) for message in messages[:50]] == first
