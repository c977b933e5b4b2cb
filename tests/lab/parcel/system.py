"""The parcel service: Apache httpd, PHP-FPM, MariaDB, RabbitMQ, memcached, Go and Rust containers.

www.parcel.example (httpd) -> portal (PHP) -> MariaDB, memcached, RabbitMQ, sorter's status page
                           -> tariff (Rust)
RabbitMQ -> sorter (Go) -> MariaDB, the carrier's web hook (outside, TLS)
"""

import base64
import hashlib
import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.lab import stage

HERE = Path(__file__).parent
LOGS = Path("/var/log/parcel")
ROOT = Path("/srv/parcel")
CLIENTS = "192.0.2"
ZONE = {
    "www.parcel.example": "10.44.0.10",
    "portal.parcel.example": "10.44.0.12",
    "db.parcel.example": "10.44.0.21",
    "tariff.parcel.example": "10.44.0.31",
    "sorter.parcel.example": "10.44.0.32",
    "mq.parcel.example": "10.44.0.41",
    "cache.parcel.example": "10.44.0.50",
    "hooks.carrier.example": "198.51.100.77",
}
HOSTS = {
    "edge-1": "10.44.0.10",
    "app-1": "10.44.0.12",
    "db-1": "10.44.0.21",
    "node-1": "10.44.0.30",
    "loghost-1": "10.44.0.40",
    "mq-1": "10.44.0.41",
    "dns-1": "10.44.0.53",
}
# who a server sees as its caller; on one machine it would see itself
CALLERS = {"10.44.0.21": "10.44.0.12", "10.44.0.31": "10.44.0.10", "10.44.0.41": "10.44.0.12"}
PASSWORDS = {"portal": "lantern-pier-4", "sorter": "gravel-swan-9"}
VERSIONS = {"portal": "5.1.4", "sorter": "1.8.3", "tariff": "2.3.0"}
PHP_MODULES = ("mysqlnd", "pdo", "pdo_mysql", "igbinary", "msgpack", "amqp", "memcached")
ZONES = ("baltic", "inland", "nordic", "island", "continent")

MARIADB = (
    "--no-defaults --basedir=/usr --datadir=/var/lib/mysql --bind-address=10.44.0.21"
    " --socket=/run/mysqld.sock --pid-file=/run/mysqld.pid --log-warnings=2 --skip-name-resolve"
    " --innodb-buffer-pool-size=32M --innodb-log-file-size=8M --innodb-print-all-deadlocks=1"
    " --innodb-lock-wait-timeout=4 --max-connections=60 --performance-schema=OFF"
)

RABBITMQ = """
listeners.tcp.1 = 10.44.0.41:5672
log.file = /var/log/parcel/rabbitmq.log
log.file.level = info
log.connection.level = warning
loopback_users = none
load_definitions = /srv/parcel/rabbitmq.json
disk_free_limit.absolute = 50MB
heartbeat = 15
"""

AUTHORITY = """
[ca]
default_ca = carrier
[carrier]
dir = /srv/carrier
new_certs_dir = $dir
database = $dir/index.txt
serial = $dir/serial
default_md = sha256
policy = any
[any]
commonName = supplied
[names]
subjectAltName = DNS:hooks.carrier.example
"""

OPENSSL_REQUEST = "openssl req -newkey rsa:2048 -nodes -keyout /srv/carrier/{0}.key -subj /CN={1} "


def prepare() -> None:
    """Make an empty MariaDB data folder once; it takes longer than a run may spend on it."""
    data = stage.CACHE / "mysql"
    if not data.is_dir():
        data.parent.mkdir(parents=True, exist_ok=True)
        command = ["unshare", "--uts", "sh", "-c", 'hostname db-1 && exec "$0" "$@"']
        options = ["--no-defaults", "--auth-root-authentication-method=normal"]
        options += ["--skip-test-db", "--user=root", f"--datadir={data}"]
        stage.run(*command, "mariadb-install-db", *options)


class Parcel:
    """One run of the parcel service, from empty disks on."""

    def __init__(self) -> None:
        self.programs = stage.Programs()
        self.traffic = stage.Traffic(
            ("10.44.0.10", 80), "www.parcel.example", choose, per_second=4, network=CLIENTS
        )
        self.started = 0.0
        self.fault = ""
        self.tariff_limit = ""

    def break_now(self) -> None:
        """Remember that this is when the fault starts (UTC)."""
        self.fault = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def start(self, *, certificate_seconds: int = 86400, broker_megabytes: int = 400) -> None:
        """Start every program, the deepest first, and then the traffic."""
        for folder in (LOGS, ROOT / "www", ROOT / "portal", ROOT / "bin", Path("/srv/carrier")):
            folder.mkdir(parents=True)
        LOGS.chmod(0o1777)
        stage.private_devices("/run/log.sock")
        syslog = ["rsyslogd", "-n", "-f", str(HERE / "rsyslog.conf"), "-i", "/run/rsyslogd.pid"]
        self.programs.start("rsyslog", syslog, host="edge-1")
        stage.wait_for("rsyslog", Path("/run/log.sock").exists)
        self.start_names()
        self.start_database()
        self.start_broker(broker_megabytes)
        memcached = ["memcached", "-l", "10.44.0.50", "-m", "16", "-u", "nobody"]
        self.programs.start("memcached", memcached)
        self.start_carrier(certificate_seconds)
        self.write_tariff()
        for name in ("sorter", "tariff"):
            self.install(name, self.build(name))
            self.start_container(name, before=self.tariff_limit if name == "tariff" else "")
        stage.wait_for("tariff", lambda: stage.answers("10.44.0.31", 7070))
        stage.wait_for("sorter", lambda: stage.answers("10.44.0.32", 7080, "/status"))
        self.start_web()
        self.started = time.time()
        self.traffic.start()

    def start_names(self) -> None:
        """Start the name server and make everybody ask it."""
        (ROOT / "zone").write_text("".join(f"{a} {n}\n" for n, a in ZONE.items()))
        (ROOT / "resolv.conf").write_text("nameserver 10.44.0.53\noptions timeout:1 attempts:1\n")
        stage.run("mount", "--bind", str(ROOT / "resolv.conf"), "/etc/resolv.conf")
        self.resume_names()

    def resume_names(self) -> None:
        """Start dnsmasq."""
        options = ["--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null"]
        options += ["--listen-address=10.44.0.53", "--bind-interfaces", "--user=nobody"]
        options += ["--pid-file=/run/dnsmasq.pid", f"--addn-hosts={ROOT / 'zone'}"]
        self.programs.start("dnsmasq", ["dnsmasq", *options], host="dns-1")

    def syslog_pipe(self, tag: str, host: str) -> int:
        """Start a logger that sends what it reads to the log host; give the end to write to."""
        reading, writing = os.pipe()
        command = ["logger", "--tag", tag, "--server", "10.44.0.40", "--udp", "--rfc3164"]
        renamed = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host, *command]
        subprocess.Popen(renamed, stdin=reading)
        os.close(reading)
        return writing

    def start_database(self) -> None:
        """Start MariaDB on a fresh copy of its data folder and fill it."""
        shutil.copytree(stage.CACHE / "mysql", "/var/lib/mysql", dirs_exist_ok=True)
        stage.run("chown", "-R", "mysql:mysql", "/var/lib/mysql")
        Path("/run").chmod(0o1777)
        pipe = self.syslog_pipe("mariadbd", "db-1")
        command = ["mariadbd", *MARIADB.split()]
        self.programs.start("mariadb", command, log=pipe, user="mysql", host="db-1")
        stage.wait_for("MariaDB", Path("/run/mysqld.sock").exists)
        users = [f"CREATE USER {u}@'10.44.%' IDENTIFIED BY '{p}';" for u, p in PASSWORDS.items()]
        rights = [f"GRANT ALL ON parcel.* TO {u}@'10.44.%';" for u in PASSWORDS]
        self.sql("CREATE DATABASE parcel;" + "".join(users + rights), database="mysql")
        self.sql((HERE / "schema.sql").read_text())

    def sql(self, statements: str, database: str = "parcel") -> None:
        """Run statements as the database's administrator."""
        command = ["mariadb", "--no-defaults", "-uroot", "-S", "/run/mysqld.sock", database]
        subprocess.run(command, input=statements, text=True, check=True)

    def start_broker(self, megabytes: int) -> None:
        """Start RabbitMQ with its two users and its queue, on a disk of its own."""
        size = f"size={megabytes}m,mode=0755"
        stage.run("mount", "-t", "tmpfs", "-o", size, "tmpfs", "/var/lib/rabbitmq")
        shutil.chown("/var/lib/rabbitmq", "rabbitmq", "rabbitmq")
        (ROOT / "rabbitmq.conf").write_text(RABBITMQ)
        everything = {"vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
        scans = {"name": "scans", "vhost": "/", "durable": True, "auto_delete": False}
        definitions = {
            "users": [
                {"name": user, "password_hash": hashed(word), "tags": ""}
                for user, word in PASSWORDS.items()
            ],
            "vhosts": [{"name": "/"}],
            "permissions": [{"user": user, **everything} for user in PASSWORDS],
            "queues": [{**scans, "arguments": {}}],
            "exchanges": [
                {"name": "scans", "vhost": "/", "type": "fanout", "durable": True}
                | {"auto_delete": False, "internal": False, "arguments": {}}
            ],
            "bindings": [
                {"source": "scans", "vhost": "/", "destination": "scans", "arguments": {}}
                | {"destination_type": "queue", "routing_key": ""}
            ],
        }
        (ROOT / "rabbitmq.json").write_text(json.dumps(definitions))
        self.resume_broker()

    def resume_broker(self) -> None:
        """Start RabbitMQ."""
        environment = {
            "RABBITMQ_NODENAME": "rabbit@mq-1",
            "RABBITMQ_CONFIG_FILE": str(ROOT / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS": "",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }
        self.programs.start(
            "rabbitmq",
            ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
            user="rabbitmq",
            host="mq-1",
            environment=environment,
            folder="/var/lib/rabbitmq",
        )
        log = LOGS / "rabbitmq.log"
        before = log.read_text().count("Server startup complete") if log.exists() else 0
        stage.wait_for(
            "RabbitMQ",
            lambda: log.exists() and log.read_text().count("Server startup complete") > before,
        )

    def start_carrier(self, certificate_seconds: int) -> None:
        """Start the carrier's web hook with a certificate that is valid for so long."""
        folder = Path("/srv/carrier")
        (folder / "ca.conf").write_text(AUTHORITY)
        (folder / "index.txt").touch()
        (folder / "serial").write_text("01\n")
        authority = OPENSSL_REQUEST.format("ca", "Carrier-Root") + "-x509 -days 900 -out "
        stage.run(*authority.split(), "/srv/carrier/ca.pem")
        request = OPENSSL_REQUEST.format("hooks", "hooks.carrier.example") + "-out "
        stage.run(*request.split(), "/srv/carrier/hooks.csr")
        end = datetime.now(UTC) + timedelta(seconds=certificate_seconds)
        sign = "openssl ca -batch -notext -config ca.conf -extensions names -keyfile ca.key"
        sign += f" -cert ca.pem -in hooks.csr -out hooks.pem -enddate {end:%Y%m%d%H%M%SZ}"
        stage.run(*sign.split(), cwd=folder)
        files = (folder / "hooks.pem", folder / "hooks.key")
        body = json.dumps({"accepted": True})
        self.carrier = stage.Partner(ZONE["hooks.carrier.example"], 443, body, files)

    def write_tariff(self, *, junk_lines: int = 0, short: str | None = None) -> None:
        """Write the table of zones; with many zones nobody asks for, or one zone of few steps."""
        with (ROOT / "tariff.csv.new").open("w") as file:
            for number, zone in enumerate(ZONES):
                steps = range(0, 500 if zone == short else 3200, 100)
                file.write(f"{zone},{390 + 60 * number},{','.join(map(str, steps))}\n")
            for number in range(junk_lines):
                file.write(f"area-{number:07},420,{','.join(map(str, range(0, 3200, 100)))}\n")
        (ROOT / "tariff.csv.new").rename(ROOT / "tariff.csv")

    def build(self, name: str, version: str | None = None, changes: stage.Changes = ()) -> Path:
        """Compile a service, as it is or as a later version; give the binary."""
        edits = [*changes, (VERSIONS[name], version)] if version else [*changes]
        target = ROOT / "bin" / f"{name}-{version or VERSIONS[name]}"
        home = os.environ["HOME"]
        path = {"PATH": os.environ["PATH"], "HOME": home}
        if name == "sorter":
            folder = ROOT / "go/src/parcel.example/sorter"
            stage.copy_release(HERE / "sorter/main.go", folder / "main.go", edits)
            go = {"GO111MODULE": "off", "GOPATH": f"{ROOT / 'go'}:/usr/share/gocode"}
            stage.run("go", "build", "-trimpath", "-o", str(target), cwd=folder, env=path | go)
            return target
        folder = ROOT / "src" / "tariff"
        (folder / ".cargo").mkdir(parents=True, exist_ok=True)
        (folder / ".cargo/config.toml").write_text(
            '[source.crates-io]\nreplace-with = "debian"\n'
            '[source.debian]\ndirectory = "/usr/share/cargo/registry"\n'
        )
        shutil.copyfile(HERE / "tariff/Cargo.toml", folder / "Cargo.toml")
        stage.copy_release(HERE / "tariff/src/main.rs", folder / "src/main.rs", edits)
        (folder / "src/main.rs").touch()
        stage.run("cargo", "build", "--release", "--offline", cwd=folder, env=path)
        shutil.copyfile(folder / "target/release/tariff", target)
        target.chmod(0o755)
        return target

    def install(self, name: str, binary: Path) -> None:
        """Put a binary in its place."""
        place = ROOT / name / name
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(binary, place.with_suffix(".new"))
        place.with_suffix(".new").chmod(0o755)
        place.with_suffix(".new").rename(place)

    def start_container(self, name: str, *, before: str = "") -> None:
        """Start the container of a service; `before` is shell run in it first, such as a limit."""
        password = PASSWORDS["sorter"]
        environment = {
            "sorter": {
                "LISTEN": "10.44.0.32:7080",
                "DATABASE_DSN": f"sorter:{password}@tcp(db.parcel.example:3306)/parcel?timeout=3s"
                "&readTimeout=5s&writeTimeout=5s",
                "BROKER_URL": f"amqp://sorter:{password}@mq.parcel.example:5672/",
                "CARRIER_URL": "https://hooks.carrier.example/v1/scans",
                "CARRIER_CA": "/srv/carrier/ca.pem",
            },
            "tariff": {"LISTEN": "10.44.0.31:7070", "TARIFF_TABLE": str(ROOT / "tariff.csv")},
        }[name]
        form = {"sorter": "cri", "tariff": "docker"}[name]
        script = f"{before}\nexec /srv/parcel/{name}/{name}"
        module = [sys.executable, "-m", "tests.lab.container", form, str(LOGS / f"{name}.log")]
        self.programs.start(
            name,
            [*module, "sh", "-c", script],
            environment={"PYTHONPATH": str(stage.REPOSITORY), **environment},
            host="node-1",
        )

    def restart_container(self, name: str, binary: Path | None = None, *, before: str = "") -> None:
        """Stop a container and start it again, with a new binary when there is one."""
        self.programs.stop(name)
        if binary:
            self.install(name, binary)
            self.say_deployed(name, binary.name.rpartition("-")[2])
        self.start_container(name, before=before)

    def deploy_portal(self, version: str | None = None, changes: stage.Changes = ()) -> None:
        """Put the portal in place, as it is or as a later version."""
        edits = [*changes, (VERSIONS["portal"], version)] if version else [*changes]
        stage.copy_release(HERE / "portal.php", ROOT / "portal" / "portal.php", edits)
        if self.started:
            self.say_deployed("portal", version or VERSIONS["portal"])

    def say_deployed(self, name: str, version: str) -> None:
        """Leave the line in syslog that the deployment script leaves."""
        self.say("deploy", f"{name} {version} rolled out: hosts=1 ok=1 failed=0")

    def say(self, tag: str, message: str) -> None:
        """Write a line to syslog."""
        stage.run("logger", "--tag", tag, message)

    def start_web(self) -> None:
        """Start PHP-FPM and Apache."""
        self.deploy_portal()
        modules = ROOT / "php.d"
        modules.mkdir()
        for number, name in enumerate(PHP_MODULES):
            ini = Path(f"/etc/php/8.2/mods-available/{name}.ini")
            shutil.copyfile(ini, modules / f"{number}-{name}.ini")
        self.programs.start(
            "php-fpm",
            ["php-fpm8.2", "-F", "-y", str(HERE / "php-fpm.conf")],
            host="app-1",
            environment={
                "PHP_INI_SCAN_DIR": str(modules),
                "DATABASE_PASSWORD": PASSWORDS["portal"],
                "BROKER_PASSWORD": PASSWORDS["portal"],
            },
        )
        stage.wait_for("PHP-FPM", lambda: stage.listens("10.44.0.12", 9000))
        (ROOT / "www/index.html").write_text("<h1>Where is my parcel?</h1>\n")
        shutil.copyfile(HERE / "httpd.conf", ROOT / "httpd.conf")
        apache = ["apache2", "-f", str(ROOT / "httpd.conf"), "-DFOREGROUND"]
        self.programs.start("apache", apache, host="edge-1")
        stage.wait_for("portal", lambda: stage.answers("10.44.0.10", 80, "/version"))

    def freeze(self, name: str) -> None:
        """Stop a program's clock: it keeps its sockets and answers nothing."""
        self.programs.running[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen program go on."""
        self.programs.running[name].send_signal(signal.SIGCONT)


def hashed(password: str) -> str:
    """Hash a password the way RabbitMQ's definitions want it."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def choose(dice: random.Random) -> stage.Request:
    """Pick what a customer, or a handheld in a depot, does next."""
    kind = dice.random()
    code = f"PX{dice.randint(1, 600):08}"
    if kind < 0.42:
        wanted = f"ZZ{dice.randint(1, 99):08}" if dice.random() < 0.04 else code
        return "GET", f"/track?code={wanted}", None
    if kind < 0.70:
        scan: dict[str, str | int | float] = {"parcel": code, "depot": dice.randint(1, 5)}
        scan |= {"weight": dice.randint(1, 300) / 10, "lane": dice.randint(0, 7)}
        if dice.random() < 0.03:
            del scan["parcel"]
        return "POST", "/depot/scan", json.dumps(scan)
    if kind < 0.84:
        zone = "atlantis" if dice.random() < 0.03 else dice.choice(ZONES)
        return "GET", f"/quote?zone={zone}&grams={dice.randint(100, 31000)}", None
    if kind < 0.92:
        return "GET", f"/depot/board?depot={dice.randint(1, 5)}", None
    page = dice.choice(["/", "/", "/error-codes.html", "/favicon.ico", "/intern/failures"])
    return "GET", page, None
