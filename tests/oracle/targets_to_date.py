"""Targets of windows to date and of trailing ones: what of them counts by now (SEMANTICS 3.5)."""

import dataclasses

import decimals
import model
import pace
import pacing
import periods
import targets
import windows
from decimals import Nd


def resolve(world, place, now, ready, environment, withheld):
    """(the target of the state, that of its whole period)."""
    kpi = world.kpis[place.kpi]
    calendar, rules = world.calendar_of(kpi), world.target_rules(kpi)
    reach = windows.reach_of(calendar, place.window, place.period)
    at = (place.slice, place.window, place.period, environment)
    lags = ready.watermark is not None and ready.watermark < now
    day = periods.day_of(calendar, ready.watermark if lags else now)
    complete = min(periods.day_start(calendar, day), reach.stop)

    def share(part):
        """f of an open period by its complete days."""
        if part == place.period and kpi.pace is not None and kpi.pace.profile == "HISTORY" and (
                windows.parse(place.window).kind == "TO_DATE" and not withheld):
            known = pacing.historical_share(world, place, now)
            if not isinstance(known, Nd):
                return known
        return known_share(kpi.pace or model.PaceRule(), calendar, part, complete)

    whole = rules.resolve(*at)
    return rules.due(*at, targets.Until(min(now, reach.stop), share)), whole


def known_share(rule, calendar, part, as_of):
    """What a profile says of a period without its past, or the share of time."""
    if not part.exists:
        return decimals.ZERO if as_of < part.stop else decimals.ONE
    share = pace.share_at(rule, calendar, part, as_of, ())[0]
    if isinstance(share, Nd):
        share = pace.share_at(dataclasses.replace(rule, profile=None), calendar, part, as_of, ())[0]
    return share
