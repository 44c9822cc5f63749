#!/usr/bin/env python3
"""Recomputes value and status of KPI states from their explanations alone; exit 1 if they differ.

    recompute_explanation.py [FILE...]     JSON lines, or one JSON object; default standard input

The input is the JSON of Explanation of proto/kpisuite/v1/evaluation.proto, as
`kpictl explain -o json|jsonl` prints it: operands, formula, constants, target and definition in it
must lead to the value, the variance figures and the status in it, to the last digit.
"""

import json
import pathlib
import sys
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from formula_oracle import evaluate  # noqa: E402
from judgement_oracle import figures_of, goal_of, short, status_of  # noqa: E402
from oracle import Nd, canonical  # noqa: E402


def operand(message):
    """The value of an explained input or KPI."""
    if message.get("value", "") != "":
        return Decimal(message["value"])
    return Nd(short(message["ndReason"], "ND_REASON_"))


def value_of(message, constants, differences):
    """The value that a formula and its operands lead to; KPIs inside are recomputed first."""
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
    return "" if number is None or isinstance(number, Nd) else canonical(number)


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
                             ("favourableVariance", figures.favourable_variance),
                             ("attainment", figures.attainment)):
            expect(out, name, state.get(name, ""), text_of(number))
    status = short(state.get("rawStatus") or state["status"], "STATUS_")
    data_state = short(state.get("dataState", ""), "DATA_STATE_")
    expect(out, "status", status, status_of(value, definition, goal, data_state))
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
