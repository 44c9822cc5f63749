"""Windows of SEMANTICS 3.4.5: which periods key the states of a window, and which days each counts.

A window is its text: DAY to YEAR, TO_DATE(grain), TRAILING(n,unit,INCLUDE_CURRENT or
EXCLUDE_CURRENT), CUMULATIVE. Its steps are periods; of CUMULATIVE the one step is ALL.
"""

import dataclasses
import functools

import periods
import week_years


@dataclasses.dataclass(frozen=True)
class Window:
    kind: str  # CALENDAR, TO_DATE, TRAILING or CUMULATIVE
    grain: str  # of the steps; ALL for CUMULATIVE
    units: int = 0  # TRAILING only, as the next
    current: bool = True


@functools.lru_cache(maxsize=None)
def parse(text):
    if "(" not in text:
        return Window("CUMULATIVE", "ALL") if text == "CUMULATIVE" else Window("CALENDAR", text)
    kind, _, rest = text.removesuffix(")").partition("(")
    parts = rest.split(",")
    if kind == "TO_DATE":
        return Window(kind, parts[0])
    return Window(kind, parts[1], int(parts[0]), parts[2] == "INCLUDE_CURRENT")


def kind_of(text):
    """The window's kind as it is counted; TRAILING with and without the open unit differ."""
    window = parse(text)
    if window.kind == "CALENDAR":
        return window.grain
    return window.kind if window.current else "TRAILING_EXCLUDED"


@functools.lru_cache(maxsize=10_000)
def all_time(calendar):
    first, end = week_years.FIRST_DAY, week_years.END_DAY
    return periods.Period(calendar.prefix + "ALL", "ALL", first, end,
                          periods.day_start(calendar, first), periods.day_start(calendar, end))


def step_of(calendar, text, day):
    """The step that contains a day."""
    grain = parse(text).grain
    return all_time(calendar) if grain == "ALL" else periods.period_of(calendar, grain, day)


def moved(calendar, period, count):
    """So many periods later, or earlier."""
    move = periods.next_period if count > 0 else periods.previous_period
    for _ in range(abs(count)):
        period = move(calendar, period)
    return period


@functools.lru_cache(maxsize=100_000)
def reach_of(calendar, text, step):
    """The stretch of time whose samples count in a step, as a period."""
    window = parse(text)
    if window.kind != "TRAILING":
        return step
    last = step if window.current else periods.previous_period(calendar, step)
    first = moved(calendar, last, 1 - window.units)
    return dataclasses.replace(first, id=step.id, grain="", end=last.end, stop=last.stop)


def shares_samples(text):
    """Whether neighbouring steps count the same samples, or one step everything."""
    return parse(text).kind in ("TRAILING", "CUMULATIVE")


def is_known(calendar, text, step):
    """Whether a table of periods has everything that a step counts."""
    window = parse(text)
    if calendar.kind != "CUSTOM" or window.grain in ("ALL", "DAY"):
        return True
    ends = [step]
    if window.kind == "TRAILING":
        ends.append(moved(calendar, step, -window.units))
    return not any(lies_outside(calendar, one) for one in ends)


def lies_outside(calendar, period):
    """Whether a period is what lies before or after a table."""
    name = period.id.removeprefix(calendar.prefix)
    return name.startswith(("BEFORE-", "AFTER-"))
