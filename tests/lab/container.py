"""Run a program as a container runtime does: keep its output line by line, start it again.

`python3 -m tests.lab.container {cri,docker} LOG COMMAND...` writes what COMMAND prints to LOG, in
the form of the CRI runtimes or of Docker's json-file driver, and starts COMMAND again when it
ends, with the kubelet's growing pauses. SIGTERM ends both.
"""

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

LONGEST_PAUSE = 12
STEADY_SECONDS = 20


class Container:
    """One program and the file that takes its output."""

    def __init__(self, form: str, log: Path, command: list[str]) -> None:
        self.form, self.command = form, command
        self.file = log.open("a", buffering=1)
        self.lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self.stopping = threading.Event()

    def keep(self, stream: str, lines: IO[str]) -> None:
        """Write each line of a stream with the time at which it came."""
        for line in lines:
            now = time.time_ns()
            second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 10**9))
            stamp = f"{second}.{now % 10**9:09}Z"
            text = line.rstrip("\n")
            if self.form == "docker":
                entry = {"log": text + "\n", "stream": stream, "time": stamp}
                text = json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
            else:
                text = f"{stamp} {stream} F {text}"
            with self.lock:
                self.file.write(text + "\n")

    def run(self) -> None:
        """Start the program again and again until told to stop."""
        pause = 1
        while not self.stopping.is_set():
            began = time.monotonic()
            self.process = subprocess.Popen(
                self.command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
            streams = (("stdout", self.process.stdout), ("stderr", self.process.stderr))
            keepers = [threading.Thread(target=self.keep, args=pair) for pair in streams]
            for keeper in keepers:
                keeper.start()
            self.process.wait()
            for keeper in keepers:
                keeper.join()
            steady = time.monotonic() - began > STEADY_SECONDS
            pause = 1 if steady else min(2 * pause, LONGEST_PAUSE)
            self.stopping.wait(pause)

    def stop(self, *_: object) -> None:
        """End the program, and the loop with it."""
        self.stopping.set()
        if self.process:
            self.process.terminate()


def main() -> None:
    form, log, *command = sys.argv[1:]
    container = Container(form, Path(log), command)
    signal.signal(signal.SIGTERM, container.stop)
    container.run()


if __name__ == "__main__":
    main()
