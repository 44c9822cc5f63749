"""Random cases about finality: periods are locked by decisions or by themselves, samples come late,
some of them are released."""

import dataclasses
import datetime

import finality
import model
import periods
import random_case
import states
import windows

KINDS = ("SUM", "SUM", "COUNT", "AVG", "MAX", "LAST", "COUNT_DISTINCT", "MEDIAN",
         "TIME_WEIGHTED_AVG", "CONVERSION")
WINDOWS = (("DAY", "MONTH"), ("DAY", "TO_DATE(MONTH)"), ("WEEK",), ("DAY", "CUMULATIVE"),
           ("DAY", "TRAILING(7,DAY,INCLUDE_CURRENT)"), ("WEEK", "TO_DATE(YEAR)"), ("MONTH", "WEEK"))


class FinalCaseMaker(random_case.CaseMaker):
    def __init__(self, seed):
        super().__init__(seed, (None, "DAY"))
        self.with_last_year = False

    def make(self, name):
        self.define_all()
        for _ in range(4):
            self.write()
        for _ in range(22):
            self.random.choices(
                (self.write, self.correct, self.retract, self.move, self.watermark, self.clock,
                 self.finalise, self.release, self.change_meaning, self.look),
                weights=(3, 3, 2, 3, 2, 4, 3, 3, 2, 2))[0]()
        for _ in range(5):
            self.look()
        return model.Case(name, tuple(self.steps), self.random.choice(random_case.MODES))

    def define_all(self):
        pick = self.random.choice
        zone = pick(self.definitions.zones)
        metrics = [model.Metric(name, scale=0, identity="EVENT", grace=pick((0, periods.HOUR)),
                                dimensions=("region",) if self.chance(0.4) else ())
                   for name in ("m0", "m1")]
        inner = self.kpi("k0", (("a", self.input("m0")),), zone, metrics[:1])
        made = [*metrics, inner]
        if self.chance(0.5):
            inputs = (("a", model.Input(kpi="k0")), ("b", self.input(pick(("m0", "m1")))))
            made.append(dataclasses.replace(self.kpi("k1", inputs, zone, metrics),
                                            formula="a + 2 * b"))
        self.world = self.world.copy()
        for one in made:
            self.world.define(one, self.now)
        self.steps.append(model.Apply(tuple(made)))

    def input(self, metric):
        kind = self.random.choice(KINDS)
        return model.Input(
            metric, aggregation=kind, where=self.random.choice((None, None, "value > 2")),
            carry=self.random.choice(("NONE", "UNTIL_RETRACTED")) if kind == "LAST" else "NONE",
            conversion_window=3 * periods.DAY if kind == "CONVERSION" else None)

    def kpi(self, name, inputs, zone, metrics):
        pick = self.random.choice
        sliced = all(metric.dimensions for metric in metrics) and self.chance(0.6)
        return model.Kpi(
            name, inputs=inputs, zone=zone, windows=pick(WINDOWS),
            slices=(("region",),) if sliced else (),
            target=model.TargetValue("FIXED", value="5"),
            min_denominator=2 if self.chance(0.2) else None,
            final_after=pick((None, None, periods.DAY, 4 * periods.DAY, 0)))

    def change_meaning(self):
        """Another target, direction or time of becoming final: what is final keeps what it had."""
        kpi, pick = self.random.choice(sorted(self.world.kpis.values(),
                                              key=lambda one: one.name)), self.random.choice
        changed = dataclasses.replace(kpi, **pick((
            {"target": model.TargetValue("FIXED", value=pick(("2", "5", "9")))},
            {"direction": pick(("HIGHER", "LOWER"))},
            # A KPI that contains another also keeps how that became final: not computed here.
            {"final_after": pick((0, periods.DAY, 4 * periods.DAY, 30 * periods.DAY))
             if len(self.world.kpis) == 1 else kpi.final_after})))
        if changed != kpi:
            self.wait()
            self.world = self.world.copy()
            self.world.define(changed, self.now)
            self.steps.append(model.Apply((changed,)))
            self.wait()

    def wait(self):
        """What happens at one instant has no order for who learns of it later."""
        self.now += 2 * periods.MINUTE
        self.steps.append(model.Clock(self.now))

    # --- Decisions ---

    def some_period(self):
        """A KPI, one of its calendar windows, and a period of it that is over."""
        kpi = self.random.choice(sorted(self.world.kpis.values(), key=lambda one: one.name))
        window = self.random.choice([one for one in kpi.windows
                                     if windows.parse(one).kind == "CALENDAR"])
        calendar = self.world.calendar_of(kpi)
        day = periods.day_of(calendar, self.now) - datetime.timedelta(
            days=self.random.choice((1, 1, 2, 3, 7, 31)))
        return kpi, window, windows.step_of(calendar, window, day)

    def finalise(self):
        kpi, window, period = self.some_period()
        place = states.Place(kpi.name, window, (), period)
        if states.is_closed(self.world, place, self.now):
            self.world = finality.finalise(self.world, kpi.name, period, self.now)
            self.steps.append(model.Decide("finalise", kpi.name, window, period.first))

    def release(self):
        kpi, window, period = self.some_period()
        if finality.final_time(self.world, kpi.name, period.last) <= self.now:
            self.world = finality.release(self.world, kpi.name, period, self.now)
            self.steps.append(model.Decide("release", kpi.name, window, period.first))
