"""Random metrics and KPIs that the product accepts."""

import dataclasses
from decimal import Decimal

import aggregates
import decimals
import features
import formula_text
import model
import periods
import random_calendars
import random_components
import random_targets
import world as worlds

ZONES = ("UTC", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo",
         "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo")
UNITS = ("count", "count", "min", "EUR", "kg", "EUR/h", "%")
MEMBERS = random_targets.MEMBERS
FLOW_UNITS = ("count", "min", "EUR", "kg")
CUTS = ("0.2", "0.1", "0.05", "0", "-0.05", "-0.1", "-0.3", "-1")
NUMBERS = ("0", "1", "2", "5", "10", "12.5", "40", "100", "-3", "-20", "0.8", "250", "1000")
FRACTIONS = ("0", "0.05", "0.4", "0.8", "0.95", "1", "1.2", "80%")
LAGS = (0, 0, periods.HOUR, 6 * periods.HOUR, periods.DAY, 3 * periods.DAY)


class DefinitionMaker(random_calendars.CalendarMaker, random_components.ComponentMaker,
                      random_targets.TargetMaker):
    """`random` decides; `day` is about when the case plays, `zones` where.

    Formulas count the days of the window (`with_days`), or KPIs have the window CUMULATIVE."""

    def __init__(self, random, day, zones=ZONES, with_days=True):
        self.random = random
        self.day = day
        self.zones = zones
        self.with_days = with_days

    def chance(self, part):
        return self.random.random() < part

    def weighs(self):
        return "WEIGHTED_AVG" in features.AGGREGATIONS and self.chance(0.7)

    def metric(self, name, kind=None):
        """A metric; one that can be aggregated by the kind, if it is given."""
        pick = self.random.choice
        dimensions = tuple(sorted(dimension for dimension in MEMBERS if self.chance(0.4)))
        made = self.any_metric(name, dimensions)
        if kind is None:
            return made
        change = {"LATEST_MANUAL": {"identity": "EVENT"},
                  "WEIGHTED_AVG": {"weight_scale": pick((0, 1, 4))}}.get(kind, {})
        if kind in ("SUM", "FIRST", "LAST", "TIME_WEIGHTED_AVG"):
            change = {"unit": pick(FLOW_UNITS), "scale_type": "RATIO"}
        return dataclasses.replace(made, **change)

    def any_metric(self, name, dimensions):
        pick = self.random.choice
        return model.Metric(
            name=name, unit=pick(UNITS), scale=pick((0, 1, 2, 4, 9)), dimensions=dimensions,
            identity=pick(("EVENT", "EVENT", "TIME")),
            scale_type="INTERVAL" if self.chance(0.08) else "RATIO",
            weight_scale=pick((0, 1, 4)) if self.weighs() else None,
            expected_lag=pick(LAGS), grace=pick(LAGS),
            max_age=pick((None, None, periods.HOUR, 2 * periods.DAY, 20 * periods.DAY)),
            personal=self.chance(features.PERSONAL_SHARE))

    # --- Inputs ---

    def where(self, metric):
        """A filter over the values and dimensions of a metric."""
        if not self.chance(0.35):
            return None
        limit = self.random.choice(("0", "1", "5", "10.5", "-2", "100"))
        parts = [f"value {self.random.choice(('<', '<=', '>', '>=', '==', '!='))} {limit}"]
        if metric.dimensions:
            dimension = self.random.choice(metric.dimensions)
            members = [self.member_text(member) for member in MEMBERS[dimension]] + ["(null)"]
            some = ", ".join(self.random.sample(members, 2))
            parts += [f"{dimension} {self.random.choice(('=', '!='))} {members[0]}",
                      f"{dimension} in ({some})", f"!({dimension} in ({some}))"]
        return f" {self.random.choice(('&&', '||'))} ".join(
            self.random.sample(parts, self.random.randint(1, min(2, len(parts)))))

    @staticmethod
    def member_text(member):
        return member if member.isalnum() else f'"{member}"'

    def kinds_of(self, metric):
        """The aggregations that a metric allows."""
        kinds = set(features.AGGREGATIONS)
        if metric.unit not in FLOW_UNITS or metric.scale_type != "RATIO":
            kinds.discard("SUM")
            if metric.dimensions:
                kinds -= {"FIRST", "LAST", "TIME_WEIGHTED_AVG"}
        if metric.weight_scale is None:
            kinds.discard("WEIGHTED_AVG")
        if metric.identity != "EVENT":
            kinds.discard("LATEST_MANUAL")  # the entries of one instant need an order
        return sorted(kinds)

    def input(self, metric, kind=None):
        pick = self.random.choice
        kind = kind or pick(self.kinds_of(metric))
        extra = {}
        if kind == "PERCENTILE":
            extra["percentile"] = pick(("0", "10", "33.3333", "50", "90", "99.9", "100"))
        elif kind in ("FIRST", "LAST"):
            extra["carry"] = pick(("NONE", "NONE", "UNTIL_RETRACTED", "MAX(1)", "MAX(3)"))
        elif kind == "CONVERSION":
            extra["conversion_window"] = pick((periods.HOUR, periods.DAY, 9 * periods.DAY))
        elif kind == "COHORT_RATIO":
            extra["cohort_offset"] = pick(features.OFFSETS)
            extra["cohort_measure"] = pick((None, "VALUE", "ENTITIES", "RETAINED"))
        if metric.unit != "%" and self.chance(features.EXPRESSION_SHARE):
            extra |= self.expression(metric)
        return model.Input(metric=metric.name, aggregation=kind, where=self.where(metric), **extra)

    def expression(self, metric):
        """A derived value in the unit of the metric, which therefore aggregates as it does."""
        columns = [("value", metric.unit)]
        if metric.weight_scale is not None and self.chance(0.7):
            columns.append(("weight", "count"))
            if self.chance(0.2):  # an actual and its forecast
                return {"expression": "abs(value - weight)"}
        unit = formula_text.unit_of(metric.unit)
        for _ in range(10):
            made = formula_text.FormulaMaker(self.random, False).make(columns)
            if made.unit == unit and len(made.text) < 100:
                return {"expression": made.text,
                        "expression_scale": self.random.choice((None, None, 0, 1, 2, 9))}
        return {}

    def elsewhere(self, item):
        """The input as it is, or of an earlier period, or in a window of its own."""
        if self.chance(0.8):
            return item
        if self.chance(0.4) and item.aggregation != "COHORT_RATIO":
            # Before the last year of all time nothing means anything.
            offset = self.random.choice((None, None) + features.OFFSETS) if self.with_days else None
            return dataclasses.replace(item, offset=offset, window=self.random.choice(
                ("DAY", "YEAR", "TO_DATE(YEAR)", "TRAILING(2,DAY,INCLUDE_CURRENT)")))
        return dataclasses.replace(item, offset=self.random.choice(features.OFFSETS))

    @staticmethod
    def unit_of(item, world):
        if item.kpi is not None:
            return world.kpis[item.kpi].unit
        unit = world.metrics[item.metric].unit
        if item.aggregation == "VAR":
            return formula_text.unit_text(formula_text.raised(formula_text.unit_of(unit), 2))
        return "count" if item.aggregation in aggregates.WITHOUT_UNIT else unit

    def inputs(self, world, kpis, kind=None):
        """[(alias, Input)] over the metrics and KPIs of a world; the first one of a kind."""
        metrics = list(world.metrics.values())
        count = self.random.choice((1, 1, 2, 2, 3, 3))
        items = [self.input(self.random.choice(metrics)) for _ in range(count)]
        items = [self.elsewhere(item) for item in items]
        if kind is not None:
            items[0] = self.input(metrics[0], kind)
        elif kpis and self.chance(0.85):
            items[-1] = model.Input(kpi=self.random.choice(kpis))
        return tuple(zip("abcdef", items))

    # --- KPIs ---

    @staticmethod
    def grains(calendar):
        """The windows that a calendar has."""
        known = periods.grains_of(calendar or periods.Calendar())
        return [grain for grain in periods.GRAINS if grain in known]

    def windows(self, calendar, wanted):
        """Some windows, one of them of the wanted kind unless the calendar has none such."""
        grains = self.grains(calendar)
        kinds = [kind for kind in features.WINDOWS if kind in grains or kind not in periods.GRAINS]
        if self.with_days:
            kinds.remove("CUMULATIVE")
        chosen = self.random.sample(kinds, self.random.choice((1, 1, 2)))
        if wanted in kinds and wanted not in chosen:
            chosen[0] = wanted
        return tuple(self.window(kind, grains) for kind in chosen)

    def window(self, kind, grains):
        if kind == "TO_DATE":
            return f"TO_DATE({self.random.choice(grains)})"
        if not kind.startswith("TRAILING"):
            return kind
        end = "EXCLUDE_CURRENT" if kind == "TRAILING_EXCLUDED" else "INCLUDE_CURRENT"
        return f"TRAILING({self.random.choice((1, 2, 3, 7))},{self.random.choice(grains)},{end})"

    def groupings(self, world, kpi):
        """Groupings of dimensions that every input has or ignores, and the inputs with that."""
        metrics = [world.metrics[item.metric] for item in world.flat(kpi).inputs]
        everywhere = set.intersection(*(set(metric.dimensions) for metric in metrics))
        somewhere = set.union(*(set(metric.dimensions) for metric in metrics))
        own = all(item.metric for _, item in kpi.inputs)
        inputs = kpi.inputs
        dimensions = set(everywhere)
        if own and somewhere - everywhere and self.chance(0.5):
            extra = self.random.choice(sorted(somewhere - everywhere))
            dimensions.add(extra)
            inputs = tuple(
                (alias, item if extra in world.metrics[item.metric].dimensions
                 else dataclasses.replace(item, ignore=(extra,))) for alias, item in inputs)
        choices = [(dimension,) for dimension in sorted(dimensions)]
        if len(dimensions) > 1:
            choices.append(tuple(sorted(dimensions)))
        some = self.random.sample(choices, min(len(choices), self.random.randrange(3)))
        return dataclasses.replace(kpi, inputs=inputs, slices=tuple(some))

    def formula(self, world, inputs):
        """(formula or None, unit)."""
        operands = [(alias, self.unit_of(item, world)) for alias, item in inputs]
        if len(operands) == 1 and self.chance(0.6):
            return None, operands[0][1]
        maker = formula_text.FormulaMaker(self.random, self.with_days)
        while True:
            made = maker.make(operands)
            unit = formula_text.unit_text(made.unit)
            if len(made.text) < 300 and len(unit) < 40:
                return made.text, "%" if unit == "count" and self.chance(0.3) else unit

    def kpi(self, name, world, others, focus=(None, None)):
        """A KPI over the metrics, and perhaps the other KPIs, of a world, with an aggregation and a
        kind of window that it must have."""
        kind, wanted = focus
        inputs = self.inputs(world, others, kind)
        text, unit = self.formula(world, inputs)
        calendars = sorted(world.calendars)
        calendar = self.random.choice(calendars) if calendars and self.chance(0.5) else None
        if wanted in periods.GRAINS and wanted not in self.grains(world.calendars.get(calendar)):
            calendar = None
        kpi = model.Kpi(
            name=name, inputs=inputs, formula=text, unit=unit,
            windows=self.windows(world.calendars.get(calendar), wanted),
            calendar=calendar, zone=None if self.chance(0.5) else self.random.choice(self.zones),
            direction=self.random.choice(("HIGHER", "HIGHER", "LOWER", "LOWER", "IN_RANGE",
                                          "ON_TARGET", "NEUTRAL")),
            no_data_policy=self.random.choice((None,) + features.NO_DATA_POLICIES),
            nature=self.random.choice((None, None, None, "FLOW", "LEVEL", "RATIO")))
        if not self.tiles_results(kpi, world):
            plain = [one for one in others
                     if not worlds.Flattening(world.kpis).of(world.kpis[one]).results]
            return self.kpi(name, world, plain, focus)
        kpi = self.withholding(self.reading(self.groupings(world, kpi), world), world)
        return self.judged(kpi, world)

    def withholding(self, kpi, world):
        """The KPI with a least denominator. Not where an input ignores dimensions: which slices
        have data would depend on samples that are gone."""
        flat = worlds.Flattening(world.kpis).of(kpi)
        if any(item.ignore for item in flat.inputs):
            return dataclasses.replace(kpi, min_denominator=0)
        if self.chance(features.LEAST_SHARE):
            kpi = dataclasses.replace(kpi, min_denominator=self.random.choice((0, 2, 2, 3, 4)))
        return kpi

    def judged(self, kpi, world):
        """The KPI with a target and bands."""
        if kpi.direction == "ON_TARGET":
            kind = self.random.choice(("relative", "absolute"))
            kpi = dataclasses.replace(kpi, tolerance=(kind, self.random.choice(
                ("0", "0.05", "0.5") if kind == "relative" else ("0", "3", "0.05"))))
        if kpi.direction in ("HIGHER", "LOWER") and self.chance(0.2):
            kpi = dataclasses.replace(kpi, baseline=self.number(kpi))
        kpi = dataclasses.replace(kpi, bands=self.bands(kpi, self.is_interval(kpi, world)))
        target = self.target_value(kpi, world) if self.chance(0.85) else None
        return dataclasses.replace(kpi, target=target)

    @staticmethod
    def is_interval(kpi, world):
        return any(world.metrics[item.metric].scale_type == "INTERVAL"
                   for item in world.flat(kpi).inputs)

    def number(self, kpi):
        """A number in the KPI's logical range."""
        return self.random.choice(FRACTIONS if kpi.unit == "%" else NUMBERS)

    def bands(self, kpi, interval):
        if kpi.direction == "NEUTRAL":
            return None
        two_sided = kpi.direction in ("IN_RANGE", "ON_TARGET")
        bases = [basis for basis in features.BASES
                 if not (two_sided and basis in ("ACTUAL", "ATTAINMENT"))
                 and not (interval and basis in ("FVP", "ATTAINMENT"))]
        basis = self.random.choice(bases)
        if not interval and self.chance(0.2):
            return None
        return self.cuts(kpi, basis, two_sided)

    def cuts(self, kpi, basis, two_sided):
        pool = {"ACTUAL": FRACTIONS if kpi.unit == "%" else NUMBERS,
                "VARIANCE": CUTS + ("1", "3", "10", "-10", "-40")}.get(basis, CUTS)
        if basis == "ATTAINMENT":
            pool = tuple(str(1 + Decimal(cut)) for cut in CUTS)
        if two_sided:
            pool = tuple(cut for cut in pool if Decimal(cut) <= 0)
        values = {decimals.read_decimal(cut): cut for cut in pool}
        worse_up = basis == "ACTUAL" and kpi.direction == "LOWER"
        count = self.random.choice((1, 2, 3, 3))
        chosen = sorted(self.random.sample(sorted(values), count), reverse=not worse_up)
        names = {1: ("on_target",), 2: self.random.choice((("on_target", "warning"),
                                                           ("exceeded", "on_target"))),
                 3: ("exceeded", "on_target", "warning")}[count]
        if two_sided:
            names, chosen = ("on_target", "warning")[:count], chosen[:2]
        return model.Bands(basis=basis, **{name: values[cut] for name, cut in zip(names, chosen)})
