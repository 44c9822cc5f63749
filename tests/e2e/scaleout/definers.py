"""Who changes definitions and closes days, now and then."""

import dataclasses
import datetime
import random
import threading
from decimal import Decimal

from google.protobuf import json_format

import model
from kpisuite.v1 import definition_pb2, definition_service_pb2, measurement_service_pb2
from writers import CALL_SECONDS

PAUSE = (1.0, 3.0)
MOST_ADDED = 8


def apply_definitions(clients, request_id, documents):
    request = definition_service_pb2.ApplyDefinitionsRequest(
        parent=model.PARENT, request_id=request_id,
        definitions=[json_format.ParseDict(document, definition_pb2.Definition())
                     for document in documents])
    return clients.patiently("apply", [
        lambda: clients.definitions.ApplyDefinitions(request, timeout=CALL_SECONDS)])


class Definer(threading.Thread):
    """Changes targets, adds KPIs, and advances watermarks to the end of a day."""

    def __init__(self, clients, ledger, stop, seed):
        super().__init__(name="definer", daemon=True)
        self.kpis = {kpi.name: kpi for kpi in model.first_kpis()}
        self.complete_days = dict.fromkeys(range(model.GROUPS), 0)  # by group
        self._clients = clients
        self._ledger = ledger
        self._stop_event = stop
        self._random = random.Random(f"{seed}-definer")
        self._requests = 0
        self._added = 0

    def begin(self):
        """The definitions of the beginning."""
        self._apply([model.metric_definition(group) for group in range(model.GROUPS)] +
                    [model.kpi_definition(kpi) for kpi in self.kpis.values()])

    def run(self):
        while not self._stop_event.wait(self._random.uniform(*PAUSE)):
            self._random.choice((self._retarget, self._add, self._close_day))()

    def _apply(self, documents):
        self._requests += 1
        applied = apply_definitions(self._clients, f"apply-{self._requests}", documents)
        self._ledger.beat("definitions applied")
        return applied

    def _retarget(self):
        kpi = self.kpis[self._random.choice(sorted(self.kpis))]
        target = model.TARGETS[kpi.kind] * self._random.randint(60, 140) / Decimal(100)
        changed = dataclasses.replace(kpi, target=target)
        self._apply([model.kpi_definition(changed)])
        self.kpis[kpi.name] = changed

    def _add(self):
        if self._added == MOST_ADDED:
            return
        group = self._random.randrange(model.GROUPS)
        kpi = model.Kpi(f"mean-{self._added}", group, "mean", model.TARGETS["mean"])
        self._apply([model.kpi_definition(kpi)])
        self.kpis[kpi.name] = kpi
        self._added += 1

    def _close_day(self):
        group = self._random.randrange(model.GROUPS)
        days = self.complete_days[group]
        if days == model.DAYS:
            return
        end = datetime.datetime.combine(
            model.FIRST_DAY + datetime.timedelta(days=days + 1), datetime.time(),
            datetime.timezone.utc)
        request = measurement_service_pb2.AdvanceWatermarkRequest(
            parent=model.PARENT, metrics=[f"m{group}"])
        request.complete_through.FromDatetime(end)
        self._clients.patiently("watermark", [
            lambda: self._clients.measurements.AdvanceWatermark(request, timeout=CALL_SECONDS)])
        self.complete_days[group] = days + 1
        self._ledger.count("days closed")
