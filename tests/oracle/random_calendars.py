"""Random calendars that the product accepts."""

import dataclasses
import datetime

import events
import features
import periods
import week_years


class CalendarMaker:
    """Of a maker of definitions."""

    def calendar(self, name):
        pick = self.random.choice
        kind = pick(features.CALENDARS)
        holidays = [self.day + datetime.timedelta(days=self.random.randrange(-20, 20))
                    for _ in range(self.random.randrange(4))]
        calendar = periods.Calendar(
            name=name, zone=pick(self.zones), day_start_minutes=pick((0, 0, 360, 30, 1439)),
            kind=kind, working_days=pick(((1, 2, 3, 4, 5), (7, 1, 2, 3, 4), (1, 3, 6))),
            holidays=tuple(sorted(set(holidays))), events=self.events())
        return dataclasses.replace(calendar, **self.year_rules(kind))

    def events(self):
        """Up to two events near the day of the case, which move by days or weeks from year to
        year, and are missing in some."""
        made = []
        for i, place in enumerate(self.random.sample((-40, 0, 45), self.random.choice((0, 1, 2)))):
            around = self.day + datetime.timedelta(days=place)
            dates = tuple(around + datetime.timedelta(
                days=365 * years + self.random.choice((0, 1, -6, 12, -12)))
                          for years in (-3, -2, -1, 0, 1) if self.chance(0.85))
            if dates:
                made.append(events.Event(f"event{i}", dates, self.random.choice((0, 0, 1, 3)),
                                         self.random.choice((0, 0, 2))))
        return tuple(made)

    def year_rules(self, kind):
        """What a calendar of this kind says about weeks and years."""
        pick = self.random.choice
        if kind == "GREGORIAN":
            return {"week_start": pick((1, 7, 6, 3)), "week_53": pick(features.WEEK_53)}
        if kind == "FISCAL_MONTH_OFFSET":
            return {"week_start": pick((1, 7, 6, 3)), "first_month": pick((1, 2, 4, 7, 10)),
                    "year_label": pick(("START", "END"))}
        if kind in week_years.WEEKS:
            return {"end_rule": pick(("LAST", "NEAREST")), "end_month": pick((1, 2, 6, 9, 12)),
                    "end_weekday": pick((5, 6, 7, 3)), "year_label": pick(("START", "END")),
                    "week_53": pick(features.WEEK_53)}
        return {"periods": self.table()} if kind == "CUSTOM" else {
            "week_53": pick(features.WEEK_53)}

    def table(self):
        """Periods of a CUSTOM calendar around the day of the case."""
        start = self.day - datetime.timedelta(days=self.random.choice((40, 200, 200, 400)))
        depth, rows = self.random.randint(1, 4), []

        def cut(first, end, parent, level):
            name = f"{parent}x{len(rows)}" if parent else f"T{len(rows)}"
            rows.append((name, first, end, parent))
            if level == depth:
                return
            inner = [first, end]
            for _ in range(self.random.randrange(3)):
                inner.append(first + datetime.timedelta(days=self.random.randrange(
                    1, max(2, (end - first).days))))
            days = sorted(day for day in set(inner) if first <= day <= end)
            for one, other in zip(days, days[1:]):
                cut(one, other, name, level + 1)

        for _ in range(self.random.choice((2, 3))):
            end = start + datetime.timedelta(days=self.random.choice((61, 365, 365)))
            cut(start, end, "", 1)
            start = end
        return tuple(row + (self.comparable(rows, row),) for row in rows)

    def comparable(self, rows, row):
        """An earlier row of the same level; mostly none."""
        def level(one):
            parent = next((other for other in rows if other[0] == one[3]), None)
            return 0 if parent is None else 1 + level(parent)

        earlier = [other[0] for other in rows
                   if other[1] < row[1] and level(other) == level(row)]
        return self.random.choice(earlier) if earlier and self.chance(0.6) else ""
