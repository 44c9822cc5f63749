"""Members that stop reporting: SEMANTICS 3.8.5."""

import finality
import levels
import periods
import rosters
import slices
import states
import windows


def silent_since(world, kpi, window, period, now):
    """First day of the two closed periods that decide who is missing; None where it is not told."""
    if windows.parse(window).kind != "CALENDAR" or not period.exists or period.start > now:
        return None
    calendar, flat = world.calendar_of(kpi), world.flat(kpi)
    arrivals = states.arrivals_of(world, flat, [0] * len(flat.inputs))
    closed = now - max(arrival.due for arrival in arrivals)
    marks = [arrival.watermark for arrival in arrivals]
    if None not in marks:
        closed = max(closed, min(min(marks), now))
    last = period
    if period.stop > closed:
        day = periods.day_of(calendar, min(closed, period.start))
        last = periods.previous_period(calendar, windows.step_of(calendar, window, day))
    return periods.previous_period(calendar, last).first


def last_reported(world, kpi, members, end):
    """The last day before `end` with rows of an input that is cut by all dimensions of a slice."""
    calendar = world.calendar_of(kpi)
    grouping = {dimension for dimension, _ in members}
    return max((day for item in world.flat(kpi).inputs if not grouping & set(item.ignore)
                for day, _, _ in states.slice_rows(world, calendar, item, members)
                if day < end), default=None)


def is_missing(world, kpi, members, since, end):
    if not members or slices.is_other(members):
        return False
    last = last_reported(world, kpi, members, end)
    return last is not None and last < since


def hierarchies_of(world, kpi):
    return [one for item in world.flat(kpi).inputs
            for one in world.metrics[item.metric].hierarchies]


def groupings_below(kpi, hierarchies, grouping):
    """Those that cut a slice of a grouping further, without one between."""
    def is_above(one, other):
        return set(one) != set(other) and levels.can_be_told(hierarchies, one, other)

    finer = [one for one in kpi.slices if is_above(grouping, one)]
    return [one for one in finer if not any(is_above(other, one) for other in finer)]


def slices_below(world, kpi, members, now):
    """The slices one level below that have samples."""
    calendar, found = world.calendar_of(kpi), set()
    hierarchies, day = hierarchies_of(world, kpi), periods.day_of(calendar, now)
    names = tuple(dimension for dimension, _ in members)
    for grouping in groupings_below(kpi, hierarchies, names):
        known = {rosters.place_of(world, kpi, slices.project(
            world.leaf(calendar, item.metric, one, row), grouping))
                 for item in world.flat(kpi).inputs if not set(grouping) & set(item.ignore)
                 for one, row in finality.days_of(world, calendar, item)}
        for child in known:
            parent = levels.slice_above(hierarchies, child, names, day)
            if parent is not None and rosters.place_of(world, kpi, parent) == members:
                found.add(child)
    return found


def missing_of(world, place, now):
    """(whether the member of a state is missing, how many of those one level below are)."""
    kpi = world.kpis[place.kpi]
    since = silent_since(world, kpi, place.window, place.period, now)
    if since is None:
        return False, 0
    end = place.period.end
    below = slices_below(world, kpi, place.slice, now)
    return (is_missing(world, kpi, place.slice, since, end),
            sum(is_missing(world, kpi, members, since, end) for members in below))
