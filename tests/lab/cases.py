"""The cases of the parcel service: what is done to it, and what is then true."""

import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab import stage
from tests.lab.parcel import releases, system
from tests.lab.parcel.system import Parcel


@dataclass(frozen=True)
class Lines:
    """Lines of one log: those that `regex` finds in a file."""

    log: str
    regex: str
    tag: str = ""


@dataclass(frozen=True)
class Case:
    """One run; the fields are those of truth.toml, see tests/lab/README.md."""

    play: Callable[[Parcel], None]
    title: str
    tag: str
    category: str = "healthy"
    component: str = ""
    root: Lines = field(default_factory=lambda: Lines("", ""))
    also: tuple[Lines, ...] = ()
    extra: tuple[Lines, ...] = ()
    transient: tuple[Lines, ...] = ()
    symptoms: tuple[Lines, ...] = ()
    unseen: bool = False

    def truth(self, fault: str) -> str:
        """Write truth.toml: basic keys first, then the lists."""
        rows = [
            f"title = {quoted(self.title)}",
            f"fault = {quoted(fault)}",
            f"tag = {quoted(self.tag)}",
            f"category = {quoted(self.category)}",
            f"root_component = {quoted(self.component)}",
            f"root_log = {quoted(self.root.log)}",
            f"root_line_regex = {literal(self.root.regex)}",
            f"unseen = {str(self.unseen).lower()}",
        ]
        tables = {"also_root": self.also, "transient": self.transient, "symptoms": self.symptoms}
        tables["benign"] = BENIGN
        for name, lines in tables.items():
            for line in lines:
                rows += ["", f"[[{name}]]", f"log = {quoted(line.log)}"]
                rows += [f"regex = {literal(line.regex)}"]
        for line in self.extra:
            rows += ["", "[[extra_roots]]", f"tag = {quoted(line.tag)}"]
            rows += [f"root_log = {quoted(line.log)}", f"root_line_regex = {literal(line.regex)}"]
        return "\n".join(rows) + "\n"


BENIGN = (
    Lines("portal.log", r"answered (404|422)"),
    Lines("apache-error.log", r"AH01630: client denied by server configuration"),
    Lines("apache-access.log", r'" (403|404|422) '),
    Lines("rabbitmq.log", r"supervisor: .*rabbit_channel_sup_sup"),
)


def quoted(text: str) -> str:
    """Write a TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def literal(text: str) -> str:
    """Write a TOML literal string, so that a regex stays readable."""
    return f"'''{text}'''"


CASES: dict[str, Case] = {}


def case(
    title: str,
    tag: str,
    category: str = "healthy",
    component: str = "",
    root: Lines | None = None,
    *,
    also: tuple[Lines, ...] = (),
    extra: tuple[Lines, ...] = (),
    transient: tuple[Lines, ...] = (),
    symptoms: tuple[Lines, ...] = (),
    unseen: bool = False,
) -> Callable[[Callable[[Parcel], None]], None]:
    """Enter a case under its function's name."""

    def enter(play: Callable[[Parcel], None]) -> None:
        lines = root or Lines("", "")
        CASES[play.__name__.replace("_", "-")] = Case(
            play, title, tag, category, component, lines, also, extra, transient, symptoms, unseen
        )

    return enter


@case("A healthy run: reloads, restarts that were planned, mistakes of clients", "none")
def healthy(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(30)
    parcel.programs.running["apache"].send_signal(signal.SIGUSR1)
    parcel.say(
        "backup", "nightly backup finished: 4 databases, 0 errors, 0 warnings, exit status 0"
    )
    time.sleep(20)
    parcel.say("smartcheck", "device /dev/sda: 0 reallocated sectors, no errors logged")
    parcel.say("failover-drill", "drill finished, failover was NOT needed, failures=0")
    time.sleep(30)


# --- defects: only a change of code helps ---------------------------------------------------


@case(
    "portal 5.2.0 passes NULL opening hours to a function that wants a string",
    "application",
    "type-error",
    "portal",
    Lines("apache-error.log", r"PHP Fatal error:  Uncaught TypeError: closing_time\(\)"),
    also=(Lines("php-fpm.log", r"PHP Fatal error:  Uncaught TypeError"),),
    symptoms=(Lines("apache-access.log", r'"GET /track\S+ HTTP/1\.1" 500 '),),
)
def php_type_error(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.deploy_portal("5.2.0", releases.PORTAL_TYPE_ERROR)
    time.sleep(30)
    parcel.deploy_portal()
    time.sleep(15)


@case(
    "portal 5.3.0 is deployed without its migration: column eta_minutes does not exist",
    "application",
    "missing-column",
    "portal",
    Lines("portal.log", r"Column not found: 1054 Unknown column 'parcel\.eta_minutes'"),
    symptoms=(Lines("apache-access.log", r'"GET /track\S+ HTTP/1\.1" 500 '),),
)
def missing_column(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.deploy_portal("5.3.0", releases.PORTAL_MISSING_COLUMN)
    time.sleep(25)
    parcel.deploy_portal()
    time.sleep(15)


@case(
    "portal 5.4.0 locks depot, then parcel; sorter locks them the other way round",
    "application",
    "deadlock",
    "portal",
    Lines("portal.log", r"Deadlock found when trying to get lock"),
    also=(Lines("mariadb.log", r"Transactions deadlock detected|WE ROLL BACK TRANSACTION"),),
    symptoms=(Lines("apache-access.log", r'"POST /depot/scan HTTP/1\.1" 500 '),),
)
def deadlock_by_code_order(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.deploy_portal("5.4.0", releases.PORTAL_DEADLOCK)
    time.sleep(30)
    parcel.deploy_portal()
    time.sleep(15)


@case(
    "portal 5.5.0 sends a weight as text; sorter cannot decode it and puts it back for ever",
    "application",
    "deserialisation",
    "sorter",
    Lines("sorter.log", r"json: cannot unmarshal string into Go struct field Scan\.weight"),
)
def poison_message(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.deploy_portal("5.5.0", releases.PORTAL_CONTRACT)
    time.sleep(30)
    parcel.deploy_portal()
    time.sleep(12)


@case(
    "sorter 1.9.0 reads past the end of its lanes, dies, and dies again on the same message",
    "application",
    "index-out-of-range",
    "sorter",
    Lines("sorter.log", r"panic: runtime error: index out of range|goroutine 1 \[running\]"),
    symptoms=(Lines("portal.log", r"sorter does not answer"),),
)
def go_crash_loop(parcel: Parcel) -> None:
    parcel.start()
    binary = parcel.build("sorter", "1.9.0", releases.SORTER_INDEX)
    time.sleep(35)
    parcel.break_now()
    parcel.restart_container("sorter", binary)
    time.sleep(40)


@case(
    "sorter 1.10.0 never forgets a label; it runs out of the memory it may have",
    "application",
    "memory-leak",
    "sorter",
    Lines("sorter.log", r"possible memory leak: label cache only grows"),
    also=(
        Lines("sorter.log", r"runtime: out of memory: cannot allocate|fatal error: out of memory"),
    ),
    transient=(Lines("portal.log", r"sorter does not answer"),),
)
def memory_leak(parcel: Parcel) -> None:
    parcel.start()
    binary = parcel.build("sorter", "1.10.0", releases.SORTER_LEAK)
    time.sleep(35)
    parcel.break_now()
    parcel.restart_container("sorter", binary, before="ulimit -v 1500000")
    time.sleep(50)


@case(
    "tariff 2.4.0 cannot read its own constant and dies at start; httpd is refused",
    "application",
    "unhandled-exception",
    "tariff",
    Lines("tariff.log", r"panicked at src/main\.rs|rounding is a number of cents: ParseIntError"),
    symptoms=(
        Lines("apache-error.log", r"AH00957: \w+: attempt to connect to 10\.44\.0\.31:7070"),
        Lines("apache-access.log", r'"GET /quote\S+ HTTP/1\.1" 503 '),
    ),
)
def refused_after_deploy(parcel: Parcel) -> None:
    parcel.start()
    binary = parcel.build("tariff", "2.4.0", releases.TARIFF_UNWRAP)
    time.sleep(35)
    parcel.break_now()
    parcel.restart_container("tariff", binary)
    time.sleep(35)
    parcel.restart_container("tariff", parcel.build("tariff"))
    time.sleep(12)


@case(
    "tariff 2.5.0 reads past the end of a zone's steps for heavy parcels; the thread dies",
    "application",
    "index-out-of-range",
    "tariff",
    Lines(
        "tariff.log", r"index out of bounds: the len is \d+ but the index is \d+|panicked at src"
    ),
    symptoms=(
        Lines("apache-error.log", r"AH01102: error reading status line from remote server"),
        Lines("apache-access.log", r'"GET /quote\S+ HTTP/1\.1" 502 '),
    ),
    unseen=True,
)
def rust_panic(parcel: Parcel) -> None:
    parcel.start()
    binary = parcel.build("tariff", "2.5.0", releases.TARIFF_BOUNDS)
    time.sleep(35)
    parcel.break_now()
    parcel.restart_container("tariff", binary)
    time.sleep(45)


# --- incidents: somebody has to act on the live environment ---------------------------------


@case(
    "The carrier's certificate runs out",
    "production",
    "certificate-expired",
    "hooks.carrier.example",
    Lines("sorter.log", r"x509: certificate has expired or is not yet valid"),
)
def certificate_expired(parcel: Parcel) -> None:
    parcel.start(certificate_seconds=65)
    parcel.break_now()
    time.sleep(90)


@case(
    "The name server dies",
    "production",
    "dns-failure",
    "dnsmasq",
    Lines("portal.log", r"Temporary failure in name resolution"),
    also=(Lines("syslog.log", r"dnsmasq\[\d+\]: exiting on receipt of SIGTERM"),),
    symptoms=(Lines("apache-access.log", r'HTTP/1\.1" 50\d '),),
    unseen=True,
)
def dns_failure(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.programs.stop("dnsmasq")
    time.sleep(25)
    parcel.resume_names()
    time.sleep(20)


@case(
    "Handhelds keep connections open until tariff has no file descriptors left",
    "production",
    "too-many-open-files",
    "tariff",
    Lines("tariff.log", r"accept failed error=Too many open files"),
    symptoms=(
        Lines("apache-error.log", r"AH01102|AH00898|timeout specified has expired"),
        Lines("apache-access.log", r'"GET /quote\S+ HTTP/1\.1" 50\d '),
    ),
)
def too_many_open_files(parcel: Parcel) -> None:
    parcel.tariff_limit = "ulimit -n 48"
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    held = [socket.create_connection(("10.44.0.31", 7070)) for _ in range(60)]
    time.sleep(26)
    for connection in held:
        connection.close()
    time.sleep(20)


@case(
    "The database passwords are rotated, the services still have the old ones",
    "production",
    "credentials-rotated",
    "mariadb",
    Lines("mariadb.log", r"Access denied for user '(portal|sorter)'@"),
    also=(
        Lines("portal.log", r"\[1045\] Access denied for user"),
        Lines("sorter.log", r"Error 1045.*Access denied for user"),
    ),
    symptoms=(Lines("apache-access.log", r'HTTP/1\.1" 500 '),),
)
def password_rotated(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    for user in ("portal", "sorter"):
        parcel.sql(f"ALTER USER {user}@'10.44.%' IDENTIFIED BY 'cobalt-fjord-2'", "mysql")
    time.sleep(40)


@case(
    "A tariff table far larger than before; the kernel kills tariff at its memory limit",
    "production",
    "out-of-memory-kill",
    "tariff",
    Lines("kern.log", r"Memory cgroup out of memory: Killed process|invoked oom-killer"),
    symptoms=(
        Lines("apache-error.log", r"AH00957: \w+: attempt to connect to 10\.44\.0\.31:7070"),
        Lines("apache-access.log", r'"GET /quote\S+ HTTP/1\.1" 503 '),
    ),
)
def oom_kill(parcel: Parcel) -> None:
    group = stage.memory_group("docker/4c1f09e7a6b2", 48)
    parcel.tariff_limit = f"echo 0 > {group}/cgroup.procs"
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.write_tariff(junk_lines=400_000)
    time.sleep(40)
    parcel.write_tariff()
    time.sleep(20)
    stage.kernel_log(system.LOGS / "kern.log", "node-1")


@case(
    "After a planned restart tariff finds its port taken by a monitoring agent",
    "production",
    "port-in-use",
    "tariff",
    Lines("tariff.log", r"cannot listen.*Address already in use"),
    symptoms=(
        Lines("apache-error.log", r"AH01102|AH00898|AH00957"),
        Lines("apache-access.log", r'"GET /quote\S+ HTTP/1\.1" 50\d '),
    ),
)
def port_in_use(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.programs.stop("tariff")
    agent = stage.hang_up_on("10.44.0.31", 7070)
    parcel.start_container("tariff")
    time.sleep(32)
    agent.close()
    time.sleep(22)


@case(
    "The database host hangs; every query times out",
    "production",
    "database-timeout",
    "mariadb",
    Lines("sorter.log", r"i/o timeout"),
    symptoms=(
        Lines("apache-error.log", r"AH01075|The timeout specified has expired"),
        Lines("php-fpm.log", r"server reached pm\.max_children"),
        Lines("apache-access.log", r'HTTP/1\.1" 50\d '),
    ),
)
def database_hangs(parcel: Parcel) -> None:
    parcel.start()
    time.sleep(35)
    parcel.break_now()
    parcel.freeze("mariadb")
    time.sleep(30)
    parcel.thaw("mariadb")
    time.sleep(20)


@case(
    "The broker's disk fills up; RabbitMQ blocks every publisher",
    "production",
    "disk-full",
    "rabbitmq",
    Lines("rabbitmq.log", r"disk resource limit alarm set|Free disk space is insufficient"),
    also=(Lines("rabbitmq.log", r"Publishers will be blocked"),),
    symptoms=(
        Lines("portal.log", r"AMQP\w*Exception"),
        Lines("apache-access.log", r'"POST /depot/scan HTTP/1\.1" 50\d '),
    ),
    unseen=True,
)
def broker_disk_alarm(parcel: Parcel) -> None:
    parcel.start(broker_megabytes=160)
    time.sleep(35)
    parcel.break_now()
    dump = Path("/var/lib/rabbitmq/erl_crash.dump.old")
    dump.write_bytes(bytes(118 << 20))
    time.sleep(35)
    dump.unlink()
    time.sleep(20)


# --- both -----------------------------------------------------------------------------------


@case(
    "Two faults that have nothing to do with each other: tariff 2.4.0 dies, the broker stops",
    "application",
    "unhandled-exception",
    "tariff",
    Lines("tariff.log", r"panicked at src/main\.rs|rounding is a number of cents: ParseIntError"),
    extra=(
        Lines(
            "rabbitmq.log",
            r"RabbitMQ is asked to stop|Stopping RabbitMQ applications|SIGTERM received",
            "production",
        ),
    ),
    symptoms=(
        Lines("apache-error.log", r"AH00957: \w+: attempt to connect to 10\.44\.0\.31:7070"),
        Lines("portal.log", r"AMQPConnectionException: Socket error: could not connect to host"),
        Lines("sorter.log", r"dial tcp 10\.44\.0\.41:5672: connect: connection refused"),
    ),
)
def two_faults(parcel: Parcel) -> None:
    parcel.start()
    binary = parcel.build("tariff", "2.4.0", releases.TARIFF_UNWRAP)
    time.sleep(30)
    parcel.break_now()
    parcel.restart_container("tariff", binary)
    time.sleep(25)
    parcel.programs.stop("rabbitmq")
    time.sleep(30)
