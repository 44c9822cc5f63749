"""Random cases about series: charts, direction of travel and hysteresis over closed periods, with
late, corrected and withdrawn samples, rebases and periods that are left out."""

import dataclasses
import datetime
import random
from decimal import Decimal

import decimals
import features
import model
import periods
import random_definitions
import slices
import windows
import world as worlds

LEVEL = 50
SETTLED = 10 * periods.MINUTE  # after a change nothing is in the air any more
# Chances of a window; of longer ones there is less to look at.
WINDOWS = ("DAY",) * 5 + ("WEEK", "MONTH")
AGGREGATIONS = ("AVG", "AVG", "SUM", "COUNT", "LAST", "MAX", "MEDIAN")


class SeriesCaseMaker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.day = datetime.date(2024, 1, 10) + datetime.timedelta(days=self.random.randrange(700))
        self.definitions = random_definitions.DefinitionMaker(self.random, self.day)
        self.now = periods.start_of("UTC", 0, self.day) + self.random.randrange(96) * (
            15 * periods.MINUTE)
        self.world = worlds.World()
        self.steps = [model.Clock(self.now)]
        self.next_id = 1

    def chance(self, part):
        return self.random.random() < part

    def make(self, name):
        self.define()
        self.write_past()
        self.settle()
        self.look(3)
        for _ in range(self.random.randint(2, 4)):
            self.random.choice((self.go_on, self.correct, self.correct, self.retract,
                                self.write_late, self.change_rule))()
            self.settle()
            self.look(2)
        if self.kpi.keep:
            self.change_series()
            self.settle()
            self.look(4)
        return model.Case(name, tuple(self.steps), self.random.choice(
            ("incremental", "incremental", "restarted", "reversed")))

    # --- Definitions ---

    def apply(self, *made):
        self.world = self.world.copy()
        for definition in made:
            self.world.define(definition)
        self.steps.append(model.Apply(made))

    def define(self):
        pick = self.random.choice
        metric = model.Metric(
            "m0", unit=pick(("min", "count")), scale=pick((0, 2)), identity="EVENT",
            dimensions=("region",) if self.chance(0.3) else ())
        self.world.define(metric)
        window = pick(WINDOWS)
        kpi = model.Kpi(
            "k0", inputs=(("a", model.Input("m0", aggregation=pick(AGGREGATIONS))),),
            windows=(window,), slices=(("region",),) if metric.dimensions else (),
            zone=pick((None, "Europe/Berlin", "America/New_York")), unit=metric.unit,
            direction=pick(("HIGHER", "HIGHER", "LOWER", "LOWER", "IN_RANGE", "ON_TARGET",
                            "NEUTRAL")),
            no_data_policy=pick((None,) + features.NO_DATA_POLICIES + ("KEEP_LAST",) * 3))
        if kpi.no_data_policy == "KEEP_LAST":
            kpi = dataclasses.replace(kpi, keep_last=pick((1, 2, 2, 3, 8)))
        if kpi.inputs[0][1].aggregation == "COUNT":
            kpi = dataclasses.replace(kpi, unit="count")
        if self.chance(0.3):
            kpi = dataclasses.replace(kpi, keep=True)
        self.window = window
        kpi = self.judged(kpi)
        self.apply(metric, dataclasses.replace(kpi, control=self.control()))

    def judged(self, kpi):
        """With a target near the level, bands, and mostly hysteresis."""
        pick = self.random.choice
        if kpi.direction == "ON_TARGET":
            kpi = dataclasses.replace(kpi, tolerance=("absolute", pick(("1", "2", "5"))))
        if kpi.direction == "IN_RANGE":
            target = model.TargetValue("RANGE", low=pick((None, "45", "48", "51")),
                                       high=pick(("52", "55", "60")))
        else:
            target = model.TargetValue("FIXED", value=pick(("40", "48", "50", "51", "53", "62")))
        if self.chance(0.9):
            kpi = dataclasses.replace(kpi, target=target)
        if kpi.direction == "NEUTRAL":
            return kpi
        return dataclasses.replace(kpi, **self.bands(kpi))

    def bands(self, kpi):
        """Cuts some points apart, and hysteresis with a smaller dead-band."""
        pick = self.random.choice
        if kpi.direction in ("IN_RANGE", "ON_TARGET"):
            bands = model.Bands("VARIANCE", on_target="0", warning=pick(("-2", "-5")))
        elif self.chance(0.5):
            bands = model.Bands("VARIANCE", exceeded=pick((None, "3", "5")), on_target="0",
                                warning=pick(("-2", "-4")))
        elif kpi.direction == "LOWER":
            bands = model.Bands("ACTUAL", exceeded="46", on_target="50", warning="53")
        else:
            bands = model.Bands("ACTUAL", exceeded="54", on_target="50", warning="47")
        if kpi.direction in ("HIGHER", "LOWER") and self.chance(0.3):
            bands = model.Bands("SIGMA", exceeded=pick((None, "1.6", "2")), on_target="0",
                                warning=pick((None, "-1.6", "-2")))
        rule = model.Hysteresis(pick((None, "0.5", "1", "1.5")), pick((1, 1, 2, 3)),
                                pick((1, 2, 3)))
        logical = pick(((None, None), (None, None), ("0", "53"), ("47", None)))
        if kpi.target is not None and not self.is_logical(kpi, logical):
            logical = (None, None)
        if bands.basis == "ACTUAL":
            logical = self.random.choice(((None, None), ("40", "62")))
        return {"bands": bands, "hysteresis": rule if self.chance(0.7) else None,
                "logical": logical}

    @staticmethod
    def is_logical(kpi, logical):
        """Whether the target lies in the range of values that make sense."""
        ends = [Decimal(end) for end in (kpi.target.value, kpi.target.low, kpi.target.high)
                if end is not None]
        low, high = (None if end is None else Decimal(end) for end in logical)
        return all((low is None or end >= low) and (high is None or end <= high) for end in ends)

    def control(self):
        pick = self.random.choice
        profile = pick(("NHS_MDC", "NHS_MDC", "WHEELER", "SERVICENOW"))
        return model.ProcessControl(
            profile=profile, baseline=pick((None, 5, 8, 12, 13, 0)),
            screening=pick((None, False)), centre=pick((None, None, "MEDIAN")),
            shift=pick((None, None, 6, 8)), trend=pick((None, 6)) if profile == "NHS_MDC" else None,
            trend_periods=pick((None, 5, 7, 9, 15)))

    # --- Periods ---

    @property
    def kpi(self):
        return self.world.kpis["k0"]

    @property
    def calendar(self):
        return self.world.calendar_of(self.kpi)

    def step_at(self, back):
        """The period so many before the current one."""
        current = windows.step_of(self.calendar, self.window,
                                  periods.day_of(self.calendar, self.now))
        return windows.moved(self.calendar, current, -back)

    def value(self, shape, i):
        """A value of a process: noise, and what the shape adds in its i-th period."""
        noise = self.random.choice((-3, -2, -1, -1, 0, 0, 1, 1, 2, 3))
        steady = {"flat": 0, "trend": i, "fall": -i, "decline": 40 - i if i > 9 else noise,
                  "rise": i - 40 if i > 9 else noise}
        extra = {"shift": 5 if i > 12 else 0, "out": 20 if i == 14 else 0}.get(shape, 0)
        if shape in steady:
            noise = steady[shape]
        if self.chance(0.03):
            extra += self.random.choice((-25, 25))
        scale = self.world.metrics["m0"].scale
        whole = int((LEVEL + noise + extra) * 10**scale)
        return Decimal(whole).scaleb(-scale, context=decimals.WIDE)

    def samples_of(self, period, value):
        """Some samples of a period; so many as the value for a COUNT."""
        aggregation, metric = self.kpi.inputs[0][1].aggregation, self.world.metrics["m0"]
        count = self.random.choice((1, 1, 2)) if aggregation != "COUNT" else max(
            0, int(value) - 44)
        made = []
        for _ in range(count):
            time = self.random.randrange(period.start, period.stop, periods.MINUTE)
            dimensions = ()
            if metric.dimensions:
                dimensions = (("region", self.random.choice(("EMEA", "EMEA", "APAC"))),)
            made.append(model.Sample(dimensions, min(time, self.now), value, f"e{self.next_id}"))
            self.next_id += 1
        return made

    # --- Steps ---

    def put(self, samples):
        distinct = tuple({sample.identity(): sample for sample in samples}.values())
        if not distinct:
            return
        self.world = self.world.copy()
        for sample in distinct:
            self.world.write("m0", sample)
        self.steps.append(model.Write("m0", distinct))

    def write_past(self):
        count = self.random.choice((6, 12, 16, 20, 28))
        shape = self.random.choice(("noise", "noise", "shift", "trend", "fall", "flat", "out",
                                    "decline", "rise"))
        made = []
        for i in range(count):
            if not self.chance(0.1):
                made += self.samples_of(self.step_at(count - i), self.value(shape, i))
        self.put(made)
        if self.chance(0.6):
            self.watermark()

    def watermark(self):
        time = self.step_at(0).start
        self.world = self.world.copy()
        self.world.advance("m0", time)
        self.steps.append(model.Watermark("m0", time))

    def settle(self):
        self.now += SETTLED
        self.steps.append(model.Clock(self.now))

    def go_on(self):
        """The next period, or some."""
        for _ in range(self.random.choice((1, 1, 3))):
            self.now = self.step_at(0).stop + periods.HOUR
            self.steps.append(model.Clock(self.now))
            if self.chance(0.85):
                self.put(self.samples_of(self.step_at(0), self.value("noise", 0)))
            if self.chance(0.5):
                self.watermark()

    def existing(self):
        rows = list(self.world.samples["m0"].values())
        return self.random.choice(rows) if rows else None

    def correct(self):
        found = self.existing()
        if found is not None:
            self.put([dataclasses.replace(found, value=self.value("noise", 0))])

    def retract(self):
        found = self.existing()
        if found is not None:
            self.world = self.world.copy()
            self.world.take("m0", found.identity())
            self.steps.append(model.Retract("m0", (found,)))

    def write_late(self):
        self.put(self.samples_of(self.step_at(self.random.randrange(1, 12)),
                                 self.value("noise", 0)))

    def change_series(self):
        """Another aggregation from a day on, with which the series begins anew."""
        alias, item = self.kpi.inputs[0]
        changed = dataclasses.replace(item, aggregation=self.random.choice(AGGREGATIONS))
        first = self.step_at(self.random.choice((1, 2, 2, *range(12)))).first
        counts = {"COUNT"} & {item.aggregation, changed.aggregation}
        if changed != item and (not counts or self.world.metrics["m0"].unit == "count"):
            self.apply(dataclasses.replace(self.kpi, inputs=((alias, changed),),
                                           effective_from=first))

    def change_rule(self):
        """A rebase, or a period that is left out of the baseline; or another series."""
        if self.kpi.keep and self.chance(0.6):
            return self.change_series()
        control = self.kpi.control
        period = self.step_at(self.random.randrange(2, 15))
        if self.chance(0.6):
            changed = dataclasses.replace(
                control, rebases=control.rebases + ((period.id, period.first),))
        else:
            changed = dataclasses.replace(
                control, excluded=control.excluded + ((period.id, period.first, period.end),))
        named = changed.rebases, changed.excluded
        if all(len({name for name, *_ in one}) == len(one) for one in named):
            self.apply(dataclasses.replace(self.kpi, control=changed))
        return None

    def look(self, count):
        found = self.existing()
        for _ in range(count):
            grouping = self.random.choice(((),) + self.kpi.slices)
            if found is None or not grouping:
                members = ()
            else:
                members = slices.project(found.dimensions, grouping)
            back = self.random.choice((0, 1, 1, 2, 3, 5, 8, 13))
            comparators = self.random.sample(features.COMPARATORS, 1) if self.chance(0.5) else ()
            self.steps.append(model.Expect("k0", self.window, members, self.step_at(back).first,
                                           comparators=tuple(comparators)))
