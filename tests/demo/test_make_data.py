"""The demo's CSV files: how they are made, and that the committed ones are that output."""

import csv
import pathlib
import sys
import unittest
from decimal import ROUND_HALF_UP, Decimal

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "deploy" / "demo"
# deploy/setup.sh installs it.
PACKAGE = ROOT / ".tools" / "npm" / "node_modules" / "vega-datasets"
sys.dont_write_bytecode = True
sys.path.insert(0, str(DEMO))

import make_data  # noqa: E402

FLIGHT = {"date": "2001/01/01 00:47", "delay": 66, "distance": 1750,
          "origin": "DTW", "destination": "LAS"}


class MakeData(unittest.TestCase):

    def test_flight_keeps_its_values_and_gets_an_iso_time(self):
        self.assertEqual(make_data.flights_csv([FLIGHT]).splitlines(),
                         ["time,origin,destination,delay,distance",
                          "2001-01-01T00:47,DTW,LAS,66,1750"])

    def test_flight_with_another_date_format_is_refused(self):
        with self.assertRaisesRegex(ValueError, "flight 0: date"):
            make_data.flights_csv([dict(FLIGHT, date="01010047")])

    def test_flight_with_a_fractional_delay_is_refused(self):
        with self.assertRaisesRegex(ValueError, "flight 0: delay"):
            make_data.flights_csv([dict(FLIGHT, delay=Decimal("1.5"))])

    def test_labour_force_is_rounded_half_even_to_whole_thousands(self):
        self.assertEqual(make_data.labour_force(430, Decimal("2.1")), 20476)
        self.assertEqual(make_data.labour_force(1, Decimal("40")), 2)
        self.assertEqual(make_data.labour_force(3, Decimal("40")), 8)

    def test_rate_of_zero_is_refused(self):
        with self.assertRaisesRegex(ValueError, "unknown"):
            make_data.labour_force(10, Decimal(0))

    def test_two_rows_of_an_industry_and_month_are_refused(self):
        row = {"series": "Other", "year": 2000, "month": 1, "count": 5, "rate": Decimal("2.5")}
        with self.assertRaisesRegex(ValueError, "two rows"):
            make_data.unemployment_csv([row, dict(row, count=6)])


class CommittedData(unittest.TestCase):

    def test_files_are_the_output_of_the_package(self):
        for name, text in make_data.make(PACKAGE).items():
            self.assertEqual((DEMO / name).read_bytes(), text.encode("utf-8"), name)
        for row in make_data.read_rows(PACKAGE, "unemployment-across-industries.json"):
            force = make_data.labour_force(row["count"], row["rate"])
            rate = (Decimal(row["count"]) * 100 / force).quantize(Decimal("0.1"), ROUND_HALF_UP)
            self.assertEqual(rate, row["rate"], row)

    def test_files_have_the_rows_the_readme_names(self):
        with open(DEMO / "flights.csv", encoding="utf-8", newline="") as file:
            flights = list(csv.DictReader(file))
        self.assertEqual(len(flights), 20000)
        self.assertEqual(flights[0]["time"], "2001-01-01T00:47")
        self.assertEqual(flights[-1]["time"], "2001-03-31T22:27")
        identities = {(row["time"], row["origin"], row["destination"]) for row in flights}
        self.assertEqual(len(flights) - len(identities), 2)
        with open(DEMO / "unemployment.csv", encoding="utf-8", newline="") as file:
            unemployment = list(csv.DictReader(file))
        self.assertEqual(len(unemployment), 14 * 122)
        self.assertEqual(unemployment[-1]["month"], "2010-02-01")


if __name__ == "__main__":
    unittest.main()
