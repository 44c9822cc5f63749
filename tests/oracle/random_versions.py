"""Random cases about history that is kept: a KPI gets other inputs or another formula from a day
on, and its earlier periods stay as they were defined (SEMANTICS 3.16.5)."""

import dataclasses
import datetime

import model
import periods
import random_case
import random_final
import versions

KINDS = ("SUM", "COUNT", "AVG", "MAX", "LAST", "COUNT_TRUE")
WINDOWS = (("DAY",), ("DAY", "WEEK"), ("DAY", "TRAILING(3,DAY,INCLUDE_CURRENT)"), ("WEEK", "MONTH"),
           ("DAY", "TO_DATE(MONTH)"), ("DAY", "TRAILING(2,WEEK,EXCLUDE_CURRENT)"))


class VersionCaseMaker(random_final.FinalCaseMaker):
    def make(self, name):
        self.plain = self.chance(0.4)  # so that it is known what was closed before a version
        self.locks = not self.plain and self.chance(0.35)
        self.define_all()
        for _ in range(5):
            self.write()
        for _ in range(20):
            self.random.choices(
                (self.write, self.correct, self.retract, self.move, self.watermark, self.clock,
                 self.change_series, self.look, self.finalise if self.locks else self.look,
                 self.change_meaning if self.locks else self.look),
                weights=(3, 2, 1.5, 2, 2, 4, 2, 2, 1, 1))[0]()
        self.change_series()
        for _ in range(6):
            self.look()
        for look in self.looked[-4:]:
            self.steps.append(dataclasses.replace(look, history=True))
        return model.Case(name, tuple(self.steps), self.random.choice(random_case.MODES))

    def define_all(self):
        pick = self.random.choice
        sliced = self.chance(0.8 if self.plain else 0.5)
        metrics = tuple(model.Metric(name, scale=0, identity="EVENT",
                                     dimensions=("region",) if sliced else ())
                        for name in ("m0", "m1"))
        kpi = model.Kpi(
            "k0", inputs=self.operands(), windows=pick(WINDOWS[:2] if self.plain else WINDOWS),
            keep=True,
            across=self.chance(0.4), zone=pick((None, "Europe/Berlin", "Pacific/Apia")),
            min_denominator=2 if not self.plain and self.chance(0.15) else None,
            final_after=pick((None, 2 * periods.DAY)) if self.locks else None,
            slices=(("region",),) if sliced else (),
            target=model.TargetValue("FIXED", value="5") if self.plain else pick((
                model.TargetValue("FIXED", value="5"), model.TargetValue(
                    "VS_PRIOR", comparator="PREVIOUS_PERIOD", units="1"))))
        kpi = dataclasses.replace(kpi, formula=self.formula_of(kpi.inputs))
        self.world = self.world.copy()
        for one in (*metrics, kpi):
            self.world.define(one, self.now)
        self.steps.append(model.Apply((*metrics, kpi)))

    def operands(self):
        pick = self.random.choice
        items = [model.Input(pick(("m0", "m1")), aggregation=pick(KINDS),
                             where=pick((None, None, "value > 2")),
                             offset=("previousPeriod", 1) if (
                                 i and not self.plain and self.chance(0.85)) else None)
                 for i in range(pick((1, 2, 2)))]
        return tuple(zip("ab", items))

    def formula_of(self, inputs):
        return self.random.choice(("a + b", "a - 2 * b") if len(inputs) == 2 else (
            "a", "2 * a", "a / 4"))

    def finalise(self):
        """Decisions come after changes of definitions: those of one instant have no order."""
        self.now += periods.MINUTE
        self.steps.append(model.Clock(self.now))
        super().finalise()

    def change_series(self):
        """Other inputs, or another formula, from a day on; or another day."""
        kpi, pick = self.world.kpis["k0"], self.random.choice
        moves = kpi.effective_from is not None and self.chance(0.15)
        inputs = pick((kpi.inputs, self.operands()))
        day = periods.day_of(self.world.calendar_of(kpi), self.now)
        first = day + datetime.timedelta(days=pick((-9, -5, -3, -2, -1, -1, 0, 1)))
        if self.plain and kpi.effective_from is None and self.chance(0.8):
            first = None
        changed = dataclasses.replace(kpi, inputs=inputs, formula=self.formula_of(inputs),
                                      effective_from=first)
        if moves:
            changed = dataclasses.replace(kpi, effective_from=first)
        if changed != kpi and (moves or versions.series_of(changed) != versions.series_of(kpi)):
            if self.locks:
                self.wait()
            self.world = self.world.copy()
            self.world.define(changed, self.now)
            self.steps.append(model.Apply((changed,)))
            if self.locks:
                self.wait()
