"""The client for threads."""

from __future__ import annotations

import contextlib
import queue
import time
from decimal import Decimal
from typing import Any, Iterator, Mapping, Optional, Sequence

import grpc

from kpisuite._batches import MAX_BATCH_SAMPLES, Batches, WriteSummary
from kpisuite._channel import UNARY_TIMEOUT, Backoff, channel_options, credentials
from kpisuite._errors import KpiError
from kpisuite._resume import PAGES, DefinitionsCursor, StatesCursor
from kpisuite.v1 import (definition_service_pb2_grpc, evaluation_service_pb2_grpc,
                         measurement_service_pb2, measurement_service_pb2_grpc)


def connect(target: str, *, plaintext: bool = False, roots: Optional[bytes] = None,
            token: Optional[str] = None) -> Client:
    """A client of the server at TARGET ("host:port").

    TLS with the roots of the system or these (PEM); the token goes with every call as
    `authorization: Bearer`. `plaintext` switches TLS off, then a token is refused (ValueError).
    """
    chosen = credentials(plaintext, roots, token)
    if chosen is None:
        return Client(grpc.insecure_channel(target, options=channel_options()))
    return Client(grpc.secure_channel(target, chosen, options=channel_options()))


class Client:
    """Stubs of the three services and what makes them handy. For all threads."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self.definitions = definition_service_pb2_grpc.DefinitionServiceStub(channel)
        self.measurements = measurement_service_pb2_grpc.MeasurementServiceStub(channel)
        self.evaluations = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    def writer(self, parent: str, *, batch_samples: int = MAX_BATCH_SAMPLES,
               allow_partial: bool = False, reason: str = "") -> SampleWriter:
        """Writes samples to the workspace PARENT over a stream."""
        return SampleWriter(self, Batches(parent, batch_samples, allow_partial, reason))

    def watch_states(self, request) -> Watch:
        """Messages of WatchStates without end."""
        return Watch(self.evaluations.WatchStates, StatesCursor(request))

    def watch_definitions(self, request) -> Watch:
        """Messages of WatchDefinitions without end."""
        return Watch(self.definitions.WatchDefinitions, DefinitionsCursor(request))

    def list_definitions(self, request) -> Iterator:
        """All definitions of ListDefinitions."""
        return self._pages("list_definitions", request)

    def list_revisions(self, request) -> Iterator:
        """All revisions of ListRevisions."""
        return self._pages("list_revisions", request)

    def list_templates(self, request) -> Iterator:
        """All templates of ListTemplates."""
        return self._pages("list_templates", request)

    def read_samples(self, request) -> Iterator:
        """All samples of ReadSamples."""
        return self._pages("read_samples", request)

    def list_series(self, request) -> Iterator:
        """All series of ListSeries."""
        return self._pages("list_series", request)

    def list_states(self, request) -> Iterator:
        """All states of ListStates."""
        return self._pages("list_states", request)

    def get_history(self, request) -> Iterator:
        """All entries of GetHistory."""
        return self._pages("get_history", request)

    def _pages(self, name: str, request) -> Iterator:
        stub, method, items = PAGES[name]
        call = getattr(getattr(self, stub), method)
        wanted = type(request)()
        wanted.CopyFrom(request)
        while True:
            try:
                page = call(wanted, timeout=UNARY_TIMEOUT)
            except grpc.RpcError as error:
                raise KpiError.of(error) from error
            yield from getattr(page, items)
            if not page.next_page_token:
                return
            wanted.page_token = page.next_page_token


class Watch:
    """Iterates over the messages of a watch, heartbeats included, and resumes it.

    When the server goes away, or this reader was too slow for it, the watch goes on after the last
    message that was handed out. Any other error is raised as KpiError. For one thread; `close` may
    be called by any and ends the iteration.
    """

    def __init__(self, method, cursor) -> None:
        self._method = method
        self._cursor = cursor
        self._backoff = Backoff()
        self._call: Any = None
        self._closed = False

    def __iter__(self) -> Watch:
        return self

    def __next__(self):
        while not self._closed:
            try:
                if self._call is None:
                    self._call = self._method(self._cursor.request)
                message = next(self._call, None)
                if message is not None:
                    self._cursor.handed_out(message)
                    self._backoff.reset()
                    return message
                error = KpiError(grpc.StatusCode.UNAVAILABLE, "the watch ended")
            except grpc.RpcError as broken:
                error = KpiError.of(broken)
            if self._closed:
                break
            self._call = None
            time.sleep(self._backoff.seconds(error, forever=True))
        raise StopIteration

    def close(self) -> None:
        self._closed = True
        call = self._call
        if call is not None:
            call.cancel()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()


class SampleWriter:
    """Writes samples over a stream in batches of columns, and follows their acks.

    When the stream breaks, batches without an ack are sent again with the same request ids:
    nothing is lost or counted twice. A call waits while too many batches are under way. `flush`
    waits for all acks and raises KpiError for a batch that was refused; the others go on, and
    `summary` has all of them. For one thread.
    """

    def __init__(self, client: Client, batches: Batches) -> None:
        self._client = client
        self._batches = batches
        self._backoff = Backoff()
        self._requests: Any = None
        self._call: Any = None

    @property
    def summary(self) -> WriteSummary:
        return self._batches.summary

    def series(self, metric: str, dimensions: Optional[Mapping[str, str]] = None) -> SampleColumns:
        """The series to which rows are added."""
        return SampleColumns(self, metric, dimensions or {})

    def flush(self) -> WriteSummary:
        """Sends what is left and waits until everything is settled."""
        self._batches.cut()
        self._pump(everything=True)
        self._batches.raise_refusal()
        return self.summary

    def close(self) -> None:
        """Flushes and ends the stream."""
        try:
            self.flush()
        finally:
            self._end()

    def __enter__(self) -> SampleWriter:
        return self

    def __exit__(self, kind: Any, *unused: Any) -> None:
        if kind is None:
            self.close()
        else:
            self._end()

    def _extend(self, key, times, columns) -> None:
        self._batches.extend(key, times, columns)
        if self._batches.waiting:
            self._pump(everything=False)

    def _pump(self, everything: bool) -> None:
        """Sends; reads acks while the window is full, or until there are no more to come."""
        while self._batches.waiting or (everything and self._batches.unacknowledged):
            try:
                self._open()
                request = self._batches.next()
                if request is not None:
                    self._requests.put(request)
                    continue
                self._batches.settle(next(self._call))
                time.sleep(self._batches.take_pause())
                self._backoff.reset()
            except (grpc.RpcError, StopIteration) as broken:
                error = (KpiError.of(broken) if isinstance(broken, grpc.RpcError) else
                         KpiError(grpc.StatusCode.UNAVAILABLE, "the stream ended"))
                self._end()
                self._batches.restart()
                time.sleep(self._backoff.seconds(error, forever=False))

    def _open(self) -> None:
        if self._call is not None:
            return
        info = self._client.measurements.GetMeasurementServerInfo(
            measurement_service_pb2.GetMeasurementServerInfoRequest(), timeout=UNARY_TIMEOUT)
        self._batches.window = max(1, info.max_unacked_batches)
        self._requests = queue.SimpleQueue()
        self._call = self._client.measurements.StreamSamples(iter(self._requests.get, None))

    def _end(self) -> None:
        if self._call is None:
            return
        self._requests.put(None)
        if self._batches.unacknowledged:
            self._call.cancel()
        else:
            with contextlib.suppress(grpc.RpcError):
                for _ in self._call:
                    pass
        self._call = None


class SampleColumns:
    """Rows of one series on their way into batches."""

    def __init__(self, writer: SampleWriter, metric: str, dimensions: Mapping[str, str]) -> None:
        self._writer = writer
        self._key = metric, tuple(sorted(dimensions.items()))

    def add(self, time_unix_nano: int, value: Decimal, *, sample_id: Optional[str] = None,
            entity: Optional[str] = None, weight: Optional[int] = None,
            business_day: Optional[int] = None) -> None:
        """One row; many rows are faster by `extend`."""
        self.extend([time_unix_nano], decimals=[value],
                    sample_ids=None if sample_id is None else [sample_id],
                    entities=None if entity is None else [entity],
                    weights=None if weight is None else [weight],
                    business_days=None if business_day is None else [business_day])

    def extend(self, times_unix_nano: Sequence[int], *, mantissas: Optional[Sequence[int]] = None,
               decimals: Optional[Sequence[Decimal]] = None,
               doubles: Optional[Sequence[float]] = None,
               sample_ids: Optional[Sequence[str]] = None,
               entities: Optional[Sequence[str]] = None, weights: Optional[Sequence[int]] = None,
               business_days: Optional[Sequence[int]] = None) -> None:
        """Rows by column, as in SeriesBlock; exactly one of mantissas, decimals and doubles."""
        self._writer._extend(  # pylint: disable=protected-access
            self._key, times_unix_nano,
            {"mantissas": mantissas, "decimals": decimals, "doubles": doubles,
             "sample_ids": sample_ids, "entities": entities, "weights": weights,
             "business_days": business_days})
