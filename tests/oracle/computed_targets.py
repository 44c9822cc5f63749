"""Targets that are computed from values (SEMANTICS 3.5): VS_PRIOR, BASELINE_IMPROVEMENT, FORMULA.

Each gives a number, or why there is none.
"""

from decimal import Decimal

import comparisons
import counterparts
import decimals
import formula
import periods
from decimals import Nd, read_decimal

NO_COMPARABLE = Nd("NO_COMPARABLE")


def changed(base, value, sign):
    """A value and a change of it: a part of |base|, or units."""
    if value.units is not None:
        step = read_decimal(value.units)
    else:
        step = decimals.multiply(read_decimal(value.change), decimals.magnitude(base))
    move = decimals.add if sign > 0 else decimals.subtract
    return move(base, step)


def versus_prior(value, calendar, members, period, environment):
    since = period if value.freeze else None
    return changed(prior_of(value.comparator, calendar, members, period, environment, since),
                   value, 1)


def prior_of(kind, calendar, members, period, environment, since=None):
    """The value of the closed comparator; of one that is frozen when the period `since` began."""
    if period.grain == "ALL":
        return NO_COMPARABLE
    if not counterparts.compares_by_day(calendar, period.grain, kind):
        found = counterparts.of_period(calendar, period, kind).period
        return NO_COMPARABLE if found is None else environment.closed(members, found, since)
    days = periods.days_between(period.first, period.end)
    whole = comparisons.by_day(calendar, period, kind, days)
    if whole.partial or whole.own_days != ((period.first, period.end),):
        return NO_COMPARABLE
    if whole.period is not None:
        return environment.closed(members, whole.period)
    if kind == "SAME_WEEKDAY":
        return NO_COMPARABLE  # for days and weeks alone
    return environment.closed_days(members, whole.days)


def baseline_improvement(value, calendar, members, direction, flow, environment):
    first, last = (periods.period_of(calendar, grain, day)
                   for _, day, grain in (value.first, value.last))
    base = environment.closed_days(members, ((first.first, last.end),))
    if flow:
        count, one = 1, first
        while one.first < last.first:
            one = periods.next_period(calendar, one)
            count += 1
        base = decimals.divide(base, Decimal(count))
    return changed(base, value, -1 if direction == "LOWER" else 1)


def by_formula(value, members, period, environment):
    named = dict(value.operands)
    operands = {alias: environment.value_of(named.get(alias, alias), members, period)
                for alias in formula.identifiers(formula.parse(value.formula))}
    return formula.evaluate(value.formula, operands)


def rounded(number, scale):
    return number if scale is None else decimals.round_half_away(
        number, Decimal(scale))
