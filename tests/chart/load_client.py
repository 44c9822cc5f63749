"""A careful client under restarts of its server: no request is lost, none counts twice.

    load_client.py ADDRESS    writes orders one by one in four threads and reads their KPI, until
                              its standard input ends; repeats what ends because the server goes

Runs with proto/stubs/python/src on its path. Prints one JSON object: acknowledged (samples),
repeated (calls), failed (texts of calls that failed otherwise), orders (value of the KPI then).
"""

import json
import sys
import threading
import time

import grpc

import kpisuite
from kpisuite.v1 import evaluation_service_pb2, measurement_service_pb2

PARENT = "workspaces/shop"
START = time.time_ns()
PATIENCE = 60


class Tally:
    """What the threads count together."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = self.repeated = 0
        self.failed = []
        self.tokens = []

    def add(self, **counts):
        with self.lock:
            for name, value in counts.items():
                setattr(self, name, getattr(self, name) + value)


def patiently(call, tally):
    """The answer of CALL, repeated while the server is away; None when it fails otherwise."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE or time.monotonic() > deadline:
                tally.add(failed=[str(error)])
                return None
            tally.add(repeated=1)
            time.sleep(0.05)


def read(client, at_least=""):
    return client.evaluations.GetState(
        evaluation_service_pb2.GetStateRequest(
            key={"kpi": f"{PARENT}/kpis/orders-per-day", "period": "LATEST_WITH_DATA"},
            at_least=at_least), timeout=30)


def write(client, request):
    return client.measurements.WriteSamples(request, timeout=30).result


def work(client, number, tally, stop):
    count = 0
    while not stop.is_set():
        name = f"{number}-{count}"
        request = measurement_service_pb2.WriteSamplesRequest(parent=PARENT, request_id=name)
        request.series.add(metric="orders", time_unix_nano=[START], decimals=["1"],
                           sample_ids=[name])
        result = patiently(lambda: write(client, request), tally)
        if result is not None:
            tally.add(acknowledged=1)
            if count % 20 == 0:
                patiently(lambda: read(client, result.position_token), tally)
        count += 1
    if result is not None:
        tally.add(tokens=[result.position_token])


def main():
    tally, stop = Tally(), threading.Event()
    with kpisuite.connect(sys.argv[1], plaintext=True) as client:
        threads = [threading.Thread(target=work, args=(client, number, tally, stop))
                   for number in range(4)]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        stop.set()
        for thread in threads:
            thread.join()
        states = [patiently(lambda token=token: read(client, token), tally)
                  for token in tally.tokens]
    print(json.dumps({"acknowledged": tally.acknowledged, "repeated": tally.repeated,
                      "failed": tally.failed[:5],
                      "orders": [state.value for state in states if state is not None][-1]}))


if __name__ == "__main__":
    main()
