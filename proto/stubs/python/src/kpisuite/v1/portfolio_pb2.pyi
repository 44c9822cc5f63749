from google.protobuf import duration_pb2 as _duration_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
ROLL_UP_COUNT: RollUp
ROLL_UP_GEOMETRIC: RollUp
ROLL_UP_K_OF_N: RollUp
ROLL_UP_UNSPECIFIED: RollUp
ROLL_UP_WEIGHTED: RollUp
ROLL_UP_WORST: RollUp
SEVERITY_CRITICAL: Severity
SEVERITY_INFO: Severity
SEVERITY_UNSPECIFIED: Severity
SEVERITY_WARNING: Severity
VETO_CRITICAL: Veto
VETO_HARD: Veto
VETO_NONE: Veto
VETO_UNSPECIFIED: Veto

class AlertRule(_message.Message):
    __slots__ = ["condition", "for_periods", "keep_for", "kpi", "open_periods", "renotify_every", "routes", "severity", "slice", "window"]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    FOR_PERIODS_FIELD_NUMBER: _ClassVar[int]
    KEEP_FOR_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    OPEN_PERIODS_FIELD_NUMBER: _ClassVar[int]
    RENOTIFY_EVERY_FIELD_NUMBER: _ClassVar[int]
    ROUTES_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    condition: str
    for_periods: int
    keep_for: _duration_pb2.Duration
    kpi: str
    open_periods: bool
    renotify_every: _duration_pb2.Duration
    routes: _containers.RepeatedScalarFieldContainer[str]
    severity: Severity
    slice: str
    window: str
    def __init__(self, kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., condition: _Optional[str] = ..., for_periods: _Optional[int] = ..., keep_for: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., severity: _Optional[_Union[Severity, str]] = ..., routes: _Optional[_Iterable[str]] = ..., renotify_every: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., open_periods: bool = ...) -> None: ...

class Benchmark(_message.Message):
    __slots__ = ["cohort", "kpi", "licence", "observations", "participants", "percentiles", "retrieved_at", "source", "vintage"]
    class CohortEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class PercentilesEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COHORT_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    PERCENTILES_FIELD_NUMBER: _ClassVar[int]
    RETRIEVED_AT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    VINTAGE_FIELD_NUMBER: _ClassVar[int]
    cohort: _containers.ScalarMap[str, str]
    kpi: str
    licence: str
    observations: _containers.RepeatedScalarFieldContainer[str]
    participants: int
    percentiles: _containers.ScalarMap[str, str]
    retrieved_at: str
    source: str
    vintage: str
    def __init__(self, kpi: _Optional[str] = ..., cohort: _Optional[_Mapping[str, str]] = ..., percentiles: _Optional[_Mapping[str, str]] = ..., observations: _Optional[_Iterable[str]] = ..., participants: _Optional[int] = ..., source: _Optional[str] = ..., licence: _Optional[str] = ..., vintage: _Optional[str] = ..., retrieved_at: _Optional[str] = ...) -> None: ...

class Initiative(_message.Message):
    __slots__ = ["control_slices", "effects", "end_date", "owner", "start_date", "treated_slices"]
    CONTROL_SLICES_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    TREATED_SLICES_FIELD_NUMBER: _ClassVar[int]
    control_slices: _containers.RepeatedScalarFieldContainer[str]
    effects: _containers.RepeatedCompositeFieldContainer[InitiativeEffect]
    end_date: str
    owner: str
    start_date: str
    treated_slices: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, owner: _Optional[str] = ..., effects: _Optional[_Iterable[_Union[InitiativeEffect, _Mapping]]] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., treated_slices: _Optional[_Iterable[str]] = ..., control_slices: _Optional[_Iterable[str]] = ...) -> None: ...

class InitiativeEffect(_message.Message):
    __slots__ = ["expected", "kpi", "lag"]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    LAG_FIELD_NUMBER: _ClassVar[int]
    expected: str
    kpi: str
    lag: _duration_pb2.Duration
    def __init__(self, kpi: _Optional[str] = ..., expected: _Optional[str] = ..., lag: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Objective(_message.Message):
    __slots__ = ["horizon", "owner", "parent"]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    horizon: str
    owner: str
    parent: str
    def __init__(self, owner: _Optional[str] = ..., parent: _Optional[str] = ..., horizon: _Optional[str] = ...) -> None: ...

class Scorecard(_message.Message):
    __slots__ = ["children", "grain", "k", "method", "min_coverage", "owner"]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    MIN_COVERAGE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    children: _containers.RepeatedCompositeFieldContainer[ScorecardChild]
    grain: _common_pb2.Grain
    k: int
    method: RollUp
    min_coverage: str
    owner: str
    def __init__(self, owner: _Optional[str] = ..., children: _Optional[_Iterable[_Union[ScorecardChild, _Mapping]]] = ..., method: _Optional[_Union[RollUp, str]] = ..., min_coverage: _Optional[str] = ..., k: _Optional[int] = ..., grain: _Optional[_Union[_common_pb2.Grain, str]] = ...) -> None: ...

class ScorecardChild(_message.Message):
    __slots__ = ["kpi", "max_age", "scorecard", "slice", "veto", "weight", "window"]
    KPI_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_FIELD_NUMBER: _ClassVar[int]
    SCORECARD_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    VETO_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    kpi: str
    max_age: _duration_pb2.Duration
    scorecard: str
    slice: str
    veto: Veto
    weight: str
    window: str
    def __init__(self, kpi: _Optional[str] = ..., scorecard: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., weight: _Optional[str] = ..., veto: _Optional[_Union[Veto, str]] = ..., max_age: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RollUp(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Veto(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
