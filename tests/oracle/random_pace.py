"""Random cases about pace: an open period after some that are over, near and a year ago."""

import dataclasses

import features
import model
import periods
import random_series
import slices
import windows

WINDOWS = ("WEEK", "WEEK", "MONTH", "MONTH", "TO_DATE(MONTH)", "QUARTER")
LENGTHS = {"WEEK": 7, "MONTH": 31, "QUARTER": 92}


class PaceCaseMaker(random_series.SeriesCaseMaker):
    def define(self):
        pick = self.random.choice
        self.window = pick(WINDOWS)
        metrics = [model.Metric(name, unit="min", scale=pick((0, 2)),
                                dimensions=("region",) if self.chance(0.2) else ())
                   for name in ("m0", "m1")]
        kinds = pick(4 * (("SUM",),) + 4 * (("AVG",),) + 4 * (("LAST",),) + (
            ("MAX",), ("MAX",), ("SUM", "SUM"), ("SUM", "SUM"), ("COUNT",), ("SUM", "COUNT"),
            ("AVG", "LAST"), ("AVG", "LAST")))
        inputs = tuple((alias, self.input(metric, kind))
                       for alias, metric, kind in zip("ab", metrics, kinds))
        ratio = len(kinds) == 2
        unit = "min" if kinds[0] != "COUNT" else "count"
        if ratio:
            unit = "min" if kinds[1] == "COUNT" else "count"
        calendar = periods.Calendar(name="cal0", holidays=(self.day,),
                                    working_days=pick(((1, 2, 3, 4, 5), (1, 3, 6))))
        kpi = model.Kpi(
            "k0", inputs=inputs, formula="a / b" if ratio else None, unit=unit,
            windows=(self.window,), calendar=pick((None, "cal0")),
            slices=(("region",),) if all(one.dimensions for one in metrics) else (),
            zone=pick((None, "Europe/Berlin", "America/New_York")), pace=self.rule(),
            direction=pick(("HIGHER", "HIGHER", "LOWER", "IN_RANGE", "ON_TARGET", "NEUTRAL")))
        kpi = self.with_bands(kpi, ratio)
        for one in (calendar, *metrics):
            self.world.define(one)
        self.apply(calendar, *metrics, kpi)

    def input(self, metric, kind):
        where = f"value > {self.random.choice((49, 50))}" if self.chance(0.2) else None
        carry = self.random.choice(("NONE", "UNTIL_RETRACTED"))
        return model.Input(metric.name, aggregation=kind, where=where, carry=carry)

    def rule(self):
        pick = self.random.choice
        profile = pick((None, "CALENDAR", "WORKING_DAYS", "HISTORY", "HISTORY", "EXPLICIT"))
        prior = pick((None, "SAME_PERIOD_LAST_YEAR", "MEAN_OF_LAST_3", "NONE"))
        grain = windows.parse(self.window).grain
        weights = ()
        if profile == "EXPLICIT":
            weights = tuple(pick(("1", "2", "0", "0.5")) for _ in range(LENGTHS[grain] - 1)) + (
                "1",)
            if self.chance(0.5):  # nothing is expected at first
                weights = ("0",) * (len(weights) // 2) + weights[len(weights) // 2:]
        return model.PaceRule(
            profile, weights, grain if weights else None, pick((12, 6, 8)), prior,
            pick((None, "1.05", "90%")) if prior in (None, "SAME_PERIOD_LAST_YEAR") else None)

    def with_bands(self, kpi, ratio):
        pick = self.random.choice
        low, high = pick((("1", "2"), ("0.9", "1.1"))) if ratio else pick(
            (("45", "55"), ("100", "600"), ("300", "1500"), ("2", "12")))
        if kpi.direction == "ON_TARGET":
            kpi = dataclasses.replace(kpi, tolerance=("relative", pick(("0.05", "0.2"))))
        target = model.TargetValue("FIXED", value=pick((low, high)))
        if kpi.direction == "IN_RANGE":
            target = model.TargetValue("RANGE", low=pick((None, low)), high=high)
        if self.chance(0.9):
            kpi = dataclasses.replace(kpi, target=target)
        if kpi.direction in ("IN_RANGE", "ON_TARGET", "NEUTRAL") or self.chance(0.2):
            return kpi
        if self.chance(0.6):
            return dataclasses.replace(kpi, bands=pick((
                model.Bands("PACE", exceeded=pick((None, "1.2")), warning="0.8"),
                model.Bands("PACE", on_target="1.05", warning="0.5"))))
        bands = pick((model.Bands("FVP", on_target="0", warning="-0.1"),
                      model.Bands("VARIANCE", exceeded="5", on_target="-1", warning="-3"),
                      model.Bands("ACTUAL", on_target=high if kpi.direction == "LOWER" else low)))
        baseline = pick((None, "1", "20")) if bands.basis == "FVP" else None
        return dataclasses.replace(kpi, bands=bands, baseline=baseline)

    # --- Samples ---

    def samples_of(self, period, value, metric="m0"):
        made = []
        for _ in range(self.random.choice((1, 2, 3, 5))):
            time = min(self.random.randrange(period.start, period.stop, periods.MINUTE), self.now)
            dimensions = ()
            if self.world.metrics[metric].dimensions:
                dimensions = (("region", self.random.choice(("EMEA", "EMEA", "APAC"))),)
            made.append(model.Sample(dimensions, time, value, f"e{self.next_id}"))
            self.next_id += 1
        return made

    def write_past(self):
        count = self.random.choice((2, 2, 4, 6, 8, 8, 14, 14))
        shape = self.random.choice(("noise", "noise", "shift", "trend", "flat"))
        year = {"WEEK": 52, "MONTH": 12, "QUARTER": 4}[windows.parse(self.window).grain]
        backs = list(range(count, 0, -1)) + [0, 0] + ([year] * 2 if self.chance(0.7) else [])
        self.into_the_period()
        for name in ("m0", "m1"):
            made = []
            for i, back in enumerate(backs):
                if not self.chance(0.08):
                    made += self.samples_of(self.step_at(back), self.value(shape, i), name)
            self.put(made, name)
        self.watermark_within()

    def into_the_period(self):
        """Some part of a period passes."""
        grain = windows.parse(self.window).grain
        self.now += self.random.randrange(LENGTHS[grain]) * periods.DAY
        self.steps.append(model.Clock(self.now))

    def put(self, samples, metric="m0"):
        distinct = tuple({sample.identity(): sample for sample in samples}.values())
        if distinct:
            self.world = self.world.copy()
            for sample in distinct:
                self.world.write(metric, sample)
            self.steps.append(model.Write(metric, distinct))

    def watermark_within(self):
        for name in ("m0", "m1"):
            if self.chance(0.5):
                back = self.random.choice((0, periods.HOUR, periods.DAY, 3 * periods.DAY))
                self.world = self.world.copy()
                self.world.advance(name, self.now - back)
                self.steps.append(model.Watermark(name, self.now - back))

    def watermark(self):
        self.watermark_within()

    def change_rule(self):
        self.apply(dataclasses.replace(self.kpi, pace=self.rule()))

    def go_on(self):
        """Some days."""
        self.now += self.random.choice((1, 1, 3, 8)) * periods.DAY
        self.steps.append(model.Clock(self.now))
        if self.chance(0.7):
            self.put(self.samples_of(self.step_at(0), self.value("noise", 0)))
        self.watermark_within()

    def look(self, count):
        found = self.existing()
        for _ in range(2 * count):
            grouping = self.random.choice(((),) + self.kpi.slices)
            members = slices.project(found.dimensions, grouping) if found and grouping else ()
            back = self.random.choice((0, 0, 0, 0, 1, 2))
            comparators = self.random.sample(features.COMPARATORS, 1) if self.chance(0.3) else ()
            self.steps.append(model.Expect("k0", self.window, members, self.step_at(back).first,
                                           comparators=tuple(comparators)))
