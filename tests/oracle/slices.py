"""Slices of SEMANTICS 3.3.1: sorted tuples of (dimension, member); a member of None is (null), one
of OTHER is (other)."""

import re


OTHER = object()


def other(grouping):
    return tuple((dimension, OTHER) for dimension in sorted(grouping))


def is_other(members):
    return bool(members) and members[0][1] is OTHER


def project(dimensions, grouping):
    """The slice of a sample under a grouping; a dimension that it lacks is the null member."""
    members = dict(dimensions)
    return tuple((dimension, members.get(dimension)) for dimension in sorted(grouping))


def lies_in(dimensions, members):
    """Whether a sample lies in the slice with these members."""
    return project(dimensions, tuple(dimension for dimension, _ in members)) == members


def restrict(members, ignored):
    """The slice that an input reads which ignores some dimensions."""
    return tuple((dimension, member) for dimension, member in members if dimension not in ignored)


def escape(member):
    if member is None or member is OTHER:
        return "(null)" if member is None else "(other)"
    text = re.sub(r"([\\;=])", r"\\\1", member)
    return "\\" + text if text.startswith("(") else text


def text_of(members):
    """Canonical text; empty for the total."""
    return ";".join(f"{dimension}={escape(member)}" for dimension, member in members)
