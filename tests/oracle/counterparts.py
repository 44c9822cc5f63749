"""Which period, and which day, stands for another (SEMANTICS 3.4.6 and the comments of offsets)."""

import dataclasses
import datetime
import functools

import events
import periods
import week_years
import windows

ONE_DAY = datetime.timedelta(days=1)
WEEKDAYS = datetime.timedelta(days=364)


@dataclasses.dataclass(frozen=True)
class Counterpart:
    period: periods.Period | None = None  # None: NO_COMPARABLE
    clipped: bool = False  # a day was clipped to the end of something shorter


NONE = Counterpart()


def weeks_make_years(calendar):
    return calendar.kind == "ISO_WEEK" or calendar.kind in week_years.WEEKS


def week_year(calendar, day):
    """(first day, end day) of the year that counts the week of a day."""
    if calendar.kind in week_years.WEEKS:
        _, first, weeks = week_years.fiscal_year(calendar, day)
        return first, week_years.weeks_later(first, weeks)
    year = (periods.period_of(calendar, "WEEK", day).first + datetime.timedelta(days=3)).year
    return tuple(periods.period_of(calendar, "WEEK", datetime.date(one, 1, 4)).first
                 for one in (year, year + 1))


def is_week_53(calendar, day):
    return (day - week_year(calendar, day)[0]).days // 7 == 52


def day_of_week_year(calendar, day, years, shift=0):
    """The same weekday of the week with the same number, or `shift` more, so many years before."""
    first, _ = week_year(calendar, day)
    before, end = first, first
    for _ in range(years):
        before, end = week_year(calendar, before - ONE_DAY)
    found = before + (day - first) + datetime.timedelta(days=7 * shift)
    return found if found < end else None


@functools.lru_cache(maxsize=20_000)
def parts_of_year(calendar, day, grain):
    """The periods of a grain, or days, of the year that contains a day."""
    year = periods.period_of(calendar, "YEAR", day)
    return periods.periods_within(calendar, year, grain)


def earlier_year(calendar, day, years):
    """The year so many before that of a day; None outside of a table."""
    year = windows.moved(calendar, periods.period_of(calendar, "YEAR", day), -years)
    return None if windows.lies_outside(calendar, year) else year


def same_date(calendar, day, years):
    try:
        return Counterpart(periods.period_of(calendar, "DAY", day.replace(year=day.year - years)))
    except ValueError:  # 29 February
        last = datetime.date(day.year - years, 2, 28)
        return Counterpart(periods.period_of(calendar, "DAY", last), True)


def same_place(calendar, period, years):
    """The period at the same place among those of the year; a day by its place in the finest one,
    clipped to a shorter one."""
    own = periods.period_of(calendar, "YEAR", period.first)
    year = earlier_year(calendar, period.first, years)
    if year is None or windows.lies_outside(calendar, own):
        return NONE
    if period.grain == "YEAR":
        return Counterpart(year)
    if period.grain == "DAY":
        finest = finest_period(calendar, period.first)
        return day_at_place(calendar, period, finest, same_place(calendar, finest, years).period)
    place = parts_of_year(calendar, period.first, period.grain).index(period)
    parts = parts_of_year(calendar, year.first, period.grain)
    return Counterpart(parts[place]) if place < len(parts) else NONE


def finest_period(calendar, day):
    return periods.period_of(calendar, periods.grains_of(calendar)[1], day)


def day_at_place(calendar, day, own, other):
    """The day of `other` at the place that a day has in its own period."""
    if other is None:
        return NONE
    found = other.first + (day.first - own.first)
    return Counterpart(periods.period_of(calendar, "DAY", min(found, other.last)),
                       found > other.last)


def same_last_year(calendar, period, years):
    """SAME_PERIOD_LAST_YEAR: the period at the same position so many years before."""
    if calendar.kind == "CUSTOM":
        return same_place(calendar, period, years)
    if period.grain == "WEEK" or (period.grain == "DAY" and weeks_make_years(calendar)):
        day = day_of_week_year(calendar, period.first, years)
        return NONE if day is None else Counterpart(
            periods.period_of(calendar, period.grain, day))
    if period.grain == "DAY":
        return same_date(calendar, period.first, years)
    return same_place(calendar, period, years)


def comparable_in_table(calendar, period, count):
    """What the table of a CUSTOM calendar says, so many times; of a day the one at its place in the
    finest period."""
    own = finest_period(calendar, period.first) if period.grain == "DAY" else period
    rows = {row[0]: row for row in calendar.periods}
    name = own.id.removeprefix(calendar.prefix)
    for _ in range(count):
        name = rows[name][4] if name in rows else ""
    if not name:
        return NONE
    found = periods.period_of(calendar, own.grain, rows[name][1])
    return day_at_place(calendar, period, own, found) if period.grain == "DAY" else Counterpart(
        found)


def parsed(comparator):
    """(kind, how far back) of `SAME_WEEKDAY`, `PREVIOUS_PERIOD_3`."""
    kind, _, count = comparator.rpartition("_")
    return (kind, int(count)) if count.isdigit() else (comparator, 1)


def compares_by_day(calendar, grain, comparator):
    """Whether each day has a counterpart of its own."""
    kind, _ = parsed(comparator)
    if kind in ("PREVIOUS_PERIOD", "SAME_PERIOD_LAST_YEAR"):
        return False
    if kind != "COMPARABLE":
        return True
    if calendar.kind == "CUSTOM" or calendar.week_53 == "SAME_NUMBER":
        return False
    return grain == "WEEK" or weeks_make_years(calendar)


def of_period(calendar, period, comparator):
    """The counterpart by a comparator that compares periods."""
    kind, count = parsed(comparator)
    if kind == "PREVIOUS_PERIOD":
        found = windows.moved(calendar, period, -count)
        return NONE if windows.lies_outside(calendar, found) else Counterpart(found)
    if kind == "COMPARABLE" and calendar.kind == "CUSTOM":
        return comparable_in_table(calendar, period, count)
    return same_last_year(calendar, period, count)


def is_compared(calendar, day, comparator):
    """DROP_53 looks at no day of a week 53."""
    return not (parsed(comparator)[0] == "COMPARABLE" and calendar.week_53 == "DROP_53"
                and is_week_53(calendar, day))


def of_day(calendar, day, comparator):
    """The day that stands for a day; None when there is none."""
    kind, count = parsed(comparator)
    for _ in range(count):
        day = day and year_before(calendar, day, kind)
    return day


def year_before(calendar, day, kind):
    if kind == "SAME_WEEKDAY":
        return day - WEEKDAYS
    if kind == "HOLIDAY_ALIGNED":
        return events.year_before(calendar, day)
    if is_week_53(calendar, day):
        return None
    shift = 0
    if calendar.week_53 == "RESTATED":
        first, _ = week_year(calendar, day)
        shift = int(is_week_53(calendar, first - ONE_DAY))
    return day_of_week_year(calendar, day, 1, shift)


def earlier(calendar, period, offset):
    """The period that the offset of an input means; None when there is none."""
    kind, count = offset
    if period.grain == "ALL":
        return None
    if kind == "samePeriodLastYear":
        return same_last_year(calendar, period, count).period
    found = windows.moved(calendar, period, -count)
    return None if windows.lies_outside(calendar, found) else found
