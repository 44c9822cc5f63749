"""Random cases about few people: many slices inside one another on two days, with fewer or more
people than may be told of."""

import datetime
from decimal import Decimal

import model
import periods
import random_case
import rosters
import slices

PERSONS = ("ann", "bob", "cid", "dan", "eve", "fay")
REGIONS, TEAMS = ("EMEA", "APAC"), ("7", "42", "a")


class PeopleCaseMaker(random_case.CaseMaker):
    def __init__(self, seed):
        super().__init__(seed, (None, "DAY"))
        self.named = self.chance(0.5)  # whether samples name persons
        everywhere = [(region, team) for region in REGIONS for team in TEAMS]
        self.places = self.random.sample(everywhere, self.random.choice((2, 3, 4, 6)))
        self.most = self.random.choice((None, None, 1, 2, 3))  # slices of a grouping
        self.lonely = self.most is None and self.chance(0.8)
        if self.lonely:  # of whom the first takes along a slice that is all of another one
            self.places = [("EMEA", "42")] + 4 * [("EMEA", "7")] + 4 * [("APAC", "7")]

    def make(self, name):
        self.define_all()
        for _ in range(self.random.choice((5, 7, 10)) + 5 * self.lonely):
            self.write()
        for _ in range(8):
            self.random.choice((self.write, self.correct, self.retract, self.move, self.watermark,
                                self.look, self.look))()
        self.look_around()
        self.look_later()
        modes = random_case.MODES
        if self.most is not None:  # the first slice that is recorded is another one in "reversed"
            modes = ("incremental", "restarted")
        return model.Case(name, tuple(self.steps), self.random.choice(modes))

    def define_all(self):
        pick = self.random.choice
        metric = model.Metric("m0", scale=0, dimensions=("region", "team"),
                              identity="EVENT",
                              personal=not self.lonely and self.chance(0.4))
        estimate = self.estimate() if self.chance(0.5) else self.figure()
        everything = (("region",), ("region", "team"), ("team",))
        groupings = everything if self.lonely else pick((
            everything, everything[:1], everything[:2], everything[1:]))
        kpi = model.Kpi(
            "k0", **estimate, windows=("DAY",), slices=groupings, max_slices=self.most,
            min_denominator=None if metric.personal else pick(
                (0, 0, 2) if "sampling" in estimate else (2, 2, 3, 4)),
            direction=pick(("HIGHER", "LOWER")), target=pick((
                None, model.TargetValue("FIXED", value="1"),
                model.TargetValue("VS_PRIOR", comparator="PREVIOUS_PERIOD", units="1"))))
        self.world = self.world.copy()
        for one in (metric, kpi):
            self.world.define(one)
        self.steps.append(model.Apply((metric, kpi)))

    def figure(self):
        """Inputs of a value, and what is made of them."""
        pick = self.random.choice
        items = [model.Input("m0", aggregation=pick(("COUNT", "SUM", "AVG", "MEDIAN"))),
                 model.Input("m0", aggregation="COUNT", where=pick((None, "value > 2")))]
        if self.chance(0.6):
            return {"inputs": (("a", items[0]),)}
        return {"inputs": tuple(zip("ab", items)), "formula": "a / b",
                "unit": pick(("%", "count"))}

    def estimate(self):
        """The same of a value that is one of few observations."""
        pick, clamp = self.random.choice, self.chance(0.5)

        def count(where):
            return model.Input("m0", aggregation="COUNT", where=where)

        kind = pick(("PROPORTION", "NPS", "MEAN", "MEAN"))
        if kind == "MEAN":
            rule = model.Sampling(kind, ("a",), pick(("1", "3")), clamp)
            where = pick((None, "value > 1"))
            return {"inputs": (("a", model.Input("m0", aggregation="AVG", where=where)),),
                    "sampling": rule}
        if kind == "NPS":
            wheres = ("value > 2", pick(("value < 1", "value < 4")), pick((None, "value != 2")))
            return {"inputs": tuple(zip("abc", map(count, wheres))), "unit": "points",
                    "formula": "100 * (a - b) / c",
                    "sampling": model.Sampling(kind, ("a", "b", "c"), pick(("40", "80")), clamp)}
        part = pick((count("value > 1"), model.Input("m0", aggregation="COUNT_TRUE"),
                     model.Input("m0", aggregation="SUM")))
        return {"inputs": (("a", part), ("b", count(None))), "formula": "a / b", "unit": "%",
                "sampling": model.Sampling(kind, ("a", "b"), pick(("10%", "30%")), clamp)}

    def look_around(self):
        """At all slices of a day that has samples."""
        kpi, rows = self.world.kpis["k0"], self.world.days(periods.Calendar(), "m0")
        if not rows:
            return
        day = self.random.choice(rows)[0]
        known = {rosters.place_of(self.world, kpi, slices.project(row.dimensions, grouping))
                 for one, row in rows for grouping in ((),) + kpi.slices if one == day}
        for members in sorted(known, key=slices.text_of):
            self.steps.append(model.Expect("k0", "DAY", members, day))

    def look_later(self):
        """At slices that have been silent for days."""
        kpi, rows = self.world.kpis["k0"], self.world.days(periods.Calendar(), "m0")
        self.now += 4 * periods.DAY
        self.steps.append(model.Clock(self.now))
        known = {rosters.place_of(self.world, kpi, slices.project(row.dimensions, kpi.slices[0]))
                 for _, row in rows}
        for members in sorted(known, key=slices.text_of)[:2]:
            self.steps.append(model.Expect("k0", "DAY", members, periods.day_of(
                periods.Calendar(), self.now)))

    def sample(self, metric):
        place = zip(("region", "team"), self.random.choice(self.places))
        dimensions = tuple(one for one in place if self.chance(0.97))
        day = periods.start_of("UTC", 0, self.day - datetime.timedelta(
            days=self.random.choice((1, 1, 2))))
        self.next_id += 1
        return model.Sample(dimensions, day + self.random.randrange(24) * periods.HOUR,
                            Decimal(self.random.randrange(5)), f"e{self.next_id}",
                            self.random.choice(PERSONS) if self.named else "")
