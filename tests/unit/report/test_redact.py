"""No secret leaves the terminal; what is none stays."""

import re
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.report.stories import DISK, NIGHT

from logtriage.deliver.plan import all_new
from logtriage.model.delta import Delta
from logtriage.model.report import Evidence
from logtriage.report.redact import Redaction, kinds, outgoing, redact_text
from logtriage.report.render import OUTPUTS, render

LOWER = "q7w4e9r2t6y1u8i3o5p0a4s7d2f9g6h1"
MIXED = "Qz7Wx4Ec9Rv2Tb6Yn1Um8Ik3Ol5Pa0Sd4Fg7Hj2Kl9Zx6Cv1Bn8Mq3We5Rt0Yu4Io7Pa2Sd9Fg6Hj1Kl8"
UPPER = MIXED.upper()
HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"

# (text before the secret, secret, text after). Put together here, so that no scanner of secrets
# takes this file for a leak.
PLANTED = {
    "password =": ("login with password=", "hunter2!", " failed"),
    "password of a setting": ("db.password = '", "p4ss w0rd", "' is wrong"),
    "password in JSON": ('{"user":"ann","password":"', "s3cr3t#x", '"}'),
    "password in prose": ("Password: ", "letmein99", ""),
    "password in YAML": ("  passwd: ", "qwerty", "\n"),
    "password in an environment": ("DB_PASSWORD=", "tiger7", " DB_USER=scott"),
    "password in camel case": ("userPassword=", "abcxyz", ";"),
    "password of a connection string": (
        "Server=quay;User Id=sa;Password=",
        "Str0ng",
        ";Encrypt=yes",
    ),
    "password in a URL": ("postgres://berth:", "pa55", "@quay-1/ferry"),
    "password without user": ("redis://:", "cache-pw", "@quay-2:6379/0"),
    "password of a broker": ("amqp://guest:", "gu35t", "@mq:5672/%2f"),
    "password of Oracle": ("jdbc:oracle:thin:scott/", "tiger", "@//quay:1521/x"),
    "password as an option": ("mysqldump --password ", "dump99", " ferry"),
    "password in SQL": ("ALTER USER x IDENTIFIED BY '", "newpw1", "'"),
    "password of Kafka": ('sasl.jaas.config=Login username="k" password="', "kafkapw", '";'),
    "passphrase": ("passphrase=", "opensesame", ","),
    "bearer": ("Authorization: Bearer ", LOWER, ""),
    "bearer alone": ("sent Bearer ", f"{LOWER}.x", " again"),
    "basic": ("authorization=Basic ", "dXNlcjpwYXNzd29yZDE=", ""),
    "api key header": ("x-api-key: ", LOWER, ""),
    "cookie": ("Cookie: ", f"sid={LOWER}; theme=dark", ""),
    "set-cookie": ("Set-Cookie: ", f"auth={LOWER}", ""),
    "session of Java": ("/berths;jsessionid=", "A1B2C3D4E5F6", "?x=1"),
    "session of PHP": ("PHPSESSID=", "k3jh4kj5h6kj7", " bad"),
    "csrf": ("csrf_token=", "0a9s8d7f6g", ""),
    "client secret": ("client_secret=", "abc~DEF-ghi", "&grant_type=x"),
    "token": ("token=", LOWER, " expired"),
    "refresh token": ('"refresh_token": "', LOWER, '"'),
    "access key in camel case": ("accessToken=", LOWER, ""),
    "secret key of AWS": ("aws_secret_access_key = ", MIXED[:40], ""),
    "key id of AWS": ("key AKIA", UPPER[:16], " denied"),
    "signed URL of AWS": ("https://b.s3/x?X-Amz-Signature=", HEX, "&y=1"),
    "signed URL of Azure": ("https://a.blob/x?sv=1&sig=", "aB3%2Fcd%3D", "&se=2"),
    "account key of Azure": ("AccountName=x;AccountKey=", f"{MIXED[:60]}==", ";"),
    "key of Google": ("key is AIza", MIXED[:35], ""),
    "token of Google": ("got ya29.", MIXED[:40], ""),
    "GitHub": ("remote: ghp_", MIXED[:36], ""),
    "GitHub, fine": ("github_pat_", MIXED[:60], ""),
    "GitLab": ("glpat-", MIXED[:20], ""),
    "Slack": ("xoxb-", f"1234567890-{MIXED[:24]}", ""),
    "Slack hook": ("https://hooks.slack.com/services/", f"T0/B0/{MIXED[:24]}", ""),
    "Discord hook": ("https://discord.com/api/webhooks/", f"123/{MIXED[:40]}", ""),
    "Telegram": ("bot 123456789:", f"AA{MIXED[:33]}", " gone"),
    "Stripe": ("sk_live_", MIXED[:24], ""),
    "SendGrid": ("SG.", f"{MIXED[:22]}.{MIXED[:43]}", ""),
    "npm": ("npm_", MIXED[:36], ""),
    "model service": ("key sk-", f"proj-{MIXED[:40]}", ""),
    "Vault": ("hvs.", MIXED[:26], ""),
    "JWT": ("jwt ", f"eyJhbGciOiJI.eyJzdWIiOiIx.{MIXED[:40]}", " rejected"),
    "private key": ("-----BEGIN RSA PRIVATE KEY-----\n", MIXED, "\n-----END RSA PRIVATE KEY-----"),
    "password hash": ("hash $2b$12$", MIXED[:53], " differs"),
    "card": ("card 4012 8888 8888 ", "1881", " declined"),
    "card without blanks": ("pan=", "5555555555554444", ";"),
    "password of mysql": ("mysql -uroot -p", "Secret99!", " db"),
    "password of curl": ("curl -u admin:", "s3cr3tpw", " https://quay"),
    "password of redis-cli": ("redis-cli -a ", "s3cr3tpw", " ping"),
    "password of SMTP": ("AUTH PLAIN ", "AHUAaHVudGVyMg==", ""),
    "pass": ("pass=", "s3cr3tpw", ""),
    "pass with a prefix": ("SMTP_PASS=", "tigerpw", ""),
    "pass in camel case": ("dbPass: ", "tigerpw", ","),
    "pw": ("pw: ", "s3cr3tpw9", ""),
    "bind password": ("bindpw=", "tigerpw", ""),
    "password in a sentence": ("password is ", "hunter2x", ""),
    "password in quotes": ('password "', "hunter2x", '" rejected'),
    "password in XML": ("<db:password>", "hunter", "</db:password>"),
    "password of a setting in XML": ('key="Password" value="', "hunter", '"'),
    "password in JSON in JSON": ('\\"password\\":\\"', "hunter", '\\"'),
    "password of Ruby": ('{:password=>"', "hunter", '"}'),
    "credentials": ("credentials: ann:", "hunter2x", ""),
    "community of SNMP": ("snmp community=", "priv4te", ""),
    "proxy": ("Proxy-Authorization: Basic ", "dXNlcjpwYXNz", ""),
    "digest": ('Digest username="a", response="', HEX[:32], '"'),
    "api key as a scheme": ("sent ApiKey ", LOWER, ""),
    "code of OAuth": ("GET /cb?code=", "4/0AX4XfWh-abcdefghijklmnop", "&state=x"),
    "cased code of OAuth": ("grant_type=x&code=", "SplxlOBeZQQYbYSWxSbIA", "&y=1"),
    "assertion": ("assertion=", MIXED, "&x=1"),
    "key of a query": ("GET /x?key=", LOWER, " HTTP/1.1"),
    "one-time code": ("/verify?otp=", "482913", ""),
    "token in a sentence": ("token ", LOWER, " expired"),
    "key in a sentence": ("api key ", LOWER, " revoked"),
    "key of encryption": ("encryption.key=", LOWER, ""),
    "cookies in Python": ("cookies={", f"'sid': '{LOWER}'", "}"),
    "Twilio": ("SK", HEX[:32], " gone"),
    "Discord": ("MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.", "ZnCjm1XVW7vRze4b7Cq4se7kKWs", ""),
    "card of JCB": ("card ", "3530111333300000", ""),
    "card of Diners": ("card ", "30569309025904", ""),
}


@pytest.mark.parametrize("name", PLANTED)
def test_secrets_are_replaced_and_the_rest_stays(name: str) -> None:
    before, secret, after = PLANTED[name]
    shown = redact_text(f"at 03:12 {before}{secret}{after}")
    assert secret not in shown
    assert shown.startswith("at 03:12 ")
    assert shown.endswith(after.strip("\n"))
    assert re.search(r"\[[a-z-]+ #[0-9a-f]{4}\]", shown)
    assert redact_text(shown) == shown


def test_at_least_fifty_kinds_are_planted() -> None:
    assert len(PLANTED) >= 50


def test_no_planted_secret_is_in_any_output() -> None:
    lines = [f"{before}{secret}{after}" for before, secret, after in PLANTED.values()]
    text = " ; ".join(line.replace("\n", " ") for line in lines)
    cause = msgspec.structs.replace(
        DISK,
        title=lines[0],
        summary=text,
        evidence=tuple(Evidence("a.log", n, None, line) for n, line in enumerate(lines)),
        reasons=tuple(lines),
        next_steps=tuple(lines),
    )
    exemplar = msgspec.structs.replace(NIGHT.issues[1].exemplars[0], text="\n".join(lines))
    issue = msgspec.structs.replace(
        NIGHT.issues[1], title=text, template=text, exemplars=(exemplar,)
    )
    leaky = msgspec.structs.replace(NIGHT, root_causes=(cause,), issues=(issue,))
    for output in OUTPUTS:
        shown = render(leaky, output)
        assert [name for name, (_, secret, _) in PLANTED.items() if secret in shown] == []
    assert "hunter2!" in render(leaky, "text", redact=False)


INNOCENT = [
    "password: must be at least 8 characters",
    "password authentication failed for user ann",
    "token: unexpected end of input",
    "Unexpected token } in JSON at position 7",
    "authorization: failed for user bob",
    "Basic authentication failed",
    'secret "quay-tls" not found',
    "duplicate key: 42 (id)",
    "primary key=12 foreign key constraint",
    "invalid bearer of news",
    "maxTokens=4096 tokens=12",
    "pwd=/home/ann",
    "password=null token=none secret=*****",
    "http://quay-1:8080/a@b",
    "order 4012888888881882 is unknown",
    "trace 4f3c2b1a99887766 took 4111 ms",
    "KeyError: 'password'",
    "cookie banner shown",
    "ann@ferry.example wrote",
    'password authentication failed for user "x"',
    "token=<*>",
    "tokens: 512",
    "Access denied for user 'a'@'b' (using password: YES)",
    "login with password policy v2 failed",
    "the password is incorrect",
    "password reset for user42 requested",
    "Password changed by admin01",
    "Failed password for root from 10.0.0.1 port 22 ssh2",
    "Failed password for invalid user test1234 from 10.0.0.1 port 22 ssh2",
    "Accepted password for bob42 from 10.0.0.5",
    "invalid token in JSON at position 42",
    "unexpected token 'abc123' at line 4",
    "token expired at 2026-03-04T05:06:07Z",
    "token 7 of 12",
    "max_tokens=2048 prompt_tokens=12",
    "secret kube-system/default-token-x7f2k not found",
    'MountVolume.SetUp failed for volume "kube-api-access-x7f2k"',
    "pass=12 fail=3",
    "tests_pass=12",
    "step pass: 3",
    "compass=north",
    "bypass: rule7",
    "key=user:1234 not found",
    "cache key=order-20260304-77 missed",
    "GET /search?key=color&code=404 500",
    "GET /x?session=closed HTTP/1.1",
    "auth=ldap user=bob",
    "credentials: missing",
    "login: failed for user bob",
    "login: 3 attempts",
    "Login=ok",
    "snmp community string mismatch",
    "SNMP community name",
    "AUTH LOGIN mechanism not supported",
    "auth plain mechanism",
    "Authorization: Basic required",
    "Authorization: Bearer missing",
    "basic usage2 guide",
    "bearer token was not provided",
    "cookie: missing",
    "cookies={} ",
    'response="ok"',
    "mysql -port 3306",
    "mysqldump --protocol=tcp",
    "curl -u timeout",
    "POST /oauth/token 401",
    "JWT expired 12 seconds ago",
    "jwt malformed",
    "2026-03-04 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7",
    "request id 0f8fad5b-d9cb-469f-a165-70867728950e failed",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "order 4111111111111112",
    "ts=1795478800325000000",
    "imei 490154203237518",
    "card declined",
    "user ann@ferry.example",
    "private network 10.0.0.1 and 192.168.1.5",
    "<token>",
    "<password></password>",
    'value="x" name="password_hint"',
    "password.min.length=8",
    "password_policy: strict",
    "password-reset: sent",
    "spring.datasource.password=${DB_PASSWORD}",
    "format password=%s user=%s",
    "otp sent to user",
    "otp: disabled",
    "laptop=1234",
    "topic=1234567",
    "secret_name=db-creds version=3",
    "secretName: my-secret-1",
    "token_type=Bearer expires_in=3600",
    "grant_type=password",
    "error=invalid_client&error_description=x",
    "Login failed for user 'sa'. Reason: Password did not match",
    "ORA-01017: invalid username/password; logon denied",
    "SASL authentication failed: authentication failure",
    "api key not valid",
    "missing api_key",
    "apikey: required",
    "Authorization header missing",
    "NOAUTH Authentication required.",
    "WRONGPASS invalid username-password pair or user is disabled.",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


def test_equal_secrets_stay_equal_and_others_differ() -> None:
    one, same, other = (redact_text(f"password={each}") for each in ("abc1", "abc1", "abc2"))
    assert one == same != other


def test_the_end_of_a_sentence_is_no_part_of_a_secret() -> None:
    inside = redact_text(f"token={LOWER} is bad")
    at_end = redact_text(f"bad: token={LOWER}.")

    assert at_end == f"bad: {inside.removesuffix(' is bad')}."


def test_addresses_of_people_go_on_request() -> None:
    shown = Redaction(mail=True).text("ann@ferry.example wrote")
    assert shown.endswith("@ferry.example wrote")
    assert "ann" not in shown


def test_each_kind_is_looked_for_only_where_its_words_are() -> None:
    for kind in kinds():
        assert all(word == word.lower() for word in kind.words)


@pytest.mark.parametrize(
    "unit",
    [
        "password=",
        "token:",
        "://a:",
        "eyJ",
        "-----BEGIN PRIVATE KEY-----",
        "4012",
        "Cookie: a=",
        "sk-",
        "mysql ",
        "curl ",
        "password ",
        "token aaaa1 ",
        "<password>",
        "authorization: bearer ",
        "credentials:a:",
        "&key=",
        "4111 1111 ",
    ],
)
def test_hostile_text_costs_little(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    begun = time.process_time()
    redact_text(text)
    assert time.process_time() - begun < 0.3


def plainly(text: str) -> str:
    """Every expression tried everywhere."""
    redaction = Redaction()
    for kind in kinds():
        if not kind.ask:
            text = kind.regex.sub(lambda m, k=kind: redaction._replaced(m, k), text)
    return text


def test_the_fast_way_is_the_plain_way() -> None:
    filler = "at com.example.Quay.moor(Quay.java:42)\n" * 9
    for before, secret, after in PLANTED.values():
        text = f"{filler}x {before}{secret}{after}\n{filler}"
        assert Redaction().text(text) == plainly(text)


@given(st.lists(st.sampled_from([*PLANTED, "", " ", "\u0130", "secret ", "&token="]), max_size=12))
def test_the_fast_way_is_the_plain_way_in_any_mixture(names: list[str]) -> None:
    text = " ".join("".join(PLANTED.get(name, (name, "", ""))) for name in names).ljust(400, ".")
    assert Redaction().text(text) == plainly(text)


@pytest.mark.parametrize("engine", ["native", "plain"])
def test_the_matcher_misses_no_secret(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGTRIAGE_SCAN", "" if engine == "native" else "plain")
    redaction = Redaction(mail=True, further=[("berth", "berth-[0-9]+")])
    texts = [f"at 03:12\n{b}{s}{a}" for b, s, a in PLANTED.values()]
    before = [redaction.text(text) for text in texts]
    for _ in range(300):
        redaction.touches("nothing")
    assert redaction._matcher is not None

    assert [redaction.text(text) for text in texts] == before
    assert redaction.text("at berth-12") == redaction.text("at berth-12") != "at berth-12"
    assert "ann" not in redaction.text("ann@ferry.example")


def test_a_key_makes_the_short_hashes_unlike_those_of_others() -> None:
    one, other = (Redaction(key=key).text("password=abc1") for key in (b"one", b"other"))

    assert one != other
    assert one == Redaction(key=b"one").text("password=abc1")


@pytest.mark.parametrize(
    "name", ["password", "db.password", "client_secret", "accessToken", "Cookie"]
)
def test_a_field_whose_name_tells_is_a_secret_as_a_whole(name: str) -> None:
    shown = Redaction().value(name, "a=word, then; more")

    assert re.fullmatch(r"\[[a-z-]+ #[0-9a-f]{4}\]", shown)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("token_count", "12"),
        ("password", "null"),
        ("password", "***"),
        ("user", "ann"),
        ("tokens", "9"),
    ],
)
def test_other_fields_stay(name: str, text: str) -> None:
    assert Redaction().value(name, text) == text


def test_what_masks_leave_of_a_secret_goes_from_all_that_is_made_of_its_records() -> None:
    exemplar = msgspec.structs.replace(
        NIGHT.issues[1].exemplars[0], text="login refused: password is hunter2x"
    )
    rest = "login refused: password is hunter<*>"
    issue = msgspec.structs.replace(
        NIGHT.issues[1], title=rest, template=rest, exemplars=(exemplar,)
    )
    entry = msgspec.structs.replace(
        all_new(NIGHT).new[0], title=rest, fingerprint=issue.fingerprint, root_cause=None
    )
    cause = msgspec.structs.replace(
        DISK,
        title=rest,
        summary=f"1 error: {rest}",
        evidence=(Evidence("a.log", 1, None, exemplar.text),),
    )
    leaky = msgspec.structs.replace(
        NIGHT,
        root_causes=(cause,),
        issues=(issue,),
        delta=Delta(subject="1 new", new=(entry,)),
    )
    for output in OUTPUTS:
        assert "hunter" not in render(leaky, output)
    assert "hunter" not in str(outgoing(leaky))
