"""Few people and few observations: SEMANTICS 3.3.5, 3.21 and 4; derived values; events."""

import datetime
import unittest
from decimal import Decimal

import derived
import events
import model
import periods
import sampling
import suppression


def region(name):
    return (("region", name),)


class SuppressionTest(unittest.TestCase):
    def test_the_next_smallest_is_taken_along(self):
        cells = {(): 14, region("a"): 3, region("b"): 5, region("c"): 6}
        self.assertEqual(suppression.withheld_in(cells, 5),
                         {region("a"): "few", region("b"): "sibling"})

    def test_without_a_sibling_the_parent_is_withheld(self):
        inner = (("region", "a"), ("team", "1"))
        other = (("region", "b"), ("team", "1"))
        few = (("region", "a"), ("team", "2"))
        cells = {region("a"): 7, region("b"): 6, inner: 6, few: 1, other: 6,
                 (("team", "1"),): 12, (("team", "2"),): 1}
        found = suppression.withheld_in(cells, 2)
        self.assertEqual((found[inner], found[other], found[region("b")]),
                         ("sibling", "sibling", "parent"))
        self.assertNotIn(region("a"), found)

    def test_what_stands_in_a_divisor_counts(self):
        operands = {alias: ("input", i) for i, alias in enumerate("abc")}
        for text, wanted in (("a / (b + 1)", [1]), ("safe_div(a, b, c) * c^-1", [1, 2])):
            self.assertEqual([index for _, index in suppression.denominators_of(
                text, operands, None)], wanted)


class SamplingTest(unittest.TestCase):
    def ends(self, found):
        return [round(one, 4) for one in (found.low, found.high)]

    def test_proportions(self):
        self.assertEqual(self.ends(sampling.wilson(Decimal(8), Decimal(10))),
                         [Decimal("0.4902"), Decimal("0.9433")])
        self.assertEqual(self.ends(sampling.wilson(Decimal(0), Decimal(10))),
                         [0, Decimal("0.2775")])

    def test_a_promoter_score(self):
        found = sampling.promoter_score(Decimal(100), Decimal(40), Decimal(200))
        self.assertEqual(round(found.error, 3), Decimal("5.523"))

    def test_points_of_student(self):
        for degrees, wanted in ((1, "12.7062047362"), (2, "4.30265272975"), (9, "2.26215716280")):
            self.assertEqual(sampling.student_t(degrees), Decimal(wanted))


class DerivedTest(unittest.TestCase):
    def test_half_to_even_at_its_own_scale(self):
        item = model.Input("m", expression="value * weight", expression_scale=1)
        metric = model.Metric("m", weight_scale=0)
        for weight, wanted in ((201, Decimal("50.2")), (None, None)):
            sample = model.Sample((), 0, Decimal("0.25"), weight=weight)
            found = derived.sample_of(item, metric, sample)
            self.assertEqual(found and found.value, wanted)


class EventsTest(unittest.TestCase):
    def test_easter_and_the_day_that_it_freed(self):
        day = datetime.date.fromisoformat
        calendar = periods.Calendar(events=(
            events.Event("easter", (day("2024-03-31"), day("2025-04-20"))),))
        for text, wanted in (("2025-04-20", "2024-03-31"), ("2025-03-30", "2024-04-21"),
                             ("2025-03-31", "2024-04-01")):
            self.assertEqual(events.year_before(calendar, day(text)), day(wanted))


if __name__ == "__main__":
    unittest.main()
