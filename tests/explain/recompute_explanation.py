#!/usr/bin/env python3
"""Recomputes value and status of KPI states from their explanations alone; exit 1 if they differ.

    recompute_explanation.py [FILE...]     JSON lines, or one JSON object; default standard input

The input is the JSON of Explanation of proto/kpisuite/v1/explanation.proto, as
`kpictl explain -o json|jsonl` prints it: operands, formula, constants, target and definition in it
must lead to the value, the variance figures and the status in it, to the last digit.
"""

import functools
import json
import pathlib
import statistics
import sys
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from judgement_oracle import goal_of, short, status_of  # noqa: E402, first: it finds the oracle
from decimals import Nd, add, canonical, divide  # noqa: E402
from formula import evaluate  # noqa: E402
from judgement import figures_of  # noqa: E402

# How finished values of consecutive periods become one (3.2 rule 4).
RESULTS = {
    "SUM": lambda values: functools.reduce(add, values),
    "AVG": lambda values: divide(functools.reduce(add, values), Decimal(len(values))),
    "MIN": min,
    "MAX": max,
    "FIRST": lambda values: values[0],
    "LAST": lambda values: values[-1],
    "MEDIAN": statistics.median,
}


def operand(message):
    """The value of an explained input or KPI."""
    if message.get("value", "") != "":
        return Decimal(message["value"])
    return Nd(short(message["ndReason"], "ND_REASON_"))


def result_of(component):
    """The aggregate of the finished values of a KPI; periods without a value are skipped."""
    values = [operand(part) for part in component["parts"]]
    defined = [value for value in values if not isinstance(value, Nd)]
    if not defined:
        return values[0]
    return RESULTS[short(component["aggregation"], "AGGREGATION_")](defined)


def value_of(message, constants, differences):
    """The value that a formula and its operands lead to; KPIs inside are recomputed first."""
    if message.get("parts"):
        return result_of(message)
    names = {name: Decimal(text) for name, text in constants.items()}
    names.update({entry["alias"]: operand(entry) for entry in message.get("inputs", [])})
    for component in message.get("components", []):
        value = value_of(component, constants, differences)
        expect(differences, f"component {component['alias']}", component.get("value", ""),
               text_of(value))
        names[component["alias"]] = value
    return evaluate(message["formula"], names)


def text_of(number):
    """Canonical text; empty where there is no number."""
    return "" if isinstance(number, Nd) else canonical(number)


def expect(differences, what, got, want):
    if got != want:
        differences.append(f"{what}: got {got!r}, want {want!r}")


def differences_of(explanation):
    """What in the explained state does not follow from the explanation."""
    out = []
    state, definition = explanation["state"], explanation["definition"]
    value = value_of(explanation, explanation.get("constants", {}), out)
    expect(out, "value", state.get("value", ""), text_of(value))
    if isinstance(value, Nd):
        expect(out, "ndReason", short(state.get("ndReason", ""), "ND_REASON_"), value.reason)
    goal = goal_of(definition, state.get("target"))
    if not isinstance(value, Nd):
        figures = figures_of(value, goal)
        for name, number in (("variance", figures.variance), ("fvp", figures.fvp),
                             ("favourableVariance", figures.favourable),
                             ("attainment", figures.attainment)):
            expect(out, name, state.get(name, ""), text_of(number))
    status = short(state.get("rawStatus") or state["status"], "STATUS_")
    want = status_of(value, definition, goal, state)
    if want is not None:
        expect(out, "status", status, want)
    return out


def read_explanations(text):
    """One JSON object, or one a line."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def main():
    texts = [pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]]
    explanations = [explanation for text in texts or [sys.stdin.read()]
                    for explanation in read_explanations(text)]
    count = 0
    for explanation in explanations:
        state = explanation["state"]
        period = state["period"]["id"]
        for text in differences_of(explanation):
            print(f"{state['kpi']} {state['window']} {state.get('slice', '')} {period}: {text}")
            count += 1
    print(f"{len(explanations)} explanations, {count} differences")
    return 1 if count or not explanations else 0


if __name__ == "__main__":
    sys.exit(main())
