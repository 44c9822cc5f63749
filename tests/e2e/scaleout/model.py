"""The KPIs of the run, the samples, and every state computed again with plain loops.

Nothing here comes from the product: sums are integers, quotients decimal128, statuses compared
cut by cut (SEMANTICS 3.1, 3.6, 3.7).
"""

import dataclasses
import datetime
import decimal
from decimal import Decimal

CONTEXT = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144,
                          clamp=1)
WIDE = decimal.Context(prec=130)  # exact for everything here

PARENT = "workspaces/scaleout"
GROUPS = 6
FIRST_DAY = datetime.date(2025, 3, 3)
DAYS = 3
MONTH, DAYS_OF_MONTH = "2025-03", 31
DAY_NS = 86_400 * 10**9
SCALE = 2
MOST_MANTISSA = 10_000
CUTS = (("EXCEEDED", Decimal("0.1")), ("ON_TARGET", Decimal(0)), ("WARNING", Decimal("-0.1")))
GRACE = Decimal("1E-30")


@dataclasses.dataclass(frozen=True, order=True)
class Identity:
    """What tells one sample from all others."""

    group: int
    site: str
    time_ns: int
    sample_id: str

    @property
    def metric(self):
        return f"m{self.group}"

    @property
    def day(self):
        """Number of its day, from 0."""
        return self.time_ns // DAY_NS - (FIRST_DAY - datetime.date(1970, 1, 1)).days


@dataclasses.dataclass(frozen=True)
class Kpi:
    """One KPI; `kind` says how its samples become a value."""

    name: str
    group: int
    kind: str  # total, share, peak, mean
    target: Decimal

    @property
    def resource(self):
        return f"{PARENT}/kpis/{self.name}"

    @property
    def sign(self):
        return -1 if self.kind == "peak" else 1


@dataclasses.dataclass(frozen=True)
class Expected:
    """What a state must say."""

    value: str
    status: str
    row_count: int


def day_id(day):
    return (FIRST_DAY + datetime.timedelta(days=day)).isoformat()


def start_of(day):
    """First instant of a day, in nanoseconds since the epoch."""
    return ((FIRST_DAY - datetime.date(1970, 1, 1)).days + day) * DAY_NS


TARGETS = {"total": Decimal(2000), "share": Decimal("0.5"), "peak": Decimal(90),
           "mean": Decimal(50)}


def first_kpis():
    return [Kpi(f"{kind}-{group}", group, kind, TARGETS[kind])
            for group in range(GROUPS) for kind in ("total", "share", "peak")]


def metric_definition(group):
    return {"name": f"{PARENT}/metrics/m{group}",
            "metric": {"unit": "EUR", "scale": SCALE, "dimensions": ["site"],
                       "partition_group": f"g{group}"}}


def kpi_definition(kpi):
    """As JSON of a Definition."""
    metric = f"m{kpi.group}"
    inputs = {
        "total": {"all": {"metric": metric, "aggregation": "AGGREGATION_SUM"}},
        "share": {"low": {"metric": metric, "aggregation": "AGGREGATION_COUNT",
                          "where": "value <= 50"},
                  "all": {"metric": metric, "aggregation": "AGGREGATION_COUNT"}},
        "peak": {"all": {"metric": metric, "aggregation": "AGGREGATION_PERCENTILE",
                         "percentile": "90"}},
        "mean": {"all": {"metric": metric, "aggregation": "AGGREGATION_AVG"}}}[kpi.kind]
    return {"name": kpi.resource,
            "kpi": {"owner": "team@example.com", "inputs": inputs,
                    "formula": "low / all" if kpi.kind == "share" else "all",
                    "unit": "%" if kpi.kind == "share" else "EUR",
                    "direction": "DIRECTION_LOWER" if kpi.sign < 0 else "DIRECTION_HIGHER",
                    "windows": ["DAY", "MONTH"], "slices": [{"dimensions": ["site"]}],
                    "target": {"fixed": format(kpi.target, "f")},
                    "bands": {"exceeded": "0.1", "on_target": "0", "warning": "-0.1"}}}


def text_of(value):
    """Plain decimal text without trailing zeros."""
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percentile_90(mantissas):
    """Inclusive linear interpolation at (n - 1) * 0.9."""
    values = sorted(mantissas)
    tenths = (len(values) - 1) * 9
    below, part = divmod(tenths, 10)
    step = values[below + 1] - values[below] if part else 0
    return quotient(values[below] * 10 + part * step, 10 * 10**SCALE)


def quotient(dividend, divisor):
    """Of two integers, as decimal128."""
    return CONTEXT.divide(Decimal(dividend), Decimal(divisor))


def value_of(kind, mantissas):
    if kind == "total":
        return quotient(sum(mantissas), 10**SCALE)
    if kind == "share":
        return quotient(sum(1 for each in mantissas if each <= 50 * 10**SCALE), len(mantissas))
    if kind == "peak":
        return percentile_90(mantissas)
    return CONTEXT.divide(quotient(sum(mantissas), 10**SCALE), Decimal(len(mantissas)))


def status_of(kpi, value, target):
    for status, cut in CUTS:
        threshold = WIDE.fma(kpi.sign * cut, abs(target), target)
        ahead = WIDE.multiply(Decimal(kpi.sign), WIDE.subtract(value, threshold))
        if ahead >= -WIDE.multiply(GRACE, max(abs(value), abs(threshold))):
            return status
    return "OFF_TARGET"


def expected_state(kpi, window, mantissas):
    """The state over these samples, at least one."""
    value = value_of(kpi.kind, mantissas)
    # A total adds up over time, so does its target; others have the same in every window.
    times = DAYS_OF_MONTH if window == "MONTH" and kpi.kind == "total" else 1
    # Rows are counted for each input.
    rows = len(mantissas) * (2 if kpi.kind == "share" else 1)
    return Expected(text_of(value), status_of(kpi, value, kpi.target * times), rows)


def expected_states(kpi, live):
    """Of every (window, slice, period) with samples; LIVE maps identities to mantissas."""
    cells = {}
    for identity, mantissa in live.items():
        if identity.group != kpi.group:
            continue
        for window, period in (("DAY", day_id(identity.day)), ("MONTH", MONTH)):
            for piece in ("", f"site={identity.site}"):
                cells.setdefault((window, piece, period), []).append(mantissa)
    return {cell: expected_state(kpi, cell[0], mantissas) for cell, mantissas in cells.items()}
