"""Random cases: definitions, then writes, corrections, retractions, moves, changes of definitions,
watermarks and clock steps in any order, with looks at states between."""

import dataclasses
import datetime
import random
from decimal import Decimal

import decimals
import features
import model
import periods
import random_definitions
import random_looks
import states
import targets
import windows
import world as worlds
from decimals import Nd

# Days around which something happens: changes of clocks, ends of years, leap days, a skipped day.
SKIPPED_DAY = "2011-12-30"
ANCHORS = ("2025-03-30", "2025-10-26", "2024-12-30", "2021-01-02", "2020-02-29", SKIPPED_DAY,
           SKIPPED_DAY, SKIPPED_DAY, SKIPPED_DAY, "2025-04-06", "2018-11-04", "2025-04-25",
           "2026-12-31", "2025-03-10", "2025-06-30")
CLOCK_STEPS = (periods.MINUTE, 10 * periods.MINUTE, periods.HOUR, 6 * periods.HOUR,
               12 * periods.HOUR, periods.DAY, periods.DAY, 3 * periods.DAY, 10 * periods.DAY,
               35 * periods.DAY)
ENTITIES = ("", "ann", "bob", "cid")
MODES = ("incremental",) * 3 + ("restarted", "reversed")
LARGEST = 9 * 10**18


class CaseMaker(random_looks.Looks):
    """Makes one case. The world is followed on the way, so that changes hit what is there.

    `focus` is an aggregation and a kind of window: the KPI k0 has both, its metric is m0."""

    def __init__(self, seed, focus):
        self.random = random.Random(seed)
        self.focus = focus
        anchor = self.random.choice(ANCHORS + (None,) * 4)
        if anchor is None:
            day = datetime.date(2019, 1, 1) + datetime.timedelta(days=self.random.randrange(3000))
        else:
            day = datetime.date.fromisoformat(anchor)
        self.day = day
        zones = random_definitions.ZONES
        if anchor == SKIPPED_DAY:
            zones = ("Pacific/Apia",) * 3 + zones
        with_days = focus[1] != "CUMULATIVE" and self.chance(0.7)
        self.definitions = random_definitions.DefinitionMaker(self.random, day, zones, with_days)
        self.now = periods.start_of("UTC", 0, day) + self.random.randrange(96) * 15 * periods.MINUTE
        self.world = worlds.World()
        self.steps = [model.Clock(self.now)]
        self.next_id = 1
        self.with_last_year = self.chance(0.5)
        self.looked = []  # model.Expect
        self.touched = []  # (metric name, sample) of changes

    def chance(self, part):
        return self.random.random() < part

    def make(self, name):
        self.define_all()
        for _ in range(self.random.randint(5, 16)):
            self.random.choices(
                (self.write, self.correct, self.retract, self.move, self.watermark, self.clock,
                 self.change, self.look),
                weights=(4, 2.5, 1.8, 3.2, 1.6, 2.6, 1.3, 1))[0]()
        self.go_through_changes()
        for _ in range(4):
            self.look()
        if not self.looked:
            return self.make_with_days(name)
        for look in self.looked[:3]:
            self.steps.append(dataclasses.replace(look, history=True))
            self.steps.append(look)
        return model.Case(name, tuple(self.steps), self.random.choice(MODES))

    def go_through_changes(self):
        """The changes that the focus must see, each followed by looks at what it hit."""
        kpi = self.world.kpis["k0"]
        metric = self.world.metrics[kpi.inputs[0][1].metric]
        changes = [(self.write, 1), (self.correct, 4), (self.retract, 4), (self.move, 9),
                   (lambda unused: self.change(self.world.kpis["k0"]), 1)]
        for change, looks in self.random.sample(changes, len(changes)):
            self.touched = []
            change(metric)
            for _ in range(looks):
                self.add_look(self.world.kpis["k0"], 0.9)

    def make_with_days(self, name):
        """The case after all, with a window whose periods are everywhere."""
        for kpi in sorted(self.world.kpis.values(), key=lambda one: one.name):
            if "DAY" not in kpi.windows and not self.world.flat(kpi).results:
                self.apply(dataclasses.replace(kpi, windows=kpi.windows + ("DAY",)))
        while not self.looked:
            self.look()
        return model.Case(name, tuple(self.steps))

    # --- Definitions ---

    def apply(self, *definitions):
        changed = [self.world.copy().define(definition) for definition in definitions]
        if not any(changed):
            return
        self.world = self.world.copy()
        for definition in definitions:
            self.world.define(definition)
        self.steps.append(model.Apply(definitions))

    def define_all(self):
        made = []
        for i in range(self.random.choice((0, 1, 1))):
            made.append(self.definitions.calendar(f"cal{i}"))
        for i in range(self.random.choice((1, 2, 2, 3))):
            made.append(self.definitions.metric(f"m{i}", None if i else self.focus[0]))
        for definition in made:
            self.world.define(definition)
        for i in range(self.random.choice((1, 1, 2, 2, 3))):
            kpi = self.definitions.kpi(f"k{i}", self.world, sorted(self.world.kpis),
                                       (None, None) if i else self.focus)
            made.append(kpi)
            self.world.define(kpi)
        for kpi in list(self.world.kpis.values()):
            if self.chance(features.PARTNER_SHARE):
                made += self.with_partner(kpi)
            if self.chance(0.3):
                target = self.new_target(kpi)
                if target is not None:
                    made.append(target)
                    self.world.define(target)
        latest = {definition.name: definition for definition in made}
        self.steps.append(model.Apply(tuple(latest.values())))
        self.world = self.world.copy()  # which remembers nothing of definitions half made

    def with_partner(self, kpi):
        """A KPI that the target of this one reads, and this one with it."""
        partner = self.definitions.partner("p" + kpi.name, kpi, self.world)
        if partner is None or kpi.direction not in ("HIGHER", "LOWER", "ON_TARGET"):
            return []
        self.world.define(partner)
        kpi = dataclasses.replace(kpi, target=self.definitions.formula_value(
            [partner], None, self.random.choice((None, 1))))
        self.world.define(kpi)
        return [partner, kpi]

    def new_target(self, kpi):
        """A Target whose range does not overlap with that of another one; None if it would."""
        if kpi.direction == "NEUTRAL" or self.world_is_interval(kpi):
            return None
        name = f"t{len(self.world.targets)}"
        made = self.definitions.target(name, kpi, self.world)
        for other in self.world.targets.values():
            same = (other.kpi, other.slice, other.exact, other.role) == (
                made.kpi, made.slice, made.exact, made.role)
            if same:
                return None
        return made

    def world_is_interval(self, kpi):
        return self.definitions.is_interval(kpi, self.world)

    def change(self, kpi=None):
        """Another revision of a definition."""
        kpi = kpi or self.random.choice(
            sorted(self.world.kpis.values(), key=lambda kpi: kpi.name))
        self.random.choice((self.change_target, self.change_target_to_the_value, self.change_bands,
                            self.change_formula, self.change_window, self.change_policy,
                            self.change_metric, self.add_target))(kpi)

    def change_target(self, kpi):
        if kpi.direction != "NEUTRAL" and kpi.target is not None:
            self.apply(dataclasses.replace(
                kpi, target=self.definitions.target_value(kpi, self.world)))

    def change_target_to_the_value(self, kpi):
        """A target that a value just meets, or a cut that it just meets."""
        look = self.pick_look(kpi)
        if look is None or kpi.direction not in ("HIGHER", "LOWER", "ON_TARGET"):
            return
        if kpi.target is None or kpi.unit == "%":
            return
        period = windows.step_of(self.world.calendar_of(kpi), look.window, look.day)
        value = states.evaluate(self.world, states.Place(kpi.name, look.window, look.slice, period),
                                self.now).value
        part = decimals.divide(value, Decimal(self.random.choice(("1", "0.9", "0.95", "1.1"))))
        if isinstance(part, Nd) or part == 0 or abs(part.adjusted()) > 30:
            return
        self.apply(dataclasses.replace(
            kpi, target=model.TargetValue("FIXED", value=decimals.canonical(part))))

    def change_bands(self, kpi):
        if kpi.bands is not None:
            self.apply(dataclasses.replace(kpi, bands=self.definitions.bands(
                kpi, self.world_is_interval(kpi)) or kpi.bands))

    def change_formula(self, kpi):
        text, unit = self.definitions.formula(self.world, kpi.inputs)
        used = any(item.kpi == kpi.name for other in self.world.kpis.values()
                   for _, item in other.inputs) or self.is_in_formula(kpi)
        changed = dataclasses.replace(kpi, formula=text, unit=unit)
        same_nature = targets.flow_nature(kpi, self.world.kpis) == targets.flow_nature(
            changed, self.world.kpis)  # which decides what kinds of target there may be
        if text is not None and not used and same_nature and (unit == "%") == (kpi.unit == "%"):
            self.apply(changed)

    def is_in_formula(self, kpi):
        """Whether a FORMULA target wants its unit to stay."""
        values = [(one.kpi, one.value) for one in self.world.targets.values()]
        values += [(one.name, one.target) for one in self.world.kpis.values() if one.target]
        return any(value.kind == "FORMULA" and (
            name == kpi.name or kpi.name in dict(value.operands).values()
            or value.formula.startswith(kpi.name)) for name, value in values)

    def change_window(self, kpi):
        if self.world.flat(kpi).results:
            return  # whose periods need not make up others
        more = self.definitions.windows(self.world.calendar_of(kpi), None)
        self.apply(dataclasses.replace(kpi, windows=tuple(dict.fromkeys(kpi.windows + more))))

    def change_policy(self, kpi):
        self.apply(dataclasses.replace(kpi, no_data_policy=self.random.choice(
            features.NO_DATA_POLICIES)))

    def change_metric(self, kpi):
        item = self.random.choice(self.world.flat(kpi).inputs)
        other = self.definitions.metric(item.metric)
        self.apply(dataclasses.replace(
            self.world.metrics[item.metric], expected_lag=other.expected_lag, grace=other.grace))

    def add_target(self, kpi):
        made = self.new_target(kpi)
        if made is not None:
            self.apply(made)

    # --- Samples ---

    def pick_metric(self):
        return self.random.choice(sorted(self.world.metrics.values(), key=lambda one: one.name))

    def value(self, metric):
        """A value that is exact at the metric's scale."""
        kind = self.random.random()
        if kind < 0.08:
            whole = 0
        elif kind < 0.12:
            whole = self.random.randint(-LARGEST, LARGEST)
        elif kind < 0.7:
            whole = self.random.choice((1, 2, 3, 5, 8, 12, 20, 50, 99, -1, -4)) * 10**metric.scale
        else:
            whole = self.random.randint(-2000, 15000) * 10**max(0, metric.scale - 2)
        if metric.unit == "%" and abs(whole) < LARGEST // 10**10:
            whole //= 100
        return Decimal(whole).scaleb(-metric.scale, context=decimals.WIDE)

    def time(self, metric):
        """An event time up to now: mostly near, some late, some at the edge of a local day."""
        back = self.random.choices((0, 1, 2), weights=(5, 3, 2))[0]
        if self.with_last_year and self.chance(0.2):
            return self.now - (self.random.choice((364, 365, 366, 371)) * 24 * 60
                               + self.random.randrange(-2880, 2880)) * periods.MINUTE
        if back == 0:
            return self.now - self.random.randrange(0, 180) * periods.MINUTE
        if back == 1:
            return self.now - self.random.randrange(0, 14 * 24 * 60) * periods.MINUTE
        kpi = self.random.choice(sorted(self.world.kpis.values(), key=lambda one: one.name))
        calendar = self.world.calendar_of(kpi)
        day = periods.day_of(calendar, self.now) - datetime.timedelta(
            days=self.random.randrange(0, 5))
        edge = periods.day_start(calendar, day) - self.random.choice((0, 0, 1, periods.SECOND))
        return min(edge, self.now)

    def sample(self, metric):
        dimensions = tuple((dimension, self.random.choice(random_definitions.MEMBERS[dimension]))
                           for dimension in metric.dimensions if self.chance(0.85))
        time = self.time(metric)
        date = None
        if self.chance(0.06):
            date = periods.day_of(periods.Calendar(), time) + datetime.timedelta(
                days=self.random.choice((-1, 1, -30)))
        name = ""
        if metric.identity == "EVENT":
            name = f"e{self.next_id}"
            self.next_id += 1
        weight = None
        if metric.weight_scale is not None and self.chance(0.95):
            weight = self.random.choice((1, 2, 3, 10, 25, 100, 0, -1, 7777777))
        return model.Sample(dimensions, time, self.value(metric), name,
                            self.random.choice(ENTITIES), date, weight)

    def put(self, metric, samples):
        """A write of samples with distinct identities."""
        distinct = tuple({sample.identity(): sample for sample in samples}.values())
        self.world = self.world.copy()
        for sample in distinct:
            self.world.write(metric.name, sample, self.now)
        self.steps.append(model.Write(metric.name, distinct))

    def write(self, metric=None):
        metric = metric or self.pick_metric()
        made = [self.sample(metric) for _ in range(self.random.choice((1, 1, 2, 3, 5)))]
        self.put(metric, made)
        self.touched += [(metric.name, sample) for sample in made]

    def existing(self, only=None):
        """(metric, sample) of something that was written; None when there is nothing."""
        everything = [(self.world.metrics[name], sample)
                      for name, rows in sorted(self.world.samples.items())
                      for sample in rows.values() if only is None or name == only.name]
        return self.random.choice(everything) if everything else None

    def correct(self, metric=None):
        found = self.existing(metric)
        if found is None:
            return self.write(metric)
        metric, sample = found
        self.touched.append((metric.name, sample))
        return self.put(metric, [dataclasses.replace(sample, value=self.value(metric))])

    def take(self, metric, sample):
        self.world = self.world.copy()
        self.world.take(metric.name, sample.identity(), self.now)
        self.touched.append((metric.name, sample))
        self.steps.append(model.Retract(metric.name, (sample,)))

    def retract(self, metric=None):
        found = self.existing(metric)
        if found is not None:
            self.take(*found)

    def move(self, metric=None):
        """A sample gets another time, series or business date."""
        found = self.existing(metric)
        if found is None:
            return
        metric, sample = found
        if self.chance(0.3):
            date = periods.day_of(periods.Calendar(), sample.time) + datetime.timedelta(
                days=self.random.choice((-2, -1, 1)))
            moved = dataclasses.replace(sample, business_date=date)
        else:
            moved = dataclasses.replace(self.sample(metric), value=sample.value, id=sample.id,
                                        entity=sample.entity)
            self.take(metric, sample)
        self.put(metric, [moved])
        self.touched.append((metric.name, moved))

    # --- Time ---

    def watermark(self):
        metric = self.pick_metric()
        time = self.now - self.random.choice((0, 0, periods.HOUR, periods.DAY, 3 * periods.DAY))
        if self.chance(0.5):
            kpi = self.random.choice(sorted(self.world.kpis.values(), key=lambda one: one.name))
            calendar = self.world.calendar_of(kpi)
            time = periods.day_start(calendar, periods.day_of(calendar, time))
        self.world = self.world.copy()
        self.world.advance(metric.name, time)
        self.steps.append(model.Watermark(metric.name, time))

    def clock(self):
        self.now += self.random.choice(CLOCK_STEPS)
        self.steps.append(model.Clock(self.now))
