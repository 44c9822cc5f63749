#!/usr/bin/env python3
"""Recomputes every number of the demo from its CSV files, independently of the suite.

    recompute_demo.py                      print the states, one JSON object a line, sorted
    recompute_demo.py --compare FILE...    compare with what the suite says; exit 1 if they differ
                       [--partial]         do not ask that the files hold every state

Numbers are compared as canonical text, to the last digit. A printed line:

    {"kpi", "window", "slice", "period", "status", "value", "ndReason", "target", "variance",
     "favourableVariance", "fvp", "attainment", "score"}

`slice` is "" for the total; fields that have no value are left out. Lines to compare have the same
form, or are the JSON of a KpiState or HistoryEntry of proto/kpisuite/v1/evaluation.proto, as
`kpictl state` and `kpictl history` print them with `-o jsonl`; `-` reads standard input. Of several
entries for one period (a history with its revisions) the one printed last counts.
"""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from demo import Demo, record_key  # noqa: E402

SHOWN_DIFFERENCES = 20


# Compared where the printed state has them; the fields before them always are.
ALWAYS_COMPARED = ("status", "value", "target", "variance", "fvp")
COMPARED_IF_PRESENT = ("ndReason", "favourableVariance", "attainment", "score")


def short(name, prefix):
    """An enum value without its prefix; both forms are accepted."""
    return name[len(prefix):] if name.startswith(prefix) else name


def from_state(printed):
    """A printed state in the form of this program's own lines."""
    state = printed.get("state", printed)
    plain = ("window", "value", "variance", "favourableVariance", "fvp", "attainment", "score")
    out = {name: state[name] for name in plain if state.get(name)}
    out["kpi"] = state["kpi"].rpartition("/")[2]
    out["slice"] = state.get("slice", "")
    period, target = state["period"], state.get("target")
    out["period"] = period["id"] if isinstance(period, dict) else period
    out["status"] = short(state["status"], "STATUS_")
    if state.get("ndReason"):
        out["ndReason"] = short(state["ndReason"], "ND_REASON_")
    if target:
        out["target"] = target.get("value") if isinstance(target, dict) else target
    return out


def read_records(lines):
    """The records of JSON lines, in the form of this program's own lines, the last of each key."""
    records = [from_state(json.loads(line)) for line in lines if line.strip()]
    return list({record_key(record): record for record in records}.values())


def differences_of(got, want):
    """Names of the fields in which two records of one key differ."""
    fields = ALWAYS_COMPARED + tuple(field for field in COMPARED_IF_PRESENT if field in got)
    return [f"{field}: got {got.get(field)}, want {want.get(field)}"
            for field in fields if got.get(field) != want.get(field)]


def compare(demo, records, partial):
    """(all differences as text, the number of compared states); `records` has no key twice."""
    expected = demo.records()
    out, seen = [], set()
    for got in records:
        key = record_key(got)
        seen.add(key)
        try:
            want = expected[key] if key in expected else demo.record_of(key)
        except ValueError as error:
            out.append(f"{key}: {error}")
            continue
        out.extend(f"{key}: {text}" for text in differences_of(got, want))
    if not partial:
        out.extend(f"{key}: missing" for key in sorted(expected.keys() - seen))
    return out, len(seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", nargs="+", metavar="FILE",
                        help="JSON lines of states to compare with; - is standard input")
    parser.add_argument("--partial", action="store_true",
                        help="the files need not hold every state that has data")
    arguments = parser.parse_args()
    demo = Demo()
    if arguments.compare is None:
        for _, record in sorted(demo.records().items()):
            print(json.dumps(record, ensure_ascii=False))
        return 0
    lines = []
    for name in arguments.compare:
        lines += sys.stdin if name == "-" else open(name, encoding="utf-8").readlines()
    records = read_records(lines)
    differences, count = compare(demo, records, arguments.partial)
    for text in differences[:SHOWN_DIFFERENCES]:
        print(text)
    if not records:
        print("there is nothing to compare")
        return 1
    if differences:
        print(f"{len(differences)} differences in {count} states")
        return 1
    print(f"{count} states agree to the last digit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
