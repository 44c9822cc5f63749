#!/usr/bin/env python3
"""Writes helm/kpi-suite/VALUES.md from the comments of values.yaml.

    values_page.py           writes it
    values_page.py --check   exit 1 when it is not what values.yaml says

A comment block that begins with "# --" describes the value below it. Below a described map nothing
is listed; every other leaf must be described.
"""

import json
import pathlib
import re
import sys

import yaml

CHART = pathlib.Path(__file__).resolve().parents[2] / "helm" / "kpi-suite"
HEAD = """# Values of the chart kpi-suite

Written from the comments of `values.yaml` by `tests/chart/values_page.py`.

| value | default | meaning |
|---|---|---|
"""


def comments(text):
    """{path: description} of all described values, in the order of the file."""
    described, stack, block = {}, [], None
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("# --"):
            block = [stripped[4:].strip()]
        elif stripped.startswith("#"):
            block = block + [stripped[1:].strip()] if block else None
        elif match := re.match(r"( *)([A-Za-z]\w*):", line):
            depth = len(match[1]) // 2
            stack = stack[:depth] + [match[2]]
            if block:
                described[".".join(stack)] = " ".join(block)
            block = None
        else:
            block = None
    return described


def leaves(values, prefix=""):
    """Paths of everything that is no map with entries."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def value_at(values, path):
    for key in path.split("."):
        values = values[key]
    return values


def page(text):
    """(VALUES.md, paths of values without a description)."""
    values, described = yaml.safe_load(text), comments(text)
    rows = [f"| `{path}` | `{json.dumps(value_at(values, path))}` | {meaning} |"
            for path, meaning in described.items()]
    bare = [path for path in leaves(values)
            if not any(path == known or path.startswith(f"{known}.") for known in described)]
    return HEAD + "\n".join(row.replace("| `\"\"` |", "| |") for row in rows) + "\n", bare


def main():
    written, bare = page((CHART / "values.yaml").read_text(encoding="utf-8"))
    for path in bare:
        print(f"values.yaml: {path} has no description", file=sys.stderr)
    target = CHART / "VALUES.md"
    if "--check" not in sys.argv:
        target.write_text(written, encoding="utf-8")
    elif target.read_text(encoding="utf-8") != written:
        print("VALUES.md is not what values.yaml says: run tests/chart/values_page.py",
              file=sys.stderr)
        return 1
    return 1 if bare else 0


if __name__ == "__main__":
    sys.exit(main())
