"""Makes a failing case smaller while it still fails: fewer steps, samples, KPIs and fields, rounder
numbers. What a case must say is computed anew for every attempt."""

import dataclasses
import re
from decimal import Decimal

import model
import random_turns

ROUND = (Decimal(1), Decimal(10))  # values that need no simpler one
DIFFERENCE = re.compile(r"^  ([a-z_A-Z.]+): expected ", re.MULTILINE)


def keeps_its_periods(case):
    """Whether every KPI stays in one zone and calendar, and in its windows where its history is
    kept: cases do not change them."""
    places = {}
    for step in case.steps:
        for one in step.definitions if isinstance(step, model.Apply) else ():
            if isinstance(one, model.Kpi):
                places.setdefault(one.name, set()).add(
                    (one.zone, one.calendar, one.keep and one.windows))
    return all(len(some) == 1 for some in places.values())


def still_fails(batch, case):
    """The verdict if the product disagrees about a state or its history; None otherwise."""
    if not keeps_its_periods(case):
        return None
    try:
        simulation = random_turns.simulated(case)
    except (KeyError, StopIteration, ValueError):
        return None  # an attempt that took away what is needed
    verdict = batch.run(case.name, case.mode, simulation.lines)
    if verdict.kind == "died":
        return verdict
    about_states = DIFFERENCE.search(verdict.text) or "  expected: " in verdict.text
    return verdict if verdict.kind == "failed" and about_states else None


def without_steps(case):
    """Attempts with runs of steps left out, long runs first."""
    length = len(case.steps) // 2
    while length >= 1:
        for start in range(0, len(case.steps), length):
            yield dataclasses.replace(
                case, steps=case.steps[:start] + case.steps[start + length:])
        length //= 2


def with_step(case, index, step):
    return dataclasses.replace(case, steps=case.steps[:index] + (step,) + case.steps[index + 1:])


def smaller_steps(case):
    """Attempts with one part of a step left out or made simple."""
    for index, step in enumerate(case.steps):
        if isinstance(step, model.Apply):
            parts, name = step.definitions, "definitions"
        elif isinstance(step, (model.Write, model.Retract)):
            parts, name = step.samples, "samples"
        else:
            continue
        for i in range(len(parts)):
            fewer = parts[:i] + parts[i + 1:]
            if fewer:
                yield with_step(case, index, dataclasses.replace(step, **{name: fewer}))
            for simple in simpler(parts[i]):
                changed = parts[:i] + (simple,) + parts[i + 1:]
                yield with_step(case, index, dataclasses.replace(step, **{name: changed}))


def simpler(part):
    """Simpler versions of a definition or sample."""
    if isinstance(part, model.Sample):
        changes = [{"entity": ""}, {"business_date": None}, {"weight": None}]
        if part.value not in ROUND:
            changes += [{"value": value} for value in ROUND]
    elif isinstance(part, model.Kpi):
        changes = [{"slices": ()}, {"target": None}, {"bands": None}, {"baseline": None},
                   {"calendar": None}, {"zone": None}, {"nature": None}, {"pace": None},
                   {"no_data_policy": None, "keep_last": None}, {"control": None},
                   {"hysteresis": None}, {"logical": (None, None)}, {"min_denominator": 0},
                   {"sampling": None}, {"final_after": None}, {"max_slices": None},
                   {"windows": part.windows[:1]},
                   {"windows": part.windows[1:] or part.windows}]
        changes += [{"inputs": ((alias, dataclasses.replace(item, **change)),)}
                    for alias, item in part.inputs if len(part.inputs) == 1
                    for change in ({"where": None}, {"expression": None, "expression_scale": None})]
        if len(part.inputs) == 1:
            changes.append({"formula": None})
    elif isinstance(part, model.Metric):
        changes = [{"expected_lag": 0}, {"grace": 0}, {"max_age": None}, {"dimensions": ()},
                   {"personal": False}]
    else:
        changes = []
    for change in changes:
        simple = dataclasses.replace(part, **change)
        if simple != part:
            yield simple


def only_differences(batch, case):
    """The case with looks at just the fields that differ."""
    verdict = still_fails(batch, case)
    fields = tuple(DIFFERENCE.findall(verdict.text)) if verdict else ()
    if not fields:
        return case
    steps = [dataclasses.replace(step, fields=fields)
             if isinstance(step, model.Expect) and not step.history else step
             for step in case.steps]
    attempt = dataclasses.replace(case, steps=tuple(steps))
    return attempt if still_fails(batch, attempt) else case


def shrink(batch, case, most=1500):
    """The smallest failing case that is found, in at most so many attempts."""
    case = only_differences(batch, case)
    left = most
    progress = True
    while progress and left > 0:
        progress = False
        for attempts in (without_steps, smaller_steps):
            for attempt in attempts(case):
                left -= 1
                if left <= 0:
                    return case
                if still_fails(batch, attempt):
                    case, progress = attempt, True
                    break
    return case
