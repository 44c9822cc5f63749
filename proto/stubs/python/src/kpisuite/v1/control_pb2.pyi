from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ControlChart(_message.Message):
    __slots__ = ["assurance", "constants", "display_limits", "kept_period", "kept_variation", "label", "limits", "mixed", "profile", "proposed_rebase", "range", "rules", "segment_points", "shift_length", "stable", "text", "trend_length", "trial", "variation"]
    ASSURANCE_FIELD_NUMBER: _ClassVar[int]
    CONSTANTS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_LIMITS_FIELD_NUMBER: _ClassVar[int]
    KEPT_PERIOD_FIELD_NUMBER: _ClassVar[int]
    KEPT_VARIATION_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    MIXED_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_REBASE_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_POINTS_FIELD_NUMBER: _ClassVar[int]
    SHIFT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    STABLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TREND_LENGTH_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    VARIATION_FIELD_NUMBER: _ClassVar[int]
    assurance: str
    constants: str
    display_limits: ControlLimits
    kept_period: str
    kept_variation: str
    label: str
    limits: ControlLimits
    mixed: _containers.RepeatedScalarFieldContainer[str]
    profile: str
    proposed_rebase: str
    range: bool
    rules: _containers.RepeatedScalarFieldContainer[str]
    segment_points: int
    shift_length: int
    stable: bool
    text: str
    trend_length: int
    trial: bool
    variation: str
    def __init__(self, profile: _Optional[str] = ..., constants: _Optional[str] = ..., limits: _Optional[_Union[ControlLimits, _Mapping]] = ..., display_limits: _Optional[_Union[ControlLimits, _Mapping]] = ..., trial: bool = ..., segment_points: _Optional[int] = ..., rules: _Optional[_Iterable[str]] = ..., label: _Optional[str] = ..., range: bool = ..., variation: _Optional[str] = ..., mixed: _Optional[_Iterable[str]] = ..., kept_variation: _Optional[str] = ..., kept_period: _Optional[str] = ..., assurance: _Optional[str] = ..., stable: bool = ..., proposed_rebase: _Optional[str] = ..., shift_length: _Optional[int] = ..., trend_length: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class ControlLimits(_message.Message):
    __slots__ = ["centre", "lower", "lower_quarter", "lower_two_sigma", "moving_range", "range_limit", "sigma", "upper", "upper_quarter", "upper_two_sigma"]
    CENTRE_FIELD_NUMBER: _ClassVar[int]
    LOWER_FIELD_NUMBER: _ClassVar[int]
    LOWER_QUARTER_FIELD_NUMBER: _ClassVar[int]
    LOWER_TWO_SIGMA_FIELD_NUMBER: _ClassVar[int]
    MOVING_RANGE_FIELD_NUMBER: _ClassVar[int]
    RANGE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    SIGMA_FIELD_NUMBER: _ClassVar[int]
    UPPER_FIELD_NUMBER: _ClassVar[int]
    UPPER_QUARTER_FIELD_NUMBER: _ClassVar[int]
    UPPER_TWO_SIGMA_FIELD_NUMBER: _ClassVar[int]
    centre: float
    lower: float
    lower_quarter: float
    lower_two_sigma: float
    moving_range: float
    range_limit: float
    sigma: float
    upper: float
    upper_quarter: float
    upper_two_sigma: float
    def __init__(self, centre: _Optional[float] = ..., upper: _Optional[float] = ..., lower: _Optional[float] = ..., upper_two_sigma: _Optional[float] = ..., lower_two_sigma: _Optional[float] = ..., upper_quarter: _Optional[float] = ..., lower_quarter: _Optional[float] = ..., range_limit: _Optional[float] = ..., moving_range: _Optional[float] = ..., sigma: _Optional[float] = ...) -> None: ...

class Trend(_message.Message):
    __slots__ = ["points", "s", "slope", "slope_percent", "variance", "verdict", "z"]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SLOPE_FIELD_NUMBER: _ClassVar[int]
    SLOPE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    S_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    points: int
    s: int
    slope: float
    slope_percent: float
    variance: float
    verdict: str
    z: float
    def __init__(self, verdict: _Optional[str] = ..., points: _Optional[int] = ..., slope: _Optional[float] = ..., slope_percent: _Optional[float] = ..., s: _Optional[int] = ..., variance: _Optional[float] = ..., z: _Optional[float] = ...) -> None: ...
