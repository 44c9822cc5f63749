"""Which states a random case looks at."""

import dataclasses
import datetime

import features
import model
import periods
import rosters
import slices
import windows

LONGEST = datetime.timedelta(days=1000)  # of a period; beyond a table they are centuries


class Looks:
    """Of a case maker: its `world`, `now`, `focus`, `touched` and `looked`."""

    def pick_look(self, kpi, focused=0.4):
        """Some state of a KPI, mostly one with rows; None outside of a table of periods."""
        look, calendar = self.some_look(kpi, focused), self.world.calendar_of(kpi)
        period = windows.step_of(calendar, look.window, look.day)
        if windows.parse(look.window).kind == "TRAILING":
            period = self.one_that_counts(calendar, look.window, period)
            look = dataclasses.replace(look, day=period.first)
        if not windows.is_known(calendar, look.window, period):
            return None
        return look if period.grain == "ALL" or period.end - period.first < LONGEST else None

    def one_that_counts(self, calendar, text, period):
        """One of the steps of a trailing window that count a period."""
        window = windows.parse(text)
        later = self.random.randrange(window.units) + (not window.current)
        return windows.moved(calendar, period, later)

    def some_look(self, kpi, focused):
        item = self.random.choice(self.world.flat(kpi).inputs)
        if self.chance(focused):
            item = self.world.flat(kpi).inputs[0]
        calendar = self.world.calendar_of(kpi)
        rows = self.world.days(calendar, item.metric)
        window = self.random.choice(kpi.windows)
        wanted = [one for one in kpi.windows if windows.kind_of(one) == self.focus[1]]
        if wanted and self.chance(focused):
            window = wanted[0]
        skipped = not periods.period_of(calendar, "DAY", self.day).exists
        if not rows or self.chance(0.35 if skipped else 0.15):
            day = periods.day_of(calendar, self.now)
            if skipped and self.chance(0.8):
                window = "DAY" if "DAY" in kpi.windows else window
                return model.Expect(kpi.name, window, (), self.day)
            return model.Expect(kpi.name, window, (), day - datetime.timedelta(
                days=self.random.choice((0, 0, 1, 2, 7))))
        day, sample = self.random.choice(rows)
        touched = [one for name, one in self.touched if name == item.metric]
        if touched and self.chance(0.9):
            sample = self.random.choice(touched)
            day = sample.business_date or periods.day_of(calendar, sample.time)
        grouping = self.random.choice(((),) + kpi.slices)
        if any(set(grouping) & set(one.ignore) for one in (item,)):
            grouping = ()
        members = rosters.place_of(self.world, kpi, slices.project(sample.dimensions, grouping))
        return model.Expect(kpi.name, window, members, day)

    def look(self):
        kpi = self.random.choice(sorted(self.world.kpis.values(), key=lambda one: one.name))
        for _ in range(self.random.choice((1, 2, 3))):
            self.add_look(kpi)

    def add_look(self, kpi, focused=0.4):
        """A look at some state; how often at the window of the focus."""
        look = self.pick_look(kpi, focused)
        if look is not None:
            if self.chance(0.5):
                look = dataclasses.replace(look, comparators=tuple(
                    self.random.sample(features.COMPARATORS, 3)))
            self.looked.append(look)
            self.steps.append(look)
