"""Numbers, formulas, filters and aggregations against the worked examples of SEMANTICS 4."""

import datetime
import unittest
from decimal import Decimal

import aggregates
import decimals
import filters
import formula
import formula_text
import model
from decimals import DOMAIN, Nd, canonical


def samples(*values, series=()):
    """Samples of these values, one a second; each of its own id."""
    return [model.Sample(series, i * 10**9, Decimal(str(value)), f"e{i}")
            for i, value in enumerate(values)]


def aggregated(kind, rows, scale=4, percentile=None):
    item = model.Input("m", aggregation=kind, percentile=percentile)
    return aggregates.aggregate(item, model.Metric("m", scale=scale, weight_scale=1), rows,
                                lambda row: datetime.date(1970, 1, 1))


def evaluated(text, **names):
    values = {name: value if isinstance(value, Nd) else Decimal(value)
              for name, value in names.items()}
    return formula.evaluate(text, values)


class NumbersTest(unittest.TestCase):
    def test_canonical_text_is_plain(self):
        for text, wanted in (("1E+3", "1000"), ("-0.0", "0"), ("2.500", "2.5"),
                             ("1e-7", "0.0000001")):
            self.assertEqual(canonical(Decimal(text)), wanted)

    def test_percent_text_is_a_fraction(self):
        self.assertEqual(decimals.read_decimal("80%"), Decimal("0.80"))

    def test_overflow_and_roots_of_negatives_are_out_of_the_domain(self):
        self.assertEqual(decimals.multiply(Decimal("1e6000"), Decimal("1e6000")), DOMAIN)
        self.assertEqual(decimals.square_root(Decimal(-1)), DOMAIN)
        self.assertEqual(decimals.logarithm(Decimal(0)), DOMAIN)

    def test_rounding_is_half_away_from_zero(self):
        for value, places, wanted in (("2.5", 0, "3"), ("-2.5", 0, "-3"), ("1250", -2, "1300"),
                                      ("0.125", 2, "0.13")):
            rounded = decimals.round_half_away(Decimal(value), Decimal(places))
            self.assertEqual(canonical(rounded), wanted)

    def test_powers_of_zero(self):
        self.assertEqual(decimals.power(Decimal(0), 0), DOMAIN)
        self.assertEqual(decimals.power(Decimal(0), -1), DOMAIN)
        self.assertEqual(decimals.power(Decimal(7), 0), 1)


class FormulaTest(unittest.TestCase):
    def test_minus_binds_less_than_a_power(self):
        self.assertEqual(evaluated("-2^2"), -4)

    def test_the_leftmost_reason_wins(self):
        self.assertEqual(evaluated("a / 0 + ln(0)", a="1"), Nd("DIV0"))
        self.assertEqual(evaluated("a + b", a=Nd("EMPTY"), b=Nd("NOT_READY")), Nd("EMPTY"))

    def test_missing_values_that_are_asked_for(self):
        self.assertEqual(evaluated("coalesce(a, b, 3)", a=Nd("EMPTY"), b=Nd("DIV0")), 3)
        self.assertEqual(evaluated("coalesce(a, b)", a=Nd("EMPTY"), b=Nd("DIV0")), Nd("EMPTY"))
        self.assertEqual(evaluated("if(is_nd(a) || a > 1, 1, 2)", a=Nd("EMPTY")), 1)
        self.assertEqual(evaluated("if(a > 1 || 2 > 1, 1, 2)", a=Nd("EMPTY")), 1)
        self.assertEqual(evaluated("safe_div(1, 0, 9)"), 9)

    def test_a_seventh(self):
        self.assertEqual(canonical(evaluated("1 / 7")), "0.1428571428571428571428571428571429")

    def test_ratio_of_sums_and_mean_of_ratios(self):
        self.assertEqual(round(evaluated("(1 + 90) / (10 + 100)"), 4), Decimal("0.8273"))

    def test_units_of_products(self):
        self.assertEqual(formula_text.unit_of("EUR/h"), (("EUR", 1), ("h", -1)))
        self.assertEqual(formula_text.unit_text((("EUR", 1), ("h", -2))), "EUR/h^2")


class FilterTest(unittest.TestCase):
    def keeps(self, where, value, **dimensions):
        return filters.keeps(where)(Decimal(value), dimensions)

    def test_values_and_members(self):
        self.assertTrue(self.keeps("value <= 15 && region = EMEA", "15", region="EMEA"))
        self.assertFalse(self.keeps("value <= 15 && region = EMEA", "15"))
        self.assertTrue(self.keeps('region in ("north west", (null))', "1"))
        self.assertFalse(self.keeps("!(region in (A, B)) || value > 3", "3", region="B"))


class AggregationTest(unittest.TestCase):
    def test_percentiles_are_inclusive_and_linear(self):
        rows = samples(10, 1, 20, 3, 2, 4)
        self.assertEqual(aggregated("MEDIAN", rows), Decimal("3.5"))
        self.assertEqual(aggregated("PERCENTILE", rows, percentile="90"), 15)
        self.assertEqual(aggregated("PERCENTILE", rows, percentile="100"), 20)

    def test_the_last_values_of_series_are_summed(self):
        rows = samples(5, 7, series=(("team", "a"),)) + samples(3, series=(("team", "b"),))
        self.assertEqual(aggregated("LAST", rows), 10)
        self.assertEqual(aggregated("FIRST", rows), 8)

    def test_of_one_instant_the_larger_id_is_the_last(self):
        rows = [model.Sample((), 1, Decimal(1), "b"), model.Sample((), 1, Decimal(2), "a")]
        self.assertEqual(aggregated("LAST", rows), 1)
        self.assertEqual(aggregated("FIRST", rows), 1)

    def test_deviation_of_merged_samples(self):
        # Chan's merge of (4, 2.5, 5.0) and (2, 15, 50) is (6, 6.6667, 263.3333).
        rows = samples(1, 2, 3, 4, 10, 20)
        self.assertEqual(round(aggregated("STDDEV", rows), 5), Decimal("7.25718"))
        self.assertEqual(round(aggregated("VAR", rows) * 5, 4), Decimal("263.3333"))
        self.assertEqual(aggregated("VAR", samples(1)), aggregates.EMPTY)

    def test_a_weighted_average(self):
        rows = [model.Sample((), i, Decimal(value), f"e{i}", weight=weight)
                for i, (value, weight) in enumerate(((10, 30), (20, 10)))]
        self.assertEqual(aggregated("WEIGHTED_AVG", rows), Decimal("12.5"))
        self.assertEqual(aggregated("WEIGHTED_AVG", samples(1)), Nd("INPUT_ERROR"))

    def test_of_nothing(self):
        self.assertEqual(aggregated("SUM", []), 0)
        self.assertEqual(aggregated("COUNT", []), 0)
        self.assertEqual(aggregated("MAX", []), aggregates.EMPTY)


if __name__ == "__main__":
    unittest.main()
