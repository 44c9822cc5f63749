"""Slices with states of their own when there are more than a KPI wants (SEMANTICS 3.3.3): those
that were recorded first; what others have counts in the slice whose members are all (other)."""

import slices


def own_slices(world, kpi, grouping):
    """Those of a grouping; None while none is too many. Of KPIs over one metric."""
    metric = world.flat(kpi).inputs[0].metric
    first = list(dict.fromkeys(slices.project(dimensions, grouping)
                               for dimensions, _, _ in world.versions[metric]))
    return None if len(first) <= kpi.max_slices else frozenset(first[:kpi.max_slices])


def place_of(world, kpi, members):
    """The slice in which samples of a slice count."""
    if kpi.max_slices is None or not members:
        return members
    grouping = tuple(dimension for dimension, _ in members)
    own = world.remembered(("roster", kpi.name, grouping),
                           lambda: own_slices(world, kpi, grouping))
    return members if own is None or members in own else slices.other(grouping)


def lies_in(world, kpi, dimensions, members):
    """Whether a sample with these dimensions counts in a slice."""
    if not slices.is_other(members):
        return slices.lies_in(dimensions, members)
    grouping = tuple(dimension for dimension, _ in members)
    return place_of(world, kpi, slices.project(dimensions, grouping)) == members


def others_in(members, rows):
    """How many slices the samples in a slice (other) would have."""
    if not slices.is_other(members):
        return 0
    grouping = tuple(dimension for dimension, _ in members)
    return len({slices.project(row.dimensions, grouping) for row in rows})
