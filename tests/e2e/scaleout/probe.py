"""The probe: it times take-overs, and knows how far every answer must be."""

import bisect
import threading
import time

import model
from kpisuite.v1 import evaluation_service_pb2, measurement_service_pb2
from states import key_message, source_of
from writers import CALL_SECONDS, READ_SECONDS, Facts, blocks_of

PAUSE = 0.2
SITE = "probe"


def probe_key(group):
    """The state whose value is the number of the last round."""
    return f"{model.PARENT}/kpis/total-{group}", "DAY", f"site={SITE}", model.day_id(0)


class Probe(threading.Thread):
    """Writes to every group, then reads every group with the token of that, over and over."""

    def __init__(self, clients, ledger, stop):
        super().__init__(name="probe", daemon=True)
        self.facts = Facts()
        self.token = ""
        self._clients = clients
        self._ledger = ledger
        self._stop_event = stop
        self._rounds = 0
        self._acknowledged = []  # wall clock, by round
        self.keys = {probe_key(group) for group in range(model.GROUPS)}

    def run(self):
        while not self._stop_event.is_set():
            self.round()
            time.sleep(PAUSE)

    def round(self):
        began = time.monotonic()
        self._rounds += 1
        changes = {model.Identity(group, SITE, model.start_of(0) + self._rounds * 10**9,
                                  f"probe-{self._rounds}"): 100
                   for group in range(model.GROUPS)}
        request = blocks_of(measurement_service_pb2.WriteSamplesRequest(
            parent=model.PARENT, request_id=f"probe-{self._rounds}"), changes)
        result = self._clients.patiently("write", [
            lambda: self._clients.measurements.WriteSamples(request, timeout=CALL_SECONDS).result])
        self._acknowledged.append(time.time())
        self.facts.take(changes)
        self.token = result.position_token
        self._ledger.beat("acks")
        self._read()
        self._ledger.beat("rounds of the probe")
        self._ledger.round_done(began)

    def acknowledged_before(self, moment):
        """Number of the last round that was acknowledged before a moment of the wall clock."""
        return bisect.bisect_left(self._acknowledged, moment)

    def _read(self):
        request = evaluation_service_pb2.BatchGetStatesRequest(at_least=self.token, keys=[
            key_message(probe_key(group)) for group in range(model.GROUPS)])
        stubs = self._clients.each_evaluation
        answer = self._clients.patiently("read of all groups", [
            lambda stub=stub: self._whole(stub.BatchGetStates(request, timeout=READ_SECONDS))
            for stub in (stubs if self._rounds % 2 else stubs[::-1])])
        for group, result in enumerate(answer.results):
            if result.state.value != str(self._rounds):
                self._ledger.violation(
                    f"total-{group} DAY site={SITE} with the token of round {self._rounds}: "
                    f"{result.state.value}; {source_of(result.state)}")

    def _whole(self, answer):
        """None when a key could not be answered, for instance while its partition moves."""
        for result in answer.results:
            if not result.HasField("state"):
                code = result.error.code
                self._ledger.count(f"keys of a batch repeated: code {code}")
                return None
        return answer
