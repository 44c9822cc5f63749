"""Variance, attainment, bands, scores and targets against the worked examples of SEMANTICS 4."""

import datetime
import unittest
from decimal import Decimal

import allocation
import judgement
import model
import periods
import targets
import windows
import world as worlds
from decimals import DOMAIN, HALF


def goal(direction, target, baseline=None, low=None, high=None):
    def number(value):
        return None if value is None else Decimal(value)
    return judgement.Goal(direction, number(target), number(low), number(high), number(baseline),
                          False)


def figures(value, *of_goal, **more):
    return judgement.figures_of(Decimal(value), goal(*of_goal, **more))


class VarianceTest(unittest.TestCase):
    def test_favourable_parts_of_the_target(self):
        for direction, target, value, wanted in (("HIGHER", -100, -90, "0.1"),
                                                 ("LOWER", 100, 110, "-0.1"),
                                                 ("HIGHER", 100, 95, "-0.05")):
            self.assertEqual(figures(value, direction, target).fvp, Decimal(wanted))
        self.assertEqual(figures(110, "LOWER", 100).attainment, Decimal("0.90"))

    def test_attainment_from_a_baseline(self):
        self.assertEqual(figures(1350000, "HIGHER", 1500000, 1000000).attainment, Decimal("0.7"))
        self.assertEqual(figures(420000, "LOWER", 400000, 500000).attainment, Decimal("0.8"))
        self.assertEqual(figures(1, "HIGHER", 5, 9).attainment, DOMAIN)

    def test_inside_a_range_nothing_is_missing(self):
        self.assertEqual(figures(5, "IN_RANGE", None, low=1, high=9).attainment, 1)
        outside = figures(11, "IN_RANGE", None, low=1, high=9)
        self.assertEqual((outside.variance, outside.favourable, outside.fvp),
                         (2, -2, Decimal("-0.25")))


class BandsTest(unittest.TestCase):
    BANDS = model.Bands(on_target="0", warning="-0.05")

    def test_score_of_a_warning(self):
        fitting = goal("HIGHER", 100)
        value = Decimal(98)
        hit = judgement.place(value, "HIGHER", self.BANDS, fitting,
                              judgement.figures_of(value, fitting))
        self.assertEqual(hit.status, "WARNING")
        self.assertEqual(judgement.score(self.BANDS, "HIGHER", hit, "WARNING"), Decimal("1.6"))

    def test_a_value_at_a_cut_has_the_better_band(self):
        fitting = goal("HIGHER", Decimal(1) / 7 * Decimal("1.4"))
        value = Decimal(1) / 5
        hit = judgement.place(value, "HIGHER", self.BANDS, fitting,
                              judgement.figures_of(value, fitting))
        self.assertEqual(hit.status, "ON_TARGET")


class TargetTest(unittest.TestCase):
    def resolve(self, kpi, day, grain, *more, members=()):
        world = worlds.World()
        world.define(model.Metric("m"))
        world.define(kpi)
        for target in more:
            world.define(target)
        period = windows.step_of(world.calendar_of(kpi), grain, datetime.date.fromisoformat(day))
        return world.target_rules(kpi).resolve(members, grain, period, None)

    def kpi(self, **fields):
        return model.Kpi("k", inputs=(("a", model.Input("m")),), **fields)

    def test_the_target_of_a_flow_adds_up(self):
        kpi = self.kpi(windows=("DAY", "WEEK"), target=model.TargetValue("FIXED", value="100"))
        self.assertEqual(self.resolve(kpi, "2025-03-10", "WEEK").point, 700)
        self.assertEqual(self.resolve(kpi, "2025-03-10",
                                      "TRAILING(2,WEEK,EXCLUDE_CURRENT)").point, 1400)
        self.assertIsNone(self.resolve(kpi, "2025-03-10", "CUMULATIVE").point)

    def test_what_has_begun_counts_to_date(self):
        kpi = self.kpi(windows=("MONTH",), target=model.TargetValue("FIXED", value="100"))
        world = worlds.World()
        world.define(model.Metric("m"))
        world.define(kpi)
        calendar, rules = world.calendar_of(kpi), world.target_rules(kpi)

        def due(window, day, until):
            step = windows.step_of(calendar, window, datetime.date.fromisoformat(day))
            time = periods.day_start(calendar, datetime.date.fromisoformat(until))
            return rules.due((), window, step, None, targets.Until(time, lambda _: HALF)).point

        self.assertEqual(due("TO_DATE(YEAR)", "2025-03-10", "2025-03-16"), 250)
        self.assertEqual(due("TO_DATE(YEAR)", "2025-03-10", "2026-01-01"), 1200)
        self.assertEqual(due("TO_DATE(MONTH)", "2025-03-10", "2025-03-16"), 50)
        self.assertEqual(due("TO_DATE(MONTH)", "2025-03-10", "2025-04-01"), 100)
        self.assertEqual(due("TRAILING(3,MONTH,INCLUDE_CURRENT)", "2025-03-10", "2025-03-16"), 250)
        self.assertEqual(due("TRAILING(3,MONTH,INCLUDE_CURRENT)", "2025-03-10", "2025-02-10"), 150)
        self.assertEqual(due("YEAR", "2025-03-10", "2025-03-16"), 1200)

    def test_the_longest_match_wins(self):
        kpi = self.kpi(slices=(("region",),), target=model.TargetValue("FIXED", value="100"))
        emea = model.Target("t", "k", model.TargetValue("FIXED", value="7"),
                            slice=(("region", "EMEA"),))
        resolved = self.resolve(kpi, "2025-03-10", "DAY", emea, members=(("region", "EMEA"),))
        self.assertEqual((resolved.point, resolved.rule), (7, "exact:region=EMEA"))
        resolved = self.resolve(kpi, "2025-03-10", "DAY", emea, members=(("region", "APAC"),))
        self.assertEqual((resolved.point, resolved.rule), (100, "default"))

    def test_a_schedule_inherits_unless_it_is_strict(self):
        first = datetime.date(2025, 3, 1)
        for strict, wanted in ((False, 5), (True, None)):
            value = model.TargetValue("SCHEDULE", schedule=(("2025-03", first, "5"),),
                                      strict=strict)
            kpi = self.kpi(windows=("MONTH",), target=value)
            self.assertEqual(self.resolve(kpi, "2025-04-02", "MONTH").point, wanted)
            self.assertIsNone(self.resolve(kpi, "2025-02-02", "MONTH").point)


class AllocationTest(unittest.TestCase):
    def test_linear_phases(self):
        self.assertEqual([allocation.phase(Decimal(100), Decimal(160), i, 4) for i in range(4)],
                         [115, 130, 145, 160])

    def test_the_parts_of_a_total_sum_to_it(self):
        for total, weights, wanted in (("1000.00", (21, 20, 22), ("333.33", "317.46", "349.21")),
                                       ("100.00", (1, 1, 1), ("33.33", "33.33", "33.34")),
                                       ("-100.00", (1, 1, 1), ("-33.33", "-33.33", "-33.34"))):
            self.assertEqual(allocation.spread(Decimal(total), weights, 2),
                             [Decimal(part) for part in wanted])


if __name__ == "__main__":
    unittest.main()
