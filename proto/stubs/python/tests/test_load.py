"""The small load that shows a slow default: reads by threads or tasks, samples by column."""

import asyncio
import concurrent.futures
import time

import conftest
import drivers
import kpisuite
import kpisuite.aio
import steps
from kpisuite.v1 import evaluation_service_pb2

READERS = 4
BLOCK = 10_000
START = 1_700_000_000_000_000_000


def test_load_by_threads(config):
    language = drivers.SyncDriver.language + conftest.VARIANT
    result = conftest.RESULTS[language]
    with kpisuite.connect(config["servers"]["suite"], plaintext=True) as client:
        result["readsPerSecond"] = reads(client, config["load"]["reads"],
                                         read_request(config, language))
        result["samplesPerSecond"] = samples(client, config["load"]["samples"],
                                             written_workspace(config, language))


def test_load_by_asyncio(config):
    language = drivers.AioDriver.language + conftest.VARIANT
    result = conftest.RESULTS[language]
    request = read_request(config, language)
    workspace = written_workspace(config, language)

    async def measure():
        async with kpisuite.aio.connect(config["servers"]["suite"], plaintext=True) as client:
            result["readsPerSecond"] = await aio_reads(client, config["load"]["reads"], request)
            result["samplesPerSecond"] = await aio_samples(client, config["load"]["samples"],
                                                           workspace)

    asyncio.run(measure())


def given(config, language, name, needed):
    """The variables of a workspace in which what is NEEDED was done."""
    run = steps.Run(config, drivers.SyncDriver, {"id": name, "given": needed, "steps": []},
                    language)
    run.run()
    return run.variables


def read_request(config, language):
    variables = given(config, language, "load", ["kpi", "written"])
    return evaluation_service_pb2.GetStateRequest(
        at_least=variables["token"],
        key={"kpi": f"{variables['ws']}/kpis/orders-taken", "window": "DAY",
             "period": "2025-03-31"})


def written_workspace(config, language):
    """With a metric, but no KPI: the rate is that of writing."""
    return given(config, language, "load-samples", ["metric"])["ws"]


def blocks(count):
    """Times and mantissas of COUNT samples, a block after the other."""
    for first in range(0, count, BLOCK):
        rows = range(first, min(first + BLOCK, count))
        yield list(range(START + rows.start, START + rows.stop)), list(rows)


def reads(client, count, request):
    assert client.evaluations.GetState(request, timeout=30).value == "15"

    def read_some(number):
        for _ in range(number):
            client.evaluations.GetState(request, timeout=30)

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(READERS) as pool:
        list(pool.map(read_some, [count // READERS] * READERS))
    return count / (time.monotonic() - started)


async def aio_reads(client, count, request):
    assert (await client.evaluations.GetState(request, timeout=30)).value == "15"

    async def read_some(number):
        for _ in range(number):
            await client.evaluations.GetState(request, timeout=30)

    started = time.monotonic()
    await asyncio.gather(*[read_some(count // READERS) for _ in range(READERS)])
    return count / (time.monotonic() - started)


def samples(client, count, workspace):
    started = time.monotonic()
    with client.writer(workspace) as writer:
        series = writer.series("orders", {"region": "EMEA"})
        for times, mantissas in blocks(count):
            series.extend(times, mantissas=mantissas)
    elapsed = time.monotonic() - started
    assert writer.summary.inserted == count
    return count / elapsed


async def aio_samples(client, count, workspace):
    started = time.monotonic()
    async with client.writer(workspace) as writer:
        series = writer.series("orders", {"region": "EMEA"})
        for times, mantissas in blocks(count):
            await series.extend(times, mantissas=mantissas)
    elapsed = time.monotonic() - started
    assert writer.summary.inserted == count
    return count / elapsed
