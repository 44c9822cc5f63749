"""A state next to a comparable one (SEMANTICS 3.4.6, 3.10.1)."""

import dataclasses
import datetime
from decimal import Decimal

import counterparts
import decimals
import frames
import judgement
import periods
import states
import suppression
import windows
from decimals import Nd

ONE_DAY = datetime.timedelta(days=1)
FLAT = "0.02"  # |delta_pct| below which a change is none, unless the KPI says another
NO_COMPARABLE = Nd("NO_COMPARABLE")
NOT_AGGREGATABLE = Nd("NOT_AGGREGATABLE")
NOT_READY = Nd("NOT_READY")


@dataclasses.dataclass(frozen=True)
class Comparable:
    """Days that are compared, as (first, end) in order, and the period that they are."""
    days: tuple = ()
    own_days: tuple = ()
    period: periods.Period | None = None
    clipped: bool = False
    partial: bool = False


@dataclasses.dataclass(frozen=True)
class Comparison:
    comparable: Comparable
    value: object
    own: object
    cut: int | None  # instant up to which the comparable period counted, if not whole
    delta: object
    percent: object
    movement: str | None


def merged(days):
    """Single days as ranges."""
    ranges = []
    for day in sorted(set(days)):
        if ranges and ranges[-1][1] == day:
            ranges[-1] = (ranges[-1][0], day + ONE_DAY)
        else:
            ranges.append((day, day + ONE_DAY))
    return tuple(ranges)


def by_day(calendar, period, kind, own):
    """What these days of a period compare with, each with a day of its own."""
    compared = [day for day in own if counterparts.is_compared(calendar, day, kind)]
    found = [counterparts.of_day(calendar, day, kind) for day in compared]
    days = merged(day for day in found if day is not None)
    return Comparable(days, merged(compared), same_period(calendar, period, kind),
                      partial=None in found)


def same_period(calendar, period, kind):
    """The period that consists of the counterparts of all days of a period, if there is one."""
    found = [counterparts.of_day(calendar, day, kind)
             for day in periods.days_between(period.first, period.end)
             if counterparts.is_compared(calendar, day, kind)]
    days = merged(day for day in found if day is not None)
    if None in found or len(days) != 1:
        return None
    same = periods.period_of(calendar, period.grain, days[0][0])
    return same if (same.first, same.end) == days[0] else None


def by_period(calendar, window, period, kind):
    found, own = counterparts.of_period(calendar, period, kind), windows.reach_of(
        calendar, window, period)
    if found.period is None:
        return Comparable((), ((own.first, own.end),))
    reach = windows.reach_of(calendar, window, found.period)
    return Comparable(((reach.first, reach.end),), ((own.first, own.end),), found.period,
                      found.clipped)


def cut_after(calendar, period, whole, day, proportional):
    """The comparable period up to as many days from its start as `day` lies after that of its own,
    or to the same share of its time, by the nearest whole day."""
    first, end = whole.days[0]
    other = whole.period
    cut = min(other.end, other.first + (day - period.first))
    if proportional and day > period.first and period.exists:
        elapsed = (periods.day_start(calendar, day) - period.start) // periods.SECOND
        share = elapsed * ((other.stop - other.start) // periods.SECOND) // (
            (period.stop - period.start) // periods.SECOND)
        cut = nearest_day(calendar, other.start + share * periods.SECOND)
    cut = min(cut, end)
    return dataclasses.replace(whole, days=((first, cut),) if cut > first else ())


def nearest_day(calendar, instant):
    """The start of a local day that is nearest to an instant, the later one from noon on."""
    day = periods.day_of(calendar, instant)
    start, stop = (periods.day_start(calendar, one) for one in (day, day + ONE_DAY))
    return day if 2 * (instant - start) < stop - start else day + ONE_DAY


def value_over(world, place, days, now):
    """The KPI over days, from merged states."""
    kpi = world.kpis[place.kpi]
    flat, calendar = world.flat(kpi), world.calendar_of(kpi)
    if not days:
        return NOT_READY
    if any(item.is_elsewhere for item in flat.inputs) or any(
            one.offsets or cuts(calendar, days, one.grain) for one in flat.results):
        return NOT_AGGREGATABLE
    whole = len(days) == 1
    spans = [span_of(calendar, *one) for one in days]
    values = [operand_over(world, kpi, item, place, spans, now).value
              for item in flat.inputs]
    if not whole and counts_days(world, flat):
        return NOT_AGGREGATABLE
    if suppression.cause_over_days(world, place, now, lambda members: [
            operand_over(world, kpi, item, dataclasses.replace(place, slice=members), spans, now)
            for item in flat.inputs]):
        return states.SUPPRESSED
    results = [states.finished_in(world, calendar, place, one, spans[0], now)
               for one in flat.results]
    return states.evaluate_steps(flat, calendar, [spans[0]] * len(flat.steps), values, results)[-1]


def cuts(calendar, days, grain):
    """Whether days are not just whole periods of a grain in a row."""
    first, end = days[0]
    return len(days) > 1 or (periods.period_of(calendar, grain, first).first,
                             periods.period_of(calendar, grain, end - ONE_DAY).end) != (first, end)


def operand_over(world, kpi, item, place, spans, now):
    if reads_periods(item) or (len(spans) > 1 and frames.looks_beyond(item)):
        return states.Operand(NOT_AGGREGATABLE, [], 0)
    return states.read_days(world, kpi, item, place, spans, now)


def reads_periods(item):
    """Whether an aggregation reads earlier periods, which days do not have."""
    return item.aggregation == "COHORT_RATIO" or (
        item.aggregation in frames.CARRYING and item.carry.startswith("MAX"))


def counts_days(world, flat):
    return any("days" in step.formula for step in flat.steps)


def span_of(calendar, first, end):
    return periods.Period("", "", first, end, periods.day_start(calendar, first),
                          periods.day_start(calendar, end))


def first_incomplete_day(world, place, now):
    """The local day that contains the least of now and the watermarks; now where one is missing."""
    kpi = world.kpis[place.kpi]
    marks = [world.watermarks.get(item.metric) for item in world.flat(kpi).inputs]
    return periods.day_of(world.calendar_of(kpi), now if None in marks else min([now, *marks]))


def compare(world, place, evaluation, life, now, name):
    """The comparison with a comparator, `KIND` or `KIND_PROPORTIONAL`."""
    kind, proportional = name.removesuffix("_PROPORTIONAL"), name.endswith("_PROPORTIONAL")
    calendar, period = world.calendar_of(world.kpis[place.kpi]), place.period
    reach = windows.reach_of(calendar, place.window, period)
    if period.grain == "ALL":
        return finished(world, place, evaluation, Comparable((), ((reach.first, reach.end),)),
                        NO_COMPARABLE, NO_COMPARABLE)
    paired = counterparts.compares_by_day(calendar, period.grain, kind)
    days = periods.days_between(reach.first, reach.end)
    comparable = (by_day(calendar, period, kind, days) if paired
                  else by_period(calendar, place.window, period, kind))
    if not comparable.days:
        return finished(world, place, evaluation, dataclasses.replace(comparable, period=None),
                        NO_COMPARABLE, NO_COMPARABLE)
    cut, open_day = None, first_incomplete_day(world, place, now)
    whole = life in ("CLOSED", "FINAL") or evaluation.readiness.ready or open_day >= reach.end
    part = comparable if whole else cut_off(calendar, place, comparable, kind, open_day,
                                            proportional)
    if not whole and open_day < reach.first:
        part = dataclasses.replace(part, days=())
    if part.days and part.days != comparable.days:
        cut = periods.day_start(calendar, part.days[-1][1])
    if not part.days or not part.own_days:
        return finished(world, place, evaluation, part, NOT_READY, NOT_READY, cut)
    own_value = states.SUPPRESSED if evaluation.withheld else evaluation.value
    if not evaluation.withheld and part.own_days != ((reach.first, reach.end),):
        own_value = value_over(world, place, part.own_days, now)
    value = other_value(world, place, part, whole, now)
    return finished(world, place, evaluation, part, value, own_value, cut)


def other_value(world, place, part, whole, now):
    """That of a period where the days are a whole one, else that of the days."""
    calendar = world.calendar_of(world.kpis[place.kpi])
    if part.period is not None and whole:
        reach = windows.reach_of(calendar, place.window, part.period)
        if part.days == ((reach.first, reach.end),):
            return states.worth_of(world, dataclasses.replace(place, period=part.period), now)[0]
    last = part.period.last if part.period else part.days[-1][1] - ONE_DAY
    version = world.comparable_version(place.kpi, last)
    return NO_COMPARABLE if version is None else value_over(version, place, part.days, now)


def cut_off(calendar, place, whole, kind, open_day, proportional):
    """The part of a comparable with which the days of a period before one compare."""
    reach = windows.reach_of(calendar, place.window, place.period)
    own = periods.days_between(reach.first, min(open_day, reach.end))
    if counterparts.compares_by_day(calendar, place.period.grain, kind):
        found = by_day(calendar, place.period, kind, own)
        return dataclasses.replace(found, period=whole.period, partial=whole.partial)
    part = dataclasses.replace(whole, own_days=merged(own))
    return cut_after(calendar, place.period, part, open_day, proportional)


def finished(world, place, evaluation, comparable, value, own, cut=None):
    kpi = world.kpis[place.kpi]
    delta = decimals.subtract(own, value)
    percent = percent_of(own, value, states.is_interval(world, world.flat(kpi)))
    return Comparison(comparable, value, own, cut, delta, percent,
                      movement_of(kpi, evaluation.goal, own, value, delta, percent))


def percent_of(own, prior, interval):
    if isinstance(own, Nd) or isinstance(prior, Nd):
        return own if isinstance(own, Nd) else prior
    if interval:
        return decimals.DOMAIN
    if prior == 0:
        return Nd("DIV0")
    if own * prior < 0:
        return decimals.DOMAIN
    return decimals.divide(decimals.subtract(own, prior), decimals.magnitude(prior))


def movement_of(kpi, goal, own, prior, delta, percent):
    if kpi.direction == "NEUTRAL" or isinstance(delta, Nd):
        return None
    if not isinstance(percent, Nd):
        flat = abs(percent) < Decimal(kpi.flat_epsilon or FLAT)
    else:
        flat = delta == 0
    if flat:
        return "FLAT"
    if kpi.direction in ("HIGHER", "LOWER"):
        return "BETTER" if (delta > 0) == (kpi.direction == "HIGHER") else "WORSE"
    if goal is None:
        return None
    now, before = (judgement.figures_of(one, goal).favourable for one in (own, prior))
    if now == before:
        return "FLAT"
    return "BETTER" if now > before else "WORSE"
