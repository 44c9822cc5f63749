"""The small load that shows a slow default: reads by several threads, samples by column."""

import concurrent.futures
import time

import conftest
import drivers
import kpisuite
import steps
from kpisuite.v1 import evaluation_service_pb2

THREADS = 4
BLOCK = 10_000
START = 1_700_000_000_000_000_000


def test_load(config):
    language = "python" + conftest.VARIANT
    vector = {"id": "load", "given": ["kpi", "written"], "steps": []}
    run = steps.Run(config, drivers.SyncDriver, vector, language)
    run.run()
    result = conftest.RESULTS[language]
    with kpisuite.connect(config["servers"]["suite"], plaintext=True) as client:
        result["readsPerSecond"] = reads(client, run.variables, config["load"]["reads"])
        result["samplesPerSecond"] = samples(client, language, config)


def reads(client, variables, count):
    request = evaluation_service_pb2.GetStateRequest(
        at_least=variables["token"],
        key={"kpi": f"{variables['ws']}/kpis/orders-taken", "window": "DAY",
             "period": "2025-03-31"})
    assert client.evaluations.GetState(request, timeout=30).value == "15"

    def read_some(number):
        for _ in range(number):
            client.evaluations.GetState(request, timeout=30)

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(read_some, [count // THREADS] * THREADS))
    return count / (time.monotonic() - started)


def samples(client, language, config):
    """Into a metric without a KPI: the rate is that of writing."""
    vector = {"id": "load-samples", "given": ["metric"], "steps": []}
    run = steps.Run(config, drivers.SyncDriver, vector, language)
    run.run()
    count = config["load"]["samples"]
    started = time.monotonic()
    with client.writer(run.variables["ws"]) as writer:
        series = writer.series("orders", {"region": "EMEA"})
        for first in range(0, count, BLOCK):
            rows = range(first, min(first + BLOCK, count))
            series.extend(list(range(START + first, START + first + len(rows))),
                          mantissas=list(rows))
    elapsed = time.monotonic() - started
    assert writer.summary.inserted == count
    return count / elapsed
