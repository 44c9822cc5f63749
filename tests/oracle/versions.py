"""Versions of a KPI whose history is kept (SEMANTICS 3.16.5): each has the periods that end on or
after its first day, and before that of the next one."""

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class Version:
    first: datetime.date | None  # None: everything before the next one
    kpi: object  # model.Kpi
    revision: int


# What a KPI does not say of a period by.
UNSAID = {"windows": (), "slices": (), "min_denominator": None, "max_slices": None, "keep": False,
          "effective_from": None}


def series_of(kpi):
    """What a version cannot change."""
    return kpi.inputs, kpi.formula, kpi.unit


def goes_on(before, after):
    """Whether a version is of the same series: it was begun only because days before it are
    final."""
    return series_of(before.kpi) == series_of(after.kpi)


def series_start(chain, index):
    """The first version of the series of one."""
    while index and goes_on(chain[index - 1], chain[index]):
        index -= 1
    return index


def follow(chain, before, after, open_from, not_closed, same_finality=True):
    """The versions after a change of a KPI, `before` and `after` with their revisions; () where all
    periods are of the newest. Days before `open_from` are final: no change reaches them, also one
    that goes on with the series. Without a day of its own a version begins with what was not
    closed, on `not_closed`; None: nothing was."""
    kpi, revision = after
    first = chain[-1].first if chain else None
    if series_of(before[0]) == series_of(kpi):
        if open_from is not None and (first is None or first < open_from):
            if same_finality and say_the_same(before[0], kpi):
                return renewed(chain, after)
            return (*chain[:-1], Version(first, *before), Version(open_from, kpi, revision))
        chain = renewed(chain, after)
        moved = kpi.keep and kpi.effective_from not in (None, before[0].effective_from)
        if moved and chain and not goes_on(chain[-2], chain[-1]) and (
                open_from is None or first >= open_from):
            chain = begun(chain[:-1], kpi.effective_from, after, open_from)
        return chain if same_finality else split(chain, open_from)
    if not kpi.keep and open_from is None:
        return ()
    wanted = kpi.keep and (kpi.effective_from or not_closed)
    begin = latest(wanted, open_from)
    chain = begin and begun((*chain[:-1], Version(first, *before)), begin, after, open_from)
    return (chain or ()) if same_finality else split(chain or (), open_from)


def latest(*days):
    return max([day for day in days if day], default=None)


def begun(earlier, wanted, after, open_from):
    """The versions when the newest begins on a day, unless days from there on are final."""
    begin = latest(wanted, open_from)
    while begin is not None:
        earlier = tuple(one for one in earlier if one.first is None or one.first < begin)
        if not earlier or (open_from is not None and begin <= open_from) or (
                series_of(earlier[-1].kpi) != series_of(after[0])):
            break
        # All between two versions of one series is gone.
        begin = latest(earlier[-1].first, open_from)
    return (*earlier, Version(begin, *after)) if begin and earlier else ()


def say_the_same(one, other):
    return dataclasses.replace(one, **UNSAID) == dataclasses.replace(other, **UNSAID)


def renewed(chain, after):
    return chain and (*chain[:-1], Version(chain[-1].first, *after))


def split(chain, day):
    """Days that are final are told from the others of their version."""
    if day is None:
        return chain
    made = []
    for one, later in zip(chain, (*chain[1:], None)):
        made.append(one)
        if later is not None and later.first > day and (one.first is None or one.first < day):
            made.append(dataclasses.replace(one, first=day))
    return tuple(made)


def index_of(chain, day):
    """The version of a period that ends with a day."""
    return max(i for i, one in enumerate(chain) if one.first is None or one.first <= day)


def index_within(chain, index, day):
    """The version of the same series, at or before one, of a period whose last sample can lie on a
    day."""
    first = series_start(chain, index)
    while index > first and day < chain[index].first:
        index -= 1
    return index
