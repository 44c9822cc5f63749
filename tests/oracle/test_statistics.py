"""Process control, hysteresis, trend and pace against the worked examples of SEMANTICS 4."""

import unittest
from decimal import Decimal

import control
import hysteresis
import pace
import trend

B = [50, 52, 49, 51, 53, 48, 50, 52, 51, 49, 50, 51, 50]
LIMITS = control.limits(B, baseline=0)
VIGNETTE = [1, 2, 1, 2, 10] + [1, 2] * 6 + [1]


def after(points, profile="NHS_MDC"):
    """{number of the point: rules} of points that follow B under its limits."""
    found = control.signals(B + points, LIMITS, profile)
    return {i + 1: hit for i, hit in enumerate(found) if hit}


class LimitsTest(unittest.TestCase):
    def test_limits_of_the_baseline(self):
        for value, wanted in ((LIMITS.centre, 50.4615), (LIMITS.average_range, 2.0),
                              (LIMITS.upper, 55.7815), (LIMITS.lower, 45.1415),
                              (LIMITS.line("two_sigma")[1], 54.0082),
                              (LIMITS.line("two_sigma")[0], 46.9149),
                              (LIMITS.line("quarter")[1], 53.1215),
                              (LIMITS.line("quarter")[0], 47.8015), (LIMITS.range_limit, 6.534)):
            self.assertAlmostEqual(value, wanted, 4)
        twelve = control.limits(B)
        self.assertAlmostEqual(twelve.centre, 50.5)
        self.assertAlmostEqual(twelve.upper, 56.0618, 4)

    def test_screening_drops_a_large_range_once(self):
        for screening, wanted in ((True, (1.9444, 1.0, 4.6044, -0.7156)),
                                  (False, (1.9444, 1.8824, 6.9515, -3.0626))):
            found = control.limits(VIGNETTE, 0, screening)
            for value, want in zip((found.centre, found.average_range, found.upper, found.lower),
                                   wanted):
                self.assertAlmostEqual(value, want, 4)
            self.assertIn("OUT_HIGH", control.signals(VIGNETTE, found)[4])

    def test_no_limits_below_five_points(self):
        self.assertIsNone(control.limits([1, None, 2, 3, 4]))


    def test_medians_are_not_screened(self):
        found = control.limits_of([control.Point(value) for value in VIGNETTE],
                                  control.Spec(baseline=0, median=True))
        self.assertEqual((found.centre, found.average_range, found.upper), (1.5, 1, 4.645))

    def test_no_moving_range_reaches_over_a_period_without_a_value(self):
        points = [control.Point(value) for value in (1, 2, None, 50, 51, 52)]
        self.assertEqual(control.limits_of(points, control.Spec()).average_range, 1)

    def test_what_is_excluded_stays_out_of_the_baseline(self):
        points = [control.Point(value, value == 90) for value in (1, 2, 90, 3, 4, 5)]
        self.assertEqual(control.limits_of(points, control.Spec()), control.Limits(3, 1))


class RulesTest(unittest.TestCase):
    def test_one_point_out(self):
        self.assertEqual(after([57]), {14: {"OUT_HIGH"}})

    def test_a_line_that_no_value_reaches_does_not_signal(self):
        points = [control.Point(value) for value in B + [57]]
        for logical, wanted in (((None, 55.0), set()), ((60.0, None), {"OUT_HIGH"})):
            spec = control.Spec(logical=logical)
            self.assertEqual(control.signals_of(points, LIMITS, spec)[-1], wanted)

    def test_a_shift(self):
        self.assertEqual(after([51, 52, 51, 53, 52, 51, 52]),
                         {i: {"SHIFT_HIGH"} for i in range(14, 21)})
        self.assertEqual(after([51, 52, 51, LIMITS.centre, 52, 51, 52, 51]), {})

    def test_a_trend(self):
        self.assertEqual(after([47.5, 48, 48.5, 49, 50, 51, 52]),
                         {i: {"TREND_UP"} for i in range(14, 21)})
        self.assertEqual(after([47.5, 48, 48.5, 48.5, 49, 50, 51, 52]),
                         {i: {"SHIFT_LOW"} for i in range(13, 20)})

    def test_near(self):
        self.assertEqual(after([57, 54.5, 51]), {14: {"OUT_HIGH", "NEAR_HIGH"}, 15: {"NEAR_HIGH"}})
        self.assertEqual(after([54.5, 46, 54.5]), {})
        self.assertEqual(after([53.5, 54, 51, 53.6], "WHEELER"),
                         {i: {"NEAR_HIGH"} for i in (14, 15, 17)})


class HysteresisTest(unittest.TestCase):
    @staticmethod
    def band(value, raise_by=0):
        return ("ON_TARGET" if value >= 95 + raise_by else
                "WARNING" if value >= 90 + raise_by else "OFF_TARGET")

    def test_a_dead_band_of_one(self):
        fold, seen = hysteresis.Fold(), []
        for value in (95.2, 94.8, 95.1, 95.9, 96.0, 94.9):
            fold = hysteresis.step(fold, self.band(value), self.band(value, 1))
            seen.append(fold.status)
        self.assertEqual(seen, ["ON_TARGET", "WARNING", "WARNING", "WARNING", "ON_TARGET",
                                "WARNING"])

    def test_a_worsening_that_is_confirmed_goes_to_the_mildest_band(self):
        fold = hysteresis.Fold("ON_TARGET")
        for band in ("OFF_TARGET", None, "WARNING"):
            fold = hysteresis.step(fold, band, band, worsen=2)
        self.assertEqual(fold, hysteresis.Fold("WARNING"))


class TrendTest(unittest.TestCase):
    def test_direction_of_travel(self):
        found = trend.travel([10, 12, 11, 14, 15, 17])
        self.assertAlmostEqual(found.slope, 1.3333, 4)
        self.assertEqual((found.score, found.verdict), (13, "UP"))
        self.assertEqual(trend.travel([1, None, 2]).slope, 0.5)
        self.assertAlmostEqual(found.z, 2.2544, 4)


class PaceTest(unittest.TestCase):
    def test_projections_of_a_flow(self):
        found = pace.project(Decimal(30), Decimal("0.2"), Decimal(100))
        self.assertEqual((found.chain_ladder, found.bornhuetter_ferguson, found.benktander),
                         (150, 110, 118))
        self.assertEqual(pace.project(Decimal(30), Decimal("0.2"), None).benktander, 150)

    def test_a_nowcast(self):
        self.assertEqual(pace.nowcast(Decimal(80), Decimal("0.8")), 100)

    def test_pace_against_the_part_that_is_due(self):
        self.assertEqual(pace.pace_index(Decimal(30), Decimal(100), Decimal("0.2"), 1),
                         Decimal("1.5"))
        self.assertEqual(pace.share_of([Decimal(1)] * 4, 1), Decimal("0.25"))


if __name__ == "__main__":
    unittest.main()
