"""Random ways in which a KPI reads another one."""

import dataclasses
import datetime

import features
import periods
import windows
import world as worlds

FLOW_UNITS = ("count", "min", "EUR", "kg")


def result_grain(kpi):
    """The grain of the finished values of a KPI; None without a calendar window."""
    return next((one for one in kpi.windows if windows.parse(one).kind == "CALENDAR"), None)


def tiles(calendar, text, grain):
    """Whether every period of a window consists of whole periods of a grain."""
    window = windows.parse(text)
    if window.grain == "ALL":
        return False
    if window.grain == grain:
        return True
    day = datetime.date(2024, 6, 15)  # a table has no such day perhaps, and then nothing in it
    whole = periods.period_of(calendar, window.grain, day)
    return not windows.lies_outside(calendar, whole) and bool(
        periods.periods_within(calendar, whole, grain))


class ComponentMaker:
    """Of a maker of definitions."""

    def reading(self, kpi, world):
        """The KPI with its KPI inputs as finished values, of earlier periods, over all members."""
        inputs = tuple((alias, item if item.kpi is None else self.other_way(kpi, item, world))
                       for alias, item in kpi.inputs)
        return dataclasses.replace(kpi, inputs=inputs)

    def other_way(self, kpi, item, world):
        other = world.kpis[item.kpi]
        calendar = world.calendar_of(kpi)
        if kpi.slices and len(kpi.inputs) > 1 and self.chance(0.3) and not any(
                one.ignore for _, one in kpi.inputs):
            item = dataclasses.replace(item, ignore=self.random.choice(kpi.slices))
        grain = result_grain(other)
        known = grain in periods.grains_of(calendar) and all(
            tiles(calendar, text, grain) for text in kpi.windows)
        if known and not self.reads_cumulatively(other, world) and self.chance(0.95):
            kinds = features.RESULTS[1:] + ("AVG", "FIRST", "MEDIAN", "MAX", "MIN")
            if other.unit in FLOW_UNITS:
                kinds += ("SUM",) * 3
            return dataclasses.replace(item, is_result=True, aggregation=self.random.choice(kinds))
        if self.chance(0.4) and "CUMULATIVE" not in kpi.windows:
            item = dataclasses.replace(item, offset=self.random.choice(features.OFFSETS))
        return item

    @staticmethod
    def reads_cumulatively(kpi, world):
        return any(item.window for item in world.flat(kpi).inputs)

    @staticmethod
    def tiles_results(kpi, world):
        """Whether the finished values inside of the KPIs that it reads make up its windows."""
        calendar = world.calendar_of(kpi)
        grains = {one.grain for _, item in kpi.inputs if item.kpi
                  for one in worlds.Flattening(world.kpis).of(world.kpis[item.kpi]).results}
        return all(grain in periods.grains_of(calendar) and tiles(calendar, text, grain)
                   for text in kpi.windows for grain in grains)
