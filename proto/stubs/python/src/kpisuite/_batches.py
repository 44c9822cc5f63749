"""Samples in columns on their way to the server: cut into batches, sent, acknowledged."""

from __future__ import annotations

import collections
import dataclasses
import uuid
from typing import Deque, Dict, List, Mapping, Optional, Tuple

import grpc

from kpisuite._decimals import decimal_text
from kpisuite._errors import KpiError
from kpisuite.v1 import measurement_pb2, measurement_service_pb2

MAX_BATCH_SAMPLES = 10_000
MAX_ATTEMPTS = 10  # of a batch that a busy server refuses
# Text of a batch: with the longest ids and entities of one more column it stays below 8 MiB.
_MAX_BATCH_TEXT = 2 << 20
_VALUES = ("mantissas", "decimals", "doubles")
_FILL = {"sample_ids": "", "entities": "", "weights": -(2**63), "business_days": -(2**31)}


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A batch that the server did not take."""

    request_id: str
    samples: int
    error: KpiError


@dataclasses.dataclass
class WriteSummary:
    """The sum of all acks."""

    inserted: int = 0
    corrected: int = 0
    unchanged: int = 0
    batches: int = 0
    position_token: str = ""
    rejected: List[measurement_pb2.RejectedGroup] = dataclasses.field(default_factory=list)
    refused: List[Refusal] = dataclasses.field(default_factory=list)


class _Columns:
    """Rows of one series in the batch that is being filled."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.rows = 0
        self.columns: Dict[str, list] = {"time_unix_nano": [], kind: []}

    def extend(self, rows: int, given: Mapping[str, list]) -> None:
        for name, values in given.items():
            if name not in self.columns:
                self.columns[name] = [_FILL[name]] * self.rows
            self.columns[name].extend(values)
        self.rows += rows
        for name, values in self.columns.items():
            if len(values) < self.rows:
                values.extend([_FILL[name]] * rows)


class Batches:
    """Everything about writing but the stream itself."""

    def __init__(self, parent: str, batch_samples: int, allow_partial: bool, reason: str) -> None:
        if not 1 <= batch_samples <= MAX_BATCH_SAMPLES:
            raise ValueError(f"batch_samples is {batch_samples}, want 1 to {MAX_BATCH_SAMPLES}")
        self.summary = WriteSummary()
        self.window = 1
        self._head = measurement_service_pb2.WriteSamplesRequest(
            parent=parent, allow_partial=allow_partial, reason=reason)
        self._batch_samples = batch_samples
        self._prefix = str(uuid.uuid4())
        self._made = 0
        self._rows = 0
        self._text = 0
        self._filling: Dict[Tuple, List[_Columns]] = {}
        self._ready: Deque[measurement_service_pb2.WriteSamplesRequest] = collections.deque()
        self._sent: Deque[measurement_service_pb2.WriteSamplesRequest] = collections.deque()
        self._batch_no = 0
        self._reported = 0
        self._attempts: Dict[str, int] = {}
        self._pause = 0.0

    def extend(self, key: Tuple, times, columns: Mapping[str, Optional[list]]) -> None:
        """Adds rows to the series (metric, ((dimension, member), ...))."""
        given = {name: values for name, values in columns.items() if values is not None}
        kinds = [name for name in _VALUES if name in given]
        if len(kinds) != 1:
            raise ValueError("exactly one of mantissas, decimals and doubles is needed")
        for name, values in given.items():
            if len(values) != len(times):
                raise ValueError(f"{name} has {len(values)} entries for {len(times)} times")
        if kinds[0] == "decimals":
            given["decimals"] = [decimal_text(value) for value in given["decimals"]]
        given["time_unix_nano"] = times
        at = 0
        while at < len(times):
            rows = min(self._batch_samples - self._rows, len(times) - at)
            self._take(key, kinds[0], rows,
                       {name: values[at:at + rows] for name, values in given.items()})
            at += rows

    def _take(self, key: Tuple, kind: str, rows: int, given: Mapping[str, list]) -> None:
        blocks = self._filling.setdefault(key, [])
        if not blocks or blocks[-1].kind != kind:
            blocks.append(_Columns(kind))
            self._text += sum(len(name) + 4 * len(member) for name, member in key[1])
        blocks[-1].extend(rows, given)
        self._rows += rows
        for name in ("sample_ids", "entities", "decimals"):
            self._text += sum(map(len, given.get(name, ())))
        if self._rows >= self._batch_samples or self._text >= _MAX_BATCH_TEXT:
            self.cut()

    def cut(self) -> None:
        """What was gathered becomes a batch."""
        if self._rows == 0:
            return
        self._made += 1
        batch = measurement_service_pb2.WriteSamplesRequest(
            request_id=f"{self._prefix}-{self._made}")
        batch.MergeFrom(self._head)
        for (metric, dimensions), blocks in self._filling.items():
            for block in blocks:
                batch.series.add(metric=metric, dimensions=dict(dimensions), **block.columns)
        self._filling.clear()
        self._rows = self._text = 0
        self._ready.append(batch)

    @property
    def waiting(self) -> bool:
        """Whether a batch waits for room in the window."""
        return bool(self._ready)

    @property
    def unacknowledged(self) -> bool:
        return bool(self._sent)

    def next(self) -> Optional[measurement_service_pb2.StreamSamplesRequest]:
        """The batch to send now, if the window has room."""
        if not self._ready or len(self._sent) >= self.window:
            return None
        batch = self._ready.popleft()
        self._sent.append(batch)
        self._batch_no += 1
        return measurement_service_pb2.StreamSamplesRequest(batch_no=self._batch_no, batch=batch)

    def restart(self) -> None:
        """The stream is gone: what has no ack is sent again, with the same request ids."""
        self._ready.extendleft(reversed(self._sent))
        self._sent.clear()
        self._batch_no = 0

    def settle(self, response: measurement_service_pb2.StreamSamplesResponse) -> None:
        """Takes acks."""
        for ack in response.acks:
            batch = self._sent.popleft()
            if ack.HasField("error") and self._again(batch, KpiError.of_status(ack.error)):
                continue
            self.summary.batches += 1
            if ack.HasField("error"):
                samples = sum(len(block.time_unix_nano) for block in batch.series)
                self.summary.refused.append(
                    Refusal(batch.request_id, samples, KpiError.of_status(ack.error)))
                continue
            self.summary.inserted += ack.result.inserted
            self.summary.corrected += ack.result.corrected
            self.summary.unchanged += ack.result.unchanged
            self.summary.rejected.extend(ack.result.rejected)
            self.summary.position_token = ack.result.position_token

    def _again(self, batch, error: KpiError) -> bool:
        """Whether a refused batch is sent once more: the server was only busy."""
        busy = error.reason == "QUEUE_FULL" or error.code == grpc.StatusCode.UNAVAILABLE
        attempts = self._attempts.get(batch.request_id, 0) + 1
        if not busy or attempts >= MAX_ATTEMPTS:
            self._attempts.pop(batch.request_id, None)
            return False
        self._attempts[batch.request_id] = attempts
        self._ready.append(batch)
        self._pause = max(self._pause, error.retry_after or 0.0, 0.05 * attempts)
        return True

    def take_pause(self) -> float:
        """Seconds to wait before the next batch, as a busy server asked."""
        pause, self._pause = self._pause, 0.0
        return pause

    def raise_refusal(self) -> None:
        """Raises the first refusal that was not raised yet; the others are in the summary."""
        refused, self._reported = self._reported, len(self.summary.refused)
        if refused < len(self.summary.refused):
            raise self.summary.refused[refused].error
