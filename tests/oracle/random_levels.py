"""Random cases about levels: shops in areas of countries, which move."""

import dataclasses
import datetime

import levels
import model
import periods
import random_case

SHOPS = ("Bonn", "Ulm", "Basel", "Rome")
PATHS = (("DE", "North"), ("DE", "South"), ("CH", "Rhine"))
FILTERS = ("value > 2", "area = North", "area = (null) || value > 2", "country in (DE, CH)",
           "country != DE", "area in (South, Rhine) && region = EMEA", "!(country = CH)")
TARGET_SLICES = ((("country", "DE"),), (("country", "CH"),), (("area", "North"),),
                 (("area", "South"), ("region", "EMEA")), (("shop", "Ulm"),),
                 (("country", "DE"), ("region", "APAC")))
KINDS = ("SUM", "COUNT", "AVG", "MAX", "LAST", "MEDIAN", "COUNT_DISTINCT")
WINDOWS = (("DAY",), ("DAY", "MONTH"), ("WEEK",), ("DAY", "TRAILING(3,DAY,INCLUDE_CURRENT)"),
           ("DAY", "CUMULATIVE"), ("DAY", "TO_DATE(MONTH)"))
GROUPINGS = (("area",), ("country",), ("area", "region"), ("shop",), ("country", "region"))


class LevelCaseMaker(random_case.CaseMaker):
    def __init__(self, seed):
        super().__init__(seed, (None, "DAY"))
        self.with_last_year = False

    def make(self, name):
        self.define_all()
        for _ in range(6):
            self.write()
        for _ in range(16):
            self.random.choices(
                (self.write, self.correct, self.retract, self.move, self.watermark, self.clock,
                 self.change_levels, self.look),
                weights=(3, 2, 1.5, 2, 1.5, 3, 1.5, 2))[0]()
        for _ in range(4):
            self.look()
        return model.Case(name, tuple(self.steps), self.random.choice(random_case.MODES))

    def define_all(self):
        pick = self.random.choice
        metric = model.Metric("m0", scale=0, identity="EVENT", dimensions=("region", "shop"),
                              hierarchies=(self.hierarchy(),))
        kpi = model.Kpi(
            "k0", inputs=(("a", model.Input("m0", aggregation=pick(KINDS),
                                            where=pick((None, None) + FILTERS))),),
            min_denominator=pick((None, None, 2, 3)), windows=pick(WINDOWS),
            slices=tuple(self.random.sample(GROUPINGS, 3)),
            zone=pick((None, "Europe/Berlin", "America/New_York", "Pacific/Apia")),
            target=model.TargetValue("FIXED", value="5"))
        made = (metric, kpi, *self.targets_of_slices())
        self.world = self.world.copy()
        for one in made:
            self.world.define(one, self.now)
        self.steps.append(model.Apply(made))

    def targets_of_slices(self):
        """Targets of levels, which hold for what is below them, too."""
        some = self.random.sample(TARGET_SLICES, self.random.choice((3, 5, 6)))
        return [model.Target(f"t{i}", "k0", model.TargetValue("FIXED", value=str(10 + i)),
                             slice=members, exact=self.chance(0.1))
                for i, members in enumerate(some)]

    def hierarchy(self):
        """Where shops belong: most from the beginning, some of them elsewhere from a day on."""
        pick, entries = self.random.choice, {}
        for shop in SHOPS:
            if self.chance(0.8):
                entries[(shop, None)] = pick(PATHS)
            for _ in range(pick((0, 1, 1, 2))):
                day = self.day + datetime.timedelta(days=pick((-6, -3, -1, 0, 1, 2, 9)))
                entries[(shop, day)] = pick(PATHS)
        return levels.Hierarchy("shop", ("country", "area"), tuple(
            (shop, first, path) for (shop, first), path in entries.items()))

    def change_levels(self):
        metric = self.world.metrics["m0"]
        self.apply(dataclasses.replace(metric, hierarchies=(self.hierarchy(),)))

    def sample(self, metric):
        made = super().sample(dataclasses.replace(metric, dimensions=("region",)))
        shop = () if self.chance(0.1) else (("shop", self.random.choice(SHOPS)),)
        return dataclasses.replace(made, dimensions=tuple(sorted(made.dimensions + shop)))

    def some_look(self, kpi, focused):
        """A look at a slice that has samples, in one of the views where it has levels."""
        look = super().some_look(kpi, focused)
        grouping, metric = self.random.choice(((),) + kpi.slices), self.world.metrics["m0"]
        rows = self.world.days(self.world.calendar_of(kpi), "m0")
        if not rows or not grouping:
            return look
        day, row = self.random.choice(rows)
        as_was = self.chance(0.6) and not kpi.min_denominator and levels.has_levels(
            metric, [(one, "") for one in grouping])
        today = periods.day_of(self.world.calendar_of(kpi), self.now)
        members = dict(levels.extended(metric, row.dimensions, day if as_was else today))
        members = tuple((one, members.get(one)) for one in sorted(grouping))
        return dataclasses.replace(look, slice=members, day=day, as_was=as_was)
