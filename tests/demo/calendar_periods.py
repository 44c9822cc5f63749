"""Gregorian periods and their ids (SEMANTICS 3.4) by Python's `datetime` and `zoneinfo`."""

import dataclasses
import datetime
import zoneinfo

GRAINS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
UTC = datetime.timezone.utc


@dataclasses.dataclass(frozen=True, order=True)
class Period:
    """[first, end) in local days."""
    first: datetime.date
    end: datetime.date
    id: str

    @property
    def days(self):
        return (self.end - self.first).days

    def instants(self, zone):
        """[start, end) as UTC datetimes. Midnight exists on every day of the demo's zones."""
        return tuple(
            datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(zone)).astimezone(UTC)
            for day in (self.first, self.end))


def months_later(day, months):
    """The first of the month that many months after `day`, itself a first."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)


def period_of(grain, day):
    """The period of that grain which contains the local day."""
    if grain == "DAY":
        return Period(day, day + datetime.timedelta(days=1), day.isoformat())
    if grain == "WEEK":
        year, week, weekday = day.isocalendar()
        first = day - datetime.timedelta(days=weekday - 1)
        return Period(first, first + datetime.timedelta(days=7), f"{year}-W{week:02d}")
    length = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[grain]
    first = datetime.date(day.year, (day.month - 1) // length * length + 1, 1)
    names = {"MONTH": f"{first.year}-{first.month:02d}",
             "QUARTER": f"{first.year}-Q{(first.month + 2) // 3}",
             "YEAR": f"{first.year}"}
    return Period(first, months_later(first, length), names[grain])


def parse_period(grain, text):
    """The period with that id; ValueError if there is none."""
    if grain == "WEEK":
        year, week = text.split("-W")
        day = datetime.date.fromisocalendar(int(year), int(week), 1)
    elif grain == "QUARTER":
        year, quarter = text.split("-Q")
        day = datetime.date(int(year), int(quarter) * 3 - 2, 1)
    else:
        rest = {"DAY": "", "MONTH": "-01", "YEAR": "-01-01"}[grain]
        day = datetime.date.fromisoformat(text + rest)
    period = period_of(grain, day)
    if period.id != text:
        raise ValueError(f"period {text!r}: want {period.id!r}")
    return period


def instant(text, zone):
    """The UTC instant of a local date or time without a zone."""
    local = datetime.datetime.fromisoformat(text)
    if local.tzinfo is not None:
        raise ValueError(f"time {text!r}: want local time without a zone")
    return local.replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)


def local_day(moment, zone):
    """The local day of an instant."""
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).date()
