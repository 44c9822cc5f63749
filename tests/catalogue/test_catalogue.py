#!/usr/bin/env python3
"""Every template against its written formula, on random samples.

    test_catalogue.py CATALOGUE_RUN [SEED]

CATALOGUE_RUN instantiates templates and runs them through the services.
"""

import json
import pathlib
import random
import subprocess
import sys
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import sample_maker  # noqa: E402
import written_formulas_1  # noqa: E402
import written_formulas_2  # noqa: E402
from data import Data  # noqa: E402

FORMULAS = {**written_formulas_1.FORMULAS, **written_formulas_2.FORMULAS}
PARAMETERS = {"usl": str(written_formulas_2.USL), "lsl": str(written_formulas_2.LSL)}
TOLERANCE = Decimal("1e-28")

# Inputs that cancel out of the whole and are seen in its components only.
CANCELS = {("fin.roe_dupont", "revenue"), ("fin.roe_dupont", "assets"),
           ("iso.oee", "apt"), ("iso.oee", "planned_run"), ("iso.nee", "planned_run"),
           ("mfg.teep", "apt"), ("mfg.teep", "planned_run"), ("mfg.teep", "pbt"),
           ("sal.funnel_revenue", "visitors"), ("sal.funnel_revenue", "orders")}


def oracle(template, samples):
    """The written formula's value; None where there is none."""
    try:
        return FORMULAS[template["id"]](Data(samples, sample_maker.period_of(template)))
    except (ArithmeticError, ValueError, KeyError, IndexError, TypeError):
        return None


def near(a, b):
    return abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b))


class Case:
    """One template with one set of samples."""

    def __init__(self, template, samples, name):
        self.template, self.samples, self.name = template, samples, name
        self.expected = oracle(template, samples)

    def text(self):
        period = sample_maker.period_of(self.template)
        lines = [f"template {self.template['id']}"]
        for name, parameter in self.template.get("parameters", {}).items():
            if not parameter.get("defaultValue"):
                lines.append(f"parameter {name} {PARAMETERS[name]}")
        for alias, rows in self.samples.items():
            lines += [f"sample {alias} {day.isoformat()} {value} {entity}".rstrip()
                      for day, value, entity in rows]
        return "\n".join(lines + [f"run {period.grain} {period.id()}"])


def change_of(first, alias, chance):
    """A case that differs in one sample of a metric, so that the value follows; None if none."""
    template = first.template
    kind = sample_maker.kind_of(template["metrics"][alias])
    for _ in range(200):
        samples = dict(first.samples)
        samples[alias] = sample_maker.changed(samples[alias], kind, chance)
        case = Case(template, samples, alias)
        cancels = (template["id"], alias) in CANCELS
        if case.expected is not None and near(case.expected, first.expected) == cancels:
            return case
    return None


def cases_of(template, chance):
    """A case with a value, and one more for each metric whose change is seen; may fall short."""
    period = sample_maker.period_of(template)
    cases = []
    for _ in range(200):
        samples = {alias: sample_maker.samples_of(metric, period, chance)
                   for alias, metric in sorted(template["metrics"].items())}
        cases = [Case(template, samples, "as it is")]
        if cases[0].expected is None:
            continue
        cases += filter(None, (change_of(cases[0], alias, chance) for alias in samples))
        if len(cases) == 1 + len(samples):
            break
    return cases


def check(cases, answers):
    """What is wrong with the answers of one template."""
    template = cases[0].template
    name = template["id"]
    if cases[0].expected is None or len(cases) != 1 + len(template["metrics"]):
        return [f"{name}: no samples with a value in which each metric counts"]
    return [f"{name}, {case.name}: got {answer}, want {case.expected}"
            for case, answer in zip(cases, answers)
            if not answer.startswith("value ") or
            not near(Decimal(answer.removeprefix("value ")), case.expected)]


def main():
    program, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    listed = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout
    templates = [json.loads(line) for line in listed.splitlines()]
    failures = [f"{name}: no written formula"
                for name in sorted({t["id"] for t in templates} ^ set(FORMULAS))]
    groups = [cases_of(t, random.Random(f"{seed} {t['id']}")) for t in templates
              if t["id"] in FORMULAS]
    text = "\n".join(case.text() for group in groups for case in group) + "\n"
    run = subprocess.run([program], input=text, check=True, capture_output=True, text=True)
    answers = iter(run.stdout.splitlines())
    for group in groups:
        failures += check(group, [next(answers) for _ in group])
    print("\n".join(failures))
    print(f"{len(templates)} templates, {sum(map(len, groups))} cases, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
