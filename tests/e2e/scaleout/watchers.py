"""Those who watch, and resume whenever their watch ends."""

import random
import threading
import time

import grpc

import kpisuite
import model
from kpisuite.v1 import evaluation_service_pb2
from states import key_of, name_of

RESUME_PAUSE = 0.2
WATCH_SECONDS = (8.0, 20.0)
HEARTBEAT_SECONDS = 2


class Watcher(threading.Thread):
    """Watches and resumes; knows the last state that it was told of each key."""

    def __init__(self, name, stub, state_filter, ledger, seed):
        super().__init__(name=name, daemon=True)
        self.last = {}
        self.in_sync = False
        self._stub = stub
        self._request = evaluation_service_pb2.WatchStatesRequest(
            parent=model.PARENT, filter=state_filter, heartbeat_seconds=HEARTBEAT_SECONDS)
        self._ledger = ledger
        self._random = random.Random(f"{seed}-{name}")
        self._stopping = False
        self._call = None
        self._calls = 0
        self._messages = 0
        self._heard = time.monotonic()

    def run(self):
        while not self._stopping:
            try:
                # The deadline ends what hangs on a halted replica.
                self._calls += 1
                self._call = self._stub.WatchStates(
                    self._request, timeout=self._random.uniform(*WATCH_SECONDS))
                for message in self._call:
                    self._take(message)
            except grpc.RpcError as error:
                if not self._stopping:
                    self._note(error)
            time.sleep(RESUME_PAUSE)

    def stop(self):
        self._stopping = True
        if self._call is not None:
            self._call.cancel()
        self.join()

    def life(self):
        """How its watches fare, for who has to find out why it misses something."""
        return (f"{self._calls} watches, {self._messages} messages, the last "
                f"{time.monotonic() - self._heard:.1f} s ago")

    def _note(self, error):
        self._ledger.count(f"watch resumed: {error.code().name}")
        if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
                                grpc.StatusCode.CANCELLED):
            self._ledger.violation(f"{self.name} failed: {kpisuite.KpiError.of(error)}")

    def _take(self, message):
        self._messages += 1
        self._heard = time.monotonic()
        if message.resume_token:
            self._request.resume_token = message.resume_token
        self.in_sync = self.in_sync or message.in_sync
        if not message.HasField("state"):
            return
        self._ledger.beat("states watched")
        key = key_of(message.state)
        before = self.last.get(key)
        if before is not None and message.state.version < before.version:
            self._ledger.violation(f"{self.name}: {name_of(key)} went back from "
                                   f"{before.version} to {message.state.version}")
        self.last[key] = message.state
