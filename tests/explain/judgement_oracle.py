"""Variance, attainment and status of a value for every direction and basis (SEMANTICS 3.6, 3.7).

Reads the definition's and the target's JSON as an explanation carries them. Not known from an
explanation, and so not covered: INTERVAL scales, whose percentages have no value.
"""

import dataclasses
import pathlib
import sys
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "demo"))

from oracle import CUT_TOLERANCE, Nd, read_decimal  # noqa: E402


def short(name, prefix):
    """An enum value without its prefix; both forms are accepted."""
    return name[len(prefix):] if name.startswith(prefix) else name


def optional_decimal(text):
    return read_decimal(text) if text not in (None, "") else None


@dataclasses.dataclass
class Goal:
    """A target as its direction sees it. `low` and `high` bound what is good; None is open."""
    direction: str
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None
    baseline: Decimal | None

    @property
    def sign(self):
        return -1 if self.direction == "LOWER" else 1

    @property
    def two_sided(self):
        return self.direction in ("IN_RANGE", "ON_TARGET")

    @property
    def width(self):
        """What the relative variance is relative to."""
        if not self.two_sided:
            return abs(self.target)
        if self.low is None or self.high is None:
            return abs(self.high if self.low is None else self.low)
        return self.high - self.low

    def outside(self, value):
        """value - nearest end, 0 inside; two-sided goals only."""
        if self.low is not None and value < self.low:
            return value - self.low
        if self.high is not None and value > self.high:
            return value - self.high
        return Decimal(0)


def goal_of(definition, target):
    """The goal of a KPI's definition and resolved target, or None if it has none."""
    direction = short(definition["direction"], "DIRECTION_")
    baseline = optional_decimal(definition.get("baseline"))
    if not target or direction == "NEUTRAL":
        return None
    value = optional_decimal(target.get("value"))
    low, high = optional_decimal(target.get("lo")), optional_decimal(target.get("hi"))
    if direction == "ON_TARGET":
        tolerance = definition["tolerance"]
        if tolerance.get("absolute") is not None:
            reach = read_decimal(tolerance["absolute"])
        else:
            reach = abs(value) * read_decimal(tolerance["relative"])
        low, high = value - reach, value + reach
    if value is None and low is None and high is None:
        return None
    return Goal(direction, value, low, high, baseline)


@dataclasses.dataclass
class Figures:
    """None where there is no such number."""
    variance: Decimal | None = None
    favourable_variance: Decimal | None = None
    fvp: Decimal | None = None
    attainment: Decimal | None = None


def attainment_of(value, goal, favourable, fvp):
    """3.6.4."""
    if goal.two_sided:
        if favourable == 0:
            return Decimal(1)
        if goal.baseline is not None:
            start = abs(goal.outside(goal.baseline))
            return None if start == 0 else (start - abs(favourable)) / start
    elif goal.baseline is not None:
        way = goal.target - goal.baseline
        return (value - goal.baseline) / way if goal.sign * way > 0 else None
    return None if fvp is None else 1 + fvp


def figures_of(value, goal):
    """3.6.2 to 3.6.4."""
    if goal is None:
        return Figures()
    if goal.two_sided:
        variance = goal.outside(value) if goal.target is None else value - goal.target
        favourable = -abs(goal.outside(value))
    else:
        variance = value - goal.target
        favourable = goal.sign * variance
    fvp = favourable / goal.width if goal.width != 0 else None
    return Figures(variance, favourable, fvp, attainment_of(value, goal, favourable, fvp))


def cuts_of(bands):
    """[(status, cut on the basis)] from the best band down."""
    default = {"FVP": "0", "VARIANCE": "0", "ATTAINMENT": "1"}
    basis = short(bands.get("basis") or "FVP", "BAND_BASIS_")
    cuts = (("EXCEEDED", bands.get("exceeded")),
            ("ON_TARGET", bands.get("onTarget", default.get(basis))),
            ("WARNING", bands.get("warning")))
    return basis, [(status, read_decimal(cut)) for status, cut in cuts if cut not in (None, "")]


def threshold_of(basis, cut, goal, sign):
    """(low, high) in natural units that meet the cut; None if the basis has no value (3.7.3)."""
    if basis == "ACTUAL":
        point = cut
    elif goal is None or (basis in ("FVP", "ATTAINMENT") and goal.width == 0
                          and not (basis == "ATTAINMENT" and goal.baseline is not None)):
        return None
    elif goal.two_sided:
        reach = -cut * (goal.width if basis == "FVP" else 1)
        return (None if goal.low is None else goal.low - reach,
                None if goal.high is None else goal.high + reach)
    elif basis == "VARIANCE":
        point = goal.target + sign * cut
    elif basis == "FVP":
        point = goal.target + sign * cut * abs(goal.target)
    elif goal.baseline is not None:
        if sign * (goal.target - goal.baseline) <= 0:
            return None
        point = goal.baseline + cut * (goal.target - goal.baseline)
    else:
        point = goal.target + sign * (cut - 1) * abs(goal.target)
    return (point, None) if sign > 0 else (None, point)


def met(value, low, high):
    """Whether a value is inside, up to the tolerance at a cut."""
    def reaches(distance, end):
        return distance >= -CUT_TOLERANCE * max(abs(value), abs(end))
    return ((low is None or reaches(value - low, low))
            and (high is None or reaches(high - value, high)))


def status_of(value, definition, goal, data_state):
    """The status straight from the bands, before hysteresis and clamps (3.7.5, 3.8.4)."""
    direction = short(definition["direction"], "DIRECTION_")
    policy = short(definition.get("noDataPolicy") or "NO_DATA", "NO_DATA_POLICY_")
    if isinstance(value, Nd) and policy == "TREAT_AS_ZERO" and value.reason == "EMPTY":
        value = Decimal(0)
    if isinstance(value, Nd):
        missing = policy == "OFF_TARGET" and data_state in ("MISSING", "LATE")
        return "OFF_TARGET" if missing else "NO_DATA"
    if direction == "NEUTRAL":
        return "NO_TARGET"
    basis, cuts = cuts_of(definition.get("bands", {}))
    for status, cut in cuts:
        ends = threshold_of(basis, cut, goal, -1 if direction == "LOWER" else 1)
        if ends is None:
            return "NO_TARGET"
        if met(value, *ends):
            return status
    return "OFF_TARGET"
