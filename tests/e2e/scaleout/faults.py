"""What is broken, in which order, and how it is mended: one thing at a time, decided by a seed."""

import signal
import time

from processes import eventually

SERVICES = ("definition", "measurement", "evaluation")
LEASE = 6  # seconds that an evaluator is believed to be alive
PAUSE = (0.5, 2.0)  # between faults

# Of each kind one at least, whatever the time; then all of these in turn, shuffled again each time.
KINDS = ("kill", "terminate", "halt", "redis", "postgres")
ROUND = ([("kill", service) for service in SERVICES] +
         [("terminate", service) for service in SERVICES] +
         [("halt", "measurement"), ("halt", "evaluation"), ("redis", ""), ("postgres", "")])


def schedule(random):
    """Endless (kind, service)."""
    first = [("kill", "evaluation"), ("terminate", random.choice(SERVICES)),
             ("halt", "evaluation"), ("redis", ""), ("postgres", "")]
    random.shuffle(first)
    yield from first
    while True:
        order = list(ROUND)
        random.shuffle(order)
        yield from order


class Faults:
    """Breaks and mends a cluster; of the thread that started it."""

    def __init__(self, cluster, ledger, random):
        self._cluster = cluster
        self._ledger = ledger
        self._random = random

    def run(self, seconds):
        """Until the time is over and every kind was there once."""
        end = time.monotonic() + seconds
        for number, (kind, service) in enumerate(schedule(self._random)):
            if number >= len(KINDS) and time.monotonic() > end:
                return
            time.sleep(self._random.uniform(*PAUSE))
            self._one(kind, service)
            self.mend_what_ended()

    def _one(self, kind, service):
        """Breaks, mends, and waits until everything that was written since is read."""
        if service:
            replica = self._random.choice(self._cluster.replicas[service])
            fault = self._ledger.begin_fault(f"{kind} {service}", replica.name)
            getattr(self, f"_{kind}")(replica)
        else:
            fault = self._ledger.begin_fault(kind, kind)
            getattr(self, f"_{kind}")(fault)
        fault.mended = time.monotonic()
        eventually(lambda: fault.taken_over, f"all groups are read after {fault.kind}")
        print(f"  {fault.kind} ({fault.place}): mended after {fault.mended - fault.began:.1f} s, "
              f"all read after {fault.taken_over - fault.began:.1f} s", flush=True)

    def _away(self, most):
        time.sleep(self._random.uniform(0, most))

    def _kill(self, replica):
        replica.kill()
        self._away(4)
        replica.start()
        replica.await_ready()

    def _terminate(self, replica):
        code = replica.terminate()
        if code != 0:
            self._ledger.violation(f"{replica.name} ended with {code} after SIGTERM:\n"
                                   f"{replica.tail()}")
        self._away(2)
        replica.start()
        replica.await_ready()

    def _halt(self, replica):
        """Sometimes longer than its lease lasts: it comes back and believes that it owns."""
        replica.signal(signal.SIGSTOP)
        time.sleep(self._random.uniform(1, LEASE + 4))
        replica.signal(signal.SIGCONT)
        replica.await_ready()

    def _redis(self, fault):
        """Mostly away for so long that its replica takes over, and it comes back as a replica."""
        node = self._random.choice(self._cluster.redis.primaries())
        fault.place = node.name
        node.kill()
        time.sleep(self._random.choice((0.2, 4.0, 4.0)))
        node.start()
        self._cluster.redis.await_whole()

    def _postgres(self, _):
        self._cluster.postgres.crash()
        self._away(3)
        self._cluster.postgres.start()
        for replica in self._cluster.services():
            replica.await_ready()

    def mend_what_ended(self):
        """Nothing may end unless it is told to; it is started again, as Kubernetes would."""
        for process in self._cluster.ended_by_themselves():
            self._ledger.violation(f"{process.name} ended by itself:\n{process.tail()}")
            process.start()
