"""Random cases about final periods whose targets are made of another KPI, which goes on."""

import dataclasses

import model
import periods
import random_final

KINDS = ("SUM", "COUNT", "AVG", "MAX", "MIN", "LAST")
WINDOWS = (("DAY",), ("DAY",), ("WEEK", "DAY"), ("DAY", "TO_DATE(MONTH)"),
           ("DAY", "TRAILING(3,DAY,INCLUDE_CURRENT)"))
FORMULAS = (("plan", ()), ("plan * 1.1", ()), ("max(x, 2)", (("x", "plan"),)),
            ("if(is_nd(x), 3, x - 1)", (("x", "plan"),)))


class FinalTargetCaseMaker(random_final.FinalCaseMaker):
    def define_all(self):
        pick = self.random.choice
        sliced = self.chance(0.5)
        metrics = [model.Metric(name, scale=0, identity="EVENT",
                                dimensions=("region",) if sliced else ())
                   for name in ("m0", "m1")]
        shape = {"zone": pick((None, "Europe/Berlin", "Pacific/Apia")), "windows": pick(WINDOWS),
                 "slices": (("region",),) if sliced else ()}
        plan = model.Kpi("plan", inputs=(("a", model.Input("m1", aggregation=pick(KINDS))),),
                         formula="a", final_after=pick((None, None, None, periods.DAY)), **shape)
        text, operands = pick(FORMULAS)
        own = model.Kpi(
            "own", inputs=(("a", model.Input("m0", aggregation=pick(KINDS))),),
            target=model.TargetValue("FORMULA", formula=text, operands=operands, grain=None,
                                     scale=pick((None, 1))),
            final_after=pick((None, 0, periods.DAY, periods.DAY)), **shape)
        self.world = self.world.copy()
        for one in (*metrics, plan, own):
            self.world.define(one, self.now)
        self.steps.append(model.Apply((*metrics, plan, own)))

    def change_meaning(self):
        """The other KPI is computed otherwise from now on, also where it was before."""
        plan = self.world.kpis["plan"]
        changed = dataclasses.replace(
            plan, formula=self.random.choice(("a", "2 * a", "a + 3", "a / 2")))
        if changed != plan:
            self.wait()
            self.world = self.world.copy()
            self.world.define(changed, self.now)
            self.steps.append(model.Apply((changed,)))
            self.wait()
