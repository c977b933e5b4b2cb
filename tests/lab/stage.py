"""A private stage on which real programs are started, broken and stopped.

Every run has its own mount, host name, network and process namespaces, so a run can use the
well-known ports and paths, sees no other program of the machine, and leaves nothing behind when
its first process ends. Needs Linux, root and util-linux.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CACHE = Path(os.environ.get("LAB_CACHE", Path.home() / ".cache" / "logtriage-lab"))
PRIVATE_FOLDERS = (
    "/srv",
    "/var/log",
    "/var/lib/postgresql",
    "/var/lib/mysql",
    "/run",
    "/mnt",
    "/tmp",
)
RUN_SECONDS = 150
REPOSITORY = Path(__file__).resolve().parents[2]


def inside(module: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start `python -m module arguments` in namespaces of its own; it dies with this process."""
    command = ["unshare", "--mount", "--uts", "--net", "--ipc", "--pid", "--fork", "--kill-child"]
    command += ["--mount-proc", "--", sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.DEVNULL)


def set_up(host: str, names: Mapping[str, str], clients: str, kept: Iterable[Path]) -> None:
    """Name the machine, bring up its addresses and give it empty folders of its own.

    `names` maps host names to addresses; `clients` is the network that browsers come from;
    `kept` are folders under the private ones that must stay visible (the output, the cache).
    """
    kept = list(kept)
    handles = [os.open(path, os.O_PATH) for path in kept]
    for folder in PRIVATE_FOLDERS:
        Path(folder).mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", "mode=1777,size=1g", "tmpfs", folder)
    for handle, path in zip(handles, kept, strict=True):
        path.mkdir(parents=True, exist_ok=True)
        run("mount", "--bind", f"/proc/{os.getpid()}/fd/{handle}", str(path))
        os.close(handle)
    run("hostname", host)
    run("ip", "link", "set", "lo", "up")
    for address in {*names.values()}:
        run("ip", "address", "add", f"{address}/32", "dev", "lo")
    run("ip", "route", "add", "local", clients, "dev", "lo")
    hosts = Path("/srv/hosts")
    hosts.write_text("".join(f"{a} {n}\n" for n, a in {"localhost": "127.0.0.1", **names}.items()))
    run("mount", "--bind", str(hosts), "/etc/hosts")


def run(*command: str, check: bool = True, **options: str | Path | dict[str, str]) -> str:
    """Run a program to its end and return what it printed."""
    done = subprocess.run(command, check=False, text=True, capture_output=True, **options)  # type: ignore[call-overload]
    if check and done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return str(done.stdout)


def private_devices(log_socket: str) -> None:
    """Give the run a /dev of its own, whose /dev/log leads to the run's syslog daemon."""
    devices = Path("/mnt/dev")
    devices.mkdir()
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        (devices / name).touch()
        run("mount", "--bind", f"/dev/{name}", str(devices / name))
    for name, target in (("fd", "/proc/self/fd"), ("log", log_socket)):
        (devices / name).symlink_to(target)
    for name in ("shm", "pts"):
        (devices / name).mkdir()
    run("mount", "-t", "tmpfs", "tmpfs", str(devices / "shm"))
    run("mount", "--rbind", str(devices), "/dev")


Changes = Sequence[tuple[str, str]]


def copy_release(source: Path, target: Path, changes: Changes = ()) -> None:
    """Write one source file of a service, with the changes that make up a release."""
    text = source.read_text()
    for old, new in changes:
        if text.count(old) != 1:
            raise SystemExit(f"{source.name}: {text.count(old)} places hold {old!r}")
        text = text.replace(old, new)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def wait_for(what: str, ready: Callable[[], bool], seconds: float = 25) -> None:
    """Wait until `ready` holds."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not get ready in {seconds} s")
        time.sleep(0.1)


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """Tell whether an HTTP server answers 200."""
    connection = HTTPConnection(host, port, timeout=2)
    with contextlib.suppress(OSError, HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False


def listens(host: str, port: int) -> bool:
    """Tell whether a port accepts connections."""
    with contextlib.suppress(OSError):
        socket.create_connection((host, port), 1).close()
        return True
    return False


class Programs:
    """The daemons of a run, each writing its output to a file of its own."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path | int | None = None,
        user: str | None = None,
        host: str | None = None,
        environment: Mapping[str, str] = {},
        folder: str = "/",
    ) -> subprocess.Popen[bytes]:
        """Start a daemon in the foreground, if need be on a machine with another host name.

        `log`, a file or a descriptor, takes its standard output and error.
        """
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        output = log.open("ab") if isinstance(log, Path) else log
        if user:
            command = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *command]
        if host:
            renamed = 'hostname "$0" && exec "$@"'
            command = ["unshare", "--uts", "sh", "-c", renamed, host, *command]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if output is None else output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PATH": path, "LANG": "C.UTF-8", "HOME": folder, **environment},
        )
        self.running[name] = process
        return process

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM, patience: float = 20) -> None:
        """Send a signal and wait for the daemon to end."""
        process = self.running.pop(name)
        process.send_signal(how)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop_all(self) -> None:
        """Stop everything, the last started first."""
        for name in reversed([*self.running]):
            self.stop(name, patience=5)


Request = tuple[str, str, str | None]


class Traffic:
    """People at their browsers: requests at a steady rate until told to stop."""

    def __init__(
        self,
        target: tuple[str, int],
        host: str,
        choose: Callable[[random.Random], Request],
        *,
        per_second: float,
        network: str,
        seed: int = 1,
    ) -> None:
        self.target, self.host, self.choose = target, host, choose
        self.per_second, self.network = per_second, network
        self.random = random.Random(seed)  # noqa: S311 -- the same visitors in every run
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._loop, daemon=True)

    AGENTS = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
    )

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join()
        time.sleep(1)

    def _loop(self) -> None:
        while not self.stopping.wait(self.random.expovariate(self.per_second)):
            request = self.choose(self.random)
            client = f"{self.network}.{self.random.randint(2, 60)}"
            agent = self.random.choice(self.AGENTS)
            threading.Thread(target=self._send, args=(request, client, agent), daemon=True).start()

    def _send(self, request: Request, client: str, agent: str) -> None:
        method, path, body = request
        connection = HTTPConnection(*self.target, timeout=15, source_address=(client, 0))
        headers = {"Host": self.host, "User-Agent": agent}
        if body is not None:
            is_json = body.startswith("{")
            headers["Content-Type"] = (
                "application/json" if is_json else "application/x-www-form-urlencoded"
            )
        with contextlib.suppress(OSError, HTTPException):
            connection.request(method, path, body, headers)
            connection.getresponse().read()
            connection.close()


class Partner:
    """A company outside: answers every request the same way, writes no log, can hang."""

    def __init__(
        self, address: str, port: int, body: str, certificate: tuple[Path, Path] | None = None
    ) -> None:
        partner = self
        self.hanging = False

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                while partner.hanging:
                    time.sleep(0.2)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body.encode())

            do_GET = answer  # noqa: N815 -- the name http.server asks for
            do_POST = answer  # noqa: N815 -- the name http.server asks for

            def log_message(self, *_: object) -> None:
                """Say nothing: the partner's log is not ours."""

            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle()

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Say nothing about a client that hung up."""

        self.server = Server((address, port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def hang_up_on(address: str, port: int) -> socket.socket:
    """Listen on a port and close every connection at once, like a program of another protocol."""
    listener = socket.create_server((address, port))

    def refuse() -> None:
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()

    threading.Thread(target=refuse, daemon=True).start()
    return listener


def memory_group(name: str, megabytes: int) -> Path:
    """Make a memory control group (version 1) with a limit."""
    group = Path("/sys/fs/cgroup/memory", name)
    group.mkdir(parents=True, exist_ok=True)
    (group / "memory.limit_in_bytes").write_text(str(megabytes << 20))
    return group


def kernel_log(log: Path, host: str) -> None:
    """Write what the kernel said about killed processes, as rsyslog writes it.

    The machine's own name for its kernel and its hardware are left out.
    """
    up = time.clock_gettime(time.CLOCK_BOOTTIME)
    lines = []
    for line in run("dmesg", "--raw").splitlines():
        found = re.match(r"<\d+>\[ *(\d+\.\d+)\] (.*)", line)
        if not found or float(found[1]) < up - RUN_SECONDS:
            continue
        text = re.sub(r"Not tainted \S+ ", "Not tainted 6.1.0-28-amd64 ", found[2])
        if not text.startswith("Hardware name"):
            when = time.strftime("%b %e %H:%M:%S", time.gmtime(time.time() - up + float(found[1])))
            lines.append(f"{when} {host} kernel: [{found[1]:>12}] {text}\n")
    log.write_text("".join(lines))


def fill(path: Path) -> None:
    """Write zeros until the disk is full."""
    block = bytes(64 * 1024)
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(block) == len(block):
            pass


def collect(logs: Path, target: Path) -> None:
    """Copy the logs of a run, sorted by name, without empty ones."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.log"):
        old.unlink()
    for path in sorted(logs.glob("*.log")):
        if path.stat().st_size:
            shutil.copyfile(path, target / path.name)


def show_ends(logs: Path) -> None:
    """Print the last lines of every log: what a failed run left behind."""
    for path in sorted(logs.glob("*.log")):
        lines = path.read_text(errors="replace").splitlines()[-15:]
        sys.stderr.write(f"--- {path.name}\n" + "".join(f"{line}\n" for line in lines))
