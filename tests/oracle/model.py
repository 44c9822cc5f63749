"""Definitions, samples and steps of a case, as the generator makes them and the oracle reads them.

Every definition is immutable; a change is a new object in its place.
"""

import dataclasses
import datetime
from decimal import Decimal


@dataclasses.dataclass(frozen=True)
class Metric:
    name: str
    unit: str = "count"
    scale: int = 2
    dimensions: tuple = ()
    identity: str = "EVENT"  # or TIME
    scale_type: str = "RATIO"
    weight_scale: int | None = None  # set: samples carry weights
    expected_lag: int = 0  # nanoseconds, as are the next two
    grace: int = 0
    max_age: int | None = None
    hierarchies: tuple = ()  # of levels.Hierarchy
    personal: bool = False  # its values tell something about persons


@dataclasses.dataclass(frozen=True)
class Input:
    """One operand: samples of a metric that become a number, or another KPI: its components, or
    its finished values, aggregated."""
    metric: str | None = None
    kpi: str | None = None
    aggregation: str = "SUM"
    percentile: str | None = None
    where: str | None = None
    expression: str | None = None  # a formula over `value` and `weight` in place of the value
    expression_scale: int | None = None
    ignore: tuple = ()  # dimensions
    carry: str = "NONE"  # FIRST and LAST: NONE, MAX(n) or UNTIL_RETRACTED
    conversion_window: int | None = None  # CONVERSION, nanoseconds
    cohort_offset: tuple | None = None  # COHORT_RATIO, as `offset`
    cohort_measure: str | None = None
    window: str | None = None  # another than the KPI's
    offset: tuple | None = None  # ("previousPeriod" | "samePeriodLastYear", how many)
    is_result: bool = False  # of a KPI
    outer: tuple = ()  # offsets of the KPIs around it, from the outermost; set by World.flat
    through: tuple = ()  # names of the KPIs through which it is read; set by World.flat

    def key(self):
        """What makes two inputs the same data."""
        return (self.metric, self.aggregation, self.percentile, self.where, self.expression,
                self.expression_scale, self.ignore,
                self.carry, self.conversion_window, self.cohort_offset, self.cohort_measure,
                self.window, self.offset, self.outer)

    @property
    def is_earlier(self):
        return bool(self.outer or self.offset)

    @property
    def is_elsewhere(self):
        """Whether it reads another period than the KPI's own."""
        return bool(self.window or self.is_earlier)


@dataclasses.dataclass(frozen=True)
class TargetValue:
    """FIXED (value), RANGE (low, high), SCHEDULE (values by period id), PHASED_LINEAR (baseline,
    value at the end, first and last period), ALLOCATED (value in all, its period, profile),
    VS_PRIOR (comparator), BASELINE_IMPROVEMENT (first and last period, with their grain), both with
    a change or units, or FORMULA (with operands)."""
    kind: str = "FIXED"
    value: str | None = None
    low: str | None = None
    high: str | None = None
    schedule: tuple = ()  # (period id, first day, value); the weights of an EXPLICIT profile
    strict: bool = False
    baseline: str | None = None
    first: tuple | None = None  # (period id, first day); of ALLOCATED the period of the total
    last: tuple | None = None
    profile: str | None = None
    grain: str | None = None
    comparator: str | None = None
    freeze: bool = False  # as it was when the period began
    change: str | None = None
    units: str | None = None
    formula: str | None = None
    operands: tuple = ()  # (alias, KPI)
    scale: int | None = None  # to which computed ones are rounded

    @property
    def is_computed(self):
        return self.kind in ("VS_PRIOR", "BASELINE_IMPROVEMENT", "FORMULA")


@dataclasses.dataclass(frozen=True)
class Target:
    """A Target definition; the inline target of a KPI is one without a name."""
    name: str
    kpi: str
    value: TargetValue
    slice: tuple | None = None  # sorted (dimension, member); None: all slices
    exact: bool = False  # with no members: the total alone
    role: str = "COMMITTED"
    effective_from: tuple | None = None  # (period id, first day)
    effective_to: tuple | None = None


@dataclasses.dataclass(frozen=True)
class Bands:
    basis: str = "FVP"
    exceeded: str | None = None
    on_target: str | None = None
    warning: str | None = None


@dataclasses.dataclass(frozen=True)
class ProcessControl:
    """None: what the profile or the contract says. Rebases are (period id, first day), excluded
    periods (id, first day, end day)."""
    profile: str | None = None
    baseline: int | None = None
    screening: bool | None = None
    centre: str | None = None  # MEDIAN
    shift: int | None = None
    trend: int | None = None
    trend_periods: int | None = None
    rebases: tuple = ()
    excluded: tuple = ()


@dataclasses.dataclass(frozen=True)
class Hysteresis:
    deadband: str | None = None
    worsen: int = 1
    improve: int = 1


@dataclasses.dataclass(frozen=True)
class Sampling:
    """Of a value that is a PROPORTION, an NPS or a MEAN of its inputs with these aliases: part and
    whole; promoters, detractors and responses; the mean."""
    kind: str
    aliases: tuple
    tolerance: str
    clamp: bool = False


@dataclasses.dataclass(frozen=True)
class PaceRule:
    """None: what the contract says."""
    profile: str | None = None
    weights: tuple = ()
    weights_grain: str | None = None  # whose periods have so many days
    periods: int = 12
    prior: str | None = None
    growth: str | None = None


@dataclasses.dataclass(frozen=True)
class Kpi:
    name: str
    inputs: tuple = ()  # (alias, Input), sorted by alias
    formula: str | None = None
    unit: str = "count"
    direction: str = "HIGHER"
    zone: str | None = None
    calendar: str | None = None
    windows: tuple = ("DAY",)
    slices: tuple = ()  # groupings: sorted tuples of dimensions
    target: TargetValue | None = None
    bands: Bands | None = None
    tolerance: tuple | None = None  # ("relative" | "absolute", text)
    no_data_policy: str | None = None
    keep_last: int | None = None  # periods, with KEEP_LAST
    baseline: str | None = None
    nature: str | None = None
    logical: tuple = (None, None)  # least and greatest value that make sense; None: by the unit
    control: ProcessControl | None = None
    hysteresis: Hysteresis | None = None
    flat_epsilon: str | None = None
    pace: PaceRule | None = None
    keep: bool = False  # the history, when its series changes
    effective_from: datetime.date | None = None  # with `keep`
    across: bool = False  # whether values are compared across versions
    final_after: int | None = None  # nanoseconds
    sampling: Sampling | None = None
    max_slices: int | None = None
    min_denominator: int | None = None  # fewest people behind a value; None: by the metrics

    @property
    def logical_range(self):
        """(least, greatest) as texts; None is open."""
        if self.logical == (None, None) and self.unit == "%":
            return ("0", "1.5")
        return self.logical


@dataclasses.dataclass(frozen=True)
class Sample:
    """One sample. Its identity is series, time and id; `value` is exact at the metric's scale."""
    dimensions: tuple  # sorted (dimension, member)
    time: int
    value: Decimal | None = None  # None in a retraction
    id: str = ""
    entity: str = ""
    business_date: datetime.date | None = None
    weight: int | None = None  # mantissa at the metric's weight scale

    def identity(self):
        return (self.dimensions, self.time, self.id)


# --- Steps of a case ---


@dataclasses.dataclass(frozen=True)
class Clock:
    time: int


@dataclasses.dataclass(frozen=True)
class Apply:
    definitions: tuple


@dataclasses.dataclass(frozen=True)
class Write:
    metric: str
    samples: tuple


@dataclasses.dataclass(frozen=True)
class Retract:
    metric: str
    samples: tuple


@dataclasses.dataclass(frozen=True)
class Watermark:
    metric: str
    time: int


@dataclasses.dataclass(frozen=True)
class Decide:
    """That a period, of a calendar window, is final with all before it, or is released."""
    verb: str  # finalise or release
    kpi: str
    window: str
    day: datetime.date


@dataclasses.dataclass(frozen=True)
class Expect:
    """Which state is looked at. What it must be is computed when the case is written."""
    kpi: str
    window: str
    slice: tuple  # sorted (dimension, member); a member of None is (null)
    day: datetime.date  # the period is the one that contains it
    history: bool = False
    fields: tuple | None = None  # only these; None: all
    as_was: bool = False  # where members belonged, not where they do
    comparators: tuple = ()  # next to which the state is looked at


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    steps: tuple
    mode: str = "incremental"  # as the runner names it
