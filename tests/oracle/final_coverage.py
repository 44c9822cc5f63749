"""What random cases covered of finality."""

import computed_targets
import environment
import finality
import told
import windows
from decimals import Nd


def of_finality(checked):
    """How a period became final, and whether something is held out of it or was released."""
    world, place, fields = checked.world, checked.place, checked.fields
    kpi = world.kpis[place.kpi]
    reach = windows.reach_of(world.calendar_of(kpi), place.window, place.period)
    decisions = world.decisions.get(kpi.name, ())
    missing = fields.get("held_out", "0") != "0"
    if fields.get("final_time", "none") == "none":
        return {"open"} if missing and fields.get("life") == "OPEN" else set()
    since = finality.final_since(world, kpi, reach)
    seen = {"decided" if since in [one.time for one in decisions] else "by itself"}
    released = any(one.first is not None and one.first <= reach.last < one.end
                   for one in decisions)
    inner = missing and len(world.flat(kpi).steps) > 1
    keeps = told.reads_others(kpi)
    marks = (("held out", missing), ("released", released), ("behind a component", inner),
             ("kept target", keeps and checked.evaluation.resolved.reason is None),
             ("kept target moved", keeps and has_moved(checked)))
    return seen | {name for name, is_set in marks if is_set}


def has_moved(checked):
    """Whether the target that a FINAL state keeps would be another one now."""
    world, place, resolved = checked.world, checked.place, checked.evaluation.resolved
    kpi = world.kpis[place.kpi]
    there = environment.Environment(world, kpi, place.window, checked.now)
    current = computed_targets.by_formula(kpi.target, place.slice, place.period, there)
    return (None if isinstance(current, Nd) else current) != resolved.low
