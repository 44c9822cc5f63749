"""Two replicas of each service on one PostgreSQL and one Redis Cluster."""

import pathlib

import stores
from processes import Service

REPLICAS = 2


class Cluster:
    """Everything that runs. Started, broken and mended by one thread."""

    def __init__(self, binaries, directory):
        self._binaries = pathlib.Path(binaries)
        self._directory = pathlib.Path(directory)
        self.postgres = stores.PostgresServer(directory)
        self.redis = stores.RedisCluster(directory)
        self.replicas = {}

    def start(self):
        self.postgres.initialise()
        self.redis.start()
        self._start_service("definition", [])
        self._start_service("measurement", [f"--definition={self.target('definition')}"])
        self._start_service("evaluation", [f"--definition={self.target('definition')}",
                                           f"--measurement={self.target('measurement')}",
                                           f"--cache={self.redis.address}"])

    def _start_service(self, service, arguments):
        home = self._directory / service
        home.mkdir()
        self.replicas[service] = [
            Service(f"{service}-{number}", self._binaries / f"kpi-{service}", home,
                    [f"--store={self.postgres.uri}", *arguments])
            for number in range(REPLICAS)]
        for replica in self.replicas[service]:
            replica.start()
        for replica in self.replicas[service]:
            replica.await_ready()

    def target(self, service):
        """All replicas, as a name of gRPC: what a service of Kubernetes resolves to."""
        return "ipv4:" + ",".join(replica.address for replica in self.replicas[service])

    def services(self):
        return [replica for replicas in self.replicas.values() for replica in replicas]

    def processes(self):
        return [*self.services(), *self.redis.nodes, self.postgres]

    def ended_by_themselves(self):
        return [process for process in self.processes() if not process.running()]

    def stop(self):
        for service in self.services():
            service.kill()
        for node in self.redis.nodes:
            node.kill()
        if self.postgres.running():
            self.postgres.crash()
