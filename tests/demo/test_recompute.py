"""The oracle itself, against numbers worked out by hand from the CSV files and from SEMANTICS."""

import datetime
import json
import pathlib
import sys
import unittest
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import calendar_periods  # noqa: E402
import oracle  # noqa: E402
import recompute_demo  # noqa: E402
from demo import Demo, escape, slice_text  # noqa: E402

D = Decimal


class Oracle(unittest.TestCase):

    def test_canonical_text_has_no_trailing_zeros_exponent_or_negative_zero(self):
        for value, text in (("0.80", "0.8"), ("-0.00", "0"), ("1E+3", "1000"), ("100", "100"),
                            ("1E-7", "0.0000001"), ("-12.50", "-12.5")):
            self.assertEqual(oracle.canonical(D(value)), text)

    def test_percent_text_is_an_exact_fraction(self):
        self.assertEqual(oracle.canonical(oracle.read_decimal("80%")), "0.8")

    def test_percentile_is_inclusive_and_linear(self):
        values = [D(v) for v in (1, 2, 3, 4, 10, 20)]
        self.assertEqual(oracle.percentile(values, D(50)), D("3.5"))
        self.assertEqual(oracle.percentile(values, D(90)), D("15"))
        self.assertEqual(oracle.percentile([D(7)], D(90)), D(7))
        self.assertEqual(oracle.percentile(values, D(100)), D(20))

    def test_division_has_34_digits_and_by_zero_has_a_reason(self):
        self.assertEqual(oracle.evaluate("a / b", {"a": D(1), "b": D(3)}), D("0." + "3" * 34))
        self.assertEqual(oracle.evaluate("a / b", {"a": D(1), "b": D(0)}), oracle.Nd("DIV0"))

    def test_leftmost_reason_wins(self):
        operands = {"a": oracle.Nd("EMPTY"), "b": oracle.Nd("NOT_READY")}
        self.assertEqual(oracle.evaluate("a / b", operands), oracle.Nd("EMPTY"))
        self.assertEqual(oracle.evaluate("b + a", operands), oracle.Nd("NOT_READY"))

    def test_emptiness_is_judged_before_the_filter(self):
        count = {"aggregation": "COUNT", "where": "value <= 15"}
        self.assertEqual(oracle.aggregate(count, [D(16)], ready=False), D(0))
        self.assertEqual(oracle.aggregate(count, [], ready=True), D(0))
        self.assertEqual(oracle.aggregate(count, [], ready=False), oracle.Nd("NOT_READY"))
        self.assertEqual(oracle.aggregate({"aggregation": "AVG"}, [], ready=True),
                         oracle.Nd("EMPTY"))

    def test_value_at_a_cut_has_the_better_band(self):
        bands = {"exceeded": "0.10", "onTarget": "0", "warning": "-0.05"}
        for value, status in (("0.88", "EXCEEDED"), ("0.8799", "ON_TARGET"), ("0.8", "ON_TARGET"),
                              ("0.7999", "WARNING"), ("0.76", "WARNING"), ("0.7599", "OFF_TARGET")):
            judged = oracle.judge(D(value), D("0.80"), "HIGHER", bands)
            self.assertEqual(judged.status, status, value)

    def test_target_of_a_seventh_times_1_4_is_met_by_a_fifth(self):
        target = D(1) / D(7) * D("1.4")
        self.assertEqual(oracle.judge(D(1) / D(5), target, "HIGHER", {}).status, "ON_TARGET")

    def test_favourable_variance_follows_the_direction(self):
        judged = oracle.judge(D(110), D(100), "LOWER", {})
        self.assertEqual((judged.variance, judged.fvp), (D(10), D("-0.1")))
        judged = oracle.judge(D(-90), D(-100), "HIGHER", {})
        self.assertEqual((judged.variance, judged.fvp), (D(10), D("0.1")))

    def test_score_is_linear_inside_the_band(self):
        bands = {"exceeded": "0.10", "onTarget": "0", "warning": "-0.05"}
        for fvp, status, points in (("-0.02", "WARNING", "1.6"), ("0.05", "ON_TARGET", "2.5"),
                                    ("0.3", "EXCEEDED", "3"), ("-0.075", "OFF_TARGET", "0.5"),
                                    ("-9", "OFF_TARGET", "0")):
            self.assertEqual(oracle.score(bands, status, D(fvp)), D(points), fvp)
        self.assertEqual(oracle.score({"warning": "-0.3"}, "WARNING", D("-0.1")),
                         D("1.666666666666"))
        # One cut alone: neither side has a width, so both statuses score their midpoint.
        self.assertEqual(oracle.score({}, "ON_TARGET", D(7)), D("2.5"))
        self.assertEqual(oracle.score({}, "OFF_TARGET", D(-7)), D("0.5"))

    def test_no_value_and_no_target_have_their_own_status(self):
        self.assertEqual(oracle.judge(oracle.Nd("DIV0"), None, "HIGHER", {}).status, "NO_DATA")
        self.assertEqual(oracle.judge(D(1), None, "HIGHER", {}).status, "NO_TARGET")
        self.assertEqual(oracle.judge(D(1), D(0), "HIGHER", {}).status, "NO_TARGET")


class Periods(unittest.TestCase):

    def test_iso_weeks_belong_to_the_year_of_their_thursday(self):
        day = datetime.date(2024, 12, 30)
        self.assertEqual(calendar_periods.period_of("WEEK", day).id, "2025-W01")
        self.assertEqual(calendar_periods.period_of("WEEK", datetime.date(2021, 1, 1)).id,
                         "2020-W53")

    def test_ids_read_back_to_their_period(self):
        day = datetime.date(2001, 3, 31)
        for grain in calendar_periods.GRAINS:
            period = calendar_periods.period_of(grain, day)
            self.assertEqual(calendar_periods.parse_period(grain, period.id), period)
        with self.assertRaises(ValueError):
            calendar_periods.parse_period("MONTH", "2001-3")

    def test_day_of_the_time_change_has_25_hours(self):
        period = calendar_periods.period_of("DAY", datetime.date(2025, 10, 26))
        start, end = period.instants("Europe/Berlin")
        self.assertEqual((end - start).total_seconds(), 25 * 3600)

    def test_slices_are_sorted_and_escaped(self):
        self.assertEqual(slice_text({"b": "x;y", "a": "(null)"}), "a=\\(null);b=x\\;y")
        self.assertEqual(escape("Mining and Extraction"), "Mining and Extraction")


class DemoNumbers(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.demo = Demo()
        cls.records = cls.demo.records()

    def check(self, key, **want):
        for field, value in want.items():
            self.assertEqual(self.records[key].get(field), value, (key, field))

    def test_ohare_on_new_year_has_twelve_flights(self):
        # Delays: -12 -9 -5 6 9 12 14 20 23 25 40 79; 7 of 12 in time, sum 202, h = 9.9.
        where = ("DAY", "origin=ORD", "2001-01-01")
        self.check(("on-time-performance", *where), value="0.5833333333333333333333333333333333",
                   status="OFF_TARGET")
        self.check(("mean-arrival-delay", *where), value="16.83333333333333333333333333333333",
                   status="OFF_TARGET", variance="8.83333333333333333333333333333333")
        self.check(("p90-arrival-delay", *where), value="38.5", status="ON_TARGET", fvp="0.0375")
        self.check(("flights-per-day", *where), value="12", target="12.5", fvp="-0.04",
                   status="WARNING")

    def test_january_has_5495_of_6937_flights_in_time(self):
        where = ("MONTH", "", "2001-01")
        self.check(("on-time-performance", *where), value=oracle.canonical(D(5495) / D(6937)),
                   target="0.8", status="WARNING")
        self.check(("mean-arrival-delay", *where), value=oracle.canonical(D(44647) / D(6937)))
        self.check(("flights-per-day", *where), value=oracle.canonical(D(6937) / D(31)),
                   target="220", status="ON_TARGET")

    def test_airport_without_a_target_of_its_own_has_no_target(self):
        self.check(("flights-per-day", "MONTH", "origin=ATL", "2001-01"), status="NO_TARGET",
                   target=None, variance=None)

    def test_quarter_is_the_ratio_of_sums_and_not_the_mean_of_rates(self):
        # Construction 2009: 1744/9582, 2025/9463, 1979/9379.
        self.check(("unemployment-rate", "QUARTER", "industry=Construction", "2009-Q1"),
                   value=oracle.canonical(D(5748) / D(28424)), status="OFF_TARGET")
        self.check(("unemployment-rate", "YEAR", "", "2009"),
                   value=oracle.canonical(D(158759) / D(1837013)))

    def test_empty_past_period_is_zero_only_when_its_source_has_passed_it(self):
        key = ("flights-per-day", "DAY", "origin=HDN", "2001-01-02")
        self.assertNotIn(key, self.records)
        self.assertEqual(self.demo.record_of(key)["value"], "0")
        ratio = self.demo.record_of(("on-time-performance", *key[1:]))
        self.assertEqual((ratio["status"], ratio["ndReason"]), ("NO_DATA", "DIV0"))
        last = self.demo.record_of(("flights-per-day", "DAY", "origin=HDN", "2001-03-31"))
        self.assertEqual((last["status"], last["ndReason"]), ("NO_DATA", "NOT_READY"))

    def test_comparison_finds_a_wrong_digit_and_a_missing_state(self):
        records = [dict(record) for record in self.records.values()]
        self.assertEqual(recompute_demo.compare(self.demo, records, False), ([], len(records)))
        value = records[7]["value"]
        records[7]["value"] = value[:-1] + ("1" if value[-1] != "1" else "2")
        found, _ = recompute_demo.compare(self.demo, records[:-1], False)
        self.assertEqual(len(found), 2)
        self.assertIn("value: got", found[0])
        self.assertIn("missing", found[1])
        self.assertEqual(len(recompute_demo.compare(self.demo, records[:-1], True)[0]), 1)

    def test_printed_states_and_history_entries_are_read(self):
        state = {"kpi": "workspaces/demo/kpis/flights-per-day", "window": "DAY",
                 "slice": "origin=ORD", "period": {"id": "2001-01-01", "grain": "GRAIN_DAY"},
                 "value": "12", "status": "STATUS_WARNING", "ndReason": "",
                 "target": {"value": "12.5", "rule": "dimension:origin=ORD"}, "variance": "-0.5",
                 "favourableVariance": "-0.5", "fvp": "-0.04", "attainment": "0.96"}
        older = dict(state, value="11")
        lines = [json.dumps({"state": older}), "", json.dumps({"state": state, "cause": "CLOSED"})]
        records = recompute_demo.read_records(lines)
        self.assertEqual(recompute_demo.compare(self.demo, records, True), ([], 1))
        records = recompute_demo.read_records([json.dumps(dict(state, attainment="0.97"))])
        self.assertEqual(len(recompute_demo.compare(self.demo, records, True)[0]), 1)

    def test_printed_state_that_the_demo_cannot_have_is_reported(self):
        record = {"kpi": "flights-per-day", "window": "YEAR", "slice": "", "period": "2001",
                  "status": "ON_TARGET", "value": "1"}
        found, _ = recompute_demo.compare(self.demo, [record], True)
        self.assertIn("no such KPI or window", found[0])


if __name__ == "__main__":
    unittest.main()
