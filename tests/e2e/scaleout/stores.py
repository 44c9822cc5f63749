"""The stores of a run: one PostgreSQL with fsync on, and one Redis Cluster of three primaries."""

import os
import pathlib
import shutil
import signal
import subprocess

from processes import Process, eventually, free_port, server_user

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
PRIMARIES = 3
BUS = 10_000  # the bus of a node listens that far above its port


class PostgresServer(Process):
    """A server of its own, reached over a socket in its folder."""

    def __init__(self, directory):
        self._home = pathlib.Path(directory) / "postgres"
        self._home.mkdir()
        super().__init__("postgres", self._home, server_user())
        if server_user() is not None:
            shutil.chown(self._home, server_user(), server_user())
        self._home.chmod(0o755)

    def initialise(self):
        self.spawn([POSTGRES / "initdb", "-D", self._home / "data", "-U", "kpi", "-A", "trust",
                    "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"])
        if self.wait() != 0:
            raise AssertionError(f"initdb failed:\n{self.tail()}")
        self.start()
        subprocess.run([POSTGRES / "createdb", "-h", self._home, "-U", "kpi", "kpi"], check=True)

    def start(self):
        self.spawn([POSTGRES / "postgres", "-D", self._home / "data", "-k", self._home,
                    "-c", "listen_addresses=", "-c", "max_connections=200",
                    "-c", "shared_buffers=64MB"])
        eventually(lambda: self._answers() or not self.running(), "PostgreSQL answers")
        if not self.running():
            raise AssertionError(f"postgres ended at start:\n{self.tail()}")

    def crash(self):
        """As `pg_ctl stop -m immediate`: nothing is finished, the next start recovers."""
        self.signal(signal.SIGQUIT)
        self.wait()

    def _answers(self):
        return subprocess.run([POSTGRES / "pg_isready", "-q", "-h", self._home, "-U", "kpi"],
                              check=False).returncode == 0

    @property
    def uri(self):
        return f"postgres://kpi@/kpi?host={self._home}"


class RedisNode(Process):
    """One server of the cluster; nothing is kept but who it is."""

    def __init__(self, number, directory):
        self.port = free_port(above=BUS)
        home = pathlib.Path(directory) / f"redis-{number}"
        home.mkdir()
        super().__init__(f"redis-{number}", home)

    def start(self):
        self.spawn(["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "",
                    "--appendonly", "no", "--cluster-enabled", "yes", "--cluster-node-timeout",
                    "1000", "--cluster-replica-validity-factor", "0",
                    "--repl-diskless-sync-delay", "0", "--maxmemory-policy", "noeviction"])
        eventually(lambda: self.ask("PING") == "PONG" or not self.running(),
                   f"{self.name} answers")
        if not self.running():
            raise AssertionError(f"{self.name} ended at start:\n{self.tail()}")

    def ask(self, *words):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True,
                              text=True, timeout=20, check=False)
        return done.stdout.strip()


class RedisCluster:
    """Three primaries with a replica each."""

    def __init__(self, directory):
        self.nodes = [RedisNode(number, directory) for number in range(2 * PRIMARIES)]

    def start(self):
        for node in self.nodes:
            node.start()
        made = subprocess.run(
            ["redis-cli", "--cluster", "create", *self._hosts(), "--cluster-replicas", "1",
             "--cluster-yes"], capture_output=True, text=True, timeout=60, check=False)
        if made.returncode != 0:
            raise AssertionError(f"redis-cli --cluster create: {made.stdout}{made.stderr}")
        self.await_whole()

    def await_whole(self):
        """Until every node that runs knows all slots served, and replicas are in step."""
        for node in self.nodes:
            if node.running():
                eventually(lambda node=node: "cluster_state:ok" in node.ask("CLUSTER", "INFO"),
                           f"{node.name} sees the cluster whole")
        eventually(lambda: self._count("master_link_status:up") == PRIMARIES,
                   "replicas of Redis are in step")

    def primaries(self):
        return [node for node in self.nodes
                if node.running() and "role:master" in node.ask("INFO", "replication")]

    def _count(self, text):
        return sum(text in node.ask("INFO", "replication") for node in self.nodes)

    def _hosts(self):
        return [f"127.0.0.1:{node.port}" for node in self.nodes]

    @property
    def address(self):
        return f"redis-cluster://{','.join(self._hosts())}"


def scratch_parent():
    """A folder on a disk, which /tmp often is not."""
    return os.environ.get("KPISUITE_SCRATCH", "/var/tmp")
