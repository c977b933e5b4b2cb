"""Reports to draw: a ferry line's booking system on a bad night, a quiet one, a doubtful one."""

import msgspec

from logtriage.model.report import (
    SCHEMA,
    Counts,
    Evidence,
    FiredRule,
    IgnoredGroup,
    Impact,
    Input,
    Issue,
    IssueException,
    IssueExemplar,
    Report,
    ReportedChange,
    RootCause,
    Symptom,
    Totals,
    Trigger,
    Window,
)

DAY = "2027-02-03T"
PANIC = (
    '2027-02-03 03:12:04.511 UTC [812] PANIC:  could not write to file "pg_wal/xlogtemp.812": '
    "No space left on device"
)
NULL = (
    "03:05:52.114 ERROR [exec-7] berth.Berths - "
    'Cannot invoke "Cabin.deck()" because "cabin" is null'
)


def at(clock: str) -> str:
    return f"{DAY}{clock}.000Z"


def issue(
    number: int, title: str, component: str, count: int, first: str, **fields: object
) -> Issue:
    plain = Issue(
        id=f"I{number}",
        fingerprint=f"v1:{number:016x}",
        tag="production-incident",
        confidence=0.9,
        category="connection-refused",
        severity="error",
        severity_number=17,
        title=title,
        template=title,
        component=component,
        host=None,
        exception=None,
        count=count,
        first_seen=at(first),
        last_seen=at("03:41:10"),
        histogram=Counts(at(first), 60, (count // 2, 0, count - count // 2)),
        rules=(FiredRule("NET-101", 1.0, "Connection refused"),),
        exemplars=(IssueExemplar(f"{component}.log", 10 * number, at(first), f"{title} now"),),
        root_cause=None,
    )
    return msgspec.structs.replace(plain, **fields)


DISK = RootCause(
    id="RC1",
    rank=1,
    tag="production-incident",
    tag_confidence=0.97,
    confidence=0.95,
    priority="P1",
    severity="fatal",
    category="disk-full",
    title="Disk full; /var/lib/postgresql on quay-1",
    summary=(
        "PostgreSQL could not extend its WAL from 03:12:04 and shut down at 03:12:05. "
        "booking and gate failed after it: 6,201 of 210,330 requests (2.9 %). "
        "It was still going on when the logs end."
    ),
    component="postgres",
    host="quay-1",
    started_at=at("03:12:04"),
    ended_at=at("03:41:12"),
    errors=8314,
    issue="I1",
    evidence=(
        Evidence("logs/postgres.log", 1201, at("03:12:04"), PANIC, PANIC.partition("PANIC:  ")[2]),
    ),
    symptoms=(
        Symptom(
            "I3",
            "booking",
            ("names-endpoint", "causal-rule"),
            1.0,
            "Connection refused; quay-1:5432",
            2112,
        ),
        Symptom("I4", "gate", ("names-endpoint", "follows"), 1.4, "502 of upstream booking", 6201),
    ),
    trigger=None,
    reasons=("earliest of 3 linked issues", "2 issues name what failed here"),
    impact=Impact(6201, 210_330, ("booking", "gate")),
    next_steps=("df -h on quay-1; free or extend the volume that holds /var/lib/postgresql",),
    runbook="https://runbooks.ferry.example/disk-full",
    route="production-support",
    firing=True,
    fingerprint="v1:0000000000000001",
    histogram=Counts(at("02:58:00"), 60, (0,) * 14 + (2400, 3100, 2000, 1100, 900, 1700, 2200) * 3),
)

CABIN = RootCause(
    id="RC2",
    rank=2,
    tag="application-defect",
    tag_confidence=0.93,
    confidence=0.91,
    priority="P3",
    severity="error",
    category="null-dereference",
    title="NullPointerException; Berths.assign (Berths.java:44)",
    summary="214 bookings failed from 03:05:52, 42 s after booking 7.4.2 started (03:05:10).",
    component="booking",
    host=None,
    started_at=at("03:05:52"),
    ended_at=at("03:40:55"),
    errors=214,
    issue="I2",
    evidence=(Evidence("logs/booking.log", 88_210, at("03:05:52"), NULL),),
    symptoms=(),
    trigger=Trigger("deploy", at("03:05:10"), "logs/booking.log", 88_150, "Starting booking 7.4.2"),
    reasons=("a deploy of booking came just before",),
    impact=Impact(components=("booking",)),
    next_steps=("look at the change in Berths.assign; roll back 7.4.2 if bookings matter now",),
    runbook=None,
    route="application-support",
    firing=False,
    fingerprint="v1:0000000000000002",
    histogram=Counts(at("03:05:00"), 60, (1, 2, 9, 14, 12, 0, 3, 7, 9, 11)),
)

POOL = msgspec.structs.replace(
    CABIN,
    id="RC3",
    rank=3,
    tag="production-incident",
    tag_confidence=0.55,
    confidence=0.5,
    priority="P4",
    category="pool-exhausted",
    title="Connection pool exhausted; mailer",
    summary="mailer waited in vain for a connection 9 times from 03:20:00.",
    component="mailer",
    issue="I5",
    started_at=at("03:20:00"),
    errors=9,
    evidence=(Evidence("logs/mailer.log", 77, at("03:20:00"), "pool timeout after 30000ms"),),
    trigger=None,
    reasons=("no other issue is linked to it",),
    next_steps=("look at the pool's use over time",),
    route="production-support",
    settle="a leak in the code or too much load: does the pool recover when traffic falls?",
    firing=None,
    histogram=None,
    fingerprint="v1:0000000000000005",
)

ISSUES = (
    issue(
        1,
        "Disk full; /var/lib/postgresql",
        "postgres",
        1,
        "03:12:04",
        category="disk-full",
        severity="fatal",
        severity_number=21,
        root_cause="RC1",
        host="quay-1",
        exemplars=(IssueExemplar("logs/postgres.log", 1201, at("03:12:04"), PANIC),),
    ),
    issue(
        2,
        "NullPointerException; Berths.assign (Berths.java:44)",
        "booking",
        214,
        "03:05:52",
        tag="application-defect",
        category="null-dereference",
        root_cause="RC2",
        exception=IssueException(
            "ferry.berth.BerthException",
            'Cannot invoke "Cabin.deck()"',
            "Berths.assign (Berths.java:44)",
            ("ferry.berth.BerthException", "java.lang.NullPointerException"),
            "java.lang.NullPointerException",
            'Cannot invoke "Cabin.deck()" because "cabin" is null',
        ),
        exemplars=(
            IssueExemplar(
                "logs/booking.log",
                88_210,
                at("03:05:52"),
                f"{NULL}\n\tat ferry.berth.Berths.assign(Berths.java:44)"
                "\n\tat ferry.Main.main(Main.java:9)",
            ),
        ),
    ),
    issue(3, "Connection refused; quay-1:5432", "booking", 2112, "03:12:05", root_cause="RC1"),
    issue(
        4,
        "502 of upstream booking",
        "gate",
        6201,
        "03:12:05",
        root_cause="RC1",
        category="http-5xx",
    ),
    issue(
        5, "Connection pool exhausted", "mailer", 9, "03:20:00", confidence=0.55, root_cause="RC3"
    ),
    issue(
        6,
        "Certificate of a partner not trusted; pier.example",
        "mailer",
        41,
        "02:58:03",
        chronic=True,
    ),
    issue(
        7,
        "KeyError: 'deck'; layout.draw (layout.py:9)",
        "kiosk",
        3,
        "03:30:00",
        tag="application-defect",
        category="missing-key",
        confidence=0.88,
        exception=IssueException(
            "KeyError", "'deck'", "layout.draw (src/kiosk/layout.py:9)", ("KeyError",)
        ),
    ),
)

NIGHT = Report(
    schema=SCHEMA,
    generated_at="2027-02-03T03:42:00.000Z",
    window=Window(at("02:58:00"), at("03:41:12")),
    totals=Totals(
        bytes=412_000_000,
        lines=1_204_331,
        errors=8581,
        application_defects=217,
        production_incidents=8364,
        ignored=312,
        lines_without_format=2_400,
    ),
    inputs=(
        Input(
            "logs/booking.log",
            "logback",
            "booking",
            700_331,
            250_000_000,
            2326,
            at("02:58:00"),
            at("03:41:12"),
        ),
        Input(
            "logs/gate.log",
            "nginx-access",
            "gate",
            500_000,
            160_000_000,
            6201,
            at("02:58:00"),
            at("03:41:11"),
        ),
        Input(
            "logs/postgres.log",
            "postgresql",
            "postgres",
            4000,
            2_000_000,
            1,
            at("02:58:00"),
            at("03:12:05"),
        ),
        Input(
            "logs/old.gz",
            None,
            None,
            0,
            0,
            0,
            problems=("not a gzip file, although its name says so",),
        ),
    ),
    root_causes=(DISK, CABIN, POOL),
    issues=ISSUES,
    changes=(
        ReportedChange(
            "deploy",
            "booking",
            at("03:05:10"),
            "logs/booking.log",
            88_150,
            "Starting booking 7.4.2",
            "7.4.2",
        ),
    ),
    ignored=(
        IgnoredGroup(
            "NGX-801",
            "not-found",
            "a client asked for what is not there",
            300,
            (IssueExemplar("logs/gate.log", 99, at("03:00:00"), "GET /favicon.ico 404"),),
        ),
        IgnoredGroup("GEN-802", "zero-count", "it counts no errors", 12),
    ),
)

QUIET = Report(
    schema=SCHEMA,
    generated_at="2027-02-03T03:42:00.000Z",
    window=Window(at("02:58:00"), at("03:41:12")),
    totals=Totals(bytes=412_000_000, lines=1_204_331, ignored=312),
    inputs=NIGHT.inputs[:2],
    root_causes=(),
    issues=(),
    changes=(),
    ignored=NIGHT.ignored,
)

NASTY = (
    "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>|`--\r\n"
    "=cmd|' /C calc'!A0 \u202egnp\x9b31m\x00 @here"
)


def nasty_report() -> Report:
    """The night with hostile text wherever a log can put some."""
    evil = msgspec.structs.replace(
        DISK,
        title=f"Disk full; {NASTY}",
        summary=f"It said {NASTY}",
        component=NASTY,
        host=NASTY,
        evidence=(Evidence(f"logs/{NASTY}", 1, at("03:12:04"), NASTY),),
        symptoms=(Symptom("I3", NASTY, ("follows",), 1.0, NASTY, 5),),
        trigger=Trigger("deploy", at("03:05:10"), NASTY, 5, NASTY),
        reasons=(NASTY,),
        next_steps=(f"look at {NASTY}",),
        runbook=f"javascript:{NASTY}",
        impact=Impact(1, 2, (NASTY,)),
        settle=NASTY,
        confidence=0.5,
    )
    issues = tuple(
        msgspec.structs.replace(
            each,
            title=NASTY,
            template=NASTY,
            component=NASTY,
            exception=IssueException(NASTY, NASTY, f"{NASTY} ({NASTY}.py:3)", (NASTY,)),
            exemplars=(IssueExemplar(NASTY, 1, None, NASTY * 3),),
            rules=(FiredRule(NASTY, 1.0, NASTY),),
        )
        for each in ISSUES
    )
    return msgspec.structs.replace(
        NIGHT,
        root_causes=(evil, CABIN),
        issues=issues,
        inputs=(Input(NASTY, NASTY, NASTY, problems=(NASTY,)),),
        changes=(ReportedChange("deploy", NASTY, at("03:05:10"), NASTY, 1, NASTY, NASTY),),
        ignored=(IgnoredGroup(NASTY, NASTY, NASTY, 1, (IssueExemplar(NASTY, 1, None, NASTY),)),),
    )
