"""Counterparts by the worked examples of SEMANTICS 4."""

import dataclasses
import datetime
import unittest

import comparisons
import counterparts
import periods

RETAIL = periods.Calendar(name="nrf", kind="FISCAL_4_5_4", end_rule="NEAREST", end_month=1,
                          end_weekday=6, year_label="START")
GREGORIAN = periods.Calendar()


def day(text):
    return datetime.date.fromisoformat(text)


class Week53Test(unittest.TestCase):
    def first_day(self, policy, text):
        """The first day with which the week of a day compares."""
        calendar = dataclasses.replace(RETAIL, week_53=policy)
        week = periods.period_of(calendar, "WEEK", day(text))
        if not counterparts.compares_by_day(calendar, "WEEK", "COMPARABLE"):
            found = counterparts.of_period(calendar, week, "COMPARABLE").period
            return found and found.first
        whole = comparisons.by_day(calendar, week, "COMPARABLE",
                                   periods.days_between(week.first, week.end))
        return whole.days[0][0] if whole.days else None

    def test_week_1_after_53_weeks(self):
        self.assertEqual(self.first_day("RESTATED", "2024-02-04"), day("2023-02-05"))
        self.assertEqual(self.first_day("SAME_NUMBER", "2024-02-04"), day("2023-01-29"))

    def test_week_53_stands_alone(self):
        for policy in ("RESTATED", "SAME_NUMBER", "DROP_53"):
            self.assertIsNone(self.first_day(policy, "2024-01-28"), policy)


class GregorianTest(unittest.TestCase):
    def test_a_leap_day_is_clipped(self):
        leap = periods.period_of(GREGORIAN, "DAY", day("2024-02-29"))
        found = counterparts.of_period(GREGORIAN, leap, "SAME_PERIOD_LAST_YEAR")
        self.assertEqual((found.period.id, found.clipped), ("2023-02-28", True))

    def test_the_same_weekday(self):
        self.assertEqual(counterparts.of_day(GREGORIAN, day("2025-03-31"), "SAME_WEEKDAY"),
                         day("2024-04-01"))


if __name__ == "__main__":
    unittest.main()
