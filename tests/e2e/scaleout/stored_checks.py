"""What measurement has: everything acknowledged, each request once, a dense feed that replays."""

import grpc

import model
from kpisuite.v1 import measurement_pb2, measurement_service_pb2

PAGE = 10_000
FEED_SECONDS = 60


def identity_of(metric, site, time_ns, sample_id):
    return model.Identity(int(metric[1:]), site, time_ns, sample_id)


def read_revisions(clients, stub, metric):
    """{identity: [value in mantissas, or None when withdrawn]} of every revision, in order."""
    stored = {}
    request = measurement_service_pb2.ReadSamplesRequest(
        parent=model.PARENT, metric=metric, revisions=True, page_size=PAGE)
    while True:
        page = clients.patiently("samples", [lambda: stub.ReadSamples(request, timeout=30)])
        for sample in page.samples:
            identity = identity_of(metric, sample.series.partition("=")[2],
                                   sample.time.ToNanoseconds(), sample.sample_id)
            value = None if sample.retracted else int(
                model.Decimal(sample.value).scaleb(model.SCALE))
            revisions = stored.setdefault(identity, [])
            revisions.append(value)
            if sample.revision != len(revisions):
                raise AssertionError(f"{identity}: revision {sample.revision} is number "
                                     f"{len(revisions)} of the page")
        if not page.next_page_token:
            return stored
        request.page_token = page.next_page_token


class StoredChecks:
    """Compares what the writers know with what every replica of measurement says."""

    def __init__(self, clients, ledger, facts):
        self._clients = clients
        self._ledger = ledger
        self._history = {}
        self._given_up = {}
        for each in facts:
            self._history.update(each.history)
            self._given_up.update(each.given_up)
        self.revisions = {}

    def live(self):
        return {identity: values[-1] for identity, values in self.revisions.items()
                if values[-1] is not None}

    def check(self):
        first, second = ({} for _ in range(2))
        for group in range(model.GROUPS):
            first.update(read_revisions(self._clients, self._clients.each_measurement[0],
                                        f"m{group}"))
            second.update(read_revisions(self._clients, self._clients.each_measurement[1],
                                         f"m{group}"))
        for identity in first.keys() | second.keys():
            if first.get(identity) != second.get(identity):
                self._ledger.violation(f"{identity}: one replica of measurement has "
                                       f"{first.get(identity)}, the other {second.get(identity)}")
        self.revisions = first
        self._check_acknowledged()
        self._check_given_up()
        self._check_counts()
        self._check_feed()

    def _check_acknowledged(self):
        """The revisions of a sample are exactly what was acknowledged, in that order."""
        for identity, values in self._history.items():
            if self.revisions.get(identity) != values:
                self._ledger.violation(f"{identity}: acknowledged {values}, stored "
                                       f"{self.revisions.get(identity)}")
        self._ledger.count("samples compared", len(self._history))

    def _check_given_up(self):
        """Each request counts once or not at all, in each partition."""
        wanted = {}
        for request, changes in self._given_up.items():
            by_group = {}
            for identity, value in changes.items():
                wanted[identity] = value
                by_group.setdefault(identity.group, []).append(identity in self.revisions)
            for group, stored in by_group.items():
                if any(stored) != all(stored):
                    self._ledger.violation(f"request {request}: stored in part in m{group}")
        for identity, values in self.revisions.items():
            if identity in self._history:
                continue
            if values != [wanted.get(identity)] or values == [None]:
                self._ledger.violation(f"{identity}: stored {values}, sent "
                                       f"{wanted.get(identity, 'never')}")
            self._ledger.count("samples of requests given up, stored")

    def _check_counts(self):
        """QueryAggregates counts every sample that is live, once."""
        counted = {}
        for identity in self.live():
            cell = identity.group, f"site={identity.site}", identity.day
            counted[cell] = counted.get(cell, 0) + 1
        request = measurement_service_pb2.QueryAggregatesRequest(parent=model.PARENT, queries=[
            {"metric": f"m{group}", "aggregation": "AGGREGATION_COUNT", "group_by": ["site"]}
            for group in range(model.GROUPS)])
        epoch = model.start_of(0) // model.DAY_NS
        for stub in self._clients.each_measurement:
            told = {}
            for chunk in self._clients.patiently("aggregates", [
                    lambda stub=stub: list(stub.QueryAggregates(request, timeout=60))]):
                for cell in chunk.cells:
                    if cell.row_count:
                        told[chunk.query, cell.slice, cell.day - epoch] = cell.row_count
            for cell in told.keys() | counted.keys():
                if told.get(cell) != counted.get(cell):
                    self._ledger.violation(f"m{cell[0]} {cell[1]} {model.day_id(cell[2])}: "
                                           f"QueryAggregates counts {told.get(cell)}, want "
                                           f"{counted.get(cell)}")

    def _check_feed(self):
        for number, stub in enumerate(self._clients.each_measurement):
            replayed = Replay(f"measurement-{number}", self._ledger)
            replayed.read(self._clients, stub)
            if replayed.live != self.live():
                wrong = [identity for identity in replayed.live.keys() | self.live().keys()
                         if replayed.live.get(identity) != self.live().get(identity)]
                self._ledger.violation(f"the feed of measurement-{number} replays to other samples "
                                       f"than are stored: {len(wrong)}, such as {wrong[0]}")


class Replay:
    """A table made from the feed alone."""

    def __init__(self, name, ledger):
        self.live = {}
        self._name = name
        self._ledger = ledger
        self._seqs = {}

    def read(self, clients, stub):
        info = clients.patiently("heads", [lambda: stub.GetMeasurementServerInfo(
            measurement_service_pb2.GetMeasurementServerInfoRequest(), timeout=30)])
        heads = {head.part: head.last_seq for head in info.partitions if head.last_seq}
        request = measurement_service_pb2.ReadChangesRequest(
            after=[{"part": part} for part in sorted(heads)])
        call = stub.ReadChanges(request, timeout=FEED_SECONDS)
        try:
            for message in call:
                for batch in message.batches:
                    self._take(batch)
                if all(self._seqs.get(part, 0) >= seq for part, seq in heads.items()):
                    break
            call.cancel()
        except grpc.RpcError as error:
            self._ledger.violation(f"the feed of {self._name} ended at {self._seqs}, heads are "
                                   f"{heads}: {error.details()}")
        self._ledger.count("entries of the feed replayed", sum(self._seqs.values()))

    def _take(self, batch):
        part, seq = batch.position.part, batch.position.seq
        if seq != self._seqs.get(part, 0) + 1:
            self._ledger.violation(f"the feed of {self._name}, partition {part}: {seq} follows "
                                   f"{self._seqs.get(part, 0)}")
        self._seqs[part] = seq
        for series in batch.series:
            for row, kind in enumerate(series.kinds):
                identity = identity_of(series.metric, series.dimensions["site"],
                                       series.time_unix_nano[row], series.sample_ids[row])
                self._change(identity, kind, series.old_values[row], series.new_values[row])

    def _change(self, identity, kind, old, new):
        before = self.live.get(identity)
        inserted = kind == measurement_pb2.ROW_CHANGE_INSERTED
        if before != (None if inserted else old):
            self._ledger.violation(f"the feed of {self._name}: {identity} was {before}, and "
                                   f"{measurement_pb2.RowChange.Name(kind)} changes {old}")
        if kind == measurement_pb2.ROW_CHANGE_RETRACTED:
            self.live.pop(identity, None)
        else:
            self.live[identity] = new
