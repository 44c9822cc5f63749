"""Aggregations of SEMANTICS 3.1 that look beyond the samples of their period: values carried
forward, step functions, conversions, cohorts.

A sample lies at its place: its event time, or the instant of its business date next to it.
"""

import dataclasses
from decimal import Decimal

import aggregates
import counterparts
import decimals
import periods
import windows
from decimals import Nd, exactly

EMPTY = Nd("EMPTY")
NO_COMPARABLE = Nd("NO_COMPARABLE")
CARRYING = ("FIRST", "LAST")
KINDS = ("TIME_WEIGHTED_AVG", "TIME_WEIGHTED_MEAN", "CONVERSION", "COHORT_RATIO")


def looks_beyond(item):
    return item.aggregation in KINDS or (item.aggregation in CARRYING and item.carry != "NONE")


@dataclasses.dataclass(frozen=True)
class Frame:
    """Where an input is read: a step of a window and its reach, and what is known by then."""
    calendar: periods.Calendar
    window: str
    step: periods.Period
    reach: periods.Period
    now: int
    watermark: int | None


@dataclasses.dataclass(frozen=True)
class Framed:
    """A value, and how many members (series, entities) it is made of."""
    value: object
    members: int


def place_of(calendar, sample):
    """The instant at which a sample counts."""
    date = sample.business_date
    if date is None:
        return sample.time
    start = periods.day_start(calendar, date)
    end = periods.day_start(calendar, date + periods.ONE_DAY)
    return max(start, min(sample.time, end - 1))


def latest(placed):
    """Order in time: of one place the later event, of one instant the larger id."""
    place, sample = placed
    return place, sample.time, sample.id.encode()


def earliest(placed):
    """The greatest of these is the first sample; of one instant the one with the larger id."""
    place, sample = placed
    return -place, -sample.time, sample.id.encode()


def by_series(placed):
    """The samples of each leaf series in order of time."""
    series = {}
    for one in sorted(placed, key=latest):
        series.setdefault(one[1].dimensions, []).append(one)
    return list(series.values())


def within(placed, start, stop):
    return [one for one in placed if start <= one[0] < stop]


def carried(item, metric, frame, placed):
    """FIRST and LAST with values from before the period, for series that have none in it."""
    begin = -periods.FOR_EVER
    if item.carry != "UNTIL_RETRACTED" and frame.step.grain != "ALL":
        count = int(item.carry.removeprefix("MAX(").removesuffix(")"))
        begin = windows.moved(frame.calendar, frame.step, -count).start
    ends = []
    for rows in by_series(placed):
        inside = within(rows, frame.reach.start, frame.reach.stop)
        before = within(rows, begin, frame.reach.start)
        if inside:
            ends.append(max(inside, key=earliest if item.aggregation == "FIRST" else latest)[1])
        elif before:
            ends.append(before[-1][1])
    if not ends:
        return Framed(EMPTY, 0)
    return Framed(exactly(aggregates.total(ends, metric.scale), metric.scale), len(ends))


def integrated_to(frame, placed):
    """A period that is over counts to its end; an open one to what is complete or reported."""
    if frame.reach.stop <= frame.now:
        return frame.reach.stop
    inside = within(placed, frame.reach.start, frame.reach.stop)
    known = [sample.time for _, sample in inside]
    if frame.watermark is not None:
        known.append(frame.watermark)
    return min(max(known, default=frame.reach.start), frame.reach.stop)


def time_weighted(item, metric, frame, kept, placed):
    """Integrals of the step functions of all series, by the length of the period (AVG) or by the
    times for which the series have values (MEAN)."""
    start, stop = frame.reach.start, integrated_to(frame, placed)
    if frame.step.grain == "ALL":
        start = min((place for place, _ in kept), default=stop)
    integral = covered = members = 0
    for rows in by_series(kept):
        ends = [place for place, _ in rows[1:]] + [stop]
        length = 0
        for (place, sample), end in zip(rows, ends):
            part = max(0, min(end, stop) - max(place, start))
            integral += part * aggregates.mantissa(sample.value, metric.scale)
            length += part
        covered += length
        members += length > 0
    if covered == 0:
        return Framed(EMPTY, 0)
    whole = stop - start if item.aggregation == "TIME_WEIGHTED_AVG" else covered
    return Framed(decimals.divide(exactly(integral, metric.scale), Decimal(whole)), members)


def conversion(item, frame, placed):
    """Opportunities of the period with a conversion of their entity in time, by all of them."""
    opportunities = answered = 0
    entities = set()
    for place, sample in within(placed, frame.reach.start, frame.reach.stop):
        if sample.value != 0 or not sample.entity:
            continue
        opportunities += 1
        entities.add(sample.entity)
        answered += any(
            other.entity == sample.entity and other.value != 0
            and place <= at <= place + item.conversion_window for at, other in placed)
    return Framed(decimals.divide(Decimal(answered), Decimal(opportunities)),
                  len(entities))


def by_entity(placed, scale):
    """The sum of the mantissas of each entity."""
    sums = {}
    for _, sample in placed:
        if sample.entity:
            sums[sample.entity] = sums.get(sample.entity, 0) + aggregates.mantissa(
                sample.value, scale)
    return sums


def cohort_ratio(item, metric, frame, placed):
    """Values of a cohort now by its values in an earlier period."""
    earlier = counterparts.earlier(frame.calendar, frame.step, item.cohort_offset)
    if earlier is None or not earlier.exists or not frame.step.exists:
        return Framed(NO_COMPARABLE, 0)
    reach = windows.reach_of(frame.calendar, frame.window, earlier)
    then = by_entity(within(placed, reach.start, reach.stop), metric.scale)
    now = by_entity(within(placed, frame.reach.start, frame.reach.stop), metric.scale)
    if item.cohort_measure == "ENTITIES":
        value = decimals.divide(Decimal(len(then.keys() & now.keys())), Decimal(len(then)))
        return Framed(value, len(then))
    left = {entity: now.get(entity, 0) for entity in then}
    if item.cohort_measure == "RETAINED":
        left = {entity: min(value, then[entity]) for entity, value in left.items()}
    return Framed(decimals.divide(exactly(sum(left.values()), metric.scale),
                                  exactly(sum(then.values()), metric.scale)), len(then))


def value_of(item, metric, frame, kept, placed):
    """The value of an input that looks beyond its period. `kept` and `placed` are [(place, sample)]
    of its slice at all times, the former without those that its filter drops."""
    if item.aggregation in CARRYING:
        return carried(item, metric, frame, kept)
    if item.aggregation == "CONVERSION":
        return conversion(item, frame, kept)
    if item.aggregation == "COHORT_RATIO":
        return cohort_ratio(item, metric, frame, kept)
    return time_weighted(item, metric, frame, kept, placed)
