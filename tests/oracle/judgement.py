"""Variance, attainment, bands and score of a value (SEMANTICS 3.6 and 3.7)."""

import dataclasses
import decimal
from decimal import Decimal

import decimals
from decimals import DOMAIN, ONE, ZERO, Nd, add, divide, magnitude, multiply, negate, subtract

# Two numbers that differ by less than this part of the larger one are the same at a cut (3.7.3).
CUT_TOLERANCE = Decimal("1e-30")
# A score's part inside its band has 12 decimals and stays below 1 (3.7.6).
SCORE_STEP = Decimal("1e-12")
SCORE_TOP = 1 - SCORE_STEP
POINTS = {"OFF_TARGET": 0, "WARNING": 1, "ON_TARGET": 2, "EXCEEDED": 3}
NO_TARGET = Nd("NO_TARGET")
ZERO_TARGET = Nd("ZERO_TARGET")
NOT_APPLICABLE = Nd("NOT_APPLICABLE")


@dataclasses.dataclass(frozen=True)
class Goal:
    """A target as its direction sees it. `low` and `high` bound what is good; None is open."""
    direction: str
    point: Decimal | None
    low: Decimal | None
    high: Decimal | None
    baseline: Decimal | None
    interval: bool

    @property
    def sign(self):
        return -1 if self.direction == "LOWER" else 1

    @property
    def two_sided(self):
        return self.direction in ("IN_RANGE", "ON_TARGET")

    @property
    def width(self):
        """What relative figures are relative to (3.6.3)."""
        if not self.two_sided:
            return abs(self.point)
        if self.low is None or self.high is None:
            return abs(self.high if self.low is None else self.low)
        return subtract(self.high, self.low)

    def outside(self, value):
        """value - nearest end, 0 inside; two-sided goals only."""
        if self.low is not None and value < self.low:
            return subtract(value, self.low)
        if self.high is not None and value > self.high:
            return subtract(value, self.high)
        return ZERO


def goal_of(kpi, resolved, interval):
    """The goal of a KPI and its target; None without a target."""
    if resolved.reason is not None:
        return None
    baseline = None if kpi.baseline is None else decimals.read_decimal(kpi.baseline)
    low, high, point = resolved.low, resolved.high, None if resolved.is_range else resolved.low
    if kpi.direction == "ON_TARGET":
        kind, text = kpi.tolerance
        reach = decimals.read_decimal(text)
        if kind == "relative":
            reach = multiply(abs(point), reach)
        low, high = subtract(point, reach), add(point, reach)
    return Goal(kpi.direction, point, low, high, baseline, interval)


@dataclasses.dataclass(frozen=True)
class Figures:
    variance: object = NO_TARGET
    favourable: object = NO_TARGET
    fvp: object = NO_TARGET
    attainment: object = NO_TARGET


def relative(favourable, goal):
    """3.6.3: percentages of an INTERVAL scale, and of nothing, have no value."""
    if goal.interval:
        return DOMAIN
    return ZERO_TARGET if goal.width == 0 else divide(favourable, goal.width)


def attainment_of(value, goal, fvp):
    """3.6.4."""
    if goal.two_sided:
        distance = goal.outside(value)
        if distance == 0:
            return ONE
        if goal.baseline is None:
            return add(ONE, fvp)
        start = magnitude(goal.outside(goal.baseline))
        return DOMAIN if start == 0 else divide(subtract(start, magnitude(distance)), start)
    if goal.baseline is None:
        return add(ONE, fvp)
    if goal.sign * (goal.point - goal.baseline) <= 0:
        return DOMAIN
    return divide(subtract(value, goal.baseline), subtract(goal.point, goal.baseline))


def figures_of(value, goal):
    """3.6.2 to 3.6.4."""
    if goal is None:
        return Figures()
    if goal.direction == "NEUTRAL":
        return Figures(subtract(value, goal.point), *[NOT_APPLICABLE] * 3)
    if goal.two_sided:
        distance = goal.outside(value)
        variance = distance if goal.point is None else subtract(value, goal.point)
        favourable = negate(magnitude(distance))
    else:
        variance = subtract(value, goal.point)
        favourable = variance if goal.sign > 0 else negate(variance)
    fvp = relative(favourable, goal)
    return Figures(variance, favourable, fvp, attainment_of(value, goal, fvp))


def cuts_of(bands):
    """(basis, [(status, cut)]) from the best band down; below the last is OFF_TARGET."""
    basis = bands.basis if bands else "FVP"
    default = {"FVP": "0", "VARIANCE": "0", "ATTAINMENT": "1", "SIGMA": "0", "PACE": "1"}.get(basis)
    texts = (("EXCEEDED", bands and bands.exceeded),
             ("ON_TARGET", bands and bands.on_target or default),
             ("WARNING", bands and bands.warning))
    return basis, [(status, decimals.read_decimal(text)) for status, text in texts
                   if text is not None]


def threshold_of(basis, cut, goal, direction, reference=None):
    """(low, high) of the values that meet a cut, in natural units (3.7.3); an end may be open."""
    sign = -1 if direction == "LOWER" else 1
    shift = add if sign > 0 else subtract
    if basis == "ACTUAL":
        point = cut
    elif goal.two_sided:
        reach = multiply(cut, goal.width) if basis == "FVP" else cut
        return (None if goal.low is None else add(goal.low, reach),
                None if goal.high is None else subtract(goal.high, reach))
    elif basis == "VARIANCE":
        point = shift(goal.point, cut)
    elif basis == "PACE":
        point = shift(reference, multiply(subtract(cut, ONE), magnitude(reference)))
    elif basis == "SIGMA":
        point = shift(goal.point, multiply(cut, reference))
    elif basis == "FVP":
        point = shift(goal.point, multiply(cut, abs(goal.point)))
    elif goal.baseline is not None:
        point = add(goal.baseline, multiply(cut, subtract(goal.point, goal.baseline)))
    else:
        point = shift(goal.point, multiply(subtract(cut, ONE), abs(goal.point)))
    return (point, None) if sign > 0 else (None, point)


def meets(value, low, high):
    """Whether a value is inside, up to the tolerance at a cut."""
    def reaches(distance, end):
        return distance >= -CUT_TOLERANCE * max(abs(value), abs(end))
    return ((low is None or reaches(value - low, low))
            and (high is None or reaches(high - value, high)))


def distance_to(value, ends):
    """value - the nearest end of a threshold."""
    distances = [subtract(value, end) for end in ends if end is not None]
    return min(distances, key=abs)


@dataclasses.dataclass(frozen=True)
class Hit:
    """Where a value falls among the bands."""
    status: str
    basis_value: Decimal
    thresholds: list
    to_better: Decimal | None
    to_worse: Decimal | None


def pace_of(value, direction, due):
    if due == 0:
        return ZERO_TARGET
    ahead = subtract(value, due) if direction == "HIGHER" else subtract(due, value)
    return add(ONE, divide(ahead, magnitude(due)))


def place(value, direction, bands, goal, figures, reference=None):
    """The band of a value, or why there is none; `reference` is what some are
    measured by: SIGMA by that of the chart, PACE by the part of the target that is due."""
    basis, cuts = cuts_of(bands)
    if basis == "SIGMA":
        basis_value = divide(figures.favourable, reference)
    elif basis == "PACE":
        basis_value = pace_of(value, direction, reference)
    else:
        basis_value = {"ACTUAL": value, "VARIANCE": figures.favourable, "FVP": figures.fvp,
                       "ATTAINMENT": figures.attainment}[basis]
    if isinstance(basis_value, Nd):
        return basis_value
    thresholds = [threshold_of(basis, cut, goal, direction, reference) for _, cut in cuts]
    band = next((i for i, ends in enumerate(thresholds) if meets(value, *ends)), len(cuts))
    return Hit("OFF_TARGET" if band == len(cuts) else cuts[band][0], basis_value, thresholds,
               distance_to(value, thresholds[band - 1]) if band > 0 else None,
               distance_to(value, thresholds[band]) if band < len(cuts) else None)


def raised_threshold(basis, cut, goal, direction, deadband, logical, reference=None):
    """The threshold of a cut that an improvement must reach (3.9): raised by the dead-band, at most
    to the best value of the logical range; a two-sided one moves inward, at most to the middle."""
    less = basis == "ACTUAL" and direction == "LOWER"
    raised = subtract(cut, deadband) if less else add(cut, deadband)
    plain_low, plain_high = threshold_of(basis, cut, goal, direction, reference)
    low, high = threshold_of(basis, raised, goal, direction, reference)
    least, most = (None if end is None else decimals.read_decimal(end) for end in logical)
    if low is not None:
        low = max(low if most is None else min(low, most), plain_low)
    if high is not None:
        high = min(high if least is None else max(high, least), plain_high)
    if low is not None and high is not None and low > high:
        low = high = divide(add(low, high), Decimal(2))
    return low, high


def raised_status(value, kpi, goal, deadband, reference=None):
    """The band of a value when every cut is raised."""
    basis, cuts = cuts_of(kpi.bands)
    reach = decimals.read_decimal(deadband or "0")
    for status, cut in cuts:
        if meets(value, *raised_threshold(basis, cut, goal, kpi.direction, reach,
                                          kpi.logical_range, reference)):
            return status
    return "OFF_TARGET"


def midpoint(status):
    """Points where no value decides."""
    if status not in POINTS:
        return None
    return Decimal(3) if status == "EXCEEDED" else POINTS[status] + decimals.HALF


def score(bands, direction, hit, published):
    """Points 0 to 3 of the published status (3.7.6)."""
    if published != hit.status or published == "EXCEEDED":
        return midpoint(published)
    basis, cuts = cuts_of(bands)
    flip = -1 if basis == "ACTUAL" and direction == "LOWER" else 1
    cuts = [(status, flip * cut) for status, cut in cuts]
    band = next((i for i, (status, _) in enumerate(cuts) if status == published), len(cuts))
    lower = cuts[band][1] if band < len(cuts) else None
    upper = cuts[band - 1][1] if band > 0 else None
    # An open end lies as far away as the neighbour is wide.
    if lower is None and band >= 2:
        lower = subtract(upper, subtract(cuts[band - 2][1], upper))
    elif upper is None and band + 1 < len(cuts):
        upper = add(lower, subtract(lower, cuts[band + 1][1]))
    if lower is None or upper is None:
        return midpoint(published)
    part = divide(subtract(flip * hit.basis_value, lower), subtract(upper, lower))
    part = min(max(part, ZERO), SCORE_TOP).quantize(SCORE_STEP, rounding=decimal.ROUND_DOWN,
                                                    context=decimals.WIDE)
    return POINTS[published] + part
