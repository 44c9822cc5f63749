"""The client for asyncio: the same as `kpisuite`, awaited."""

from __future__ import annotations

import asyncio
import contextlib
from decimal import Decimal
from typing import Any, AsyncIterator, Mapping, Optional, Sequence

import grpc
import grpc.aio

from kpisuite._batches import MAX_BATCH_SAMPLES, Batches, WriteSummary
from kpisuite._channel import UNARY_TIMEOUT, Backoff, channel_options, credentials
from kpisuite._errors import KpiError
from kpisuite._resume import PAGES, DefinitionsCursor, StatesCursor
from kpisuite.v1 import (definition_service_pb2_grpc, evaluation_service_pb2_grpc,
                         measurement_service_pb2, measurement_service_pb2_grpc)

__all__ = ["Client", "SampleColumns", "SampleWriter", "connect"]


def connect(target: str, *, plaintext: bool = False, roots: Optional[bytes] = None,
            token: Optional[str] = None) -> Client:
    """As kpisuite.connect; call it inside the event loop."""
    chosen = credentials(plaintext, roots, token)
    if chosen is None:
        return Client(grpc.aio.insecure_channel(target, options=channel_options()))
    return Client(grpc.aio.secure_channel(target, chosen, options=channel_options()))


class Client:
    """Stubs of the three services and what makes them handy. For one event loop."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self.definitions = definition_service_pb2_grpc.DefinitionServiceStub(channel)
        self.measurements = measurement_service_pb2_grpc.MeasurementServiceStub(channel)
        self.evaluations = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)

    async def close(self) -> None:
        await self._channel.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *unused: Any) -> None:
        await self.close()

    def writer(self, parent: str, *, batch_samples: int = MAX_BATCH_SAMPLES,
               allow_partial: bool = False, reason: str = "") -> SampleWriter:
        """Writes samples to the workspace PARENT over a stream."""
        return SampleWriter(self, Batches(parent, batch_samples, allow_partial, reason))

    def watch_states(self, request) -> AsyncIterator:
        """Messages of WatchStates without end; resumes as kpisuite.Watch does."""
        return _watch(self.evaluations.WatchStates, StatesCursor(request))

    def watch_definitions(self, request) -> AsyncIterator:
        """Messages of WatchDefinitions without end; resumes as kpisuite.Watch does."""
        return _watch(self.definitions.WatchDefinitions, DefinitionsCursor(request))

    def list_definitions(self, request) -> AsyncIterator:
        """All definitions of ListDefinitions."""
        return self._pages("list_definitions", request)

    def list_revisions(self, request) -> AsyncIterator:
        """All revisions of ListRevisions."""
        return self._pages("list_revisions", request)

    def list_templates(self, request) -> AsyncIterator:
        """All templates of ListTemplates."""
        return self._pages("list_templates", request)

    def read_samples(self, request) -> AsyncIterator:
        """All samples of ReadSamples."""
        return self._pages("read_samples", request)

    def list_series(self, request) -> AsyncIterator:
        """All series of ListSeries."""
        return self._pages("list_series", request)

    def list_states(self, request) -> AsyncIterator:
        """All states of ListStates."""
        return self._pages("list_states", request)

    def get_history(self, request) -> AsyncIterator:
        """All entries of GetHistory."""
        return self._pages("get_history", request)

    async def _pages(self, name: str, request) -> AsyncIterator:
        stub, method, items = PAGES[name]
        call = getattr(getattr(self, stub), method)
        wanted = type(request)()
        wanted.CopyFrom(request)
        while True:
            try:
                page = await call(wanted, timeout=UNARY_TIMEOUT)
            except grpc.RpcError as error:
                raise KpiError.of(error) from error
            for item in getattr(page, items):
                yield item
            if not page.next_page_token:
                return
            wanted.page_token = page.next_page_token


async def _watch(method, cursor) -> AsyncIterator:
    backoff = Backoff()
    while True:
        call = method(cursor.request)
        try:
            async for message in call:
                cursor.handed_out(message)
                backoff.reset()
                yield message
            error = KpiError(grpc.StatusCode.UNAVAILABLE, "the watch ended")
        except grpc.RpcError as broken:
            error = KpiError.of(broken)
        finally:
            call.cancel()
        await asyncio.sleep(backoff.seconds(error, forever=True))


async def _until_none(requests: asyncio.Queue) -> AsyncIterator:
    while (request := await requests.get()) is not None:
        yield request


class SampleWriter:
    """As kpisuite.SampleWriter; for one task."""

    def __init__(self, client: Client, batches: Batches) -> None:
        self._client = client
        self._batches = batches
        self._backoff = Backoff()
        self._requests: Any = None
        self._responses: Any = None
        self._call: Any = None

    @property
    def summary(self) -> WriteSummary:
        return self._batches.summary

    def series(self, metric: str, dimensions: Optional[Mapping[str, str]] = None) -> SampleColumns:
        """The series to which rows are added."""
        return SampleColumns(self, metric, dimensions or {})

    async def flush(self) -> WriteSummary:
        """Sends what is left and waits until everything is settled."""
        self._batches.cut()
        await self._pump(everything=True)
        self._batches.raise_refusal()
        return self.summary

    async def close(self) -> None:
        """Flushes and ends the stream."""
        try:
            await self.flush()
        finally:
            await self._end()

    async def __aenter__(self) -> SampleWriter:
        return self

    async def __aexit__(self, kind: Any, *unused: Any) -> None:
        if kind is None:
            await self.close()
        else:
            await self._end()

    async def _extend(self, key, times, columns) -> None:
        self._batches.extend(key, times, columns)
        if self._batches.waiting:
            await self._pump(everything=False)

    async def _pump(self, everything: bool) -> None:
        while self._batches.waiting or (everything and self._batches.unacknowledged):
            try:
                await self._open()
                request = self._batches.next()
                if request is not None:
                    self._requests.put_nowait(request)
                    continue
                self._batches.settle(await self._responses.__anext__())
                await asyncio.sleep(self._batches.take_pause())
                self._backoff.reset()
            except (grpc.RpcError, StopAsyncIteration) as broken:
                error = (KpiError.of(broken) if isinstance(broken, grpc.RpcError) else
                         KpiError(grpc.StatusCode.UNAVAILABLE, "the stream ended"))
                await self._end()
                self._batches.restart()
                await asyncio.sleep(self._backoff.seconds(error, forever=False))

    async def _open(self) -> None:
        if self._call is not None:
            return
        info = await self._client.measurements.GetMeasurementServerInfo(
            measurement_service_pb2.GetMeasurementServerInfoRequest(), timeout=UNARY_TIMEOUT)
        self._batches.window = max(1, info.max_unacked_batches)
        self._requests = asyncio.Queue()
        self._call = self._client.measurements.StreamSamples(_until_none(self._requests))
        self._responses = self._call.__aiter__()

    async def _end(self) -> None:
        if self._call is None:
            return
        call, self._call = self._call, None
        self._requests.put_nowait(None)
        if self._batches.unacknowledged:
            call.cancel()
            return
        with contextlib.suppress(grpc.RpcError):
            async for _ in self._responses:
                pass


class SampleColumns:
    """Rows of one series on their way into batches."""

    def __init__(self, writer: SampleWriter, metric: str, dimensions: Mapping[str, str]) -> None:
        self._writer = writer
        self._key = metric, tuple(sorted(dimensions.items()))

    async def add(self, time_unix_nano: int, value: Decimal, *, sample_id: Optional[str] = None,
                  entity: Optional[str] = None, weight: Optional[int] = None,
                  business_day: Optional[int] = None) -> None:
        """One row; many rows are faster by `extend`."""
        await self.extend([time_unix_nano], decimals=[value],
                          sample_ids=None if sample_id is None else [sample_id],
                          entities=None if entity is None else [entity],
                          weights=None if weight is None else [weight],
                          business_days=None if business_day is None else [business_day])

    async def extend(self, times_unix_nano: Sequence[int], *,
                     mantissas: Optional[Sequence[int]] = None,
                     decimals: Optional[Sequence[Decimal]] = None,
                     doubles: Optional[Sequence[float]] = None,
                     sample_ids: Optional[Sequence[str]] = None,
                     entities: Optional[Sequence[str]] = None,
                     weights: Optional[Sequence[int]] = None,
                     business_days: Optional[Sequence[int]] = None) -> None:
        """Rows by column, as in SeriesBlock; exactly one of mantissas, decimals and doubles."""
        await self._writer._extend(  # pylint: disable=protected-access
            self._key, times_unix_nano,
            {"mantissas": mantissas, "decimals": decimals, "doubles": doubles,
             "sample_ids": sample_ids, "entities": entities, "weights": weights,
             "business_days": business_days})
