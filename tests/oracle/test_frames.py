"""Windows, and aggregations that look beyond their period, against SEMANTICS 3.4.5, 3.1 and 4."""

import datetime
import unittest
from decimal import Decimal

import frames
import model
import periods
import windows

CALENDAR = periods.Calendar()
METRIC = model.Metric("m", scale=0)


def at(text):
    return periods.parse_instant(text + "Z")


def sample(time, value, series="", name="", entity=""):
    return model.Sample((("team", series),), at(time), Decimal(value), name, entity)


def read(item, rows, window="MONTH", day="2025-03-10", now="2025-05-01T00:00:00"):
    step = windows.step_of(CALENDAR, window, datetime.date.fromisoformat(day))
    frame = frames.Frame(CALENDAR, window, step, windows.reach_of(CALENDAR, window, step), at(now),
                         None)
    placed = [(frames.place_of(CALENDAR, row), row) for row in rows]
    return frames.value_of(item, METRIC, frame, placed, placed).value


class WindowTest(unittest.TestCase):
    def reach(self, text, day="2025-03-10"):
        step = windows.step_of(CALENDAR, text, datetime.date.fromisoformat(day))
        reach = windows.reach_of(CALENDAR, text, step)
        return step.id, reach.first.isoformat(), reach.end.isoformat()

    def test_reaches(self):
        self.assertEqual(self.reach("TRAILING(3,MONTH,INCLUDE_CURRENT)"),
                         ("2025-03", "2025-01-01", "2025-04-01"))
        self.assertEqual(self.reach("TRAILING(3,MONTH,EXCLUDE_CURRENT)"),
                         ("2025-03", "2024-12-01", "2025-03-01"))
        self.assertEqual(self.reach("TO_DATE(YEAR)"), ("2025", "2025-01-01", "2026-01-01"))
        self.assertEqual(self.reach("CUMULATIVE")[0], "ALL")


class FrameTest(unittest.TestCase):
    def test_two_teams_all_month(self):
        heads = [sample("2025-02-01T00:00:00", 10, "a"), sample("2025-02-01T00:00:00", 20, "b")]
        for kind, wanted in (("TIME_WEIGHTED_AVG", 30), ("TIME_WEIGHTED_MEAN", 15)):
            self.assertEqual(read(model.Input("m", aggregation=kind), heads), wanted)

    def test_ten_for_six_hours_and_twenty_for_eighteen(self):
        rows = [sample("2025-03-09T00:00:00", 10), sample("2025-03-10T06:00:00", 20)]
        item = model.Input("m", aggregation="TIME_WEIGHTED_AVG")
        self.assertEqual(read(item, rows, "DAY"), Decimal("17.5"))
        self.assertEqual(read(item, rows, "DAY", now="2025-03-10T12:00:00"), 10)

    def test_carried_values(self):
        rows = [sample("2025-01-05T00:00:00", 5, "a"), sample("2025-03-05T00:00:00", 7, "b")]
        for carry, wanted in (("MAX(1)", 7), ("MAX(2)", 12), ("UNTIL_RETRACTED", 12)):
            item = model.Input("m", aggregation="LAST", carry=carry)
            self.assertEqual(read(item, rows), wanted, carry)

    def test_conversions_in_time(self):
        rows = [sample("2025-03-01T00:00:00", 0, entity="ann"),
                sample("2025-03-02T00:00:00", 0, entity="bob"),
                sample("2025-03-08T00:00:00", 1, entity="ann"),
                sample("2025-03-09T00:00:01", 1, entity="bob")]
        item = model.Input("m", aggregation="CONVERSION", conversion_window=7 * periods.DAY)
        self.assertEqual(read(item, rows), Decimal("0.5"))

    def test_a_cohort_now_and_then(self):
        rows = [sample("2025-02-01T00:00:00", 100, entity="ann"),
                sample("2025-02-02T00:00:00", 100, entity="bob"),
                sample("2025-03-03T00:00:00", 150, entity="ann"),
                sample("2025-03-04T00:00:00", 900, entity="new")]
        for measure, wanted in (("VALUE", "0.75"), ("ENTITIES", "0.5"), ("RETAINED", "0.5")):
            item = model.Input("m", aggregation="COHORT_RATIO", cohort_offset=("previousPeriod", 1),
                               cohort_measure=measure)
            self.assertEqual(read(item, rows), Decimal(wanted), measure)


if __name__ == "__main__":
    unittest.main()
