"""What evaluation says: every state as computed naively, on every replica, to every watcher."""

import time

import model
from kpisuite.v1 import common_pb2, evaluation_pb2, evaluation_service_pb2
from states import difference, key_message, name_of, status_of, summary_of

READ_SECONDS = 30
SETTLE_SECONDS = 20
MOST_KEYS = 1000


class StateChecks:
    """Compares the states at a position with those computed from the samples."""

    def __init__(self, clients, ledger, token):
        self._clients = clients
        self._ledger = ledger
        self._token = token
        self.final = {}  # by key

    def check(self, kpis, live, complete_days):
        wanted = {(kpi.resource, *cell): (kpi, state) for kpi in kpis
                  for cell, state in model.expected_states(kpi, live).items()}
        told = [self._read(stub, sorted(wanted), self._token)
                for stub in self._clients.each_evaluation]
        for number, states in enumerate(told):
            for key, (kpi, want) in wanted.items():
                self._compare(number, key, states.get(key), want)
                self._check_life(number, key, states.get(key), complete_days[kpi.group])
        self.final = told[0]
        for states in told[1:]:
            for key in states.keys() & self.final.keys():
                if summary_of(states[key]) != summary_of(self.final[key]):
                    self._ledger.violation(f"{name_of(key)}: the replicas differ in "
                                           f"{difference(self.final[key], states[key])}")
        self._ledger.count("states compared", len(wanted))
        self._check_without_token(sorted(self.final))
        for kpi in kpis:
            self._check_history(kpi)

    def _read(self, stub, keys, token):
        states = {}
        for begin in range(0, len(keys), MOST_KEYS):
            some = keys[begin:begin + MOST_KEYS]
            request = evaluation_service_pb2.BatchGetStatesRequest(at_least=token, keys=[
                key_message(key) for key in some])
            answer = self._clients.patiently("final states", [
                lambda: stub.BatchGetStates(request, timeout=READ_SECONDS)])
            for key, result in zip(some, answer.results):
                if result.HasField("state"):
                    states[key] = result.state
                else:
                    self._ledger.violation(f"{name_of(key)}: {result.error.message}")
        return states

    def _compare(self, number, key, state, want):
        if state is None:
            return
        got = model.Expected(state.value, status_of(state), state.row_count)
        if got != want:
            self._ledger.violation(f"{name_of(key)} on evaluation-{number}: {got}, computed "
                                   f"naively: {want}")
        if state.freshness.stale:
            self._ledger.violation(f"{name_of(key)} on evaluation-{number} is stale: "
                                   f"{state.freshness.stale_reason}")

    def _check_life(self, number, key, state, days):
        """Days before the watermark are closed and complete."""
        if state is None or state.window != "DAY":
            return
        complete = state.period.id < model.day_id(days)
        if complete and (state.period.life != common_pb2.PERIOD_LIFE_CLOSED or
                         state.data_state != common_pb2.DATA_STATE_OK):
            self._ledger.violation(
                f"{name_of(key)} on evaluation-{number}: complete, but "
                f"{common_pb2.PeriodLife.Name(state.period.life)}, "
                f"{common_pb2.DataState.Name(state.data_state)}")

    def _check_without_token(self, keys):
        """A read without a position comes to the same, from wherever it is answered."""
        for number, stub in enumerate(self._clients.each_evaluation):
            end = time.monotonic() + SETTLE_SECONDS
            while True:
                states = self._read(stub, keys, "")
                behind = self._behind(keys, states)
                if not behind:
                    break
                if time.monotonic() > end:
                    self._ledger.violation(
                        f"{len(behind)} states on evaluation-{number} do not come to the final "
                        f"ones without a token, such as {self._told_of(behind[0], states)}")
                    break
                time.sleep(0.1)

    def _check_history(self, kpi):
        """Revisions are dense, and a period closes once."""
        request = evaluation_service_pb2.GetHistoryRequest(
            kpi=kpi.resource, window="DAY", page_size=1000, at_least=self._token,
            view=evaluation_service_pb2.HISTORY_VIEW_HISTORY)
        revisions, closed = {}, {}
        while True:
            page = self._clients.patiently("history", [
                lambda stub=stub: stub.GetHistory(request, timeout=READ_SECONDS)
                for stub in self._clients.each_evaluation])
            for entry in page.entries:
                period = entry.state.period.id
                if entry.cause == evaluation_pb2.HISTORY_CAUSE_CLOSED:
                    closed[period] = closed.get(period, 0) + 1
                if entry.state.revision:
                    revisions.setdefault(period, []).append(entry.state.revision)
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        for period, times in closed.items():
            if times != 1:
                self._ledger.violation(f"{kpi.name} {period} closed {times} times")
        for period, numbers in revisions.items():
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                self._ledger.violation(f"{kpi.name} {period}: revisions {numbers}")
        self._ledger.count("revisions in the history", sum(map(len, revisions.values())))

    def check_watchers(self, watchers):
        """The last that a watcher was told of a key is how it ended."""
        end = time.monotonic() + SETTLE_SECONDS
        for watcher, wants in watchers:
            keys = [key for key in self.final if wants(key)]
            while True:
                behind = self._behind(keys, watcher.last)
                if not behind:
                    break
                if time.monotonic() > end:
                    self._ledger.violation(
                        f"{watcher.name} did not see how {len(behind)} of {len(keys)} keys ended: "
                        + ", ".join(map(name_of, behind[:5])) + "; "
                        + self._told_of(behind[0], watcher.last) + f" ({watcher.life()})")
                    break
                time.sleep(0.1)
            self._ledger.count("final states watched", len(keys))

    def _behind(self, keys, states):
        return [key for key in keys if key not in states or
                summary_of(states[key]) != summary_of(self.final[key])]

    def _told_of(self, key, states):
        if key not in states:
            return f"{name_of(key)}, of which nothing was told"
        return f"{name_of(key)}: {difference(self.final[key], states[key])}"
