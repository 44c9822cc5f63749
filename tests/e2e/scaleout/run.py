#!/usr/bin/env python3
"""Runs the suite in two replicas under load and faults, and checks everything at the end.

    run.py [--seconds=300] [--seed=1] [--bin=.build/dev/bin] [--keep]

Exit 0 when every check holds, 1 with the first violations otherwise, 2 for wrong arguments. Needs
the environment of the Python client (deploy/setup.sh), PostgreSQL 15 and Redis 7.
"""

import argparse
import faulthandler
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "proto" / "stubs" / "python" / "src"))

import report  # noqa: E402
import stores  # noqa: E402
from clients import Clients  # noqa: E402
from cluster import Cluster  # noqa: E402
from definers import Definer  # noqa: E402
from faults import Faults  # noqa: E402
from ledger import Ledger  # noqa: E402
from probe import Probe  # noqa: E402
from processes import eventually  # noqa: E402
from readers import Reader  # noqa: E402
from state_checks import StateChecks  # noqa: E402
from stored_checks import StoredChecks  # noqa: E402
from watchers import Watcher  # noqa: E402
from writers import Writer  # noqa: E402

WRITERS = 3
READERS = 2
FILTERS = (("totals", ""), ("sites", 'grouping = "site"'))
# What was given up may still be on its way.
GIVEN_UP_SECONDS = 3


class Traffic:
    """Everybody who uses the cluster."""

    def __init__(self, clients, ledger, seed):
        self._stop = threading.Event()
        self.definer = Definer(clients, ledger, self._stop, seed)
        self.writers = [Writer(number, clients, ledger, self._stop, seed)
                        for number in range(WRITERS)]
        self.probe = Probe(clients, ledger, self._stop)
        self.watchers = [
            Watcher(f"watcher of {name} on {place}", stub, text, ledger, seed)
            for name, text in FILTERS
            for place, stub in [(f"evaluation-{number}", stub)
                                for number, stub in enumerate(clients.each_evaluation)] +
            [("any replica", clients.evaluations)]]
        self._threads = [self.definer, *self.writers, self.probe,
                         *[Reader(number, clients, self.probe, ledger, self._stop, seed)
                           for number in range(READERS)]]

    def start(self):
        """Watchers first: they are told of everything that comes."""
        self.definer.begin()
        for watcher in self.watchers:
            watcher.start()
        eventually(lambda: all(watcher.in_sync for watcher in self.watchers), "watches begin")
        for thread in self._threads:
            thread.start()

    def stop(self):
        """Everybody finishes what he is at; watchers go on."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        time.sleep(GIVEN_UP_SECONDS)
        # The last samples of every group: a position that holds all others.
        self.probe.round()

    def facts(self):
        return [self.probe.facts, *[writer.facts for writer in self.writers]]


def check(clients, ledger, traffic):
    stored = StoredChecks(clients, ledger, traffic.facts())
    stored.check()
    states = StateChecks(clients, ledger, traffic.probe.token)
    definer = traffic.definer
    states.check(list(definer.kpis.values()), stored.live(), definer.complete_days)
    states.check_watchers([(watcher, (lambda key: not key[2]) if "totals" in watcher.name else
                            (lambda key: bool(key[2]))) for watcher in traffic.watchers])


def run(cluster, ledger, seconds, seed):
    """Starts, loads, breaks, settles and checks."""
    began = time.monotonic()
    cluster.start()
    print(f"started in {time.monotonic() - began:.1f} s", flush=True)
    clients = Clients(cluster, ledger)
    traffic = Traffic(clients, ledger, seed)
    traffic.start()
    Faults(cluster, ledger, random.Random(seed)).run(seconds)
    traffic.stop()
    print(f"loaded for {time.monotonic() - began:.1f} s; checking", flush=True)
    try:
        check(clients, ledger, traffic)
    finally:
        for watcher in traffic.watchers:
            watcher.stop()
        clients.close()
    for process in cluster.ended_by_themselves():
        ledger.violation(f"{process.name} ended by itself:\n{process.tail()}")
    for process in cluster.processes():
        for line in process.broken_rules():
            ledger.violation(f"{process.name}: {line}")


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / ".build" / "dev" / "bin")
    parser.add_argument("--keep", action="store_true", help="keep the logs and the stores")
    options = parser.parse_args()
    faulthandler.register(signal.SIGUSR1)  # where its threads are
    directory = tempfile.mkdtemp(prefix="kpi-scaleout-", dir=stores.scratch_parent())
    pathlib.Path(directory).chmod(0o755)
    ledger = Ledger()
    threading.excepthook = lambda died: ledger.violation(
        f"{died.thread.name} ended early: {died.exc_type.__name__}: {died.exc_value}")
    cluster = Cluster(options.bin.resolve(), directory)
    try:
        run(cluster, ledger, options.seconds, options.seed)
    except Exception as error:  # pylint: disable=broad-except
        ledger.violation(f"the run ended early: {type(error).__name__}: {error}")
    finally:
        cluster.stop()
    report.show(ledger, options.seed)
    if ledger.violations or options.keep:
        print(f"logs and stores are kept in {directory}")
    else:
        shutil.rmtree(directory)
    return 1 if ledger.violations else 0


if __name__ == "__main__":
    sys.exit(main())
