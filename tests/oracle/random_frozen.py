"""Random cases about frozen targets: what was known of an earlier period when a period began."""

import model
import periods
import random_case
import slices
import windows

KINDS = ("SUM", "COUNT", "AVG", "MAX", "COUNT_DISTINCT")


class FrozenCaseMaker(random_case.CaseMaker):
    def __init__(self, seed):
        super().__init__(seed, (None, "DAY"))
        self.with_last_year = False

    def make(self, name):
        self.define_all()
        for _ in range(5):
            self.write()
        for _ in range(22):
            self.random.choices(
                (self.write, self.correct, self.retract, self.move, self.watermark, self.clock,
                 self.look), weights=(3, 4, 1.5, 2.5, 3, 5, 2))[0]()
        for _ in range(5):
            self.look()
        for change in (self.write, self.correct, self.retract):
            self.look_after(change)
        return model.Case(name, tuple(self.steps), self.random.choice(random_case.MODES))

    def look_after(self, change):
        """A change, and a look at the period that begins after the one it hit, in its slice."""
        self.touched = []
        change()
        kpi = self.world.kpis["k0"]
        calendar = self.world.calendar_of(kpi)
        for _, sample in self.touched[-1:]:
            day = sample.business_date or periods.day_of(calendar, sample.time)
            period = windows.step_of(calendar, kpi.windows[0], day)
            grouping = self.random.choice(((),) + 2 * kpi.slices)
            self.steps.append(model.Expect(
                "k0", kpi.windows[0], slices.project(sample.dimensions, grouping), period.end))

    def define_all(self):
        pick = self.random.choice
        sliced = self.chance(0.7)
        metric = model.Metric("m0", scale=0, identity="EVENT",
                              dimensions=("region",) if sliced else (),
                              grace=pick((0, periods.HOUR, periods.DAY)))
        kpi = model.Kpi(
            "k0", inputs=(("a", model.Input("m0", aggregation=pick(KINDS))),),
            windows=(pick(("DAY", "DAY", "WEEK")),), slices=(("region",),) if sliced else (),
            zone=pick((None, "Europe/Berlin")),
            target=model.TargetValue("VS_PRIOR", freeze=True, **pick((
                {"comparator": "PREVIOUS_PERIOD", "units": "1"},
                {"comparator": "PREVIOUS_PERIOD", "change": "10%"}))))
        self.world = self.world.copy()
        for one in (metric, kpi):
            self.world.define(one, self.now)
        self.steps.append(model.Apply((metric, kpi)))
