"""What a state builds on: the closed periods of its series before it. Charts and direction of
travel (SEMANTICS 3.12, 3.10.2), and the fold of hysteresis (3.9)."""

import dataclasses
from decimal import Decimal

import control
import decimals
import evaluations
import hysteresis
import judgement
import periods
import states
import trend
import windows
from decimals import Nd

ORDER = ("OUT_HIGH", "OUT_LOW", "TREND_UP", "TREND_DOWN", "NEAR_HIGH", "NEAR_LOW", "SHIFT_HIGH",
         "SHIFT_LOW")


@dataclasses.dataclass(frozen=True)
class Step:
    """A closed period of a series."""
    period: periods.Period
    evaluation: object  # without hysteresis
    starts: bool  # limits and hysteresis begin anew with it
    fold: hysteresis.Fold  # after it
    kpi: object  # by which it was judged


def begins_segment(control_rule, calendar, period):
    """The first period that begins at or after the beginning of the one a rebase names."""
    if control_rule is None:
        return False
    before = periods.previous_period(calendar, period)
    return any(before.first < first <= period.first for _, first in control_rule.rebases)


def place_among_bands(kpi, evaluation):
    """(band, band with raised cuts) of a period, best is 0; (None, None) without a band."""
    if evaluation.hit is None:
        return None, None
    rule = kpi.hysteresis
    return (evaluation.hit.status, judgement.raised_status(
        evaluation.judged, kpi, evaluation.goal, rule.deadband, evaluation.reference))


def fold_on(kpi, fold, evaluation):
    raw, raised = place_among_bands(kpi, evaluation)
    return hysteresis.step(fold, raw, raised, kpi.hysteresis.worsen, kpi.hysteresis.improve)


def days_with_rows(world, kpi, members):
    calendar = world.calendar_of(kpi)
    return {day for item in world.flat(kpi).inputs
            for day, _, _ in states.slice_rows(world, calendar, item, members)}


def closed_steps(world, place, now):
    """The closed periods of the series of a state up to now, from its first one with rows on; a
    version of a KPI has a series of its own."""
    key = ("series", place.kpi, place.window, place.slice, now)
    return world.remembered(key, lambda: list(_closed_steps(world, place, now)))


def _closed_steps(world, place, now):
    kpi = world.kpis[place.kpi]
    calendar = world.calendar_of(kpi)
    days = [day for day in days_with_rows(world, kpi, place.slice) if world.is_one_series(
        place.kpi, world.version_for(
            place.kpi, windows.step_of(calendar, place.window, day).last))]
    if not days:
        return
    period, fold = windows.step_of(calendar, place.window, min(days)), hysteresis.Fold()
    points = []
    judge = None
    while period.stop <= now:
        other = world.version_for(place.kpi, period.last,
                                  windows.reach_of(calendar, place.window, period).last)
        if not world.is_one_series(place.kpi, other):
            return
        kpi = other.kpis[place.kpi]
        evaluation = states.evaluate_alone(
            other, dataclasses.replace(place, period=period), now)
        if evaluation.life in ("CLOSED", "FINAL"):
            starts = begins_segment(kpi.control, calendar, period)
            if kpi.bands is not None and kpi.bands.basis == "SIGMA":
                points.append(drawn(kpi, period, evaluation, starts))
                evaluations.judge_by(kpi, evaluation, sigma_in(kpi, points))
            fold = hysteresis.Fold() if starts or has_other_bands(judge, kpi) else fold
            judge = kpi
            if kpi.hysteresis is not None:
                fold = fold_on(kpi, fold, evaluation)
            yield Step(period, evaluation, starts, fold, kpi)
        period = periods.next_period(calendar, period)


def steps_up_to(world, place, now, including):
    return [step for step in closed_steps(world, place, now)
            if step.period.first < place.period.first
            or (including and step.period == place.period)]


def fold_before(world, kpi, place, now):
    """Where hysteresis stands before a period."""
    if begins_segment(kpi.control, world.calendar_of(kpi), place.period):
        return hysteresis.Fold()
    before = steps_up_to(world, place, now, False)
    if not before or has_other_bands(before[-1].kpi, kpi):
        return hysteresis.Fold()
    return before[-1].fold


def has_other_bands(before, kpi):
    """Whether the period before was judged by other bands, which a final one keeps."""
    return before is not None and (before.bands, before.direction) != (kpi.bands, kpi.direction)


def kept_status(world, kpi, place, now):
    """The status of the last closed period with a value, if it is a band's and not too old."""
    calendar = world.calendar_of(kpi)
    for step in reversed(steps_up_to(world, place, now, False)):
        evaluation = step.evaluation
        if evaluations.missing_reason(evaluation) is not None:
            continue
        later = windows.moved(calendar, step.period, kpi.keep_last)
        if evaluation.hit is None or later.first < place.period.first:
            return None
        return evaluation.status if kpi.hysteresis is None else step.fold.status
    return None


# --- Charts ---


def chart_value(evaluation):
    """A zero that nobody reported is no point of a chart."""
    if isinstance(evaluation.value, Nd) or evaluation.data_state == "MISSING":
        return None
    return float(evaluation.value)


def spec_of(kpi):
    rule = kpi.control
    low, high = (None if end is None else float(decimals.read_decimal(end))
                 for end in kpi.logical_range)
    return control.Spec(rule.profile or "NHS_MDC", 12 if rule.baseline is None else rule.baseline,
                        rule.screening is not False, rule.centre == "MEDIAN", rule.shift,
                        rule.trend, (low, high))


def trend_periods(kpi):
    return kpi.control.trend_periods or 6


def point_of(kpi, step):
    return drawn(kpi, step.period, step.evaluation, step.starts)


def drawn(kpi, period, evaluation, starts):
    excluded = any(first <= period.first and period.end <= end
                   for _, first, end in kpi.control.excluded)
    return control.Point(chart_value(evaluation), excluded, starts)


def sigma_in(kpi, points):
    """sigma_hat of the segment that the last point is in, as a decimal."""
    bounds = control.limits_of(segment_of(points)[0], spec_of(kpi)) if points else None
    return Nd("PENDING") if bounds is None else Decimal(repr(bounds.sigma))


def sigma_of(world, place, evaluation, now):
    """That of the chart which a state shows: its own period is on it once it is closed."""
    kpi = world.kpis[place.kpi]
    starts = begins_segment(kpi.control, world.calendar_of(kpi), place.period)
    points = [point_of(kpi, step) for step in steps_up_to(world, place, now, False)]
    if evaluation.life in ("CLOSED", "FINAL"):
        points.append(drawn(kpi, place.period, evaluation, starts))
    elif starts:
        return Nd("PENDING")
    return sigma_in(kpi, points)


def segment_of(points):
    """The points since the last start of a segment, and the index of the first of them."""
    begin = max((i for i, point in enumerate(points) if point.starts), default=0)
    return points[begin:], begin


def better(direction, goal, up, start, end):
    """Whether a move is good (True), bad (False) or neither (None)."""
    if direction in ("HIGHER", "LOWER"):
        return up == (direction == "HIGHER")
    if direction == "NEUTRAL" or goal is None:
        return None
    low, high = (None if one is None else float(one) for one in (goal.low, goal.high))
    if low is None or high is None:
        return up == (low is not None)
    centre = (low + high) / 2
    before, after = abs(start - centre), abs(end - centre)
    return None if before == after else after < before


def trend_start(values):
    """First value of the rising or falling run at the end."""
    i = len(values) - 1
    while i > 1 and control.side(values[i], values[i - 1]) == control.side(
            values[i - 1], values[i - 2]) != 0:
        i -= 1
    return values[max(0, i - 1)]


def variation_of(points, spec, direction, goal):
    """(variation, rules) of the last point of a series, which has a value."""
    segment, _ = segment_of(points)
    bounds = control.limits_of(segment, spec)
    if bounds is None:
        return "TOO_FEW_POINTS", []
    hit = control.signals_of(segment, bounds, spec)[-1]
    rules = [rule for rule in ORDER if rule in hit]
    values = [point.value for point in segment if point.value is not None]
    kinds = {}
    for rule in rules:
        up = rule.endswith(("HIGH", "UP"))
        start = trend_start(values) if rule.startswith("TREND") else bounds.centre
        kinds.setdefault(better(direction, goal, up, start, values[-1]), "HIGH" if up else "LOW")
    if True in kinds and False in kinds:
        return "MIXED", rules
    for kind, name in ((True, "IMPROVEMENT"), (False, "CONCERN"), (None, "NEUTRAL")):
        if kind in kinds:
            return f"{name}_{kinds[kind]}", rules
    return "COMMON_CAUSE", rules


def assurance_of(bounds, direction, goal):
    if direction == "NEUTRAL" or goal is None:
        return None
    if direction in ("HIGHER", "LOWER"):
        target = float(goal.point)
        above, below = target > bounds.upper, target < bounds.lower
        fails, passes = (above, below) if direction == "HIGHER" else (below, above)
    else:
        low, high = (None if one is None else float(one) for one in (goal.low, goal.high))
        fails = (low is not None and bounds.upper < low) or (
            high is not None and bounds.lower > high)
        passes = (low is None or bounds.lower > low) and (high is None or bounds.upper < high)
    if fails:
        return "CONSISTENT_FAIL"
    return "CONSISTENT_PASS" if passes else "HIT_OR_MISS"


@dataclasses.dataclass(frozen=True)
class Chart:
    points: int  # measured ones of the segment
    bounds: object  # control.Limits or None
    rules: list
    variation: str
    kept: tuple | None  # (variation, period id)
    assurance: str | None
    rebase: str | None  # id of the period from which a rebase is proposed
    travel: trend.Travel
    verdict: str


def proposed_rebase(segment, begin, bounds, spec, steps):
    """A SHIFT of eight points or more at the end, on full limits."""
    places = [i for i, point in enumerate(segment) if point.value is not None]
    if bounds is None or len(places) < control.FULL:
        return None
    run = 0
    where = control.side(segment[places[-1]].value, bounds.centre)
    for i in reversed(places):
        if where == 0 or control.side(segment[i].value, bounds.centre) != where:
            break
        run, first = run + 1, i
    return steps[begin + first].period.id if run >= 8 else None


def travel_verdict(travel, values, direction, goal):
    if travel.verdict not in ("UP", "DOWN"):
        return travel.verdict
    up, known = travel.verdict == "UP", [value for value in values if value is not None]
    good = better(direction, goal, up, known[0], known[-1])
    if good is None:
        return "RISING" if up else "FALLING"
    return "IMPROVING" if good else "WORSENING"


def chart_of(world, place, now):
    """The chart of a state."""
    kpi = world.kpis[place.kpi]
    steps = steps_up_to(world, place, now, True)
    if not steps:
        return Chart(0, None, [], "NO_DATA", None, None, None, trend.travel([]), "TOO_FEW_POINTS")
    spec, points = spec_of(kpi), [point_of(kpi, step) for step in steps]
    direction, goal = kpi.direction, steps[-1].evaluation.goal
    segment, begin = segment_of(points)
    bounds = control.limits_of(segment, spec)
    measured = sum(point.value is not None for point in segment)
    last = max((i for i, point in enumerate(points) if point.value is not None), default=None)
    variation, rules, kept = "NO_DATA", [], None
    if last is not None:
        found, hit = variation_of(points[:last + 1], spec, direction, goal)
        if last == len(points) - 1:
            variation, rules = found, hit
        else:
            kept = (found, steps[last].period.id)
    values = [point.value for point in points][-trend_periods(kpi):]
    travel = trend.travel(values)
    sure = bounds is not None and measured >= control.FULL
    return Chart(measured, bounds, rules, variation, kept,
                 assurance_of(bounds, direction, goal) if sure else None,
                 proposed_rebase(segment, begin, bounds, spec, steps), travel,
                 travel_verdict(travel, values, direction, goal))
