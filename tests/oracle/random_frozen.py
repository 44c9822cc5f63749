"""Random cases about frozen targets: what was known of an earlier period when a period began."""

import model
import periods
import random_case

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
        return model.Case(name, tuple(self.steps), self.random.choice(random_case.MODES))

    def define_all(self):
        pick = self.random.choice
        metric = model.Metric("m0", scale=0, identity="EVENT",
                              grace=pick((0, periods.HOUR, periods.DAY)))
        kpi = model.Kpi(
            "k0", inputs=(("a", model.Input("m0", aggregation=pick(KINDS))),),
            windows=(pick(("DAY", "DAY", "WEEK")),), zone=pick((None, "Europe/Berlin")),
            target=model.TargetValue("VS_PRIOR", freeze=True, **pick((
                {"comparator": "PREVIOUS_PERIOD", "units": "1"},
                {"comparator": "PREVIOUS_PERIOD", "change": "10%"}))))
        self.world = self.world.copy()
        for one in (metric, kpi):
            self.world.define(one, self.now)
        self.steps.append(model.Apply((metric, kpi)))
