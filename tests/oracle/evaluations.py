"""What is computed for a state, and how its value is judged (SEMANTICS 3.7.5)."""

import dataclasses
from decimal import Decimal

import decimals
import judgement
import readiness
from decimals import Nd


@dataclasses.dataclass
class Evaluation:
    """Everything that is computed for a state."""
    inputs: list  # values
    input_rows: list
    steps: list  # values
    results: list  # values
    value: object
    rows: int
    last_event: int | None
    readiness: readiness.Readiness
    data_state: str
    life: str
    resolved: object  # targets.Resolved
    figures: judgement.Figures
    hit: object  # judgement.Hit or None
    status: str
    reason: str | None  # why there is no band status
    score: Decimal | None
    kept_rows: list = dataclasses.field(default_factory=list)  # how many rows of each input count
    withheld: str | None = None  # why the value is not told
    goal: object = None  # judgement.Goal or None
    reference: object = Nd("PENDING")  # what bands by SIGMA or PACE are measured by
    interval: object = None  # sampling.Interval
    low_n: bool = False
    judged: Decimal | None = None  # the value that has a band
    fold: object = None  # hysteresis.Fold after the period, with hysteresis only
    whole_goal: object = None  # of the whole period, which its pace leads to
    kept: bool = False  # the status is that of an earlier period


def missing_reason(evaluation):
    """Why there is nothing to judge; None if there is a number that counts."""
    if isinstance(evaluation.value, Nd):
        return evaluation.value.reason
    return {"MISSING": "NOT_READY", "NOT_APPLICABLE": "NOT_APPLICABLE"}.get(evaluation.data_state)


def judge(kpi, evaluation, goal, value=None):
    """Fills in status and what belongs to it, for another value than its own if one is given;
    precedence as in 3.7.5."""
    reason, value = missing_reason(evaluation), evaluation.value if value is None else value
    if (reason is not None and kpi.no_data_policy == "TREAT_AS_ZERO"
            and evaluation.data_state == "MISSING" and evaluation.readiness.ready):
        reason, value = None, decimals.ZERO
    if reason is not None:
        state = readiness.STATE_OF_REASON[reason]
        evaluation.status = "ERROR" if state == "ERROR" else "NO_DATA"
        evaluation.figures = judgement.Figures(*[Nd(reason)] * 4)
        given_up = evaluation.data_state in ("MISSING", "LATE")
        if (evaluation.status == "NO_DATA" and given_up and kpi.direction != "NEUTRAL"
                and kpi.no_data_policy == "OFF_TARGET"):
            evaluation.status = "OFF_TARGET"
        evaluation.reason = reason
        evaluation.score = judgement.midpoint(evaluation.status)
        return
    evaluation.figures = judgement.figures_of(value, goal)
    needs_goal = not (kpi.bands and kpi.bands.basis == "ACTUAL")
    if kpi.direction == "NEUTRAL" or (needs_goal and goal is None):
        missing = "NO_TARGET" if goal is not None or kpi.direction == "NEUTRAL" else (
            evaluation.resolved.reason.reason)
        evaluation.status, evaluation.reason = "NO_TARGET", missing
        return
    hit = judgement.place(value, kpi.direction, kpi.bands, goal, evaluation.figures,
                          evaluation.reference)
    if isinstance(hit, Nd):
        evaluation.status, evaluation.reason = "NO_TARGET", hit.reason
        return
    evaluation.hit, evaluation.status, evaluation.judged = hit, hit.status, value
    evaluation.score = judgement.score(kpi.bands, kpi.direction, hit, hit.status)


def judge_by(kpi, evaluation, reference, value=None):
    """The status anew, by a reference, and perhaps of another value."""
    evaluation.reference, evaluation.hit, evaluation.reason = reference, None, None
    evaluation.score = evaluation.judged = None
    judge(kpi, evaluation, evaluation.goal, value)


def may_keep(evaluation):
    """Whether the last status may stand for a missing one: there is something to measure."""
    return evaluation.status == "NO_DATA" and evaluation.data_state not in (
        "NOT_APPLICABLE", "SUPPRESSED")
