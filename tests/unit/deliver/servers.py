"""Real servers on loopback that take what is sent: HTTP and SMTP."""

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Call(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class Http:
    """Answers with the statuses and bodies it was given, in order, then with 200 and {}."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.calls: list[Call] = []
        self.answers: list[tuple[int, object, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{server.server_port}"


@contextmanager
def http_server() -> Iterator[Http]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(size)
            body = json.loads(text) if text[:1] == b"{" else text.decode()
            seen.calls.append(Call(self.command, self.path, dict(self.headers), body))
            status, answer, headers = seen.answers.pop(0) if seen.answers else (200, {}, {})
            told = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen = Http(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Smtp:
    """Keeps envelopes and mails; refuses the recipients and answers it is told to."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], str]] = []
        self.refused: dict[str, str] = {}
        self.data_answer = "250 ok"
        self.logins: list[tuple[str, str]] = []
        self.password = ""
        self.address = ""


@contextmanager
def smtp_server() -> Iterator[Smtp]:
    seen = Smtp()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.say("220 quay.example")
            to: list[str] = []
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                verb = line.split(" ")[0].upper()
                if verb == "EHLO":
                    self.say("250-quay.example\r\n250-8BITMIME\r\n250 AUTH PLAIN")
                elif verb == "AUTH":
                    login = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                    seen.logins.append((login[1], login[2]))
                    right = login[2] == seen.password
                    self.say("235 welcome" if right else "535 wrong password")
                elif verb == "RCPT":
                    name = line.partition("<")[2].partition(">")[0]
                    self.say(seen.refused.get(name, "250 ok"))
                    to += [] if name in seen.refused else [name]
                elif verb == "DATA":
                    self.say("354 go on")
                    lines = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        lines.append(part.removeprefix(b"."))
                    if seen.data_answer.startswith("250"):
                        seen.mails.append((to, b"".join(lines).decode()))
                    self.say(seen.data_answer)
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    seen.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
