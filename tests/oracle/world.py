"""Everything that is defined and has arrived at one moment of a case. Never changed in place."""

import dataclasses
import functools

import aggregates
import finality
import levels
import model
import periods
import targets
import versions
import windows


@dataclasses.dataclass(frozen=True)
class Step:
    """A formula of a KPI, or of one inside it; its periods are earlier by these offsets."""
    kpi: str
    formula: str
    bindings: tuple  # (alias, "input" | "step" | "result", index)
    offsets: tuple
    ignore: tuple


@dataclasses.dataclass(frozen=True)
class Result:
    """Finished values of a KPI over the periods of a grain, aggregated."""
    kpi: str
    grain: str
    aggregation: str
    offsets: tuple
    ignore: tuple


@dataclasses.dataclass(frozen=True)
class FlatKpi:
    """A KPI with the KPIs inside it: distinct inputs, and the formulas from the inside out, of
    which the last is the KPI's own."""
    inputs: tuple  # of model.Input
    steps: tuple  # of Step
    results: tuple  # of Result


@functools.lru_cache(maxsize=1000)
def zoned(calendar, zone):
    return dataclasses.replace(calendar, zone=zone) if zone else calendar


class World:
    def __init__(self):
        self.calendars = {}
        self.metrics = {}
        self.kpis = {}
        self.targets = {}
        self.revisions = {}  # of KPIs
        self.samples = {}  # metric -> identity -> model.Sample
        self.versions = {}  # metric -> identity -> ((recorded, model.Sample or None), ...)
        self.created = {}  # KPI -> when it was first defined
        self.decisions = {}  # KPI -> (finality.Decision, ...)
        self.chains = {}  # KPI -> (versions.Version, ...) where there is more than one
        self.moments = ()  # of the case up to now, for frozen targets and for final ones
        self.as_of = None  # (now, whether AS_WAS), for levels
        self.viewed = {}  # KPI -> index of the version that `kpis` has; else it is the newest
        self.watermarks = {}  # by metric
        self._memo = {}

    def copy(self):
        other = World()
        for name in ("calendars", "metrics", "kpis", "targets", "revisions", "watermarks",
                     "created", "decisions", "chains", "viewed"):
            setattr(other, name, dict(getattr(self, name)))
        other.samples = {metric: dict(rows) for metric, rows in self.samples.items()}
        other.as_of, other.moments = self.as_of, self.moments
        other.versions = {metric: dict(rows) for metric, rows in self.versions.items()}
        return other

    # --- Changes, on a copy ---

    def define(self, definition, now=0, not_closed=None):
        """False when it changes nothing. `not_closed`: of a KPI, the first day on which no period
        is recorded as closed."""
        kind = {model.Metric: self.metrics, model.Kpi: self.kpis, model.Target: self.targets,
                periods.Calendar: self.calendars}[type(definition)]
        known = kind.get(definition.name)
        if isinstance(known, model.Kpi):
            definition = self._completed(definition, known)
        if known == definition:
            return False
        if isinstance(definition, model.Kpi):
            revision = self.revisions.get(definition.name, 0)
            self.revisions[definition.name] = revision + 1
            if known is not None:
                self.chains[definition.name] = versions.follow(
                    self.chains.get(definition.name, ()), (known, revision),
                    (definition, revision + 1), finality.open_from(self, definition.name, now),
                    not_closed, finality.rule_of(known) == finality.rule_of(definition))
            self.created.setdefault(definition.name, now)
        kind[definition.name] = definition
        if isinstance(definition, model.Metric):
            self.samples.setdefault(definition.name, {})
            self.versions.setdefault(definition.name, {})
        return True

    def write(self, metric, sample, now=0):
        identity = sample.identity()
        if self.samples[metric].get(identity) != sample:
            self.samples[metric][identity] = sample
            self._record(metric, identity, sample, now)

    def take(self, metric, identity, now=0):
        """The sample that is withdrawn."""
        self._record(metric, identity, None, now)
        return self.samples[metric].pop(identity)

    def _record(self, metric, identity, sample, now):
        before = self.versions[metric].get(identity, ())
        self.versions[metric][identity] = before + ((now, sample),)

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

    def viewed_at(self, now, as_was):
        """The world as it is regrouped at an instant, or AS_WAS."""
        if not any(metric.hierarchies for metric in self.metrics.values()):
            return self
        other = self.copy()
        other.as_of = (now, as_was)
        return other

    def remembering(self, moments):
        """The world with what was before it, where targets depend on that."""
        values = [kpi.target for kpi in self.kpis.values() if kpi.target]
        if not any(value.freeze or value.kind == "FORMULA" for value in values):
            return self
        other = self.copy()
        other.moments = tuple(moments)
        return other

    def leaf(self, calendar, metric, day, sample):
        """The dimensions of a sample of a local day, with its members of levels."""
        definition = self.metrics[metric]
        if not definition.hierarchies or self.as_of is None:
            return sample.dimensions
        now, as_was = self.as_of
        return levels.extended(definition, sample.dimensions,
                               day if as_was else periods.day_of(calendar, now))

    def today(self, calendar):
        """The day whose levels filters see, in every view; None without levels."""
        return None if self.as_of is None else periods.day_of(calendar, self.as_of[0])

    def above(self, kpi):
        """The slices above one in the hierarchies of a KPI on a day, as it is viewed."""
        hierarchies = [one for item in self.flat(kpi).inputs
                       for one in self.metrics[item.metric].hierarchies]
        if not hierarchies or self.as_of is None:
            return lambda members, day: []
        now, as_was = self.as_of
        today = periods.day_of(self.calendar_of(kpi), now)
        return lambda members, day: levels.slices_above(
            hierarchies, members, day if as_was else today)

    def version_for(self, name, day, reach_last=None):
        """The world with the version of a KPI that has the periods which end with a day, and whose
        samples lie on or before another."""
        chain = self.chains.get(name)
        if not chain:
            return self
        index = versions.index_of(chain, day)
        if reach_last is not None:
            index = versions.index_within(chain, index, reach_last)
        if index == self.viewed.get(name, len(chain) - 1):
            return self
        return self.remembered(("version", name, index), lambda: self._view(name, index))

    def _view(self, name, index):
        other, version = self.copy(), self.chains[name][index]
        other.kpis[name], other.revisions[name] = version.kpi, version.revision
        other.viewed[name] = index
        return other

    def comparable_version(self, name, day):
        """The same for what is compared with the version at hand; None across a break."""
        other = self.version_for(name, day)
        own = self.kpis[name]
        apart = other is not self and not self.is_one_series(name, other) and not (
            own.across and other.kpis[name].unit == own.unit)
        return None if apart else other

    def is_one_series(self, name, other):
        """Whether no break is between the versions that two worlds have."""
        if other is self:
            return True
        starts = [versions.series_start(chain, one.viewed.get(name, len(chain) - 1))
                  for one in (self, other) for chain in [one.chains[name]]]
        return starts[0] == starts[1]

    def reads_from(self, name):
        """First day that operands of other periods may reach; None for all."""
        chain = self.chains.get(name)
        if not chain or self.kpis[name].across:
            return None
        return chain[versions.series_start(chain, self.viewed.get(name, len(chain) - 1))].first

    def calendar_of(self, kpi):
        return zoned(self.calendars[kpi.calendar] if kpi.calendar else periods.Calendar(),
                     kpi.zone)

    def flat(self, kpi):
        return self.remembered(("flat", kpi.name), lambda: self._flatten(kpi))

    def _flatten(self, kpi):
        return Flattening(self.kpis).of(kpi)

    def target_rules(self, kpi):
        return self.remembered(("targets", kpi.name), lambda: targets.TargetRules(
            kpi, list(self.targets.values()), self.calendar_of(kpi),
            targets.flow_nature(kpi, self.kpis), self.above(kpi)))

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
        if only.ignore or (only.is_result and only.aggregation != "SUM"):
            return False
        if only.kpi is not None:
            return self.is_additive(self.kpis[only.kpi])
        return only.aggregation in aggregates.ADDITIVE_OVER_SLICES


class Flattening:
    """Equal inputs are one input within a KPI; those of a KPI inside it are its own, because they
    are finished by its definition."""

    def __init__(self, kpis):
        self.kpis = kpis
        self.root = None
        self.inputs, self.owners, self.steps, self.results = [], [], [], []

    def of(self, kpi):
        self.root = kpi.name
        self.step(kpi, frozenset(), (), ())
        return FlatKpi(tuple(self.inputs), tuple(self.steps), tuple(self.results))

    def step(self, kpi, parts, offsets, ignore):
        """The index of the step of a KPI that lies inside of `parts` and is one of them."""
        bindings = tuple((alias, *self.operand(item, parts, offsets, ignore))
                         for alias, item in kpi.inputs)
        made = Step(kpi.name, kpi.formula or kpi.inputs[0][0], bindings, offsets, ignore)
        if made not in self.steps:
            self.steps.append(made)
        return self.steps.index(made)

    def operand(self, item, parts, offsets, ignore):
        ignored = tuple(sorted({*ignore, *item.ignore}))
        if item.kpi is None:
            return "input", self.input(dataclasses.replace(item, ignore=ignored, outer=offsets),
                                       parts)
        inner, within = self.kpis[item.kpi], parts | {item.kpi}
        if not item.is_result:
            further = offsets + ((item.offset,) if item.offset else ())
            return "step", self.step(inner, within, further, ignored)
        self.inputs_of(inner, within, (), ignored)
        grain = next(windows.parse(one).grain for one in inner.windows
                     if windows.parse(one).kind == "CALENDAR")
        self.results.append(Result(inner.name, grain, item.aggregation, offsets, ignored))
        return "result", len(self.results) - 1

    def input(self, item, parts):
        owner = (item.key(), parts)
        if owner not in self.owners:
            self.owners.append(owner)
            through = (self.root, *sorted(parts))
            self.inputs.append(dataclasses.replace(item, through=through))
        return self.owners.index(owner)

    def inputs_of(self, kpi, parts, offsets, ignore):
        """Those of a KPI whose finished values are read."""
        for _, item in kpi.inputs:
            ignored = tuple(sorted({*ignore, *item.ignore}))
            if item.kpi is None:
                self.input(dataclasses.replace(item, ignore=ignored, outer=offsets), parts)
                continue
            further = () if item.is_result else offsets + ((item.offset,) if item.offset else ())
            self.inputs_of(self.kpis[item.kpi], parts | {item.kpi}, further, ignored)
