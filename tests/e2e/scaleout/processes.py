"""Programs of a run: started, broken and mended by the thread that lives as long as they do."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

PATIENCE = 60
POLL = 0.02
# What the programs log when they break a rule that is checked while they run.
BROKEN_RULES = ("blocking call on a gRPC library thread",)


def eventually(condition, what, seconds=PATIENCE):
    """Waits for CONDITION; its value. AssertionError with WHAT when it does not come about."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not in {seconds} s: {what}")
        time.sleep(POLL)


def free_port(above=0):
    """A port where nobody listens, nor at the one ABOVE it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            if port + above > 65535:
                continue
            try:
                if above:
                    second.bind(("127.0.0.1", port + above))
            except OSError:
                continue
            return port


class Process:
    """One program, which ends with the thread that started it. Its output is in a file."""

    def __init__(self, name, directory, user=None):
        self.name = name
        self.directory = pathlib.Path(directory)
        self.log = self.directory / f"{name}.log"
        self._user = user
        self._child = None

    def spawn(self, command):
        prefix = ["setpriv", "--pdeathsig", "KILL"]
        if self._user is not None:
            prefix += ["--reuid", self._user, "--regid", self._user, "--clear-groups"]
        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(
                prefix + [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd=self.directory)

    def running(self):
        return self._child is not None and self._child.poll() is None

    def signal(self, number):
        if self.running():
            self._child.send_signal(number)

    def wait(self, seconds=PATIENCE):
        """Its exit code."""
        return self._child.wait(timeout=seconds)

    def kill(self):
        self.signal(signal.SIGKILL)
        if self._child is not None:
            self.wait()

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def tail(self, lines=15):
        return "\n".join(self.text().splitlines()[-lines:])

    def broken_rules(self):
        """Lines of the log that must not be there."""
        return [line for line in self.text().splitlines()
                if any(rule in line for rule in BROKEN_RULES)]


class Service(Process):
    """One replica of a service; its ports stay the same when it is started again."""

    def __init__(self, name, program, directory, arguments):
        super().__init__(name, directory)
        self._program = program
        self._arguments = arguments
        self._ports = {"grpc": 0, "admin": 0}

    @property
    def address(self):
        return f"127.0.0.1:{self._ports['grpc']}"

    def start(self):
        ports_file = self.directory / f"{self.name}.ports"
        ports_file.unlink(missing_ok=True)
        self.spawn([self._program, f"--listen=127.0.0.1:{self._ports['grpc']}",
                    f"--admin-listen=127.0.0.1:{self._ports['admin']}",
                    f"--ports-file={ports_file}", "--drain-delay=0s", "--drain-timeout=5s",
                    *self._arguments])
        eventually(lambda: ports_file.exists() or not self.running(), f"{self.name} serves")
        if not self.running():
            raise AssertionError(f"{self.name} ended at start:\n{self.tail()}")
        self._ports = json.loads(ports_file.read_text(encoding="utf-8"))

    def await_ready(self):
        eventually(lambda: self._get("/readyz")[0] == 200 or not self.running(),
                   f"{self.name} is ready")
        if not self.running():
            raise AssertionError(f"{self.name} ended:\n{self.tail()}")

    def terminate(self):
        """SIGTERM; its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def metric(self, name):
        """Sum over the labels of a metric."""
        total = 0.0
        for line in self._get("/metrics")[1].splitlines():
            if line.startswith((f"{name} ", f"{name}{{")):
                total += float(line.rpartition(" ")[2])
        return total

    def _get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._ports['admin']}{path}",
                                        timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""


def server_user():
    """Who runs PostgreSQL, which refuses to run as root; None: whoever runs the test."""
    return "postgres" if os.geteuid() == 0 else None
