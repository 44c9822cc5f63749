"""Writes definitions and samples in the case language of tests/acceptance."""

import model
import periods
import slices
from decimals import canonical


def quoted(text):
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def flow(pairs):
    """{a: b, c: d} of the pairs that are set."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in pairs if value is not None) + "}"


def names(items):
    items = list(items or ())
    return "[" + ", ".join(str(item) for item in items) + "]" if items else None


def duration(nanos):
    return None if nanos is None else f"{nanos // periods.SECOND}s"


def metric_text(metric):
    timeliness = flow((("expectedLag", duration(metric.expected_lag)),
                       ("grace", duration(metric.grace)), ("maxAge", duration(metric.max_age))))
    hierarchies = [hierarchy_text(one) for one in metric.hierarchies]
    return [f"Metric {metric.name}: " + flow((
        ("unit", quoted(metric.unit)), ("scale", metric.scale),
        ("dimensions", names(metric.dimensions)), ("identity", metric.identity),
        ("scaleType", metric.scale_type), ("weightScale", metric.weight_scale),
        ("timeliness", timeliness), ("personal", "true" if metric.personal else None),
        ("hierarchies", names(hierarchies))))]


def hierarchy_text(one):
    members = [flow((("member", member), ("path", names(path)),
                     ("effectiveFrom", first and quoted(first))))
               for member, first, path in one.entries]
    return flow((("dimension", one.dimension), ("levels", names(one.levels)),
                 ("members", names(members))))


def input_text(item):
    if item.kpi is not None:
        return flow((("kpi", item.kpi), ("apply", "RESULT" if item.is_result else None),
                     ("aggregation", item.aggregation if item.is_result else None),
                     ("offset", item.offset and flow((item.offset,))),
                     ("ignoreDimensions", names(item.ignore))))
    return flow((("metric", item.metric), ("aggregation", item.aggregation),
                 ("percentile", item.percentile and quoted(item.percentile)),
                 ("where", item.where and quoted(item.where)),
                 ("expression", item.expression and quoted(item.expression)),
                 ("expressionScale", item.expression_scale),
                 ("carryForward", quoted(item.carry) if item.aggregation in ("FIRST", "LAST")
                  else None),
                 ("conversionWindow", duration(item.conversion_window)),
                 ("cohortOffset", item.cohort_offset and flow((item.cohort_offset,))),
                 ("cohortMeasure", item.cohort_measure),
                 ("window", item.window and quoted(item.window)),
                 ("offset", item.offset and flow((item.offset,))),
                 ("ignoreDimensions", names(item.ignore))))


def target_value_text(value):
    if value.kind == "FIXED":
        kind = ("fixed", quoted(value.value))
    elif value.kind == "RANGE":
        kind = ("range", flow((("lo", value.low and quoted(value.low)),
                               ("hi", value.high and quoted(value.high)))))
    elif value.kind == "PHASED_LINEAR":
        kind = ("phasedLinear", flow((("baseline", quoted(value.baseline)),
                                      ("end", quoted(value.value)),
                                      ("firstPeriod", quoted(value.first[0])),
                                      ("lastPeriod", quoted(value.last[0])))))
    elif value.kind == "ALLOCATED":
        kind = ("allocated", flow((("total", quoted(value.value)), ("profile", value.profile),
                                   ("period", quoted(value.first[0])),
                                   ("weights", entries_text(value.schedule)))))
    elif value.kind == "VS_PRIOR":
        kind = ("vsPrior", flow((("comparator", value.comparator), *change_of(value, "change"),
                                  ("freeze", "true" if value.freeze else None))))
    elif value.kind == "BASELINE_IMPROVEMENT":
        kind = ("baselineImprovement", flow((
            ("firstPeriod", quoted(value.first[0])), ("lastPeriod", quoted(value.last[0])),
            *change_of(value, "improvement"))))
    elif value.kind == "FORMULA":
        kind = ("formula", quoted(value.formula))
    else:
        kind = ("schedule", flow((("values", entries_text(value.schedule)),
                                  ("gaps", "STRICT" if value.strict else "INHERIT"))))
    return flow((kind, ("grain", value.grain), ("scale", value.scale),
                 ("formulaInputs", flow(value.operands) if value.operands else None)))


def change_of(value, name):
    return ((name, value.change and quoted(value.change)),
            ("units", value.units and quoted(value.units)))


def entries_text(schedule):
    """{period id: number}."""
    if not schedule:
        return None
    return flow((quoted(period), quoted(text)) for period, _, text in schedule)


def kpi_text(kpi):
    lines = [f"Kpi {kpi.name}:", "  inputs:"]
    lines += [f"    {alias}: {input_text(item)}" for alias, item in kpi.inputs]
    bands = kpi.bands and flow((
        ("basis", kpi.bands.basis), ("exceeded", kpi.bands.exceeded and quoted(kpi.bands.exceeded)),
        ("onTarget", kpi.bands.on_target and quoted(kpi.bands.on_target)),
        ("warning", kpi.bands.warning and quoted(kpi.bands.warning))))
    fields = (("formula", kpi.formula and quoted(kpi.formula)), ("unit", quoted(kpi.unit)),
              ("direction", kpi.direction), ("timeZone", kpi.zone), ("calendar", kpi.calendar),
              ("windows", names(quoted(window) if "(" in window else window
                                for window in kpi.windows)),
              ("slices", names(names(grouping) for grouping in kpi.slices)
               if kpi.slices else None),
              ("target", kpi.target and target_value_text(kpi.target)), ("bands", bands),
              ("tolerance", kpi.tolerance and flow(((kpi.tolerance[0],
                                                     quoted(kpi.tolerance[1])),))),
              ("noDataPolicy", kpi.no_data_policy), ("keepLastPeriods", kpi.keep_last),
              ("baseline", kpi.baseline and quoted(kpi.baseline)), ("nature", kpi.nature),
              ("historyPolicy", "KEEP_HISTORY" if kpi.keep else "RESTATE_HISTORY"),
              ("effectiveFrom", kpi.effective_from and quoted(kpi.effective_from)),
              ("compareAcrossBreaks", "true" if kpi.across else None),
              ("logicalRange", logical_text(kpi.logical)),
              ("hysteresis", kpi.hysteresis and flow((
                  ("deadband", kpi.hysteresis.deadband and quoted(kpi.hysteresis.deadband)),
                  ("worsenPeriods", kpi.hysteresis.worsen),
                  ("improvePeriods", kpi.hysteresis.improve)))),
              ("flatEpsilon", kpi.flat_epsilon and quoted(kpi.flat_epsilon)),
              ("pace", kpi.pace and pace_text(kpi.pace)),
              ("sampling", kpi.sampling and sampling_text(kpi.sampling)),
              ("minDenominator", kpi.min_denominator), ("finalAfter", duration(kpi.final_after)),
              ("maxSlices", kpi.max_slices),
              ("processControl", kpi.control and control_text(kpi.control)))
    return lines + [f"  {name}: {value}" for name, value in fields if value is not None]


def logical_text(logical):
    low, high = logical
    if low is None and high is None:
        return None
    return flow((("min", low and quoted(low)), ("max", high and quoted(high))))


def sampling_text(rule):
    named = zip(("promoters", "detractors", "responses"), rule.aliases)
    return flow((("kind", rule.kind), ("tolerance", quoted(rule.tolerance)),
                 ("clamp", "true" if rule.clamp else None),
                 *(named if rule.kind == "NPS" else ())))


def pace_text(rule):
    return flow((("profile", rule.profile),
                 ("weights", names(quoted(weight) for weight in rule.weights)
                  if rule.weights else None),
                 ("historyPeriods", rule.periods if rule.periods != 12 else None),
                 ("prior", rule.prior), ("growth", rule.growth and quoted(rule.growth))))


def control_text(rule):
    rebases = [flow((("period", quoted(name)), ("author", "ann@example.com"), ("reason", "moved")))
               for name, _ in rule.rebases]
    screening = None if rule.screening is None else str(rule.screening).lower()
    return flow((("profile", rule.profile), ("baselinePoints", rule.baseline),
                 ("screening", screening), ("centre", rule.centre), ("shiftLength", rule.shift),
                 ("trendLength", rule.trend), ("trendPeriods", rule.trend_periods),
                 ("rebases", names(rebases)),
                 ("excludedPeriods", names([quoted(name) for name, _, _ in rule.excluded]))))


def target_text(target):
    selector = None if target.slice is None else quoted(slices.text_of(target.slice))
    return [f"Target {target.name}: " + flow((
        ("kpi", target.kpi), ("slice", selector), ("exactSlice", "true" if target.exact else None),
        ("role", target.role), ("value", target_value_text(target.value)),
        ("effectiveFrom", target.effective_from and quoted(target.effective_from[0])),
        ("effectiveTo", target.effective_to and quoted(target.effective_to[0]))))]


def calendar_text(calendar):
    minutes = calendar.day_start_minutes
    labelled = calendar.kind not in ("GREGORIAN", "ISO_WEEK", "CUSTOM")
    counted = calendar.end_rule or calendar.kind == "ISO_WEEK"  # weeks begin where they must
    lines = [f"Calendar {calendar.name}:"] + [f"  {name}: {value}" for name, value in (
        ("timeZone", calendar.zone), ("type", calendar.kind),
        ("dayStart", f"{minutes}m" if minutes else None),
        ("weekStart", None if counted else calendar.week_start),
        ("firstMonth", calendar.first_month if calendar.kind == "FISCAL_MONTH_OFFSET" else None),
        ("yearLabel", calendar.year_label if labelled else None),
        ("week53Policy", calendar.week_53 if calendar.week_53 != "RESTATED" else None),
        ("endRule", calendar.end_rule or None), ("endMonth", calendar.end_month or None),
        ("endWeekday", calendar.end_weekday or None), ("workingDays", names(calendar.working_days)),
        ("holidays", names(quoted(day.isoformat()) for day in calendar.holidays)
         if calendar.holidays else None)) if value is not None]
    if calendar.events:
        lines.append("  events:")
        lines += ["    - " + flow((("name", one.name), ("dates", names(
            quoted(date) for date in one.dates)), ("daysBefore", one.before or None),
                                   ("daysAfter", one.after or None)))
                  for one in calendar.events]
    if calendar.periods:
        lines.append("  periods:")
        lines += ["    - " + flow((("id", name), ("startDate", first), ("endDate", end),
                                   ("parent", parent or None),
                                   ("comparablePriorId", prior or None)))
                  for name, first, end, parent, prior in calendar.periods]
    return lines


WRITERS = {periods.Calendar: calendar_text, model.Metric: metric_text, model.Kpi: kpi_text,
           model.Target: target_text}


def definition_lines(definitions):
    lines = ["definitions:"]
    for definition in definitions:
        lines += ["  " + line for line in WRITERS[type(definition)](definition)]
    return lines


def braces(members):
    return "{" + "; ".join(f"{dimension}={slices.escape(member)}"
                           for dimension, member in members) + "}"


def sample_text(sample):
    parts = []
    if sample.dimensions:
        parts.append("{" + "; ".join(f"{dimension}={member}"
                                     for dimension, member in sample.dimensions) + "}")
    parts.append(periods.instant_text(sample.time))
    if sample.value is not None:
        parts.append(canonical(sample.value))
    parts += [f"{name}={value}" for name, value in (
        ("id", sample.id), ("entity", sample.entity),
        ("business_date", sample.business_date)) if value]
    if sample.weight is not None:
        parts.append(f"weight={sample.weight}")
    return " ".join(parts)


def sample_lines(verb, metric, samples):
    if len(samples) == 1:
        return [f"{verb} {metric} {sample_text(samples[0])}"]
    return [f"{verb} {metric}"] + [f"  {sample_text(sample)}" for sample in samples]


def expect_lines(place, fields, as_was=False):
    lines, line = [], expect_head(place, "expect", as_was)
    for i, (name, value) in enumerate(fields.items()):
        part = f" {name} {value}" + ("," if i + 1 < len(fields) else "")
        if len(line) + len(part) > 100:
            lines.append(line)
            line = " "
        line += part
    return lines + [line]


def expect_head(place, word, as_was=False):
    sliced = (f" {braces(place.slice)}" if place.slice else "") + (" AS_WAS" if as_was else "")
    return f"{word} {place.kpi} {place.window}{sliced} {place.period.id}:"


def history_lines(place, log):
    parts = [f"  {entry.cause} {entry.value} {entry.status} revision={entry.revision}"
             f" at={periods.instant_text(entry.time)}" for entry in log]
    return [expect_head(place, "expect history")] + [part + "," for part in parts[:-1]] + parts[-1:]
