"""Writers: samples, corrections, retractions, repetitions, and requests that are given up.

Each writer has a site of its own, so that it knows what its slices must say at any moment.
"""

import collections
import dataclasses
import random
import threading
import time

import grpc

import model
from kpisuite.v1 import evaluation_service_pb2, measurement_service_pb2
from states import source_of

CALL_SECONDS = 5
READ_SECONDS = 15
PAUSE = 0.04
MOST_SAMPLES = 6
GIVEN_UP_SITE = "given-up"


@dataclasses.dataclass
class Facts:
    """What one writer has had acknowledged, and what it has given up."""

    history: dict = dataclasses.field(default_factory=dict)  # identity: values in order
    given_up: dict = dataclasses.field(default_factory=dict)  # request: {identity: value}

    def take(self, changes):
        for identity, value in changes.items():
            self.history.setdefault(identity, []).append(value)

    def live(self):
        return {identity: values[-1] for identity, values in self.history.items()
                if values[-1] is not None}


def blocks_of(request, changes, values=True):
    """Adds the rows of CHANGES to a request, a block for each metric and site."""
    blocks = {}
    for identity, value in changes.items():
        series = identity.metric, identity.site
        if series not in blocks:
            blocks[series] = request.series.add(metric=identity.metric,
                                                dimensions={"site": identity.site})
        blocks[series].time_unix_nano.append(identity.time_ns)
        blocks[series].sample_ids.append(identity.sample_id)
        if values:
            blocks[series].mantissas.append(value)
    return request


class Writer(threading.Thread):
    """Writes until it is told to stop; every request until it is acknowledged."""

    def __init__(self, number, clients, ledger, stop, seed):
        super().__init__(name=f"writer-{number}", daemon=True)
        self.facts = Facts()
        self.site = f"w{number}"
        self._clients = clients
        self._ledger = ledger
        self._stop_event = stop
        self._random = random.Random(f"{seed}-writer-{number}")
        self._requests = 0
        self._samples = 0
        self._sent = collections.deque(maxlen=200)  # (request, method, result)
        self._tokens = {}  # of the last ack in each group

    def run(self):
        while not self._stop_event.is_set():
            action = self._random.choices(
                (self._insert, self._correct, self._retract, self._repeat, self._give_up,
                 self._read_own), (50, 15, 8, 5, 4, 18))[0]
            action()
            time.sleep(PAUSE)

    def _request_id(self):
        self._requests += 1
        return f"{self.site}-{self._requests}"

    def _fresh(self, site):
        """A few new samples in several groups."""
        changes = {}
        groups = self._random.sample(range(model.GROUPS), self._random.randint(1, 3))
        for _ in range(self._random.randint(1, MOST_SAMPLES)):
            self._samples += 1
            day = self._random.randrange(model.DAYS)
            time_ns = model.start_of(day) + self._random.randrange(86_400) * 10**9
            identity = model.Identity(self._random.choice(groups), site, time_ns,
                                      f"{self.site}-{self._samples}")
            changes[identity] = self._random.randrange(model.MOST_MANTISSA + 1)
        return changes

    def _own(self):
        """A few live samples."""
        live = self.facts.live()
        return {identity: live[identity] for identity in
                self._random.sample(sorted(live), min(len(live), self._random.randint(1, 3)))}

    def _insert(self):
        changes = self._fresh(self.site)
        self._write(changes, inserted=len(changes))

    def _correct(self):
        changes = {identity: (value + 1 + self._random.randrange(500)) %
                   (model.MOST_MANTISSA + 1) for identity, value in self._own().items()}
        if changes:
            self._write(changes, corrected=len(changes))

    def _write(self, changes, **counts):
        request = blocks_of(measurement_service_pb2.WriteSamplesRequest(
            parent=model.PARENT, request_id=self._request_id()), changes)
        self._send(request, self._clients.measurements.WriteSamples, changes, counts)

    def _retract(self):
        changes = dict.fromkeys(self._own())
        if not changes:
            return
        request = blocks_of(measurement_service_pb2.RetractSamplesRequest(
            parent=model.PARENT, request_id=self._request_id(), reason="entered by mistake"),
            changes, values=False)
        self._send(request, self._clients.measurements.RetractSamples, changes,
                   {"retracted": len(changes)})

    def _send(self, request, method, changes, counts):
        result = self._clients.patiently(
            "write", [lambda: method(request, timeout=CALL_SECONDS).result])
        self.facts.take(changes)
        self._sent.append((request, method, result))
        for identity in changes:
            self._tokens[identity.group] = result.position_token
        self._ledger.beat("acks")
        self._ledger.count("acknowledged changes", len(changes))
        self._compare(request.request_id, result, counts)

    def _compare(self, request_id, result, counts):
        for field in ("inserted", "corrected", "retracted", "unchanged"):
            got, want = getattr(result, field), counts.get(field, 0)
            if got != want:
                self._ledger.violation(f"request {request_id}: {field} {got}, want {want}"
                                       f"{' (duplicate)' if result.duplicate else ''}")

    def _repeat(self):
        """What has been acknowledged, again: the stored answer comes back, nothing changes."""
        if not self._sent:
            return
        request, method, first = self._random.choice(self._sent)
        again = self._clients.patiently(
            "write", [lambda: method(request, timeout=CALL_SECONDS).result])
        self._ledger.count("requests sent again after their ack")
        counts = {field: getattr(first, field) for field in ("inserted", "corrected", "retracted")}
        self._compare(request.request_id, again, counts)
        if not again.duplicate:
            self._ledger.violation(f"request {request.request_id} was taken a second time")

    def _give_up(self):
        """A request whose answer nobody waits for: it counts once or not at all."""
        changes = self._fresh(GIVEN_UP_SITE)
        request = blocks_of(measurement_service_pb2.WriteSamplesRequest(
            parent=model.PARENT, request_id=self._request_id()), changes)
        self.facts.given_up[request.request_id] = changes
        self._ledger.count("requests given up")
        try:
            self._clients.measurements.WriteSamples(
                request, timeout=self._random.uniform(0.001, 0.02))
        except grpc.RpcError:
            pass

    def _read_own(self):
        """What was acknowledged to this writer is in what any replica says."""
        if not self.facts.history:
            return
        identity = self._random.choice(sorted(self.facts.history))
        token = self._tokens[identity.group]
        kind = self._random.choice(("total", "share", "peak"))
        kpi = model.Kpi(f"{kind}-{identity.group}", identity.group, kind, model.TARGETS[kind])
        period = model.day_id(identity.day)
        live = self.facts.live()
        want = model.expected_states(kpi, live).get(("DAY", f"site={self.site}", period))
        if want is None:
            return
        request = evaluation_service_pb2.GetStateRequest(
            key={"kpi": kpi.resource, "window": "DAY", "slice": f"site={self.site}",
                 "period": period}, at_least=token)
        stubs = list(self._clients.each_evaluation)
        self._random.shuffle(stubs)
        state = self._clients.patiently("read of own writes", [
            lambda stub=stub: stub.GetState(request, timeout=READ_SECONDS) for stub in stubs])
        self._ledger.beat("reads of own writes")
        if (state.value, state.row_count) != (want.value, want.row_count):
            self._ledger.violation(
                f"{kpi.name} DAY site={self.site} {period} with the token of {self.site}'s last "
                f"ack: value {state.value} of {state.row_count}, want {want.value} of "
                f"{want.row_count}; {source_of(state)}")
        # It has what the token stands for, but perhaps not what others wrote since.
        if state.freshness.stale:
            self._ledger.count("reads of own writes, stale")
