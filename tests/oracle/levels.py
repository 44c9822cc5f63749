"""Levels above a dimension, and where its members belong on them (SEMANTICS 3.3.2)."""

import dataclasses
import datetime


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
    known, found = dict(dimensions), dict(dimensions)
    for one in metric.hierarchies:
        path = one.path_of(known.get(one.dimension), day)
        if path is not None:
            found.update(zip(one.levels, path))
    return tuple(sorted(found.items()))


def members_above(hierarchy, name, member, day):
    """{level: member} above a member of a dimension or level; {} where nothing tells, or where
    members below a level differ."""
    if name == hierarchy.dimension:
        path = hierarchy.path_of(member, day) or (None,) * len(hierarchy.levels)
        return dict(zip(hierarchy.levels, path))
    if name not in hierarchy.levels:
        return {}
    level, found = hierarchy.levels.index(name), set()
    for one in {entry[0] for entry in hierarchy.entries}:
        path = hierarchy.path_of(one, day) or (None,) * len(hierarchy.levels)
        if path[level] == member:
            found.add(path[:level])
    return dict(zip(hierarchy.levels, found.pop())) if len(found) == 1 else {}


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
