"""Days, weeks and fiscal years against the worked examples of SEMANTICS 4."""

import datetime
import unittest

import periods
from periods import Calendar


def day(zone, text):
    return periods.period_of(Calendar(zone=zone), "DAY", datetime.date.fromisoformat(text))


def id_of(grain, text, **calendar):
    return periods.period_of(Calendar(**calendar), grain, datetime.date.fromisoformat(text)).id


class DaysTest(unittest.TestCase):
    def test_lengths_of_days(self):
        for zone, text, hours in (("Europe/Berlin", "2025-03-30", 23),
                                  ("Europe/Berlin", "2025-10-26", 25),
                                  ("Australia/Lord_Howe", "2025-04-06", 24.5),
                                  ("Australia/Lord_Howe", "2025-10-05", 23.5),
                                  ("America/Sao_Paulo", "2018-11-04", 23),
                                  ("Africa/Cairo", "2025-04-25", 23),
                                  ("Pacific/Apia", "2011-12-30", 0)):
            period = day(zone, text)
            self.assertEqual((period.stop - period.start) / periods.HOUR, hours, (zone, text))

    def test_days_without_a_midnight(self):
        for zone, text, start in (("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
                                  ("Africa/Cairo", "2025-04-25", "2025-04-24T22:00:00Z")):
            self.assertEqual(periods.instant_text(day(zone, text).start), start)

    def test_the_zone_decides(self):
        instant = periods.parse_instant("2025-03-31T22:30:00Z")
        for zone, month in (("Europe/Berlin", 4), ("America/New_York", 3)):
            self.assertEqual(periods.day_of(Calendar(zone=zone), instant).month, month)

    def test_every_instant_lies_in_its_day(self):
        for zone in ("Europe/Berlin", "Pacific/Apia", "Africa/Cairo", "Australia/Lord_Howe"):
            for minutes in (0, 30, 1439):
                calendar = Calendar(zone=zone, day_start_minutes=minutes)
                start = periods.parse_instant("2011-12-28T00:00:00Z")
                for instant in range(start, start + 5 * periods.DAY, 37 * periods.MINUTE):
                    found = periods.day_of(calendar, instant)
                    period = periods.period_of(calendar, "DAY", found)
                    self.assertTrue(period.start <= instant < period.stop)


class WeekYearsTest(unittest.TestCase):
    NRF = {"name": "nrf", "kind": "FISCAL_4_5_4", "end_rule": "NEAREST", "end_month": 1,
           "end_weekday": 6, "year_label": "START"}

    def test_the_retail_year_2023_has_53_weeks(self):
        calendar = Calendar(**self.NRF)
        year = periods.period_of(calendar, "YEAR", datetime.date(2023, 7, 1))
        self.assertEqual((year.id, str(year.first), str(year.last)),
                         ("nrf:2023", "2023-01-29", "2024-02-03"))
        last = periods.period_of(calendar, "MONTH", datetime.date(2024, 2, 3))
        self.assertEqual((last.id, str(last.first), (last.end - last.first).days),
                         ("nrf:2023-P12", "2023-12-31", 35))
        year = periods.next_period(calendar, year)
        self.assertEqual((str(year.first), str(year.last)), ("2024-02-04", "2025-02-01"))

    def test_retail_years_of_53_weeks(self):
        calendar = Calendar(**self.NRF)
        years = [periods.period_of(calendar, "YEAR", datetime.date(year, 7, 1))
                 for year in range(2005, 2030)]
        long = [int(year.id[-4:]) for year in years if (year.end - year.first).days == 371]
        self.assertEqual(long, [2006, 2012, 2017, 2023, 2028])

    def test_iso_years_of_53_weeks(self):
        calendar = Calendar(name="iso", kind="ISO_WEEK")
        years = [periods.period_of(calendar, "YEAR", datetime.date(year, 7, 1))
                 for year in range(2014, 2034)]
        long = [int(year.id[-4:]) for year in years if (year.end - year.first).days == 371]
        self.assertEqual(long, [2015, 2020, 2026, 2032])

    def test_a_table_cuts_at_will(self):
        day = datetime.date.fromisoformat
        calendar = Calendar(name="corp", kind="CUSTOM", periods=(
            ("FY24", day("2024-04-01"), day("2025-01-01"), "", ""),
            ("A", day("2024-04-01"), day("2024-08-15"), "FY24", ""),
            ("B", day("2024-08-15"), day("2025-01-01"), "FY24", "")))
        for grain, text, wanted in (("MONTH", "2024-08-14", "corp:A"),
                                    ("YEAR", "2024-08-15", "corp:FY24"),
                                    ("YEAR", "2024-03-31", "corp:BEFORE-YEAR"),
                                    ("MONTH", "2025-01-01", "corp:AFTER-MONTH")):
            self.assertEqual(periods.period_of(calendar, grain, day(text)).id, wanted)


class IdsTest(unittest.TestCase):
    def test_iso_weeks(self):
        self.assertEqual(id_of("WEEK", "2024-12-30"), "2025-W01")
        self.assertEqual(id_of("WEEK", "2021-01-01"), "2020-W53")
        self.assertEqual(id_of("WEEK", "2026-12-31"), "2026-W53")

    def test_fiscal_years(self):
        april = {"name": "fy", "kind": "FISCAL_MONTH_OFFSET", "first_month": 4}
        self.assertEqual(id_of("MONTH", "2025-03-31", **april), "fy:2025-P12")
        self.assertEqual(id_of("QUARTER", "2025-04-01", **april), "fy:2026-Q1")
        self.assertEqual(id_of("YEAR", "2025-04-01", year_label="START", **april), "fy:2025")

    def test_neighbours(self):
        calendar = Calendar()
        march = periods.period_of(calendar, "MONTH", datetime.date(2025, 3, 31))
        self.assertEqual(periods.next_period(calendar, march).id, "2025-04")
        self.assertEqual(periods.previous_period(calendar, march).id, "2025-02")
        self.assertEqual(len(periods.periods_within(calendar, march, "DAY")), 31)
        self.assertEqual(periods.periods_within(calendar, march, "WEEK"), [])

    def test_working_days_are_no_holidays(self):
        calendar = Calendar(holidays=(datetime.date(2025, 3, 10),))
        march = periods.period_of(calendar, "MONTH", datetime.date(2025, 3, 1))
        self.assertEqual(periods.constants(calendar, march), {"days": 31, "working_days": 20})


if __name__ == "__main__":
    unittest.main()
