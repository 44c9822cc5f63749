"""Levels above a dimension, and where its members belong on them (SEMANTICS 3.3.2)."""

import dataclasses
import datetime

import slices


@dataclasses.dataclass(frozen=True)
class Hierarchy:
    """`entries` are (member, first day or None, members of the levels, coarse first)."""
    dimension: str
    levels: tuple
    entries: tuple

    def path_of(self, member, day):
        """The members above one on a day; None for one that belongs nowhere."""
        found = {}
        for name, first, path in self.entries:
            if name == member and (first is None or first <= day):
                found[first or datetime.date.min] = path
        return found[max(found)] if found else None


def has_levels(metric, members):
    levels = {level for one in metric.hierarchies for level in one.levels}
    return any(dimension in levels for dimension, _ in members)


def extended(metric, dimensions, day):
    """The dimensions of a sample with its members of all levels on a day."""
    if not metric.hierarchies:
        return dimensions
    known, found = dict(dimensions), dict(dimensions)
    for one in metric.hierarchies:
        path = one.path_of(known.get(one.dimension), day)
        if path is not None:
            found.update(zip(one.levels, path))
    return tuple(sorted(found.items()))


def members_above(hierarchy, name, member, day):
    """{level: member} above a member of a dimension or level; {} where nothing tells: members below
    a level differ, or it is (null)."""
    if name == hierarchy.dimension:
        path = hierarchy.path_of(member, day) or (None,) * len(hierarchy.levels)
        return dict(zip(hierarchy.levels, path))
    if name not in hierarchy.levels or member is None:
        return {}
    level, found = hierarchy.levels.index(name), set()
    for one in {entry[0] for entry in hierarchy.entries}:
        path = hierarchy.path_of(one, day) or (None,) * len(hierarchy.levels)
        if path[level] == member:
            found.add(path[:level])
    return dict(zip(hierarchy.levels, found.pop())) if len(found) == 1 else {}


def slices_above(hierarchies, members, day):
    """The slices above one on a day, nearest first: with one of its members or more replaced by one
    on a level above. Equally near ones are in the order of their texts."""
    found = [(0, dict(members))]
    for name, member in members:
        steps = [(0, None, None)]
        for one in hierarchies:
            if name != one.dimension and name not in one.levels:
                continue
            above = members_above(one, name, member, day)
            finer = list(one.levels[:one.levels.index(name)] if name in one.levels else one.levels)
            steps += [(i, level, above.get(level)) for i, level in enumerate(reversed(finer), 1)
                      if above.get(level) is not None and level not in dict(members)]
        found = [(count + more, replaced(known, name, level, other))
                 for count, known in found for more, level, other in steps]
    ordered = sorted({(count, tuple(sorted(known.items(), key=lambda one: one[0])))
                      for count, known in found if count}, key=lambda one: (
                          one[0], slices.text_of(one[1])))
    return [known for _, known in ordered]


def replaced(members, name, level, member):
    """The members with one of a level in place of one below it; `level` None: as they are."""
    if level is None:
        return members
    return {**{one: known for one, known in members.items() if one != name}, level: member}


def can_be_told(hierarchies, names, finer):
    """Whether each name is one of the finer ones or a level above one."""
    below = {level: {one.dimension, *one.levels[i:]} for one in hierarchies
             for i, level in enumerate(one.levels)}
    return all(name in finer or below.get(name, set()) & set(finer) for name in names)


def slice_above(hierarchies, members, grouping, day):
    """The slice of a grouping that contains one on a day, where its members tell."""
    known = dict(members)
    for hierarchy in hierarchies:
        for name, member in members:
            for level, above in members_above(hierarchy, name, member, day).items():
                known.setdefault(level, above)
    if not all(name in known for name in grouping):
        return None
    return tuple((name, known[name]) for name in sorted(grouping))
