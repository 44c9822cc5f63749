"""The demo's definitions and data, and every state that follows from them.

Formulas, windows, slices, targets and bands come from deploy/demo/kpis.yaml, values from the CSV
files. Times, periods and numbers are computed by calendar_periods.py and oracle.py.
"""

import bisect
import csv
import functools
import pathlib

import yaml

from calendar_periods import GRAINS, instant, local_day, parse_period, period_of
from oracle import Decimal, Nd, aggregate, canonical, evaluate, judge, read_decimal

DEMO = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "demo"

# How the quickstart imports each metric: file, column of the time, of the value, and the zone in
# which times without one are read.
IMPORTS = {
    "arrival-delay": ("flights.csv", "time", "delay", "America/Chicago"),
    "unemployed": ("unemployment.csv", "month", "unemployed", "America/New_York"),
    "labour-force": ("unemployment.csv", "month", "labour_force", "America/New_York"),
}


def escape(member):
    """A dimension's member as it stands in canonical slices."""
    text = "".join("\\" + c if c in "\\;=" else c for c in member)
    return "\\" + text if text.startswith("(") else text


def slice_text(members):
    """The canonical slice of {dimension: member}."""
    return ";".join(f"{name}={escape(members[name])}" for name in sorted(members))


class Rows:
    """The samples of one metric."""

    def __init__(self, metric, spec, folder):
        file_name, time_column, value_column, zone = IMPORTS[metric]
        dimensions = spec.get("dimensions", [])
        with open(folder / file_name, encoding="utf-8", newline="") as file:
            self.samples = [
                (instant(row[time_column], zone), {name: row[name] for name in dimensions},
                 Decimal(row[value_column])) for row in csv.DictReader(file)]
        self.watermark = max(time for time, _, _ in self.samples)

    @functools.lru_cache(maxsize=None)
    def by_slice(self, grouping):
        """{canonical slice: [(time, value)] in the order of time}, for one grouping."""
        out = {}
        for time, members, value in self.samples:
            key = slice_text({name: members[name] for name in grouping})
            out.setdefault(key, []).append((time, value))
        for rows in out.values():
            rows.sort()
        return out

    def values(self, grouping, slice_key, start, end):
        """Values of the slice in [start, end)."""
        rows = self.by_slice(grouping).get(slice_key, [])
        low = bisect.bisect_left(rows, start, key=lambda row: row[0])
        high = bisect.bisect_left(rows, end, key=lambda row: row[0])
        return [value for _, value in rows[low:high]]


class Demo:
    """The demo's definitions and data. Immutable once built."""

    def __init__(self, definitions=DEMO / "kpis.yaml", data=DEMO):
        with open(definitions, encoding="utf-8") as file:
            # Every scalar stays text, so that a decimal is read as it was written.
            documents = list(yaml.load_all(file, Loader=yaml.BaseLoader))
        self.specs = {}
        for document in documents:
            kind, name = document["kind"], document["metadata"]["name"]
            self.specs.setdefault(kind, {})[name] = document["spec"]
        self.rows = {name: Rows(name, spec, data) for name, spec in self.specs["Metric"].items()}

    @property
    def kpis(self):
        return self.specs["Kpi"]

    def watermark(self, metric):
        """Up to where the metric's source has reported: its last imported instant."""
        source = self.specs["Metric"][metric].get("source")
        return max(self.rows[name].watermark for name, spec in self.specs["Metric"].items()
                   if name == metric or (source and spec.get("source") == source))

    def groupings(self, kpi):
        """The total, then the declared groupings."""
        return [()] + [tuple(grouping) for grouping in self.kpis[kpi].get("slices", [])]

    def target(self, kpi, grouping, slice_key, window):
        """The committed fixed target in force, or None (3.3.6: the longest match wins)."""
        spec = self.kpis[kpi]
        candidates = []
        if "target" in spec:
            candidates.append((0, spec["target"]))
        for target in self.specs.get("Target", {}).values():
            if target["kpi"] != kpi or target.get("role", "COMMITTED") != "COMMITTED":
                continue
            selector = target.get("slice", "")
            parts = set(selector.split(";")) - {""}
            exact = target.get("exactSlice") == "true"
            if exact:
                matches = selector == slice_key
            else:
                matches = parts <= set(slice_key.split(";"))
            if matches:
                candidates.append((1 + 2 * len(parts) + exact, target["value"]))
        if not candidates:
            return None
        value = max(candidates, key=lambda candidate: candidate[0])[1]
        grain = value.get("grain", spec["windows"][0])
        if GRAINS.index(window) < GRAINS.index(grain):
            return None
        return read_decimal(value["fixed"])

    def state(self, kpi, window, grouping, slice_key, period):
        """(value, target, judgement) of one KPI, window, slice and period."""
        spec = self.kpis[kpi]
        start, end = period.instants(spec["timeZone"])
        operands = {"days": Decimal(period.days)}
        for alias, definition in spec["inputs"].items():
            metric = definition["metric"]
            values = self.rows[metric].values(grouping, slice_key, start, end)
            operands[alias] = aggregate(definition, values, self.watermark(metric) >= end)
        formula = spec.get("formula") or next(iter(spec["inputs"]))
        value = evaluate(formula, operands)
        target = self.target(kpi, grouping, slice_key, window)
        return value, target, judge(value, target, spec["direction"], spec.get("bands", {}))

    def keys(self, kpi):
        """Every (window, grouping, slice, period) of the KPI that has rows."""
        spec = self.kpis[kpi]
        metrics = {definition["metric"] for definition in spec["inputs"].values()}
        for grouping in self.groupings(kpi):
            days = {(slice_key, local_day(time, spec["timeZone"]))
                    for metric in metrics
                    for slice_key, rows in self.rows[metric].by_slice(grouping).items()
                    for time, _ in rows}
            for window in spec["windows"]:
                for slice_key, period in {(key, period_of(window, day)) for key, day in days}:
                    yield window, grouping, slice_key, period

    def record(self, kpi, window, grouping, slice_key, period):
        """One output line as a dict."""
        value, target, judgement = self.state(kpi, window, grouping, slice_key, period)
        out = {"kpi": kpi, "window": window, "slice": slice_key, "period": period.id,
               "status": judgement.status}
        if isinstance(value, Nd):
            out["ndReason"] = value.reason
        else:
            out["value"] = canonical(value)
        for name, number in (("target", target), ("variance", judgement.variance),
                             ("favourableVariance", judgement.favourable_variance),
                             ("fvp", judgement.fvp), ("attainment", judgement.attainment),
                             ("score", judgement.score)):
            if number is not None:
                out[name] = canonical(number)
        return out

    def records(self):
        """All output lines that have rows, by key."""
        out = {}
        for kpi in self.kpis:
            for key in self.keys(kpi):
                record = self.record(kpi, *key)
                out[record_key(record)] = record
        return out

    def record_of(self, key):
        """The output line of any key, rows or not; ValueError if the demo has no such key."""
        kpi, window, slice_key, period_id = key
        if kpi not in self.kpis or window not in self.kpis[kpi]["windows"]:
            raise ValueError("no such KPI or window")
        for grouping in self.groupings(kpi):
            names = tuple(part.split("=")[0] for part in slice_key.split(";") if part)
            if tuple(sorted(grouping)) == names:
                return self.record(kpi, window, grouping, slice_key,
                                   parse_period(window, period_id))
        raise ValueError("no such grouping")


def record_key(record):
    return record["kpi"], record["window"], record["slice"], record["period"]
