#!/usr/bin/env python3
"""Writes the demo's CSV files from an unpacked npm package `vega-datasets`.

    make_data.py PACKAGE_DIR [--out DIR]

PACKAGE_DIR is the directory that holds the package's `package.json`. The output is a pure function
of the two data files, byte for byte; README.md beside this script describes it column by column.
A row that does not fit the description ends the run with an error: nothing is dropped or repaired.
"""

import argparse
import csv
import io
import json
import pathlib
import re
from decimal import ROUND_HALF_EVEN, Decimal

FLIGHT_TIME = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d)")
AIRPORT = re.compile(r"[A-Z]{3}")


def read_rows(package, name):
    """The rows of one data file, every number as the exact decimal of its text."""
    text = (pathlib.Path(package) / "data" / name).read_text(encoding="utf-8")
    return json.loads(text, parse_int=int, parse_float=Decimal)


def to_csv(header, rows):
    """CSV text: header, LF line ends, quotes only where the format needs them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def whole(value, what):
    """`value` if it is a whole number, else an error that names it."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what}: got {value!r}, want a whole number")
    return value


def flights_csv(rows):
    """Flights in the package's order (departure time, then as published)."""
    out = []
    for number, row in enumerate(rows):
        match = FLIGHT_TIME.fullmatch(row["date"])
        if not match:
            raise ValueError(f"flight {number}: date {row['date']!r}, want YYYY/MM/DD HH:MM")
        for field in ("origin", "destination"):
            if not AIRPORT.fullmatch(row[field]):
                raise ValueError(f"flight {number}: {field} {row[field]!r}, want three letters")
        year, month, day, clock = match.groups()
        out.append((
            f"{year}-{month}-{day}T{clock}",
            row["origin"],
            row["destination"],
            whole(row["delay"], f"flight {number}: delay"),
            whole(row["distance"], f"flight {number}: distance"),
        ))
    if out != sorted(out, key=lambda flight: flight[0]):
        raise ValueError("the flights are not in the order of their time")
    return to_csv(("time", "origin", "destination", "delay", "distance"), out)


def labour_force(unemployed, rate_percent):
    """Thousands of persons: unemployed / (rate / 100), rounded half-even to a whole number."""
    if rate_percent <= 0:
        raise ValueError(f"rate {rate_percent}: the labour force behind a rate of 0 is unknown")
    exact = Decimal(unemployed) * 100 / Decimal(rate_percent)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def unemployment_csv(rows):
    """One row a month and industry, in that order."""
    out = []
    for row in rows:
        unemployed = whole(row["count"], f"{row['series']} {row['year']}-{row['month']}: count")
        month = f"{row['year']:04d}-{row['month']:02d}-01"
        out.append((month, row["series"], unemployed, labour_force(unemployed, row["rate"])))
    out.sort()
    if len({line[:2] for line in out}) != len(out):
        raise ValueError("an industry has two rows for one month")
    return to_csv(("month", "industry", "unemployed", "labour_force"), out)


def make(package):
    """{file name: text} of all demo data."""
    return {
        "flights.csv": flights_csv(read_rows(package, "flights-20k.json")),
        "unemployment.csv": unemployment_csv(
            read_rows(package, "unemployment-across-industries.json")),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", help="directory of the unpacked npm package vega-datasets")
    parser.add_argument("--out", default=pathlib.Path(__file__).resolve().parent,
                        type=pathlib.Path, help="where the CSV files go (default: this folder)")
    arguments = parser.parse_args()
    for name, text in make(arguments.package).items():
        (arguments.out / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
