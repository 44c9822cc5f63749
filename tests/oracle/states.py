"""The state of a KPI in one window, slice and period, from the world and the time alone."""

import dataclasses
from decimal import Decimal

import aggregates
import counterparts
import derived
import environment
import evaluations
import finality
import formula
import frames
import judgement
import pacing
import periods
import readiness
import rosters
import sampling
import series
import slices
import suppression
import targets
import targets_to_date
import told
import windows
from decimals import Nd

SUPPRESSED = Nd("SUPPRESSED")


@dataclasses.dataclass(frozen=True)
class Place:
    """Which state: of a KPI (by name), a window, a slice and a period."""
    kpi: str
    window: str
    slice: tuple
    period: periods.Period


def slice_rows(world, calendar, item, members):
    """[(day, place, sample)] of an input in a slice at all times, before its filter."""
    wanted = slices.restrict(members, item.ignore)
    locked, root = finality.owners_of(world, item), world.kpis[item.through[0]]
    key = ("slice", calendar, item.metric, wanted, locked, root.max_slices and root.name)
    return world.remembered(key, lambda: [
        (day, frames.place_of(calendar, sample), sample)
        for day, sample in finality.days_of(world, calendar, item)
        if rosters.lies_in(world, root, world.leaf(calendar, item.metric, day, sample), wanted)])


def rows_of(world, kpi, item, members, period):
    """The samples of an input in a slice and a stretch of time, before its filter."""
    return rows_in(world, world.calendar_of(kpi), item, members, period)


def rows_in(world, calendar, item, members, period):
    return [sample for day, _, sample in slice_rows(world, calendar, item, members)
            if period.first <= day < period.end]


def frame_of(world, calendar, place, item, now):
    """Where an input of a state is read; None when an earlier period does not exist.

    In a window of its own it is the period that contains the last day of the KPI's, and what comes
    after that day does not count, nor after as many days of an earlier one. Without such a window
    everything of an earlier period counts.
    """
    window, step, days = place.window, earlier_by(calendar, place.period, item.outer), None
    if step is None:
        return None
    if item.window is not None:
        window, end = item.window, step.end
        step = windows.step_of(calendar, window, step.last)
        if end < step.end:
            days = end - windows.reach_of(calendar, window, step).first
    if item.offset is not None:
        step = counterparts.earlier(calendar, step, item.offset)
        if step is None:
            return None
    reach = windows.reach_of(calendar, window, step)
    if days is not None and reach.first + days < reach.end:
        cut = reach.first + days
        reach = dataclasses.replace(reach, end=cut, stop=periods.day_start(calendar, cut))
    begin = world.reads_from(place.kpi)
    if item.is_elsewhere and begin is not None and reach.last < begin < place.period.end:
        return None
    return frames.Frame(calendar, window, step, reach, now, world.watermarks.get(item.metric))


def earlier_by(calendar, period, offsets):
    for offset in offsets:
        period = period and counterparts.earlier(calendar, period, offset)
    return period


@dataclasses.dataclass(frozen=True)
class Operand:
    """An input where a formula reads it."""
    value: object
    rows: list
    members: int  # of inputs that look beyond their period
    kept: list = dataclasses.field(default_factory=list)  # rows as they are aggregated

    @property
    def has_data(self):
        return bool(self.rows) or self.members > 0


def read_days(world, kpi, item, place, spans, now):
    """An input over stretches of days, which are taken together."""
    calendar, watermark = world.calendar_of(kpi), world.watermarks.get(item.metric)
    reach = dataclasses.replace(spans[0], end=spans[-1].end, stop=spans[-1].stop)
    frame = frames.Frame(calendar, place.window, place.period, reach, now, watermark)
    return read_input(world, kpi, item, place.slice, frame, spans)


def read_input(world, kpi, item, members, frame, spans=None):
    """An input in a frame: what no rows at all mean is said by the watermark (3.8.2)."""
    if frame is None:
        return Operand(Nd("NO_COMPARABLE"), [], 0)
    calendar, metric = frame.calendar, derived.measured(item, world.metrics[item.metric])
    today = world.today(calendar)
    rows = [row for span in spans or (frame.reach,)
            for row in rows_in(world, calendar, item, members, span)]
    framed = frames.Framed(None, 0)
    if frames.looks_beyond(item):
        placed = [(place, sample) for _, place, sample in
                  slice_rows(world, calendar, item, members)]
        kept = [(place, sample) for place, one in placed
                for sample in derived.kept(item, world.metrics[item.metric], [one], today)]
        framed = frames.value_of(item, metric, frame, kept, placed)
    kept = derived.kept(item, world.metrics[item.metric], rows, today)
    if not rows and framed.members == 0:
        value = readiness.value_of_nothing(frame.reach, frame.watermark,
                                           item.aggregation in aggregates.ZERO_WHEN_EMPTY)
    elif framed.value is not None:
        value = framed.value
    else:
        value = aggregates.aggregate(
            item, metric, kept,
            lambda row: row.business_date or periods.day_of(calendar, row.time))
    return Operand(value, rows, framed.members, kept)


def evaluate_steps(flat, calendar, reaches, inputs, results=()):
    """Inputs first, formulas last, from the inside out (3.2 rule 4); `reaches` are those of the
    steps, parallel to them."""
    steps = []
    for step, reach in zip(flat.steps, reaches):
        values = {"input": inputs, "step": steps, "result": results}
        names = {alias: values[kind][index] for alias, kind, index in step.bindings}
        steps.append(formula.evaluate(step.formula, {**constants_of(calendar, reach), **names}))
    return steps


def constants_of(calendar, reach):
    if reach is None:
        return dict.fromkeys(("days", "working_days"), Nd("NO_COMPARABLE"))
    return {name: Decimal(count) for name, count in periods.constants(calendar, reach).items()}


def results_of(world, calendar, place, flat, now):
    """What RESULT makes of finished values, in the order of flat.results."""
    values = []
    for one in flat.results:
        step = earlier_by(calendar, place.period, one.offsets)
        if step is None:
            values.append(Nd("NO_COMPARABLE"))
            continue
        reach = windows.reach_of(calendar, place.window, step)
        values.append(finished_in(world, calendar, place, one, reach, now))
    return values


def finished_in(world, calendar, place, result, reach, now):
    """The finished values of the periods in a stretch of whole ones, as far as they have begun."""
    members = slices.restrict(place.slice, result.ignore)
    parts = [part for part in periods.periods_between(calendar, reach, result.grain)
             if part.start < now]
    return aggregates.of_finished(result.aggregation, [
        value_in(world, calendar, Place(result.kpi, result.grain, members, part), now)
        for part in parts])


def value_in(world, calendar, place, now):
    """The value of a KPI in a period of a calendar, which may be that of another KPI."""
    def compute():
        kpi = world.kpis[place.kpi]
        flat = world.flat(kpi)
        operands = operands_of(world, calendar, place, now)
        results = results_of(world, calendar, place, flat, now)
        return steps_of(world, calendar, place, flat, operands, results)[-1]

    if not place.period.exists:
        return Nd("NOT_APPLICABLE")
    return world.remembered(("value", calendar, place, now), compute)


def steps_of(world, calendar, place, flat, operands, results):
    """The values of all steps of a state."""
    reaches = []
    for step in flat.steps:
        period = earlier_by(calendar, place.period, step.offsets)
        reaches.append(period and windows.reach_of(calendar, place.window, period))
    return evaluate_steps(flat, calendar, reaches, [one.value for one in operands], results)


def is_newest(world, kpi, window, members, period, now):
    """Whether no later period of the slice, which has begun, has rows: only these can be STALE
    (3.8.4)."""
    calendar = world.calendar_of(kpi)
    days = {day for item in world.flat(kpi).inputs
            for day, _, _ in slice_rows(world, calendar, item, members)}
    if windows.parse(window).kind != "TRAILING":
        return not any(day >= period.end for day in days)
    later = periods.next_period(calendar, period)
    while later.start <= now and days:
        reach = windows.reach_of(calendar, window, later)
        if max(days) < reach.first:
            return True
        if any(reach.first <= day < reach.end for day in days):
            return False
        later = periods.next_period(calendar, later)
    return True


def arrivals_of(world, flat, counts):
    """How far each input has arrived; `counts` are their rows and members."""
    arrivals = []
    for item, count in zip(flat.inputs, counts):
        metric = world.metrics[item.metric]
        mark, last = world.watermarks.get(item.metric), world.last_event(item.metric)
        updates = [time for time in (mark, last) if time is not None]
        arrivals.append(readiness.Arrival(mark, max(updates, default=None), count,
                                          metric.expected_lag + metric.grace, metric.max_age))
    return arrivals


def evaluate(world, place, now):
    """The state as far as it follows from the world and the time; see tracking for the rest."""
    evaluation, kpi = evaluate_alone(world, place, now), world.kpis[place.kpi]
    if kpi.bands is not None and kpi.bands.basis == "SIGMA":
        evaluations.judge_by(kpi, evaluation, series.sigma_of(world, place, evaluation, now))
    if kpi.bands is not None and kpi.bands.basis == "PACE":
        pacing.judge(world, place, evaluation, now)
    if kpi.no_data_policy == "KEEP_LAST" and evaluations.may_keep(evaluation):
        kept = series.kept_status(world, kpi, place, now)
        if kept is not None:
            evaluation.kept, evaluation.status = True, kept
            evaluation.score = judgement.midpoint(kept)
    if kpi.hysteresis is None:
        return evaluation
    evaluation.fold = series.fold_on(kpi, series.fold_before(world, kpi, place, now), evaluation)
    if evaluation.hit is not None:
        evaluation.status = evaluation.fold.status
        evaluation.score = judgement.score(kpi.bands, kpi.direction, evaluation.hit,
                                           evaluation.status)
    return evaluation


def is_interval(world, flat):
    """Whether percentages of the value mean nothing (3.6.3)."""
    return any(world.metrics[item.metric].scale_type == "INTERVAL"
               and item.aggregation not in aggregates.WITHOUT_UNIT for item in flat.inputs)


def operands_of(world, calendar, place, now):
    kpi = world.kpis[place.kpi]
    return [read_input(world, kpi, item, place.slice, frame_of(world, calendar, place, item, now))
            for item in world.flat(kpi).inputs]


def is_closed(world, place, now):
    """Whether a period is over and complete, by the version of the KPI that it is of."""
    world = world.version_for(place.kpi, place.period.last)
    kpi = world.kpis[place.kpi]
    flat = world.flat(kpi)
    reach = windows.reach_of(world.calendar_of(kpi), place.window, place.period)
    arrivals = arrivals_of(world, flat, [0] * len(flat.inputs))
    mark = readiness.assess(reach, now, arrivals, False).watermark
    return readiness.life(place.period, now, mark, max(one.due for one in arrivals)) == "CLOSED"


def worth_of(world, place, now):
    """(value, whether the period is closed): what others read of a state."""
    world = world.comparable_version(place.kpi, place.period.last)
    if world is None:
        return Nd("NO_COMPARABLE"), True
    return worth_in(world, place, now), is_closed(world, place, now)


def worth_in(world, place, now):
    """What others read of a state of the version of a KPI that the world has."""
    if suppression.cause(world, place, now):
        return SUPPRESSED
    return value_in(world, world.calendar_of(world.kpis[place.kpi]), place, now)


def evaluate_alone(world, place, now):
    """The state without the periods before it."""
    kpi, period = world.kpis[place.kpi], place.period
    flat, calendar = world.flat(kpi), world.calendar_of(kpi)
    reach = windows.reach_of(calendar, place.window, period)
    operands = operands_of(world, calendar, place, now)
    inputs = [operand.value for operand in operands]
    results = results_of(world, calendar, place, flat, now)
    steps = steps_of(world, calendar, place, flat, operands, results)
    withheld = suppression.cause(world, place, now)
    if withheld:
        inputs, steps, results = ([SUPPRESSED] * len(some) for some in (inputs, steps, results))
    value = steps[-1] if period.exists else Nd("NOT_APPLICABLE")
    arrivals = arrivals_of(world, flat, [len(operand.rows) + operand.members
                                         for operand in operands])
    ready = readiness.assess(reach, now, arrivals, is_newest(
        world, kpi, place.window, place.slice, period, now))
    state = readiness.data_state(reach, ready, value)
    resolved, whole = targets_to_date.resolve(
        world, place, now, ready, environment.Environment(world, kpi, place.window, now),
        withheld)
    resolved = as_told(world, place, now, ready, resolved, withheld)
    interval = is_interval(world, flat)
    told = [[] if withheld else operand.rows for operand in operands]
    times = [row.time for item, rows in zip(flat.inputs, told) if not item.is_earlier
             for row in rows]
    evaluation = evaluations.Evaluation(
        inputs, [len(rows) for rows in told], steps, results, value, len(times),
        max(times, default=None), ready, state,
        life_of(world, kpi, reach, readiness.life(
            period, now, ready.watermark, max(one.due for one in arrivals)), now),
        resolved, judgement.Figures(), None, "", None, None,
        [len(operand.kept) for operand in operands], withheld,
        judgement.goal_of(kpi, resolved, interval))
    evaluation.whole_goal = judgement.goal_of(kpi, whole, interval)
    evaluation.interval = sampling.interval_of(world, kpi, evaluation, operands)
    evaluation.low_n = evaluation.interval is not None and sampling.is_low(
        evaluation.interval, kpi.sampling.tolerance)
    evaluations.judge(kpi, evaluation, evaluation.goal)
    if evaluation.low_n and kpi.sampling.clamp and evaluation.hit is not None:
        evaluation.status = "WARNING"
        evaluation.score = judgement.score(kpi.bands, kpi.direction, evaluation.hit, "WARNING")
    return evaluation


def as_told(world, place, now, ready, resolved, withheld):
    """The target of a state: of a FINAL one that is made of other KPIs, as it was told."""
    kpi = world.kpis[place.kpi]
    last = told.last_told(world, place, now) if told.reads_others(kpi) else None
    if last is None:
        return resolved
    if last is told.UNSURE:
        return targets.none(Nd("UNSURE"))
    then = environment.Environment(last[0], kpi, place.window, last[1])
    return told.kept(
        targets_to_date.resolve(world, place, now, ready, then, withheld)[0], resolved)


def life_of(world, kpi, reach, life, now):
    """The life of a period, with FINAL."""
    over = life in ("CLOSING", "CLOSED")
    return "FINAL" if over and finality.final_since(world, kpi, reach) <= now else life
