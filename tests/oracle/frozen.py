"""What was on record of a closed period at an instant: frozen targets follow it (SEMANTICS 3.5)."""

import dataclasses

import tracking

UNSURE = object()


def without_target(moment, name):
    """The moment with a KPI that is followed: its values do not depend on its target."""
    def strip():
        world = moment.world.copy()
        if name in world.kpis:
            world.kpis[name] = dataclasses.replace(world.kpis[name], target=None, bands=None)
        return world

    return dataclasses.replace(moment, world=moment.world.remembered(("stripped", name), strip))


def value_on_record(moments, place, time):
    """The text of the value that was on record at an instant, or the first one if that came later.
    None of a period that was never recorded as closed."""
    track = tracking.Replay(place, [without_target(one, place.kpi) for one in moments]).run()
    if track.unsure:
        return UNSURE
    record = []
    for entry in track.log:
        if entry.revision < 1 or (record and entry.value == record[-1].value):
            continue
        record = [entry] if entry.cause == "DEFINITION" else record + [entry]
    known = [entry for entry in record if entry.time <= time]
    return (known or record[:1] or [None])[-1]
