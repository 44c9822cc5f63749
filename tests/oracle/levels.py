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
