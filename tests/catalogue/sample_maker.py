"""Random samples that a template of the catalogue could meet."""

import re
from decimal import Decimal

from data import ONE_DAY, Day, Period

NOW = Day(2026, 2, 1)
PERIODS = {"DAY": Day(2025, 5, 14), "WEEK": Day(2025, 5, 12), "MONTH": Day(2025, 5, 1),
           "QUARTER": Day(2025, 4, 1), "YEAR": Day(2025, 1, 1)}


def period_of(template):
    """The period to look at: of the first window that is a calendar grain."""
    windows = template["definition"]["kpi"]["windows"]
    grain = next(w for w in windows if w in PERIODS)
    return Period(grain, PERIODS[grain])


def kind_of(metric):
    """What the values of a metric look like, from what it is said to mean."""
    means = metric["means"]
    if re.search(r"^0 when .* 1 when", means):
        return "conversion"
    if means.startswith("1 in each period"):
        return "presence"
    if re.search(r"\b1 .*\b(else|or) 0|, 1 .*else 0", means):
        return "flag"
    if means.startswith("waiting time"):
        return ("scale", 1, 60)
    for text, top in (("from 0 to 10", 10), ("from 1 to 5", 5), ("from 1 to 7", 7)):
        if text in means:
            return ("scale", 0 if top == 10 else 1, top)
    if "the number of the customer's orders" in means:
        return ("scale", 1, 3)
    if "level" in means or "balance" in means:
        return "level"
    return "amount"


def value_of(kind, random):
    if isinstance(kind, tuple):
        return Decimal(random.randint(kind[1], kind[2]))
    if kind == "presence":
        return Decimal(1)
    if kind in ("flag", "conversion"):
        return Decimal(random.randint(0, 1))
    return Decimal(random.randint(100, 99999)) / 100


def days_of(period, random, count):
    length = (period.end - period.start).days
    return [period.start + ONE_DAY * random.randrange(length) for _ in range(count)]


def samples_of(metric, period, random):
    """Sorted samples of one metric: more in the period, some in the 12 before and a year ago."""
    kind = kind_of(metric)
    days = days_of(period, random, 12)
    for n in range(1, 13):
        days += days_of(period.before(n), random, 3)
    days += days_of(period.last_year(), random, 3)
    days = sorted(day for day in days if day >= Day(1999, 1, 1))
    if kind == "level" and not metric.get("entity"):
        days = sorted(set(days))  # one level at a time
    entity = metric.get("entity")
    return [(day, value_of(kind, random), f"e{random.randint(1, 9)}" if entity else "")
            for day in days]


def other_value(value, kind, random):
    if kind in ("flag", "conversion"):
        return 1 - value
    return value + 1 if kind in ("amount", "level") else value_of(kind, random)


def changed(samples, kind, random):
    """The same samples with one value changed, one more, or one moved to another entity."""
    copy = list(samples)
    i = random.randrange(len(copy))
    day, value, entity = copy[i]
    how = random.randrange(3)
    if how == 0 or (how == 2 and not entity) or (how == 1 and kind == "level"):
        copy[i] = (day, other_value(value, kind, random), entity)
    elif how == 1:
        copy.insert(i, (day, value_of(kind, random), entity and "other"))
    else:
        copy[i] = (day, value, "other")
    return copy
