"""The clinic: nginx, two web services and a Java one, PostgreSQL, Redis, supervisord.

book.clinic.example (nginx) -> appointments (Python) -> records (Java), insurer (outside)
                            -> reminders (Node) -> SMS carrier (outside)
"""

import json
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.lab import stage

HERE = Path(__file__).parent
LOGS = Path("/var/log/clinic")
DATA = Path("/var/lib/postgresql/15/main")
BINARIES = "/usr/lib/postgresql/15/bin"
CLIENTS = "198.51.100"
NAMES = {
    "clinic-1": "10.31.0.10",
    "book.clinic.example": "10.31.0.10",
    "db.clinic.example": "10.31.0.21",
    "cache.clinic.example": "10.31.0.22",
    "appointments.clinic.example": "10.31.0.31",
    "reminders.clinic.example": "10.31.0.32",
    "records.clinic.example": "10.31.0.33",
    "eligibility.insurer.example": "203.0.113.20",
    "sms.carrier.example": "203.0.113.30",
}
PASSWORD = "quiet-harbour-17"  # noqa: S105 -- of a database that lives for two minutes
SOURCES = {"appointments": "appointments.py", "reminders": "reminders.js"}
JARS = ("HikariCP", "postgresql", "slf4j-api", "logback-classic", "logback-core")
CLASS_PATH = ":".join(f"/srv/clinic/lib/{name}.jar" for name in JARS)

POSTGRES = """
listen_addresses = '10.31.0.21'
unix_socket_directories = '/run/postgresql'
log_line_prefix = '%m [%p] %q%u@%d '
log_min_duration_statement = 500
log_connections = off
log_checkpoints = on
max_connections = 40
min_wal_size = 32MB
max_wal_size = 64MB
checkpoint_timeout = 30s
shared_buffers = 16MB
"""

REDIS = "--bind 10.31.0.22 --protected-mode no --dir /srv/clinic/redis --save 20 1".split()

SUPERVISOR = """
[supervisord]
logfile = /var/log/clinic/supervisord.log
pidfile = /run/supervisord.pid
childlogdir = /var/log/clinic
user = root
nodaemon = true
[unix_http_server]
file = /run/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl = unix:///run/supervisor.sock
"""

PROGRAM = """
[program:{name}]
command = {command}
directory = /srv/clinic/{name}
environment = {environment}
stdout_logfile = {log}
stdout_logfile_maxbytes = 0
redirect_stderr = true
startsecs = 1
startretries = 30
stopasgroup = true
autorestart = true
user = nobody
"""


def prepare() -> None:
    """Fetch what the services need: Python and Node libraries, compiled Java."""
    python, node = stage.CACHE / "python", stage.CACHE / "node"
    if not python.is_dir():
        wanted = ["flask==3.0.3", "gunicorn==22.0.0", "psycopg2-binary==2.9.9", "redis==5.0.8"]
        wanted += ["requests==2.32.3", "async-timeout"]
        stage.run("python3.11", "-m", "pip", "install", "-q", "--target", str(python), *wanted)
    if not (node / "node_modules").is_dir():
        node.mkdir(parents=True, exist_ok=True)
        (node / "package.json").write_text("{}")
        stage.run("npm", "install", "--silent", "pino@9", "pg@8", "ioredis@5", cwd=node)


class Clinic:
    """One run of the clinic, from empty disks to stopped programs."""

    def __init__(self) -> None:
        self.programs = stage.Programs()
        self.insurer = stage.Partner("203.0.113.20", 8070, json.dumps({"eligible": True}))
        self.carrier = stage.Partner("203.0.113.30", 8090, json.dumps({"accepted": True}))
        self.traffic = stage.Traffic(
            ("10.31.0.10", 80), "book.clinic.example", choose, per_second=4, network=CLIENTS
        )
        self.marks: dict[str, str] = {}

    def mark(self, event: str) -> None:
        """Remember when something was done to the system (UTC, whole seconds)."""
        self.marks[event] = time.strftime("%H:%M:%S", time.gmtime())

    def start(self, *, database_megabytes: int = 400) -> None:
        """Start every program, the deepest first, and then the traffic."""
        LOGS.mkdir()
        LOGS.chmod(0o1777)
        self.start_database(database_megabytes)
        Path("/srv/clinic/redis").mkdir(parents=True)
        self.programs.start(
            "redis",
            ["redis-server", *REDIS, "--logfile", str(LOGS / "redis.log")],
        )
        self.start_services()
        shutil.copyfile(HERE / "nginx.conf", "/srv/clinic/nginx.conf")
        www = Path("/srv/clinic/www")
        www.mkdir()
        for page in ("index", "error-page", "opening-hours"):
            (www / f"{page}.html").write_text(f"<h1>{page}</h1>\n")
        self.programs.start("nginx", ["nginx", "-c", "/srv/clinic/nginx.conf", "-g", "daemon off;"])
        stage.wait_for("nginx", lambda: stage.answers("10.31.0.10", 80, "/api/records?patient=1"))
        self.traffic.start()

    def start_database(self, megabytes: int) -> None:
        """Make the cluster on a disk of its own and start it."""
        DATA.parent.mkdir(parents=True)
        size = f"size={megabytes}m,mode=0755"
        stage.run("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(DATA.parent))
        for path in (DATA.parent, Path("/run/postgresql")):
            path.mkdir(exist_ok=True)
            shutil.chown(path, "postgres", "postgres")
        trusted = ["-U", "postgres", "-A", "trust", "--no-sync"]
        stage.run(
            "su", "postgres", "-c", " ".join([f"{BINARIES}/initdb", "-D", str(DATA), *trusted])
        )
        with (DATA / "postgresql.conf").open("a") as settings:
            settings.write(POSTGRES)
        with (DATA / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.31.0.0/24 scram-sha-256\n")
        self.resume_database()
        role = f"CREATE ROLE clinic LOGIN PASSWORD '{PASSWORD}'"
        self.sql(role, database="postgres")
        self.sql("CREATE DATABASE clinic OWNER clinic", database="postgres")
        self.sql((HERE / "schema.sql").read_text())

    def resume_database(self) -> None:
        """Start PostgreSQL on the cluster that is there."""
        command = [f"{BINARIES}/postgres", "-D", str(DATA)]
        self.programs.start("postgres", command, log=LOGS / "postgres.log", user="postgres")
        stage.wait_for(
            "PostgreSQL",
            lambda: (
                "accepting"
                in stage.run(
                    "pg_isready",
                    "-U",
                    "postgres",
                    "-d",
                    "postgres",
                    "-h",
                    "/run/postgresql",
                    check=False,
                )
            ),
        )

    def stop_database(self) -> None:
        """Stop PostgreSQL the fast way: sessions are cut."""
        self.programs.stop("postgres", signal.SIGINT)

    def sql(self, statements: str, *, database: str = "clinic") -> None:
        """Run statements as the database's administrator, without a trace in its log."""
        command = ["psql", "-q", "-h", "/run/postgresql", "-U", "postgres", "-d", database]
        subprocess.run([*command, "-v", "ON_ERROR_STOP=1"], input=statements, text=True, check=True)

    def start_services(self) -> None:
        """Start supervisord with the three services."""
        for name in SOURCES:
            self.release(name)
        self.release("records")
        for source, target in (("python", "site-packages"), ("node/node_modules", "node_modules")):
            folder = Path("/srv/clinic", target)
            folder.mkdir()
            stage.run("mount", "--bind", str(stage.CACHE / source), str(folder))
        dsn = f"host=db.clinic.example port=5432 dbname=clinic user=clinic password={PASSWORD}"
        url = f"postgres://clinic:{PASSWORD}@db.clinic.example:5432/clinic"
        redis = "redis://cache.clinic.example:6379/0"
        gunicorn = "/usr/bin/python3 -m gunicorn --bind 10.31.0.31:8081 --workers 2 --threads 6"
        texts = [
            SUPERVISOR,
            PROGRAM.format(
                name="appointments",
                command=f"{gunicorn} --timeout 30 appointments:app",
                environment=f'PYTHONPATH="/srv/clinic/site-packages",DATABASE_DSN="{dsn}",'
                f'REDIS_URL="{redis}",RECORDS_URL="http://records.clinic.example:8083",'
                'INSURER_URL="http://eligibility.insurer.example:8070",ROTA_IMPORT="1"',
                log=LOGS / "appointments.log",
            ),
            PROGRAM.format(
                name="reminders",
                command="/usr/bin/node reminders.js",
                environment=f'DATABASE_URL="{url}",REDIS_URL="{redis}",LISTEN="10.31.0.32",'
                'CARRIER_URL="http://sms.carrier.example:8090",HOST_LABEL="clinic-1"',
                log=LOGS / "reminders.log",
            ),
            PROGRAM.format(
                name="records",
                command=f"/usr/bin/java -Xmx96m -cp /srv/clinic/records:{CLASS_PATH}"
                " clinic.records.Records",
                environment=f'LISTEN="10.31.0.33",DATABASE_PASSWORD="{PASSWORD}",'
                'JDBC_URL="jdbc:postgresql://db.clinic.example:5432/clinic"',
                log="/dev/null",
            ),
        ]
        Path("/srv/clinic/supervisord.conf").write_text("\n".join(texts))
        supervisord = ["/usr/bin/supervisord", "-c", "/srv/clinic/supervisord.conf"]
        self.programs.start("supervisord", supervisord)
        stage.wait_for(
            "records", lambda: stage.answers("10.31.0.33", 8083, "/api/records?patient=1")
        )
        stage.wait_for("reminders", lambda: stage.answers("10.31.0.32", 8082))
        stage.wait_for("appointments", lambda: stage.answers("10.31.0.31", 8081))

    def release(self, name: str, version: str | None = None, *changes: tuple[str, str]) -> None:
        """Put the sources of a service in place, as they are or as a later version."""
        folder = Path("/srv/clinic", name)
        if name == "records":
            self.compile_records(folder, version, changes)
            return
        source = HERE / SOURCES[name]
        old = {"appointments": "3.13.2", "reminders": "2.8.4"}[name]
        edits = [*changes, (old, version)] if version else []
        stage.copy_release(source, folder / source.name, edits)

    def compile_records(
        self, folder: Path, version: str | None, changes: tuple[tuple[str, str], ...]
    ) -> None:
        """Compile the Java service."""
        source = folder / "src" / "Records.java"
        edits = [*changes, ("1.7.1", version)] if version else []
        stage.copy_release(HERE / "Records.java", source, edits)
        library = Path("/srv/clinic/lib")
        if not library.is_dir():
            library.mkdir()
            for jar in JARS:
                shutil.copyfile(f"/usr/share/java/{jar}.jar", library / f"{jar}.jar")
        shutil.copyfile(HERE / "logback.xml", folder / "logback.xml")
        stage.run("javac", "-g", "-cp", CLASS_PATH, "-d", str(folder), str(source))

    def restart(self, name: str) -> None:
        """Restart one service through supervisord."""
        stage.run("supervisorctl", "-c", "/srv/clinic/supervisord.conf", "restart", name)


def choose(dice: random.Random) -> stage.Request:
    """Pick what a visitor does next."""
    patient = dice.randint(1, 400)
    kind = dice.random()
    if kind < 0.30:
        doctor = "dr-who" if dice.random() < 0.02 else dice.randint(1, 9)
        return "GET", f"/api/slots?doctor={doctor}", None
    if kind < 0.50:
        booking: dict[str, int | str] = {"slot": dice.randint(1, 4000), "patient": patient}
        if dice.random() < 0.03:
            del booking["patient"]
        return "POST", "/api/bookings", json.dumps(booking)
    if kind < 0.70:
        return "GET", f"/api/reminders?patient={patient}", None
    if kind < 0.82:
        return "GET", f"/api/records?patient={patient}", None
    if kind < 0.92:
        return "GET", f"/api/bookings/{dice.randint(1, 60)}", None
    page = dice.choice(["/", "/opening-hours", "/error-page", "/favicon.ico", "/internal/status"])
    return "GET", page, None
