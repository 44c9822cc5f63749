"""Random cases about members that fall silent while days are locked: what is held out of a day is
no report of a member (SEMANTICS 3.8.5, 3.4.7)."""

import dataclasses
import datetime

import model
import periods
import random_case
import random_definitions
import random_final

KINDS = ("SUM", "COUNT", "AVG", "MAX", "COUNT_DISTINCT")
REGIONS = random_definitions.MEMBERS["region"]


class SilentCaseMaker(random_final.FinalCaseMaker):
    def make(self, name):
        self.define_all()
        for _ in range(5):
            self.write()
        for _ in range(8):
            self.random.choices(
                (self.write, self.correct, self.retract, self.move, self.watermark, self.clock,
                 self.finalise, self.release, self.look),
                weights=(2, 2, 2, 2, 2, 4, 3, 2, 1))[0]()
        for _ in range(4):
            self.report_late()
            self.look_around()
            if self.chance(0.6):
                self.release()
                self.look_around()
        return model.Case(name, tuple(self.steps), self.random.choice(random_case.MODES))

    def define_all(self):
        pick = self.random.choice
        metric = model.Metric("m0", scale=0, identity="EVENT", dimensions=("region",),
                              grace=pick((0, periods.HOUR)))
        kpi = model.Kpi(
            "k0", inputs=(("a", model.Input("m0", aggregation=pick(KINDS))),),
            zone=pick((None, "Europe/Berlin", "Pacific/Apia")),
            windows=pick((("DAY",), ("DAY", "WEEK"))), slices=(("region",),),
            target=model.TargetValue("FIXED", value="5"),
            min_denominator=2 if self.chance(0.1) else None,
            final_after=pick((None, 0, periods.DAY)))
        self.world = self.world.copy()
        for one in (metric, kpi):
            self.world.define(one, self.now)
        self.steps.append(model.Apply((metric, kpi)))

    def report_late(self):
        """Some members report of a day that may be locked, after some days."""
        self.now += self.random.choice((1, 1, 2, 3)) * periods.DAY
        self.steps.append(model.Clock(self.now))
        if self.chance(0.5):
            self.finalise()
        metric = self.world.metrics["m0"]
        self.put(metric, [dataclasses.replace(
            self.sample(metric), business_date=None,
            dimensions=(("region", self.random.choice(REGIONS)),),
            time=self.now - self.random.randrange(12, 96) * periods.HOUR)
                          for _ in range(self.random.choice((1, 2)))])

    def look_around(self):
        kpi = self.world.kpis["k0"]
        today = periods.day_of(self.world.calendar_of(kpi), self.now)
        for window in kpi.windows:
            day = today - datetime.timedelta(days=self.random.choice((0, 1, 2)))
            members = self.random.choice(REGIONS)
            for one in ((), (("region", members),)):
                self.steps.append(model.Expect("k0", window, one, day))
