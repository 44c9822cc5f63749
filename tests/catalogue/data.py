"""Samples of one template and the aggregates of SEMANTICS 3.1 over a range of days.

A sample is (day, value, entity): one at noon UTC, or for levels at the start of the day. Everything
is a Decimal of 34 digits.
"""

import bisect
import datetime
import decimal
from decimal import Decimal

decimal.getcontext().prec = 34

Day = datetime.date
ONE_DAY = datetime.timedelta(days=1)


def month(year, number):
    """First day of a month; numbers outside 1 to 12 reach into other years."""
    return Day(year + (number - 1) // 12, (number - 1) % 12 + 1, 1)


class Period:
    """[start, end) of one grain."""

    def __init__(self, grain, start):
        self.grain, self.start = grain, start
        months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}.get(grain)
        if months:
            self.end = month(start.year, start.month + months)
        else:
            self.end = start + ONE_DAY * {"DAY": 1, "WEEK": 7}[grain]

    def before(self, n):
        months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}.get(self.grain)
        if months:
            return Period(self.grain, month(self.start.year, self.start.month - months * n))
        return Period(self.grain, self.start - (self.end - self.start) * n)

    def last_year(self):
        if self.grain == "WEEK":  # by number: ISO week w of the year before
            year, week, _ = self.start.isocalendar()
            return Period("WEEK", Day.fromisocalendar(year - 1, week, 1))
        return Period(self.grain, self.start.replace(year=self.start.year - 1))

    def id(self):
        s = self.start
        if self.grain == "WEEK":
            return f"{s.isocalendar()[0]}-W{s.isocalendar()[1]:02}"
        if self.grain == "QUARTER":
            return f"{s.year}-Q{(s.month + 2) // 3}"
        return {"DAY": s.isoformat(), "MONTH": f"{s.year}-{s.month:02}", "YEAR": str(s.year)}[
            self.grain]


class Data:
    """What a template sees of its samples in one period: `samples` by alias, sorted by time."""

    def __init__(self, samples, period, start=None):
        self.samples, self.period = samples, period
        self.start, self.end = start or period.start, period.end

    # --- Other periods. ---

    def before(self, n):
        return Data(self.samples, self.period.before(n))

    def last_year(self):
        return Data(self.samples, self.period.last_year())

    def trailing_months(self, n):
        last = self.end - ONE_DAY
        return Data(self.samples, self.period, month(last.year, last.month - n + 1))

    def ever(self):
        return Data(self.samples, self.period, Day(1970, 1, 1))

    # --- Aggregates. ---

    def rows(self, alias, where=None):
        return [s for s in self.samples[alias]
                if self.start <= s[0] < self.end and (where is None or where(s[1]))]

    def values(self, alias):
        return [s[1] for s in self.rows(alias)]

    def sum(self, alias):
        return sum(self.values(alias), Decimal(0))

    def count(self, alias, where=None):
        return Decimal(len(self.rows(alias, where)))

    def avg(self, alias):
        return self.sum(alias) / self.count(alias)

    def percentile(self, alias, p):
        ordered = sorted(self.values(alias))
        h = Decimal(len(ordered) - 1) * p / 100
        low = int(h)
        if low + 1 == len(ordered):
            return ordered[low]
        return ordered[low] + (h - low) * (ordered[low + 1] - ordered[low])

    def distinct(self, alias, where=None):
        return Decimal(len({s[2] for s in self.rows(alias, where)}))

    def deviation(self, alias):
        """Sample standard deviation."""
        values = self.values(alias)
        n, total = len(values), sum(values)
        squares = n * sum(v * v for v in values) - total * total
        return (squares / (n * (n - 1))).sqrt()

    def last(self, alias):
        """Last value at or before the end, of each entity (a series of its own) or of all."""
        latest = {}
        for day, value, entity in self.samples[alias]:
            if day < self.end:
                latest[entity] = value
        return sum(latest.values(), Decimal(0)) if latest else None

    def mean_level(self, alias):
        """Time-weighted mean of the one series, with what was carried in."""
        rows = self.samples[alias]
        first = bisect.bisect_right([s[0] for s in rows], self.start) - 1
        area = Decimal(0)
        covered = 0
        for i in range(max(first, 0), len(rows)):
            begin = max(rows[i][0], self.start)
            end = min(rows[i + 1][0] if i + 1 < len(rows) else self.end, self.end)
            if begin < end:
                area += rows[i][1] * (end - begin).days
                covered += (end - begin).days
        return area / covered

    def conversion(self, alias, days):
        """Opportunities (0) of the period followed by a 1 of the same entity within `days`."""
        starts = [s for s in self.rows(alias) if s[1] == 0]
        hit = sum(any(s[1] == 1 and s[2] == entity and day <= s[0] <= day + ONE_DAY * days
                      for s in self.samples[alias]) for day, _, entity in starts)
        return Decimal(hit) / len(starts)

    def by_entity(self, alias):
        """Sum of the values of each entity that has any."""
        sums = {}
        for _, value, entity in self.rows(alias):
            sums[entity] = sums.get(entity, 0) + value
        return sums

    @property
    def days(self):
        return Decimal((self.end - self.start).days)

    @property
    def working_days(self):
        days = ((self.start + ONE_DAY * i) for i in range((self.end - self.start).days))
        return Decimal(sum(day.weekday() < 5 for day in days))
