"""Counts of what random cases covered, and which of them are too few."""

import collections
import dataclasses

import computed_targets
import events
import features
import final_coverage
import members
import periods
import rosters
import slices
import states
import versions
import windows
from decimals import Nd


def touches(world, place, metric, sample):
    """Whether a sample of a metric lies in a state."""
    kpi = world.kpis[place.kpi]
    calendar = world.calendar_of(kpi)
    day = sample.business_date or periods.day_of(calendar, sample.time)
    reach = windows.reach_of(calendar, place.window, place.period)
    if not reach.first <= day < reach.end:
        return False
    return any(item.metric == metric and slices.lies_in(
        sample.dimensions, slices.restrict(place.slice, item.ignore))
               for item in world.flat(kpi).inputs)


def changes_of(simulation):
    """(kind, moment, metric, sample) with the second half of a move: a sample that is withdrawn
    and comes again under its id and with its value is one move."""
    changes, out = simulation.changes, []
    for i, (kind, moment, metric, sample) in enumerate(changes):
        if kind in ("in order", "late") and i > 0 and sample.id:
            before = changes[i - 1]
            if before[0] == "retraction" and before[2:] and before[3].id == sample.id:
                kind = "move"
        out.append((kind, moment, metric, sample))
    return out


def count(simulation, counts):
    """Adds what the looks of one case saw, each thing once for each state that was looked at:
    aggregations and windows by kinds of change, reasons, statuses."""
    changes, seen = changes_of(simulation), {}
    for checked in simulation.checked:
        evaluation, here = checked.evaluation, seen.setdefault(checked.place, set())
        here |= hits(checked, changes)
        here |= {("status", evaluation.status), ("mode", simulation.case.mode)}
        here |= {("reason", value.reason) for value in (evaluation.value, *evaluation.inputs)
                 if isinstance(value, Nd)}
        if evaluation.status == "NO_TARGET":
            here.add(("reason", evaluation.reason))
        here |= {("series", name) for name in of_series(checked)}
        here |= {("member", name) for name in of_members(checked)}
        here |= {("comparison", name) for name in of_comparisons(checked)}
        here |= {("pace", name) for name in of_pace(checked)}
        here |= {("component", name) for name in of_components(checked)}
        here |= {("offset", name) for name in of_offsets(checked)}
        here |= {("suppression", name) for name in of_suppression(checked)}
        if evaluation.hit is not None:
            bands = checked.world.kpis[checked.place.kpi].bands
            here.add(("basis", bands.basis if bands else "FVP"))
        if not checked.track.unsure and len(checked.track.log) > 1:
            here.add(("remembered", windows.kind_of(checked.place.window)))
        here |= {("level", name) for name in of_levels(checked)}
        here |= {("roster", name) for name in of_roster(checked)}
        here |= {("version", name) for name in of_versions(checked)}
        here |= {("sampling", name) for name in of_sampling(evaluation)}
        here |= {("finality", name) for name in final_coverage.of_finality(checked)}
        here |= {("expression", name) for name in of_expressions(checked)}
        if is_frozen(checked):
            moved = "moved" if is_moved(checked) else "same"
            here.add(("frozen", "slice " + moved if checked.place.slice else moved))
        if evaluation.resolved.kind is not None:
            here.add(("target", evaluation.resolved.kind))
    for here in seen.values():
        counts.update(here)


def of_members(checked):
    """Whether members are missing, and whether they are because something is held out."""
    fields, world, place = checked.fields, checked.world, checked.place
    marks = (("missing", "MISSING_MEMBER" in fields.get("flags", "")),
             ("missing below", fields.get("members_missing", "0") != "0"))
    seen = {name for name, is_set in marks if is_set}
    if seen and "held_out" in fields:
        latest = members.missing_of(unlocked(world), place, checked.now)[1]
        seen |= {"missing below, held out"} if int(fields["members_missing"]) > latest else set()
    return seen


def unlocked(world):
    """The world without days that are final."""
    other = world.copy()
    other.decisions = {}
    other.kpis = {name: dataclasses.replace(kpi, final_after=None)
                  for name, kpi in world.kpis.items()}
    return other


def of_comparisons(checked):
    """What the comparisons of a state show."""
    seen = set()
    for name, found in checked.compared.items():
        missing = isinstance(found.value, Nd)
        seen |= {found.value.reason if missing else name, found.movement or "none"}
        if isinstance(found.percent, Nd):
            seen.add(found.percent.reason)
        seen |= set(of_events(checked, name))
        marks = (("cut", found.cut is not None), ("CLIPPED", found.comparable.clipped),
                 ("PARTIAL", found.comparable.partial))
        seen |= {mark for mark, is_set in marks if is_set}
    return seen


def of_events(checked, name):
    """Whether a day of an event is compared, and what an event has freed."""
    if not name.startswith("HOLIDAY_ALIGNED"):
        return
    calendar = checked.world.calendar_of(checked.world.kpis[checked.place.kpi])
    for first, end in checked.compared[name].comparable.own_days[:1]:
        for day in periods.days_between(first, min(end, first + 60 * periods.ONE_DAY)):
            own, other = events.event_on(calendar, day), events.year_before(calendar, day)
            if own is not None and other is not None:
                yield "event"
            elif own is None and other not in (None, day - events.WEEKS):
                yield "freed"


def of_suppression(checked):
    """Why a state is withheld, and what others do not read of it."""
    evaluation = checked.evaluation
    if evaluation.withheld:
        return {evaluation.withheld}
    compared = any(found.value == states.SUPPRESSED for found in checked.compared.values())
    marks = (("comparison", compared), ("target", evaluation.resolved.reason == states.SUPPRESSED))
    return {name for name, is_set in marks if is_set}


def is_frozen(checked):
    target = checked.world.kpis[checked.place.kpi].target
    return bool(target and target.freeze) and checked.evaluation.resolved.reason is None


def is_moved(checked):
    """Whether the value that a target was frozen from is another one now."""
    kpi = checked.world.kpis[checked.place.kpi]
    prior = periods.previous_period(checked.world.calendar_of(kpi), checked.place.period)
    value, _ = states.worth_of(checked.world, states.Place(
        kpi.name, checked.place.window, checked.place.slice, prior), checked.now)
    moved = computed_targets.changed(value, kpi.target, 1)
    return moved != checked.evaluation.resolved.low


def of_levels(checked):
    """The view of a slice of a level, and whether members in it have moved."""
    world, place, view = checked.world, checked.place, checked.fields.get("view", "none")
    if view == "none":
        return
    yield view
    yield from [view + " withheld"] if checked.evaluation.withheld else []
    kpi = world.kpis[place.kpi]
    filters = [item.where or "" for _, item in kpi.inputs]
    if any(level in where for where in filters for level in ("area", "country")):
        yield view + " filter"
    yield from [view + " target"] if "hierarchy:" in checked.fields.get("rule", "") else []
    calendar, (now, as_was) = world.calendar_of(kpi), world.as_of
    other = world.viewed_at(now, not as_was)
    reach = windows.reach_of(calendar, place.window, place.period)
    for item in world.flat(kpi).inputs:
        for row in states.rows_in(world, calendar, item, place.slice, reach):
            day = row.business_date or periods.day_of(calendar, row.time)
            if not slices.lies_in(other.leaf(calendar, item.metric, day, row), place.slice):
                yield view + " moved"
                return


def of_roster(checked):
    """Whether a slice is one of too many."""
    kpi, members = checked.world.kpis[checked.place.kpi], checked.place.slice
    if kpi.max_slices is None or not members:
        return
    if slices.is_other(members):
        yield "other withheld" if checked.evaluation.withheld else "other"
    elif rosters.own_slices(checked.world, kpi, [dimension for dimension, _ in members]):
        yield "own"


def of_versions(checked):
    """The version of a state, and what it does not or does read across a break."""
    world, name = checked.world, checked.place.kpi
    chain = world.chains.get(name)
    if not chain:
        return
    index = world.viewed.get(name, len(chain) - 1)
    yield "newest" if index + 1 == len(chain) else "earlier"
    yield from ["third"] if index > 1 else []
    yield from ["final"] if checked.fields.get("life") == "FINAL" else []
    yield from ["revised"] if int(checked.fields.get("revision", "0")) > 1 else []
    kept = all(one.kpi.effective_from is None for one in chain)
    if kept and index == len(chain) - 1:
        yield "slice from what was open" if checked.place.slice else "from what was open"
    if index and "variation" in checked.fields:
        yield "silent series" if begins_silent(world, checked.place) else "series"
    yield from ["operand"] if Nd("NO_COMPARABLE") in checked.evaluation.inputs else []
    for found in checked.compared.values():
        days = found.comparable.days
        if not days:
            continue
        last = found.comparable.period.last if found.comparable.period else (
            days[-1][1] - periods.ONE_DAY)
        if versions.index_of(chain, last) != index:
            yield "break" if found.value == Nd("NO_COMPARABLE") else "across"


def begins_silent(world, place):
    """Whether the first period of a version has no samples in a slice."""
    kpi = world.kpis[place.kpi]
    calendar = world.calendar_of(kpi)
    first = windows.step_of(calendar, place.window, world.chains[place.kpi][
        world.viewed.get(place.kpi, len(world.chains[place.kpi]) - 1)].first)
    return not any(states.rows_of(world, kpi, item, place.slice, first)
                   for item in world.flat(kpi).inputs)


def of_sampling(evaluation):
    """The interval of a value."""
    found = evaluation.interval
    if found is None:
        return set()
    clamped = evaluation.low_n and evaluation.hit and evaluation.status != evaluation.hit.status
    marks = (("LOW_N", evaluation.low_n), ("clamped", clamped))
    missing = {found.half.reason} if isinstance(found.half, Nd) else {found.method}
    return missing | {name for name, is_set in marks if is_set}


def of_expressions(checked):
    """Which columns derived values of inputs with a value are made of, and what became of them."""
    items = checked.world.flat(checked.world.kpis[checked.place.kpi]).inputs
    evaluation = checked.evaluation
    for item, value, count, kept in zip(items, evaluation.inputs,
                                        evaluation.input_rows, evaluation.kept_rows):
        if item.expression is None or isinstance(value, Nd):
            continue
        yield from (name for name in ("value", "weight") if name in item.expression)
        yield from ["weighted"] if item.aggregation == "WEIGHTED_AVG" else []
        yield from ["left out"] if kept < count and not item.where else []
        yield from ["scale"] if item.expression_scale is not None else []


def of_pace(checked):
    """What the pace of an open period shows."""
    found = checked.paced
    if found is None:
        return set()
    rule = checked.world.kpis[checked.place.kpi].pace
    marks = (("interval", found.low), ("probability", found.probability), ("prior", found.prior),
             ("index", found.index), ("rate", found.required))
    return {rule.profile or "CALENDAR", found.method, f"too early: {found.too_early}",
            f"to date: {found.status_to_date}", f"projected: {found.status_projected}",
            *(name for name, value in marks if not isinstance(value, Nd))}


def of_components(checked):
    """How KPI operands that had a value are read."""
    evaluation, flat = checked.evaluation, checked.world.flat(
        checked.world.kpis[checked.place.kpi])
    for one, value in zip(flat.results, evaluation.results):
        if not isinstance(value, Nd):
            yield one.aggregation
    for step, value in zip(flat.steps[:-1], evaluation.steps):
        if not isinstance(value, Nd):
            yield "COMPONENTS"
            yield from ["earlier"] if step.offsets else []
            yield from ["ignoring"] if step.ignore else []


def of_offsets(checked):
    """The offsets of inputs that had a value in their other period."""
    items = checked.world.flat(checked.world.kpis[checked.place.kpi]).inputs
    return {
        "{} {}".format(*offset) for item, value in zip(items, checked.evaluation.inputs)
        if not isinstance(value, Nd) for offset in (item.offset, item.cohort_offset) if offset}


def of_series(checked):
    """What a state shows of its chart, its direction of travel and its hysteresis."""
    fields, kpi = checked.fields, checked.world.kpis[checked.place.kpi]
    fold = fields.get("fold", "none").split()
    seen = {word for word in ("worse", "better") if word in fold}
    shown = not checked.evaluation.kept and fold != ["none"]
    if shown and fields.get("status") != fields.get("raw_status"):
        seen.add("held back")
    if checked.evaluation.kept:
        seen.add("KEEP_LAST")
    if "variation" not in fields:
        return seen
    rule = kpi.control
    seen |= {fields["variation"], fields["travel"], fields["assurance"],
             *fields["control_rules"].split("+"), rule.profile or "NHS_MDC", rule.centre}
    marks = (("rebase", rule.rebases), ("excluded", rule.excluded),
             ("proposal", fields["control_rebase"] != "none"),
             ("kept", fields["kept_variation"] != "none"))
    return seen | {name for name, is_set in marks if is_set}


def hits(checked, changes):
    """The kinds of change that a looked-at state went through, by aggregation and window."""
    world, place, seen = checked.world, checked.place, set()
    for change, moment, metric, sample in changes:
        if moment >= checked.moments or change not in features.CHANGES:
            continue
        if change == "definition":
            if not checked.redefined or not checked.evaluation.rows:
                continue
        elif not touches(world, place, metric, sample):
            continue
        for item in world.flat(world.kpis[place.kpi]).inputs:
            if item.is_elsewhere:
                continue
            if change == "definition" or item.metric == metric:
                seen |= {("aggregation", item.aggregation, change),
                         ("pair", item.aggregation, windows.kind_of(place.window), change)}
        seen.add(("window", windows.kind_of(place.window), change))
    return seen


def wanted():
    """Everything that must have been seen often enough."""
    keys = [("pair", kind, window, change) for kind in features.AGGREGATIONS
            for window in features.WINDOWS for change in features.CHANGES]
    return keys + [(title, name) for title, names in OTHERS for name in names]


OTHERS = (("reason", features.REASONS), ("status", features.STATUSES),
          ("target", features.TARGETS), ("offset", tuple(
              "{} {}".format(*one) for one in dict.fromkeys(features.OFFSETS))),
          ("component", features.RESULTS + ("COMPONENTS", "earlier", "ignoring")),
          ("suppression", features.SUPPRESSION), ("expression", features.EXPRESSIONS),
          ("sampling", features.SAMPLING), ("finality", features.FINALITY),
          ("basis", features.BASES + ("SIGMA", "PACE")), ("version", features.VERSIONS),
          ("roster", features.ROSTER), ("level", features.LEVELS),
          ("frozen", features.FROZEN), ("remembered", features.REMEMBERED),
          ("pace", features.PACE), ("comparison", features.COMPARISONS),
          ("series", features.SERIES), ("member", features.MEMBERS))


def missing(counts, least):
    """[(what, how often)] of what was seen too rarely."""
    return [(key, counts[key]) for key in wanted() if counts[key] < least]


def table(counts):
    """The counts as lines: aggregations and windows by kind of change, then the rest."""
    lines = []
    for title, names in (("aggregation", features.AGGREGATIONS), ("window", features.WINDOWS)):
        lines.append(f"{title:16}" + "".join(f"{change:>12}" for change in features.CHANGES))
        lines += [f"{name:16}" + "".join(f"{counts[(title, name, change)]:12}"
                                         for change in features.CHANGES) for name in names]
    pairs = [counts[key] for key in wanted() if key[0] == "pair"]
    lines.append(f"least of aggregation x window x change: {min(pairs)}")
    for title, names in OTHERS:
        lines.append(f"{title}: " + ", ".join(f"{name} {counts[(title, name)]}" for name in names))
    return lines


def new_counts():
    return collections.Counter()
