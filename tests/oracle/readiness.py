"""What is known about the data of a period: SEMANTICS 3.4.7 and 3.8."""

import dataclasses
from decimal import Decimal

import decimals
from decimals import Nd

STATE_OF_REASON = {"EMPTY": "MISSING", "INCOMPLETE": "MISSING", "NOT_READY": "PROVISIONAL",
                   "PENDING": "PROVISIONAL", "DIV0": "NOT_APPLICABLE",
                   "NO_COMPARABLE": "NOT_APPLICABLE", "NOT_APPLICABLE": "NOT_APPLICABLE",
                   "NOT_KEPT": "NOT_APPLICABLE", "SUPPRESSED": "SUPPRESSED",
                   "DOMAIN": "ERROR", "OVERFLOW": "ERROR", "NOT_AGGREGATABLE": "ERROR",
                   "INPUT_ERROR": "ERROR"}


@dataclasses.dataclass(frozen=True)
class Arrival:
    """How far one input has arrived. `watermark` and `last_update` may be None: never."""
    watermark: int | None
    last_update: int | None
    rows: int
    due: int  # expected lag and grace
    max_age: int | None


@dataclasses.dataclass(frozen=True)
class Readiness:
    ready: bool
    late: bool
    no_rows: bool
    stale: bool
    watermark: int | None
    completeness: Decimal


def assess(period, now, arrivals, newest):
    """`newest`: whether this is the last period with rows or a later one; others are not STALE."""
    watermarks = [arrival.watermark for arrival in arrivals]
    least = None if None in watermarks else min(watermarks)
    late = any((arrival.watermark is None or arrival.watermark < period.stop)
               and now >= period.stop + arrival.due for arrival in arrivals)
    stale = newest and any(
        arrival.max_age is not None and arrival.last_update is not None
        and now > arrival.last_update + arrival.max_age for arrival in arrivals)
    return Readiness(least is not None and least >= period.stop, late,
                     all(arrival.rows == 0 for arrival in arrivals), stale, least,
                     completeness(period, watermarks))


def completeness(period, watermarks):
    """Mean share of the period before the watermarks."""
    if not period.exists:
        return decimals.ONE
    if period.grain == "ALL":  # no end to be measured by
        told = sum(mark is not None for mark in watermarks)
        return decimals.divide(Decimal(told), Decimal(len(watermarks)))
    covered = sum(min(max(mark, period.start), period.stop) - period.start
                  for mark in watermarks if mark is not None)
    return decimals.divide(Decimal(covered),
                           Decimal((period.stop - period.start) * len(watermarks)))


def value_of_nothing(period, watermark, zero_when_empty):
    """What an input without rows is worth (3.8.2)."""
    if not period.exists:
        return Nd("NOT_APPLICABLE")
    if zero_when_empty and watermark is not None and watermark >= period.start:
        return decimals.ZERO
    return Nd("EMPTY" if watermark is not None and watermark >= period.stop else "NOT_READY")


def data_state(period, readiness, value):
    """3.8.3."""
    if not period.exists:
        return "NOT_APPLICABLE"
    state = STATE_OF_REASON[value.reason] if isinstance(value, Nd) else "OK"
    if state not in ("OK", "PROVISIONAL"):
        return state
    if readiness.late:
        return "MISSING" if readiness.no_rows else "LATE"
    return state if readiness.ready else "PROVISIONAL"


def life(period, now, watermark, wait):
    """3.4.7; `wait` is the longest expected lag and grace of the inputs."""
    if now < period.start:
        return "FUTURE"
    if now < period.stop:
        return "OPEN"
    complete = watermark is not None and watermark >= period.stop
    return "CLOSED" if complete or now >= period.stop + wait else "CLOSING"
