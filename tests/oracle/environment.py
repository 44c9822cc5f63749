"""What targets read beyond their definitions: values of other periods and of other KPIs."""

import dataclasses
from decimal import Decimal

import comparisons
import frozen
import states
import windows
from decimals import Nd

PENDING = Nd("PENDING")


class Environment:
    """Of one KPI, one of its windows, at one moment. A period of the window's grain means the
    window; one of another grain the whole period."""

    def __init__(self, world, kpi, window, now):
        self.world = world
        self.kpi = kpi
        self.window = window
        self.now = now

    def _place(self, kpi, members, period):
        own = windows.parse(self.window).grain == period.grain
        return states.Place(kpi.name, self.window if own else period.grain, members, period)

    def closed(self, members, period, since=None):
        """The KPI in a period, once it is closed; as it was on record when the period `since`
        began, or first was."""
        place = self._place(self.kpi, members, period)
        value, is_closed = states.worth_of(self.world, place, self.now)
        latest = value if is_closed else PENDING
        if since is None or self.now < since.start or latest == states.SUPPRESSED:
            return latest
        entry = frozen.value_on_record(self.world.moments, place, since.start)
        if entry is None:
            return latest
        if entry is frozen.UNSURE:
            return Nd("UNSURE")
        text = entry.value
        return Nd(text[1:-1]) if text.startswith("(") else Decimal(text)

    def closed_days(self, members, days):
        """The KPI over days, in order, once the last of them is closed."""
        calendar = self.world.calendar_of(self.kpi)
        last = comparisons.span_of(calendar, days[-1][1] - comparisons.ONE_DAY, days[-1][1])
        place = states.Place(self.kpi.name, "DAY", members,
                             dataclasses.replace(last, grain="DAY"))
        if not states.worth_of(self.world, place, self.now)[1]:
            return PENDING
        return comparisons.value_over(self.world, place, days, self.now)

    def value_of(self, name, members, period):
        """Another KPI in the same slice and period, as it stands."""
        other = self.world.kpis.get(name)
        grouping = tuple(dimension for dimension, _ in members)
        if other is None or (grouping and grouping not in other.slices):
            return PENDING
        if self.world.calendar_of(other) != self.world.calendar_of(self.kpi):
            return PENDING
        # Each period as the version has it that it is of.
        world = self.world.version_for(name, period.last)
        if world.kpis[name].unit != other.unit:
            return Nd("NO_COMPARABLE")
        return states.worth_in(world, self._place(other, members, period), self.now)
