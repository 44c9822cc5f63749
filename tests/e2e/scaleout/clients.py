"""Calls of careful clients: what the outcome of which is unknown is repeated, nothing else."""

import time

import grpc

import kpisuite

# Longer than the longest fault.
PATIENCE = 60
# A server that goes away, one that is halted, one that is busy. gRPC 1.51 also cancels a call that
# arrives between the begin of a shutdown and the client's notice of it.
AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED,
         grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED)


class Clients:
    """Connections to a cluster; for all threads."""

    def __init__(self, cluster, ledger):
        self._ledger = ledger
        self._connections = []
        self.definitions = self._connect(cluster.target("definition")).definitions
        self.measurements = self._connect(cluster.target("measurement")).measurements
        self.evaluations = self._connect(cluster.target("evaluation")).evaluations
        self.each_measurement = [self._connect(replica.address).measurements
                                 for replica in cluster.replicas["measurement"]]
        self.each_evaluation = [self._connect(replica.address).evaluations
                                for replica in cluster.replicas["evaluation"]]

    def _connect(self, target):
        self._connections.append(kpisuite.connect(target, plaintext=True))
        return self._connections[-1]

    def close(self):
        for connection in self._connections:
            connection.close()

    def attempt(self, what, call):
        """The answer of CALL; None when it is to be repeated. Other errors are violations."""
        try:
            return call()
        except grpc.RpcError as error:
            code = error.code()
            self._ledger.count(f"{what} repeated: {code.name}")
            if code not in AGAIN:
                self._ledger.violation(f"{what} failed: {kpisuite.KpiError.of(error)}")
                raise
            return None

    def patiently(self, what, calls):
        """The answer of the first of CALLS that gives one, in turn until it is late."""
        end = time.monotonic() + PATIENCE
        while True:
            for call in calls:
                answer = self.attempt(what, call)
                if answer is not None:
                    return answer
                if time.monotonic() > end:
                    self._ledger.violation(f"{what}: no answer in {PATIENCE} s")
                    raise TimeoutError(what)
                time.sleep(0.05)
