"""Those who read states without a position, from any replica."""

import random
import threading
import time

import grpc

import kpisuite
import model
from kpisuite.v1 import evaluation_service_pb2
from probe import probe_key
from states import key_message, key_of, name_of, source_of
from writers import CALL_SECONDS

PAUSE = 0.05


class Reader(threading.Thread):
    """Versions of one key never go back for it, and no answer is older than it says."""

    def __init__(self, number, clients, probe, ledger, stop, seed):
        super().__init__(name=f"reader-{number}", daemon=True)
        self._clients = clients
        self._probe = probe
        self._ledger = ledger
        self._stop_event = stop
        self._random = random.Random(f"{seed}-reader-{number}")
        self._versions = {}

    def run(self):
        while not self._stop_event.is_set():
            self._random.choices((self._get, self._batch, self._list), (6, 2, 1))[0]()
            time.sleep(PAUSE)

    def _key(self):
        if self._random.random() < 0.25:
            return probe_key(self._random.randrange(model.GROUPS))
        kpi = self._random.choice(model.first_kpis())
        window = self._random.choice(("DAY", "MONTH"))
        piece = self._random.choice(("", "site=w0", "site=w1"))
        day = model.day_id(self._random.randrange(model.DAYS))
        return kpi.resource, window, piece, model.MONTH if window == "MONTH" else day

    def _stub(self):
        return self._random.choice(self._clients.each_evaluation)

    def _get(self):
        key = self._key()
        request = evaluation_service_pb2.GetStateRequest(
            key=key_message(key),
            min_version=self._versions.get(key, ""))
        state = self._call(self._stub().GetState, request)
        if state is not None:
            self._look(key, state, asked=True)

    def _batch(self):
        keys = [self._key() for _ in range(8)]
        request = evaluation_service_pb2.BatchGetStatesRequest(
            keys=[key_message(key) for key in keys])
        answer = self._call(self._stub().BatchGetStates, request)
        for key, result in zip(keys, answer.results if answer is not None else ()):
            if result.HasField("state"):
                self._look(key, result.state, asked=False)

    def _list(self):
        request = evaluation_service_pb2.ListStatesRequest(
            parent=model.PARENT, page_size=1000,
            filter=self._random.choice(("", 'grouping = "site"')))
        answer = self._call(self._stub().ListStates, request)
        for state in answer.states if answer is not None else ():
            self._look(key_of(state), state, asked=False)

    def _call(self, method, request):
        """The answer; None for what may not be there yet, and while a replica is away."""
        try:
            answer = method(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            self._ledger.count(f"read repeated: {error.code().name}")
            if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED,
                                    grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.NOT_FOUND):
                self._ledger.violation(f"read failed: {kpisuite.KpiError.of(error)}")
            return None
        self._ledger.beat("reads")
        return answer

    def _look(self, key, state, asked):
        source = source_of(state)
        self._ledger.count(f"answers from {source}{', stale' if state.freshness.stale else ''}")
        if key in self._probe.keys and not state.freshness.stale:
            self._check_age(key, state)
        before = self._versions.get(key, "")
        if state.version >= before:
            self._versions[key] = state.version
        elif not state.freshness.stale and not asked:
            # Batches and lists cannot name a version; they may come from a replica that is behind.
            self._ledger.count("states of lists older than one seen before")
        elif not state.freshness.stale:
            self._ledger.violation(
                f"{name_of(key)}: version went back from {before} to {state.version}, read from "
                f"{source} with min_version, not stale")

    def _check_age(self, key, state):
        """Whatever was acknowledged before the moment that the answer names is in it."""
        as_of = state.freshness.as_of.ToNanoseconds() / 1e9
        least = self._probe.acknowledged_before(as_of)
        self._ledger.count("answers whose age was checked")
        if int(state.value or "0") < least:
            self._ledger.violation(
                f"{name_of(key)}: {state.value} from {source_of(state)} as of {as_of:.3f}, not "
                f"stale, but {least} was acknowledged by then")
