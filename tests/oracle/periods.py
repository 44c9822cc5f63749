"""Calendars, local days and periods of SEMANTICS 3.4. Instants are unix nanoseconds."""

import dataclasses
import datetime
import functools
import zoneinfo

import week_years

SECOND = 10**9
MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR
FOR_EVER = 2**63  # later than every instant
ONE_DAY = datetime.timedelta(days=1)
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
GRAINS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


@dataclasses.dataclass(frozen=True)
class Calendar:
    """How days, weeks and years are cut. The defaults are those of a KPI that names none."""
    name: str = ""
    zone: str = "UTC"
    day_start_minutes: int = 0
    week_start: int = 1  # 1 Monday to 7 Sunday
    kind: str = "GREGORIAN"
    first_month: int = 1
    year_label: str = "END"
    working_days: tuple = (1, 2, 3, 4, 5)
    holidays: tuple = ()
    end_rule: str = ""  # the 4-4-5 family only, as the next two: LAST or NEAREST
    end_month: int = 0
    end_weekday: int = 0
    # CUSTOM only: (id, first day, end day, parent's id or "", id of the comparable one or "").
    periods: tuple = ()
    week_53: str = "RESTATED"
    events: tuple = ()  # of events.Event

    @property
    def prefix(self):
        return f"{self.name}:" if self.name else ""


@dataclasses.dataclass(frozen=True)
class Period:
    """[first, end) in local days and [start, stop) in instants."""
    id: str
    grain: str
    first: datetime.date
    end: datetime.date
    start: int
    stop: int

    @property
    def last(self):
        return self.end - ONE_DAY

    @property
    def exists(self):
        """False for a day that the zone skips."""
        return self.start < self.stop


def _offset(zone, seconds):
    """Offset from UTC at an instant."""
    moment = datetime.datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    return int(moment.utcoffset().total_seconds())


@functools.lru_cache(maxsize=100_000)
def start_of(zone_name, minutes, day):
    """First instant of a local day: after a gap its end, of a repeated start the first."""
    zone = zoneinfo.ZoneInfo(zone_name)
    local = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(minutes=minutes)
    wall = int((local - EPOCH).total_seconds())
    before = wall - int(local.replace(tzinfo=zone, fold=0).utcoffset().total_seconds())
    if _offset(zone, before) + before == wall:
        return before * SECOND
    # The wall time is skipped: `before` lies after the change of the clocks.
    low = wall - int(local.replace(tzinfo=zone, fold=1).utcoffset().total_seconds())
    high, offset = before, _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == offset:
            high = middle
        else:
            low = middle
    return high * SECOND


def day_start(calendar, day):
    return start_of(calendar.zone, calendar.day_start_minutes, day)


@functools.lru_cache(maxsize=200_000)
def _day_of(zone_name, minutes, instant):
    local = datetime.datetime.fromtimestamp(instant // SECOND, UTC).astimezone(
        zoneinfo.ZoneInfo(zone_name))
    day = (local.replace(tzinfo=None) - datetime.timedelta(minutes=minutes)).date()
    while instant < start_of(zone_name, minutes, day):
        day -= ONE_DAY
    while instant >= start_of(zone_name, minutes, day + ONE_DAY):
        day += ONE_DAY
    return day


def day_of(calendar, instant):
    """The local day that contains an instant."""
    return _day_of(calendar.zone, calendar.day_start_minutes, instant)


def days_between(first, end):
    return [first + datetime.timedelta(days=i) for i in range(max(0, (end - first).days))]


def months_later(day, months):
    """The first of the month so many months after the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)


def _cut(calendar, grain, day):
    """(first day, end day, id without prefix) of the period that contains the day."""
    if grain != "DAY":
        if calendar.kind == "CUSTOM":
            return week_years.cut_table(calendar, grain, day)
        if calendar.kind in week_years.WEEKS:
            return week_years.cut_weeks(calendar, grain, day)
        if calendar.kind == "ISO_WEEK" and grain == "YEAR":
            return week_years.cut_iso_year(day)
    first = _first_of(calendar, grain, day)
    return first, _end_of(grain, first), _id_of(calendar, grain, first)


def grains_of(calendar):
    """The grains that a calendar has, from fine to coarse."""
    return GRAINS if calendar.kind in ("GREGORIAN", "FISCAL_MONTH_OFFSET") else (
        week_years.grains_of(calendar))


def _first_of(calendar, grain, day):
    if grain == "DAY":
        return day
    if grain == "WEEK":
        return day - datetime.timedelta(days=(day.isoweekday() - calendar.week_start) % 7)
    position = (day.month - calendar.first_month) % 12
    return months_later(day, -(position % MONTHS[grain]))


def _end_of(grain, first):
    if grain in MONTHS:
        return months_later(first, MONTHS[grain])
    return first + datetime.timedelta(days=7 if grain == "WEEK" else 1)


def _year_label(calendar, first):
    """The label of the (fiscal) year that contains the period which begins on `first`."""
    year = _first_of(calendar, "YEAR", first).year
    return year + (calendar.year_label == "END" and calendar.first_month != 1)


def _id_of(calendar, grain, first):
    if grain == "DAY":
        return first.isoformat()
    if grain == "WEEK":
        fourth = first + datetime.timedelta(days=3)
        week = (fourth.timetuple().tm_yday - 1) // 7 + 1
        return f"{fourth.year:04d}-W{week:02d}"
    year = f"{_year_label(calendar, first):04d}"
    position = (first.month - calendar.first_month) % 12
    if grain == "MONTH":
        mark = "P" if calendar.kind == "FISCAL_MONTH_OFFSET" else ""
        return f"{year}-{mark}{position + 1:02d}"
    return f"{year}-Q{position // 3 + 1}" if grain == "QUARTER" else year


@functools.lru_cache(maxsize=100_000)
def period_of(calendar, grain, day):
    """The period of that grain which contains the local day."""
    first, end, name = _cut(calendar, grain, day)
    return Period(calendar.prefix + name, grain, first, end, day_start(calendar, first),
                  day_start(calendar, end))


def next_period(calendar, period):
    return period_of(calendar, period.grain, period.end)


def previous_period(calendar, period):
    return period_of(calendar, period.grain, period.first - ONE_DAY)


def periods_within(calendar, period, grain):
    """The periods of `grain` that make up `period`; empty when they do not tile it."""
    if grain not in grains_of(calendar):
        return []
    parts, day = [], period.first
    while day < period.end:
        part = period_of(calendar, grain, day)
        if part.first != day or part.end > period.end:
            return []
        parts.append(part)
        day = part.end
    return parts


@functools.lru_cache(maxsize=10_000)
def periods_between(calendar, reach, grain):
    """The periods of a grain that make up a stretch of whole ones."""
    parts, day = [], reach.first
    while day < reach.end:
        parts.append(period_of(calendar, grain, day))
        day = parts[-1].end
    return parts


def is_working_day(calendar, day):
    return day.isoweekday() in calendar.working_days and day not in calendar.holidays


@functools.lru_cache(maxsize=50_000)
def counts_of(calendar, first, end):
    """(days, working days) between two local days."""
    days = [day for day in (first + datetime.timedelta(days=i) for i in range((end - first).days))
            if day_start(calendar, day) < day_start(calendar, day + ONE_DAY)]
    return len(days), sum(is_working_day(calendar, day) for day in days)


def constants(calendar, period):
    """`days` and `working_days` of formulas; of all time nobody asks."""
    if period.grain == "ALL":
        return {}
    days, working_days = counts_of(calendar, period.first, period.end)
    return {"days": days, "working_days": working_days}


def instant_text(instant):
    """RFC 3339 in UTC, with as many digits of a second as are needed."""
    seconds, nanos = divmod(instant, SECOND)
    text = datetime.datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if nanos:
        text += f".{nanos:09d}".rstrip("0")
    return text + "Z"


def parse_instant(text):
    """The instant of RFC 3339 text in UTC."""
    body, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.datetime.fromisoformat(body).replace(tzinfo=UTC)
    return int(moment.timestamp()) * SECOND + int(fraction.ljust(9, "0") or 0)
