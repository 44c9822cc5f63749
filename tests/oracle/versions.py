"""Versions of a KPI whose history is kept (SEMANTICS 3.16.5): each has the periods that end on or
after its first day, and before that of the next one."""

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class Version:
    first: datetime.date | None  # None: everything before the next one
    kpi: object  # model.Kpi
    revision: int


def series_of(kpi):
    """What a version cannot change."""
    return kpi.inputs, kpi.formula, kpi.unit


def follow(chain, before, after, open_from, not_closed):
    """The versions after a change of a KPI, `before` and `after` with their revisions; () where all
    periods are of the newest. Days before `open_from` are final: no version reaches them. Without a
    day of its own a version begins with what was not closed, on `not_closed`; None: nothing was."""
    kpi, revision = after
    if not kpi.keep and open_from is None:
        return ()
    if series_of(before[0]) == series_of(kpi):
        if not chain or kpi.effective_from in (None, before[0].effective_from):
            return chain and (*chain[:-1], Version(chain[-1].first, kpi, revision))
        earlier, wanted = chain[:-1], kpi.effective_from  # the same version from another day on
    else:
        earlier = (*chain[:-1], Version(chain[-1].first if chain else None, *before))
        wanted = kpi.keep and (kpi.effective_from or not_closed)
    first = max([day for day in (wanted, open_from) if day], default=None)
    if first is None:
        return ()
    left = [one for one in earlier if one.first is None or one.first < first]
    return (*left, Version(first, kpi, revision))


def index_of(chain, day):
    """The version of a period that ends with a day."""
    return max(i for i, one in enumerate(chain) if one.first is None or one.first <= day)
