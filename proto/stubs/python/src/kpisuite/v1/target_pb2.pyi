from kpisuite.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SCHEDULE_GAPS_INHERIT: ScheduleGaps
SCHEDULE_GAPS_STRICT: ScheduleGaps
SCHEDULE_GAPS_UNSPECIFIED: ScheduleGaps
TARGET_ROLE_BUDGET: TargetRole
TARGET_ROLE_COMMITTED: TargetRole
TARGET_ROLE_FORECAST: TargetRole
TARGET_ROLE_PERSONAL: TargetRole
TARGET_ROLE_STRETCH: TargetRole
TARGET_ROLE_UNSPECIFIED: TargetRole

class Allocated(_message.Message):
    __slots__ = ["period", "profile", "total", "weights", "years"]
    class WeightsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    period: str
    profile: str
    total: str
    weights: _containers.ScalarMap[str, str]
    years: int
    def __init__(self, total: _Optional[str] = ..., profile: _Optional[str] = ..., weights: _Optional[_Mapping[str, str]] = ..., period: _Optional[str] = ..., years: _Optional[int] = ...) -> None: ...

class BaselineImprovement(_message.Message):
    __slots__ = ["first_period", "improvement", "last_period", "units"]
    FIRST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    IMPROVEMENT_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    first_period: str
    improvement: str
    last_period: str
    units: str
    def __init__(self, first_period: _Optional[str] = ..., last_period: _Optional[str] = ..., improvement: _Optional[str] = ..., units: _Optional[str] = ...) -> None: ...

class BenchmarkTarget(_message.Message):
    __slots__ = ["benchmark", "percentile"]
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    benchmark: str
    percentile: str
    def __init__(self, benchmark: _Optional[str] = ..., percentile: _Optional[str] = ...) -> None: ...

class ChildTargets(_message.Message):
    __slots__ = ["dimension", "weighted_by"]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_BY_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    weighted_by: str
    def __init__(self, dimension: _Optional[str] = ..., weighted_by: _Optional[str] = ...) -> None: ...

class PhasedLinear(_message.Message):
    __slots__ = ["baseline", "end", "first_period", "last_period"]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FIRST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    baseline: str
    end: str
    first_period: str
    last_period: str
    def __init__(self, baseline: _Optional[str] = ..., end: _Optional[str] = ..., first_period: _Optional[str] = ..., last_period: _Optional[str] = ...) -> None: ...

class Target(_message.Message):
    __slots__ = ["effective_from", "effective_to", "exact_slice", "kpi", "reason", "review_by", "role", "set_by", "slice", "value"]
    EFFECTIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_TO_FIELD_NUMBER: _ClassVar[int]
    EXACT_SLICE_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVIEW_BY_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    effective_from: str
    effective_to: str
    exact_slice: bool
    kpi: str
    reason: str
    review_by: str
    role: TargetRole
    set_by: str
    slice: str
    value: TargetValue
    def __init__(self, kpi: _Optional[str] = ..., slice: _Optional[str] = ..., exact_slice: bool = ..., role: _Optional[_Union[TargetRole, str]] = ..., value: _Optional[_Union[TargetValue, _Mapping]] = ..., effective_from: _Optional[str] = ..., effective_to: _Optional[str] = ..., review_by: _Optional[str] = ..., set_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class TargetRange(_message.Message):
    __slots__ = ["hi", "lo"]
    HI_FIELD_NUMBER: _ClassVar[int]
    LO_FIELD_NUMBER: _ClassVar[int]
    hi: str
    lo: str
    def __init__(self, lo: _Optional[str] = ..., hi: _Optional[str] = ...) -> None: ...

class TargetSchedule(_message.Message):
    __slots__ = ["gaps", "values"]
    class ValuesEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    GAPS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    gaps: ScheduleGaps
    values: _containers.ScalarMap[str, str]
    def __init__(self, values: _Optional[_Mapping[str, str]] = ..., gaps: _Optional[_Union[ScheduleGaps, str]] = ...) -> None: ...

class TargetValue(_message.Message):
    __slots__ = ["allocated", "baseline_improvement", "benchmark", "children", "fixed", "formula", "formula_inputs", "grain", "phased_linear", "range", "scale", "schedule", "vs_prior"]
    class FormulaInputsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ALLOCATED_FIELD_NUMBER: _ClassVar[int]
    BASELINE_IMPROVEMENT_FIELD_NUMBER: _ClassVar[int]
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    FIXED_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    FORMULA_INPUTS_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    PHASED_LINEAR_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    VS_PRIOR_FIELD_NUMBER: _ClassVar[int]
    allocated: Allocated
    baseline_improvement: BaselineImprovement
    benchmark: BenchmarkTarget
    children: ChildTargets
    fixed: str
    formula: str
    formula_inputs: _containers.ScalarMap[str, str]
    grain: _common_pb2.Grain
    phased_linear: PhasedLinear
    range: TargetRange
    scale: int
    schedule: TargetSchedule
    vs_prior: VersusPrior
    def __init__(self, fixed: _Optional[str] = ..., range: _Optional[_Union[TargetRange, _Mapping]] = ..., schedule: _Optional[_Union[TargetSchedule, _Mapping]] = ..., phased_linear: _Optional[_Union[PhasedLinear, _Mapping]] = ..., allocated: _Optional[_Union[Allocated, _Mapping]] = ..., vs_prior: _Optional[_Union[VersusPrior, _Mapping]] = ..., baseline_improvement: _Optional[_Union[BaselineImprovement, _Mapping]] = ..., benchmark: _Optional[_Union[BenchmarkTarget, _Mapping]] = ..., formula: _Optional[str] = ..., children: _Optional[_Union[ChildTargets, _Mapping]] = ..., grain: _Optional[_Union[_common_pb2.Grain, str]] = ..., scale: _Optional[int] = ..., formula_inputs: _Optional[_Mapping[str, str]] = ...) -> None: ...

class VersusPrior(_message.Message):
    __slots__ = ["change", "comparator", "freeze", "units"]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    COMPARATOR_FIELD_NUMBER: _ClassVar[int]
    FREEZE_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    change: str
    comparator: str
    freeze: bool
    units: str
    def __init__(self, comparator: _Optional[str] = ..., change: _Optional[str] = ..., units: _Optional[str] = ..., freeze: bool = ...) -> None: ...

class TargetRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ScheduleGaps(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
