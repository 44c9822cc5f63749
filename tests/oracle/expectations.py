"""The fields of an expected state, as text of the case language (tests/acceptance/README.md)."""

import finality
import judgement
import levels
import members
import periods
import rosters
import series
import states
import windows
from decimals import Nd, canonical

# Compared in every state, in this order; operands follow.
FIELDS = ("value", "nd", "unit", "data_state", "flags", "rows", "completeness", "watermark",
          "last_event", "additive", "definition_revision", "status", "raw_status", "target",
          "target_low", "target_high", "rule", "variance", "favourable", "fvp", "attainment",
          "score", "basis_value", "thresholds", "to_better", "to_worse", "period", "life", "start",
          "end", "revision", "closed_at", "members_missing")


def number(value):
    return "none" if value is None or isinstance(value, Nd) else canonical(value)


def time(instant):
    return "none" if instant is None else periods.instant_text(instant)


def thresholds(hit):
    if hit is None:
        return "none"
    texts = []
    for low, high in hit.thresholds:
        first = high if low is None else low
        texts.append(canonical(first))
        if low is not None and high is not None:
            texts[-1] += f"..{canonical(high)}"
    return "+".join(texts) or "none"


def flags(evaluation, track, member_missing):
    marks = (("PROVISIONAL", not evaluation.readiness.ready),
             ("STALE", evaluation.readiness.stale), ("RESTATED", track.restated),
             ("SUPPRESSED", evaluation.value == states.SUPPRESSED), ("LOW_N", evaluation.low_n),
             ("MISSING_MEMBER", member_missing))
    return "+".join(name for name, is_set in marks if is_set) or "none"


def value_fields(evaluation, track, member_missing):
    missing = isinstance(evaluation.value, Nd)
    mark = evaluation.readiness.watermark
    return {
        "value": number(evaluation.value),
        "nd": evaluation.value.reason if missing else "none",
        "data_state": evaluation.data_state,
        "flags": flags(evaluation, track, member_missing),
        "rows": str(evaluation.rows),
        "completeness": canonical(evaluation.readiness.completeness),
        "watermark": time(mark),
        "last_event": time(evaluation.last_event),
    }


def raw_status(evaluation):
    if evaluation.hit:
        return evaluation.hit.status
    return "NO_DATA" if evaluation.kept else evaluation.status


def status_fields(evaluation):
    figures, resolved, hit = evaluation.figures, evaluation.resolved, evaluation.hit
    has_target = resolved.reason is None
    return {
        "status": evaluation.status,
        "raw_status": raw_status(evaluation),
        "target": "none" if resolved.is_range else number(resolved.low),
        "target_low": number(resolved.low) if resolved.is_range else "none",
        "target_high": number(resolved.high) if resolved.is_range else "none",
        "rule": resolved.rule if has_target else "none",
        "variance": number(figures.variance),
        "favourable": number(figures.favourable),
        "fvp": number(figures.fvp),
        "attainment": number(figures.attainment),
        "score": number(evaluation.score),
        "basis_value": number(hit and hit.basis_value),
        "thresholds": thresholds(hit),
        "to_better": number(hit and hit.to_better),
        "to_worse": number(hit and hit.to_worse),
    }


def exactly(*doubles):
    return "/".join(format(value, ".17g") for value in doubles)


def fold_text(kpi, fold):
    """`1 worse 2 to 2`: the band, and a run with its length and where it leads."""
    if fold is None or fold.status is None:
        return "none"
    bands = [status for status, _ in judgement.cuts_of(kpi.bands)[1]] + ["OFF_TARGET"]
    text = str(bands.index(fold.status))
    if fold.worse:
        text += f" worse {fold.worse} to {min(bands.index(one) for one in fold.run)}"
    if fold.better:
        text += f" better {fold.better} to {max(bands.index(one) for one in fold.run)}"
    return text


def series_fields(world, place, evaluation, now):
    """What builds on the periods before."""
    kpi, fields = world.kpis[place.kpi], {}
    if kpi.hysteresis is not None:
        fields["fold"] = fold_text(kpi, evaluation.fold)
    if kpi.control is None or windows.parse(place.window).kind != "CALENDAR":
        return fields
    chart = series.chart_of(world, place, now)
    bounds, travel = chart.bounds, chart.travel
    slope = [value for value in (travel.slope, travel.percent) if value is not None]
    return {**fields, "control_points": str(chart.points),
            "control_limits": "none" if bounds is None else exactly(
                bounds.centre, bounds.upper, bounds.lower, *reversed(bounds.line("two_sigma")),
                *reversed(bounds.line("quarter")), bounds.range_limit, bounds.average_range,
                bounds.sigma),
            "control_rules": "+".join(chart.rules) or "none",
            "control_label": chart.rules[0] if chart.rules else "none",
            "control_rebase": chart.rebase or "none", "variation": chart.variation,
            "kept_variation": " ".join(chart.kept) if chart.kept else "none",
            "assurance": chart.assurance or "none", "travel": chart.verdict,
            "travel_points": str(travel.points), "travel_s": str(travel.score),
            "travel_figures": exactly(travel.variance, travel.z, *slope)}


def pace_fields(found):
    """Where an open period should be, and where it will end."""
    if found is None:
        return {"pace_as_of": "none", "pace_share": "none", "projected": "none"}
    missing = found.projected.reason if isinstance(found.projected, Nd) else "none"
    return {"pace_as_of": time(found.as_of), "elapsed": number(found.elapsed),
            "pace_share": number(found.share), "pace_method": found.method,
            "pace_periods": str(found.history_count), "pace_prior": number(found.prior),
            "due": number(found.due), "projected": number(found.projected),
            "projected_nd": missing, "projected_low": number(found.low),
            "projected_high": number(found.high), "scenarios": str(found.scenarios),
            "pace_index": number(found.index), "required_rate": number(found.required),
            "remaining": number(found.remaining), "probability_met": number(found.probability),
            "too_early": found.too_early or "none", "status_to_date": found.status_to_date,
            "status_projected": found.status_projected}


def finality_fields(world, kpi, place, reach, evaluation, now):
    """When the period became final, and how much is held out of it."""
    since = finality.final_since(world, kpi, reach)
    fields = {"final_time": time(since) if evaluation.life == "FINAL" else "none"}
    if evaluation.withheld:
        return fields
    calendar, counts = world.calendar_of(kpi), {}
    for item in world.flat(kpi).inputs:
        if item.is_earlier:
            continue
        frame = states.frame_of(world, calendar, place, item, now)
        count = finality.held_out(world, calendar, item, place.slice, frame.reach)
        counts[item.metric] = max(count, counts.get(item.metric, 0))
    return {**fields, "held_out": str(sum(counts.values()))}


def interval_fields(interval):
    """How far the value can be trusted."""
    if interval is None:
        return {"interval_method": "none", "interval_n": "none"}
    return {"interval_method": interval.method, "interval_n": number(interval.n),
            "interval_low": number(interval.low), "interval_high": number(interval.high),
            "half_width": number(interval.half), "standard_error": number(interval.error),
            "interval_nd": interval.half.reason if isinstance(interval.half, Nd) else "none"}


def operand_fields(world, kpi, reach, evaluation):
    """`input.ALIAS`, `rows.ALIAS`, `component.ALIAS`, `constant.NAME`."""
    fields = {f"constant.{name}": str(count) for name, count in periods.constants(
        world.calendar_of(kpi), reach).items()}
    for alias, kind, index in world.flat(kpi).steps[-1].bindings:
        if kind != "input":
            values = evaluation.steps if kind == "step" else evaluation.results
            fields[f"component.{alias}"] = number(values[index])
            continue
        fields[f"input.{alias}"] = number(evaluation.inputs[index])
        fields[f"rows.{alias}"] = str(evaluation.input_rows[index])
    return fields


def days_text(ranges):
    return "+".join(f"{first}..{end}" for first, end in ranges) or "none"


def comparison_fields(found, name):
    """What is said next to a comparator."""
    comparable, missing = found.comparable, isinstance(found.value, Nd)
    marks = (("CLIPPED", comparable.clipped), ("PARTIAL", comparable.partial))
    fields = {
        "compare": number(found.value), "compare_nd": found.value.reason if missing else "none",
        "compare_own": number(found.own),
        "compare_period": comparable.period.id if comparable.period else "none",
        "compare_days": days_text(comparable.days),
        "compare_own_days": days_text(comparable.own_days), "compare_cut": time(found.cut),
        "compare_flags": "".join(mark for mark, is_set in marks if is_set) or "none",
        "delta": number(found.delta), "delta_pct": number(found.percent),
        "delta_pct_nd": found.percent.reason if isinstance(found.percent, Nd) else "none",
        "movement": found.movement or "none"}
    return {f"{field}.{name}": text for field, text in fields.items()}


def fields_of(world, place, evaluation, track, life, now):
    """{name: text} of everything that the product must say."""
    kpi, period = world.kpis[place.kpi], place.period
    member_missing, members_missing = members.missing_of(world, place, now)
    fields = {
        **value_fields(evaluation, track, member_missing),
        **status_fields(evaluation),
        "unit": kpi.unit,
        "additive": "true" if world.is_additive(kpi) else "false",
        "definition_revision": str(world.revisions[kpi.name]),
        "period": period.id,
        "life": life,
        "start": time(period.start),
        "end": time(period.stop),
        "revision": str(track.revision),
        "closed_at": time(track.closed_at),
        "members_missing": str(members_missing),
    }
    fields = {name: fields[name] for name in FIELDS}
    if evaluation.withheld:
        fields["members_missing"] = "0"
    mark = evaluation.readiness.watermark
    reach = windows.reach_of(world.calendar_of(kpi), place.window, period)
    if mark is not None and mark > max(period.stop, reach.stop):
        del fields["watermark"]  # beyond the end it does not matter: the state is not touched
    if track.unsure:
        settled = life != "CLOSED" or evaluation.readiness.ready
        for name in ("revision", "closed_at", "flags") + (() if settled else ("life",)):
            del fields[name]
    metrics = [world.metrics[item.metric] for item in world.flat(kpi).inputs]
    if any(metric.hierarchies for metric in metrics):
        leveled = any(levels.has_levels(metric, place.slice) for metric in metrics)
        fields["view"] = ("AS_WAS" if world.as_of[1] else "AS_IS") if leveled else "none"
    if kpi.max_slices is not None:
        rows = [] if evaluation.withheld else [
            row for item in world.flat(kpi).inputs
            for row in states.rows_of(world, kpi, item, place.slice, reach)]
        fields["other_members"] = str(rosters.others_in(place.slice, rows))
    if kpi.sampling is not None:
        fields.update(interval_fields(evaluation.interval))
    if any(finality.owners_of(world, item) for item in world.flat(kpi).inputs):
        fields.update(finality_fields(world, kpi, place, reach, evaluation, now))
    return {**fields, **operand_fields(world, kpi, reach, evaluation),
            **series_fields(world, place, evaluation, now)}
