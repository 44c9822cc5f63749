"""Targets of FINAL periods: those made of other KPIs stay as they were told when the period became
FINAL, and again when one of its days was released (SEMANTICS 3.16.4)."""

import finality
import targets
import tracking
import windows
from decimals import Nd

UNSURE = object()


def reads_others(kpi):
    return kpi.target is not None and kpi.target.kind == "FORMULA"


def last_told(world, place, now):
    """(the world, when) as a FINAL state was told last; None while it is not FINAL. Nothing but
    UNSURE where it may not have been kept then: its targets are told when it first is."""
    reach = reach_of(world, place)
    if finality.final_since(world, world.kpis[place.kpi], reach) > now:
        return None
    told = list(tellings(world.moments, place, reach))
    return told[-1] if told and is_kept(*told[-1], place) else UNSURE


def reach_of(world, place):
    return windows.reach_of(world.calendar_of(world.kpis[place.kpi]), place.window, place.period)


def tellings(moments, place, reach):
    """(world, when) of every time at which the targets are told."""
    is_final, releases = False, 0
    for moment, later in zip(moments, (*moments[1:], None)):
        kpi = moment.world.kpis.get(place.kpi)
        if kpi is None:
            continue
        since, count = finality.final_since(moment.world, kpi, reach), 0
        if is_final:
            count = len(releases_of(moment.world, kpi, reach))
            if count > releases:
                yield moment.world, moment.time
        elif since <= moment.time:
            is_final = True
            yield moment.world, moment.time
            count = len(releases_of(moment.world, kpi, reach))
        elif later is not None and since <= later.time:
            is_final = True
            yield moment.world, since
            count = len(releases_of(moment.world, kpi, reach))
        releases = count


def releases_of(world, kpi, reach):
    owners = {name for item in world.flat(kpi).inputs for name in item.through}
    return [one for name in owners for one in world.decisions.get(name, ())
            if one.first is not None and one.first < reach.end and reach.first < one.end]


def is_kept(world, _, place):
    """Whether the state is surely kept: a sample lies in it, of a slice that is known."""
    kpi = world.kpis[place.kpi]
    rows = tracking.visible_rows(world, kpi, place.window, place.slice, place.period)
    return any(rows) and (not place.slice or tracking.knows_slice(world, kpi, place.slice))


def kept(told, current):
    """The target that was told; one that was not there does not come later."""
    if told.reason is None or current.reason is not None:
        return current if told.reason is not None else told
    return targets.none(Nd("PENDING"))
