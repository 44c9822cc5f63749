"""What the JSON of an explanation says about its KPI, in the words of tests/oracle, and the status
that follows (SEMANTICS 3.6, 3.7).

Not known from an explanation, and so not covered: INTERVAL scales, whose percentages have no value,
and the earlier status that KEEP_LAST keeps.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))

import judgement  # noqa: E402
import model  # noqa: E402
from decimals import ZERO, Nd, read_decimal  # noqa: E402
from targets import Resolved  # noqa: E402


def short(name, prefix):
    """An enum value without its prefix; both forms are accepted."""
    return name[len(prefix):] if name.startswith(prefix) else name


def optional_decimal(text):
    return read_decimal(text) if text not in (None, "") else None


def bands_of(definition, rule):
    """The bands that matched the slice; `rule` is that of the state's band."""
    message = definition.get("bands", {})
    for entry in definition.get("sliceBands", []):
        if rule.endswith(":" + entry["slice"]):
            message = entry["bands"]
    return model.Bands(short(message.get("basis") or "FVP", "BAND_BASIS_"),
                       message.get("exceeded"), message.get("onTarget"), message.get("warning"))


def goal_of(definition, target):
    """The goal of a KPI's definition and resolved target, or None if it has none."""
    direction = short(definition["direction"], "DIRECTION_")
    if not target or direction == "NEUTRAL":
        return None
    value = optional_decimal(target.get("value"))
    low, high = optional_decimal(target.get("lo")), optional_decimal(target.get("hi"))
    if value is None and low is None and high is None:
        return None
    resolved = Resolved(low, high, True) if value is None else Resolved(value, value)
    tolerance = definition.get("tolerance", {})
    kind = "absolute" if tolerance.get("absolute") is not None else "relative"
    kpi = model.Kpi("", direction=direction, baseline=definition.get("baseline") or None,
                    tolerance=(kind, tolerance.get(kind)))
    return judgement.goal_of(kpi, resolved, interval=False)


def status_of(value, definition, goal, state):
    """The status straight from the bands, before hysteresis and clamps (3.7.5, 3.8.4); None
    where an explanation does not say enough."""
    direction = short(definition["direction"], "DIRECTION_")
    policy = short(definition.get("noDataPolicy") or "NO_DATA", "NO_DATA_POLICY_")
    if isinstance(value, Nd) and policy == "TREAT_AS_ZERO" and value.reason == "EMPTY":
        value = ZERO
    if isinstance(value, Nd):
        if policy == "KEEP_LAST":
            return None
        data_state = short(state.get("dataState", ""), "DATA_STATE_")
        missing = policy == "OFF_TARGET" and data_state in ("MISSING", "LATE")
        return "OFF_TARGET" if missing else "NO_DATA"
    if direction == "NEUTRAL":
        return "NO_TARGET"
    band = state.get("band", {})
    bands = bands_of(definition, band.get("rule", ""))
    if bands.basis == "PACE":
        return paced(bands, optional_decimal(band.get("basisValue")), state)
    hit = judgement.place(value, direction, bands, goal, judgement.figures_of(value, goal))
    return "NO_TARGET" if isinstance(hit, Nd) else hit.status


def paced(bands, index, state):
    """By the pace index, which is that of the complete days (3.11.5)."""
    if index is None:
        return "TOO_EARLY" if state.get("pace", {}).get("tooEarly") else "NO_TARGET"
    cuts = (("EXCEEDED", bands.exceeded), ("ON_TARGET", bands.on_target or "1"),
            ("WARNING", bands.warning))
    return next((status for status, cut in cuts
                 if cut not in (None, "") and index >= read_decimal(cut)), "OFF_TARGET")
