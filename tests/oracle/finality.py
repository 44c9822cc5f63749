"""Which days are locked, and what is held out of them (SEMANTICS 3.4.7).

Finality is one of days. What is recorded after the cutoff of a day is held out of it: the KPI's
own cutoff, or that of a KPI through which it reads.
"""

import dataclasses
import datetime

import periods
import slices
import versions
import windows

NEVER = periods.FOR_EVER


@dataclasses.dataclass(frozen=True)
class Decision:
    """To finalise all days before `end`, or to release those from `first` on."""
    end: datetime.date
    time: int
    first: datetime.date | None = None


def finest_grain(kpi):
    """Of the calendar windows; None without one."""
    grains = [windows.parse(one).grain for one in kpi.windows
              if windows.parse(one).kind == "CALENDAR"]
    return min(grains, key=periods.GRAINS.index, default=None)


def rule_of(kpi):
    """By which days become FINAL by themselves; None: they do not."""
    grain = finest_grain(kpi)
    return None if kpi.final_after is None or grain is None else (kpi.final_after, grain)


def kpi_for(world, name, day):
    """The definition whose rule holds for a day: another one reaches no day that was FINAL."""
    chain = world.chains.get(name) or ()
    for one, later in zip(chain, chain[1:]):
        if versions.goes_on(one, later) and day < later.first:
            return one.kpi
    return chain[-1].kpi if chain else world.kpis[name]


def is_locked_ever(world, name):
    kpis = [one.kpi for one in world.chains.get(name) or ()] or [world.kpis[name]]
    return bool(world.decisions.get(name)) or any(rule_of(kpi) for kpi in kpis)


def final_time(world, name, day):
    """When a day becomes FINAL: by the first decision, or so long after its period, or after the
    KPI was created."""
    kpi, by_rule = kpi_for(world, name, day), NEVER
    if rule_of(kpi) is not None:
        period = periods.period_of(world.calendar_of(kpi), finest_grain(kpi), day)
        by_rule = max(period.stop, world.created[name]) + kpi.final_after
    decided = next((one.time for one in world.decisions.get(name, ())
                    if one.first is None and day < one.end), NEVER)
    return min(decided, by_rule)


def cutoff(world, name, day):
    releases = [one.time for one in world.decisions.get(name, ())
                if one.first is not None and one.first <= day < one.end]
    return max([final_time(world, name, day), *releases])


def final_since(world, kpi, reach):
    """When a period becomes FINAL; NEVER if it does not."""
    if reach.grain == "ALL" or not reach.first < reach.end or not is_locked_ever(world, kpi.name):
        return NEVER
    return final_time(world, kpi.name, reach.last)


def open_from(world, name, now):
    """The day after the last one that is FINAL; None where none of the last year is."""
    if not is_locked_ever(world, name):
        return None
    day = periods.day_of(world.calendar_of(world.kpis[name]), now)
    for back in range(400):
        one = day - datetime.timedelta(days=back)
        if final_time(world, name, one) <= now:
            return one + periods.ONE_DAY
    return None


# --- What counts ---


def owners_of(world, item):
    """The KPIs whose cutoffs hold for an input."""
    return tuple(name for name in item.through if is_locked_ever(world, name))


def days_of(world, calendar, item):
    """[(local day, sample)] of the input's metric as they count."""
    owners = owners_of(world, item)
    if not owners:
        return world.days(calendar, item.metric)
    return [(day, counted) for day, counted, _ in views_of(world, calendar, item.metric, owners)
            if counted is not None]


def views_of(world, calendar, metric, owners):
    """[(local day, what counts of a sample on it, what it is now)]; None for nothing."""
    return world.remembered(("views", calendar, metric, owners), lambda: [
        (day, on_day(calendar, day, version_at(versions, limit)),
         on_day(calendar, day, version_at(versions, NEVER)))
        for versions in world.versions[metric].values()
        for day in {day_of(calendar, sample) for _, sample in versions if sample is not None}
        for limit in [min(cutoff(world, name, day) for name in owners)]])


def day_of(calendar, sample):
    return sample.business_date or periods.day_of(calendar, sample.time)


def version_at(versions, time):
    """The sample as it was at an instant; None if it was not there."""
    return next((sample for recorded, sample in reversed(versions) if recorded <= time), None)


def on_day(calendar, day, sample):
    return sample if sample is not None and day_of(calendar, sample) == day else None


def held_out(world, calendar, item, members, reach):
    """How many samples would be otherwise if nothing were held out."""
    owners, wanted = owners_of(world, item), slices.restrict(members, item.ignore)
    if not owners:
        return 0
    return sum(counted != latest and slices.lies_in((counted or latest).dimensions, wanted)
               for day, counted, latest in views_of(world, calendar, item.metric, owners)
               if reach.first <= day < reach.end)


# --- Decisions ---


def finalise(world, name, period, now):
    """The world with all days to a period's end FINAL; the same one if they are."""
    if final_time(world, name, period.last) <= now:
        return world
    return decided(world, name, Decision(period.end, now))


def release(world, name, period, now):
    """The world in which what is held out of a FINAL period counts."""
    return decided(world, name, Decision(period.end, now, period.first))


def decided(world, name, decision):
    world = world.copy()
    world.decisions[name] = world.decisions.get(name, ()) + (decision,)
    return world
