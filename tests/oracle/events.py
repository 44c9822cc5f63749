"""Named events that move from year to year, for HOLIDAY_ALIGNED (SEMANTICS 3.4.6)."""

import dataclasses
import datetime
import functools

WEEKS = datetime.timedelta(days=364)
YEAR = range(300, 431)  # days between an event and its next date


@dataclasses.dataclass(frozen=True)
class Event:
    name: str
    dates: tuple
    before: int = 0  # days around a date that move along with it
    after: int = 0


def date_around(event, day):
    """The date of an event whose days a day is one of; None if it is none."""
    return next((date for date in event.dates
                 if -event.before <= (day - date).days <= event.after), None)


def event_on(calendar, day):
    """(event, date) of a day; None of an ordinary one."""
    return next(((event, date_around(event, day)) for event in calendar.events
                 if date_around(event, day) is not None), None)


def neighbour(event, date, later):
    """The date of an event a year later or earlier; None if there is none."""
    others = [one for one in event.dates if (one > date if later else one < date)]
    found = (min if later else max)(others, default=None)
    return found if found is not None and abs((found - date).days) in YEAR else None


@functools.lru_cache(maxsize=50_000)
def year_before(calendar, day):
    """The day that compares with a day: of an event its day in the year before; of an ordinary one
    that 364 days earlier, or what an event freed that has moved there. None if there is none."""
    own = event_on(calendar, day)
    if own is not None:
        event, date = own
        before = neighbour(event, date, False)
        return None if before is None else before + (day - date)
    found = day - WEEKS
    while (taken := event_on(calendar, found)) is not None:
        event, date = taken
        after = neighbour(event, date, True)
        if after is None:
            return None
        found = after + (found - date) - WEEKS
    return found
