"""Years that are not cut at months: ISO weeks, the 4-4-5 family, tables of periods (3.4.1).

Each function gives (first day, end day, id without the calendar's prefix) of the period that
contains a day.
"""

import calendar as months
import datetime

ONE_DAY = datetime.timedelta(days=1)
WEEKS = {"FISCAL_4_4_5": (4, 4, 5), "FISCAL_4_5_4": (4, 5, 4), "FISCAL_5_4_4": (5, 4, 4)}
# The levels of a table by its depth, from the top.
LEVELS = {1: ("YEAR",), 2: ("YEAR", "MONTH"), 3: ("YEAR", "QUARTER", "MONTH"),
          4: ("YEAR", "QUARTER", "MONTH", "WEEK")}
FIRST_DAY = datetime.date(1677, 1, 1)
END_DAY = datetime.date(2263, 1, 1)


def weeks_later(day, weeks):
    return day + datetime.timedelta(days=7 * weeks)


def year_end(calendar, year):
    """Last day of the fiscal year whose nominal end lies in that calendar year."""
    last = datetime.date(year, calendar.end_month,
                         months.monthrange(year, calendar.end_month)[1])
    back = (last.isoweekday() - calendar.end_weekday) % 7
    if calendar.end_rule == "NEAREST" and back > 3:
        back -= 7
    return last - datetime.timedelta(days=back)


def fiscal_year(calendar, day):
    """(label, first day, weeks) of the fiscal year of a day in the 4-4-5 family."""
    year = day.year - 1
    while year_end(calendar, year) < day:
        year += 1
    first = year_end(calendar, year - 1) + ONE_DAY
    weeks = (year_end(calendar, year) - first).days // 7 + 1
    begins_before = calendar.end_month != 12
    label = year - (calendar.year_label == "START" and begins_before)
    return label, first, weeks


def cut_weeks(calendar, grain, day):
    """The 4-4-5 family; a 53rd week belongs to the last month."""
    label, first, weeks = fiscal_year(calendar, day)
    if grain == "YEAR":
        return first, weeks_later(first, weeks), f"{label:04d}"
    lengths = {"WEEK": (1,) * weeks, "QUARTER": (13,) * 4, "MONTH": WEEKS[calendar.kind] * 4}[grain]
    starts = [sum(lengths[:i]) for i in range(len(lengths))] + [weeks]
    week = (day - first).days // 7
    number = max(i for i in range(len(lengths)) if starts[i] <= week)
    mark = {"WEEK": f"W{number + 1:02d}", "QUARTER": f"Q{number + 1}",
            "MONTH": f"P{number + 1:02d}"}[grain]
    return (weeks_later(first, starts[number]), weeks_later(first, starts[number + 1]),
            f"{label:04d}-{mark}")


def cut_iso_year(day):
    year = day.isocalendar().year
    first = datetime.date.fromisocalendar(year, 1, 1)
    return first, datetime.date.fromisocalendar(year + 1, 1, 1), f"{year:04d}"


def levels_of(calendar):
    """{grain: rows in order of days} of a table, see Calendar.periods."""
    depth = {}
    for name, _, _, parent, _ in calendar.periods:
        depth[name] = 1 + depth.get(parent, 0)
    grains = LEVELS[max(depth.values())]
    return {grain: sorted((row for row in calendar.periods if depth[row[0]] == level),
                          key=lambda row: row[1])
            for level, grain in enumerate(grains, 1)}


def cut_table(calendar, grain, day):
    """A row of a table; days outside of it are seen as such."""
    rows = levels_of(calendar)[grain]
    for name, first, end, *_ in rows:
        if first <= day < end:
            return first, end, name
    if day < rows[0][1]:
        return FIRST_DAY, rows[0][1], f"BEFORE-{grain}"
    return rows[-1][2], END_DAY, f"AFTER-{grain}"


def grains_of(calendar):
    """The grains that a calendar of one of these kinds has."""
    if calendar.kind == "CUSTOM":
        return ("DAY",) + tuple(reversed(levels_of(calendar)))
    return ("DAY", "WEEK", "YEAR") if calendar.kind == "ISO_WEEK" else (
        "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
