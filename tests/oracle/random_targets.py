"""Random targets that the product accepts."""

import datetime

import decimals
import features
import model
import periods
import targets

MEMBERS = {"region": ("EMEA", "APAC", "north west"), "team": ("7", "42"), "till": ("a=b", "(x)")}


class TargetMaker:
    """Of a maker of definitions."""

    def target_value(self, kpi, world):
        calendar = world.calendar_of(kpi)
        grains = self.grains(calendar)
        grain = self.random.choice([None, None, None] + grains)
        if kpi.direction == "IN_RANGE":
            ends = sorted((self.number(kpi) for _ in range(2)), key=decimals.read_decimal)
            return model.TargetValue("RANGE", low=None if self.chance(0.2) else ends[0],
                                     high=ends[1], grain=grain)
        numbers = [self.number(kpi) for _ in range(4)]
        if kpi.direction == "ON_TARGET" and kpi.tolerance[0] == "relative":
            numbers = ["1" if number == "0" else number for number in numbers]
        flow = targets.flow_nature(kpi, {**world.kpis, kpi.name: kpi})
        if kpi.direction != "NEUTRAL" and self.chance(features.COMPUTED_SHARE):
            return self.computed_value(kpi, world, flow, grain)
        spread = "ALLOCATED" if flow else "PHASED_LINEAR"
        if spread in features.TARGETS and self.chance(0.3):
            return self.spread_value(spread, numbers, calendar, grains)
        if self.chance(0.7):
            return model.TargetValue("FIXED", value=numbers[0], grain=grain)
        unit = self.random.choice(grains)
        entries = {period: number for period, number in zip(self.some_periods(calendar, unit, 4),
                                                            numbers)}
        return model.TargetValue(
            "SCHEDULE", strict=self.chance(0.4),
            schedule=tuple((period.id, period.first, number)
                           for period, number in entries.items()))

    def computed_value(self, kpi, world, flow, grain):
        """A target that follows from values."""
        pick, calendar = self.random.choice, world.calendar_of(kpi)
        kinds = ["VS_PRIOR"]
        if kpi.direction in ("HIGHER", "LOWER"):
            kinds.append("BASELINE_IMPROVEMENT")
        others = self.others_of_unit(kpi, world)
        kinds += ["FORMULA"] * min(2, len(others))
        kind, scale = pick(kinds), pick((None, None, 0, 2))
        if kind == "FORMULA":
            return self.formula_value(others, grain, scale)
        amount = {"units": pick(("1", "-2", "0.5", "10"))}
        if not self.is_interval(kpi, world) and self.chance(0.7):
            amount = {"change": pick(("0.1", "-0.05", "5%", "0", "1"))}
        if kind == "VS_PRIOR":
            allowed = features.PRIORS if {"DAY", "WEEK"} & set(kpi.windows) else tuple(
                one for one in features.PRIORS if one != "SAME_WEEKDAY")
            return model.TargetValue(kind, comparator=pick(allowed), grain=grain, scale=scale,
                                     **amount)
        unit = pick(self.grains(calendar))
        first, last = ((one.id, one.first, unit) for one in self.some_periods(calendar, unit, 2))
        return model.TargetValue(kind, first=first, last=last, scale=scale,
                                 grain=None if flow else grain, **amount)

    def others_of_unit(self, kpi, world):
        """KPIs that the target of one may read: of its unit, calendar and zone, without targets of
        that kind, and not made of it."""
        return [other for other in world.kpis.values()
                if other.name != kpi.name and other.unit == kpi.unit
                and world.calendar_of(other) == world.calendar_of(kpi)
                and not any(item.kpi for _, item in other.inputs)
                and not (other.target and other.target.kind == "FORMULA")
                and not any(one.kpi == other.name and one.value.kind == "FORMULA"
                            for one in world.targets.values())]

    def partner(self, name, kpi, world):
        """A KPI of the same unit, periods and slices, for a target to read; None without one."""
        dimensions = {one for grouping in kpi.slices for one in grouping}
        choices = []
        for metric in world.metrics.values():
            if not dimensions <= set(metric.dimensions):
                continue
            if metric.unit == kpi.unit:
                choices += [(metric, kind) for kind in ("AVG", "MAX", "MIN", "MEDIAN")]
            if kpi.unit == "count":
                choices.append((metric, "COUNT"))
        if not choices:
            return None
        metric, kind = self.random.choice(choices)
        return model.Kpi(name, inputs=(("a", model.Input(metric.name, aggregation=kind)),),
                         unit=kpi.unit, direction="HIGHER", zone=kpi.zone, calendar=kpi.calendar,
                         windows=kpi.windows, slices=kpi.slices)

    def formula_value(self, others, grain, scale):
        pick, other = self.random.choice, self.random.choice(others).name
        text, operands = pick(((f"{other} * 1.1", ()), (f"{other}", ()), ("x - y / 2", "xy"),
                               ("max(x, coalesce(y, x))", "xy"), ("if(is_nd(x), 2 * y, x)", "xy")))
        named = tuple((alias, pick(others).name) for alias in operands)
        return model.TargetValue("FORMULA", formula=text, operands=named, grain=grain, scale=scale)

    def some_periods(self, calendar, grain, count):
        """Periods around the day of the case, in order of time."""
        days = sorted(self.day + datetime.timedelta(days=self.random.choice(
            (-40, -7, -2, -1, 0, 1, 3, 20))) for _ in range(count))
        return [periods.period_of(calendar, grain, day) for day in days]

    def spread_value(self, kind, numbers, calendar, grains):
        """A target that is linear from period to period, or a total that is spread over them."""
        if kind == "PHASED_LINEAR":
            first, last = self.some_periods(calendar, self.random.choice(grains), 2)
            return model.TargetValue(kind, value=numbers[0], baseline=numbers[1],
                                     first=(first.id, first.first), last=(last.id, last.first))
        whole = self.some_periods(calendar, self.random.choice(grains), 1)[0]
        finer = [grain for grain in grains if periods.periods_within(calendar, whole, grain)]
        grain = self.random.choice(finer)
        profile = self.random.choice(("EVEN", "WORKING_DAYS", "EXPLICIT"))
        parts = periods.periods_within(calendar, whole, grain)
        works = any(periods.constants(calendar, part)["working_days"] for part in parts)
        if (profile == "EXPLICIT" and len(parts) > 14) or (profile == "WORKING_DAYS" and not works):
            profile = "EVEN"
        weights = tuple((part.id, part.first, self.random.choice(("1", "2", "0.5", "3")))
                        for part in parts) if profile == "EXPLICIT" else ()
        return model.TargetValue(kind, value=self.random.choice(("100.00", "1000", "-7.5", "31")),
                                 first=(whole.id, whole.first), profile=profile, schedule=weights,
                                 grain=grain)

    def target(self, name, kpi, world):
        """A Target definition for a slice, or from some period on."""
        grouping = self.random.choice(kpi.slices) if kpi.slices else ()
        some = tuple(dimension for dimension in grouping if self.chance(0.7))
        members = tuple((dimension, self.random.choice(MEMBERS[dimension])) for dimension in some)
        day = self.day + datetime.timedelta(days=self.random.randrange(-10, 10))
        calendar = world.calendar_of(kpi)
        period = periods.period_of(calendar, self.random.choice(self.grains(calendar)), day)
        end = periods.next_period(calendar, period)
        exact = not members and self.chance(0.3)
        return model.Target(
            name=name, kpi=kpi.name, value=self.target_value(kpi, world),
            slice=members or None, exact=exact,
            role=self.random.choice(("COMMITTED",) * 5 + ("STRETCH",)),
            effective_from=None if members and self.chance(0.5) else (period.id, period.first),
            effective_to=(end.id, end.first) if self.chance(0.2) else None)
