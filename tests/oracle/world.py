"""Everything that is defined and has arrived at one moment of a case. Never changed in place."""

import dataclasses

import aggregates
import model
import periods
import targets


@dataclasses.dataclass(frozen=True)
class FlatKpi:
    """A KPI with the KPIs inside it: distinct inputs, and the formulas from the inside out."""
    inputs: tuple  # of model.Input
    # (kpi name, formula, ((alias, "input" | "step", index), ...)); the last is the KPI's own.
    steps: tuple


class World:
    def __init__(self):
        self.calendars = {}
        self.metrics = {}
        self.kpis = {}
        self.targets = {}
        self.revisions = {}  # of KPIs
        self.samples = {}  # metric -> identity -> model.Sample
        self.watermarks = {}  # by metric
        self._memo = {}

    def copy(self):
        other = World()
        for name in ("calendars", "metrics", "kpis", "targets", "revisions", "watermarks"):
            setattr(other, name, dict(getattr(self, name)))
        other.samples = {metric: dict(rows) for metric, rows in self.samples.items()}
        return other

    # --- Changes, on a copy ---

    def define(self, definition):
        """False when it changes nothing."""
        kind = {model.Metric: self.metrics, model.Kpi: self.kpis, model.Target: self.targets,
                periods.Calendar: self.calendars}[type(definition)]
        known = kind.get(definition.name)
        if isinstance(known, model.Kpi):
            definition = self._completed(definition, known)
        if known == definition:
            return False
        kind[definition.name] = definition
        if isinstance(definition, model.Kpi):
            self.revisions[definition.name] = self.revisions.get(definition.name, 0) + 1
        if isinstance(definition, model.Metric):
            self.samples.setdefault(definition.name, {})
        return True

    @staticmethod
    def _completed(said, known):
        """A definition that exists keeps what a change does not name."""
        kept = {field.name: getattr(known, field.name) for field in dataclasses.fields(said)
                if getattr(said, field.name) in (None, ())}
        return dataclasses.replace(said, **kept)

    def advance(self, metric, time):
        self.watermarks[metric] = max(time, self.watermarks.get(metric, time))

    # --- Questions ---

    def remembered(self, key, compute):
        if key not in self._memo:
            self._memo[key] = compute()
        return self._memo[key]

    def calendar_of(self, kpi):
        calendar = self.calendars[kpi.calendar] if kpi.calendar else periods.Calendar()
        return dataclasses.replace(calendar, zone=kpi.zone) if kpi.zone else calendar

    def flat(self, kpi):
        return self.remembered(("flat", kpi.name), lambda: self._flatten(kpi))

    def _flatten(self, kpi):
        """Equal inputs are one input within a KPI; those of a KPI inside it are its own, because
        they are finished by its definition."""
        inputs, owners, steps = [], [], []

        def add(one, parts):
            """The index of the step of a KPI that lies inside of these and is one of them."""
            bindings = []
            for alias, item in one.inputs:
                if item.kpi is not None:
                    bindings.append((alias, "step", add(self.kpis[item.kpi], parts | {item.kpi})))
                    continue
                owner = (item.key(), parts)
                if owner not in owners:
                    owners.append(owner)
                    inputs.append(item)
                index = owners.index(owner)
                bindings.append((alias, "input", index))
            known = next((i for i, step in enumerate(steps) if step[0] == one.name), None)
            if known is not None:
                return known
            steps.append((one.name, one.formula or one.inputs[0][0], tuple(bindings)))
            return len(steps) - 1

        add(kpi, frozenset())
        return FlatKpi(tuple(inputs), tuple(steps))

    def target_rules(self, kpi):
        return self.remembered(("targets", kpi.name), lambda: targets.TargetRules(
            kpi, list(self.targets.values()), self.calendar_of(kpi),
            targets.flow_nature(kpi, self.kpis)))

    def last_event(self, metric):
        """Event time of the latest sample of a metric; None without samples."""
        return self.remembered(("last", metric), lambda: max(
            (sample.time for sample in self.samples[metric].values()), default=None))

    def days(self, calendar, metric):
        """[(local day, sample)] of a metric; a business date wins over the instant."""
        return self.remembered(("days", calendar, metric), lambda: [
            (sample.business_date or periods.day_of(calendar, sample.time), sample)
            for sample in self.samples[metric].values()])

    def is_additive(self, kpi):
        """Whether finished values of slices add up to the total (3.3.4)."""
        if len(kpi.inputs) != 1 or kpi.formula not in (None, kpi.inputs[0][0]):
            return False
        only = kpi.inputs[0][1]
        if only.kpi is not None:
            return self.is_additive(self.kpis[only.kpi])
        return only.aggregation in aggregates.ADDITIVE_OVER_SLICES and not only.ignore
