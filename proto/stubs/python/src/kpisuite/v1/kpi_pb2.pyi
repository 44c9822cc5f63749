from google.protobuf import duration_pb2 as _duration_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import input_pb2 as _input_pb2
from kpisuite.v1 import sampling_pb2 as _sampling_pb2
from kpisuite.v1 import target_pb2 as _target_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BAND_BASIS_ACTUAL: BandBasis
BAND_BASIS_ATTAINMENT: BandBasis
BAND_BASIS_FVP: BandBasis
BAND_BASIS_PACE: BandBasis
BAND_BASIS_SIGMA: BandBasis
BAND_BASIS_UNSPECIFIED: BandBasis
BAND_BASIS_VARIANCE: BandBasis
DESCRIPTOR: _descriptor.FileDescriptor
HISTORY_POLICY_KEEP_HISTORY: HistoryPolicy
HISTORY_POLICY_RESTATE_HISTORY: HistoryPolicy
HISTORY_POLICY_UNSPECIFIED: HistoryPolicy
MISSING_PERIODS_MET: MissingPeriods
MISSING_PERIODS_NOT_MET: MissingPeriods
MISSING_PERIODS_SKIP: MissingPeriods
MISSING_PERIODS_UNSPECIFIED: MissingPeriods
NATURE_FLOW: Nature
NATURE_LEVEL: Nature
NATURE_RATIO: Nature
NATURE_UNSPECIFIED: Nature
NO_DATA_POLICY_KEEP_LAST: NoDataPolicy
NO_DATA_POLICY_NO_DATA: NoDataPolicy
NO_DATA_POLICY_OFF_TARGET: NoDataPolicy
NO_DATA_POLICY_TREAT_AS_ZERO: NoDataPolicy
NO_DATA_POLICY_UNSPECIFIED: NoDataPolicy
PACE_PRIOR_MEAN_OF_LAST_3: PacePrior
PACE_PRIOR_NONE: PacePrior
PACE_PRIOR_SAME_PERIOD_LAST_YEAR: PacePrior
PACE_PRIOR_UNSPECIFIED: PacePrior
PERSPECTIVE_CUSTOMER: Perspective
PERSPECTIVE_FINANCIAL: Perspective
PERSPECTIVE_OPERATIONAL: Perspective
PERSPECTIVE_PEOPLE: Perspective
PERSPECTIVE_SUSTAINABILITY: Perspective
PERSPECTIVE_UNSPECIFIED: Perspective

class Bands(_message.Message):
    __slots__ = ["basis", "exceeded", "labels", "on_target", "warning"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    BASIS_FIELD_NUMBER: _ClassVar[int]
    EXCEEDED_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    ON_TARGET_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    basis: BandBasis
    exceeded: str
    labels: _containers.ScalarMap[str, str]
    on_target: str
    warning: str
    def __init__(self, basis: _Optional[_Union[BandBasis, str]] = ..., exceeded: _Optional[str] = ..., on_target: _Optional[str] = ..., warning: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Grouping(_message.Message):
    __slots__ = ["dimensions"]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, dimensions: _Optional[_Iterable[str]] = ...) -> None: ...

class Hysteresis(_message.Message):
    __slots__ = ["deadband", "improve_periods", "worsen_periods"]
    DEADBAND_FIELD_NUMBER: _ClassVar[int]
    IMPROVE_PERIODS_FIELD_NUMBER: _ClassVar[int]
    WORSEN_PERIODS_FIELD_NUMBER: _ClassVar[int]
    deadband: str
    improve_periods: int
    worsen_periods: int
    def __init__(self, deadband: _Optional[str] = ..., worsen_periods: _Optional[int] = ..., improve_periods: _Optional[int] = ...) -> None: ...

class Kpi(_message.Message):
    __slots__ = ["bands", "baseline", "calendar", "compare_across_breaks", "direction", "display_decimals", "effective_from", "final_after", "flat_epsilon", "formula", "guardrails", "history_policy", "hysteresis", "inputs", "keep_last_periods", "logical_range", "maintain", "materiality", "max_slices", "min_denominator", "nature", "no_data_policy", "objective", "owner", "pace", "perspective", "process_control", "review", "sampling", "slice_bands", "slices", "target", "time_zone", "tolerance", "unit", "windows"]
    class InputsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _input_pb2.Input
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_input_pb2.Input, _Mapping]] = ...) -> None: ...
    BANDS_FIELD_NUMBER: _ClassVar[int]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    COMPARE_ACROSS_BREAKS_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    FINAL_AFTER_FIELD_NUMBER: _ClassVar[int]
    FLAT_EPSILON_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    GUARDRAILS_FIELD_NUMBER: _ClassVar[int]
    HISTORY_POLICY_FIELD_NUMBER: _ClassVar[int]
    HYSTERESIS_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    KEEP_LAST_PERIODS_FIELD_NUMBER: _ClassVar[int]
    LOGICAL_RANGE_FIELD_NUMBER: _ClassVar[int]
    MAINTAIN_FIELD_NUMBER: _ClassVar[int]
    MATERIALITY_FIELD_NUMBER: _ClassVar[int]
    MAX_SLICES_FIELD_NUMBER: _ClassVar[int]
    MIN_DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    NATURE_FIELD_NUMBER: _ClassVar[int]
    NO_DATA_POLICY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PACE_FIELD_NUMBER: _ClassVar[int]
    PERSPECTIVE_FIELD_NUMBER: _ClassVar[int]
    PROCESS_CONTROL_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    SLICE_BANDS_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    bands: Bands
    baseline: str
    calendar: str
    compare_across_breaks: bool
    direction: _common_pb2.Direction
    display_decimals: int
    effective_from: str
    final_after: _duration_pb2.Duration
    flat_epsilon: str
    formula: str
    guardrails: _containers.RepeatedScalarFieldContainer[str]
    history_policy: HistoryPolicy
    hysteresis: Hysteresis
    inputs: _containers.MessageMap[str, _input_pb2.Input]
    keep_last_periods: int
    logical_range: LogicalRange
    maintain: Maintain
    materiality: Materiality
    max_slices: int
    min_denominator: int
    nature: Nature
    no_data_policy: NoDataPolicy
    objective: str
    owner: str
    pace: Pace
    perspective: Perspective
    process_control: ProcessControl
    review: Review
    sampling: _sampling_pb2.Sampling
    slice_bands: _containers.RepeatedCompositeFieldContainer[SliceBands]
    slices: _containers.RepeatedCompositeFieldContainer[Grouping]
    target: _target_pb2.TargetValue
    time_zone: str
    tolerance: Tolerance
    unit: str
    windows: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, objective: _Optional[str] = ..., owner: _Optional[str] = ..., perspective: _Optional[_Union[Perspective, str]] = ..., inputs: _Optional[_Mapping[str, _input_pb2.Input]] = ..., formula: _Optional[str] = ..., unit: _Optional[str] = ..., direction: _Optional[_Union[_common_pb2.Direction, str]] = ..., time_zone: _Optional[str] = ..., calendar: _Optional[str] = ..., windows: _Optional[_Iterable[str]] = ..., slices: _Optional[_Iterable[_Union[Grouping, _Mapping]]] = ..., target: _Optional[_Union[_target_pb2.TargetValue, _Mapping]] = ..., bands: _Optional[_Union[Bands, _Mapping]] = ..., review: _Optional[_Union[Review, _Mapping]] = ..., logical_range: _Optional[_Union[LogicalRange, _Mapping]] = ..., tolerance: _Optional[_Union[Tolerance, _Mapping]] = ..., no_data_policy: _Optional[_Union[NoDataPolicy, str]] = ..., baseline: _Optional[str] = ..., nature: _Optional[_Union[Nature, str]] = ..., min_denominator: _Optional[int] = ..., max_slices: _Optional[int] = ..., hysteresis: _Optional[_Union[Hysteresis, _Mapping]] = ..., process_control: _Optional[_Union[ProcessControl, _Mapping]] = ..., pace: _Optional[_Union[Pace, _Mapping]] = ..., materiality: _Optional[_Union[Materiality, _Mapping]] = ..., history_policy: _Optional[_Union[HistoryPolicy, str]] = ..., guardrails: _Optional[_Iterable[str]] = ..., display_decimals: _Optional[int] = ..., final_after: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., sampling: _Optional[_Union[_sampling_pb2.Sampling, _Mapping]] = ..., slice_bands: _Optional[_Iterable[_Union[SliceBands, _Mapping]]] = ..., keep_last_periods: _Optional[int] = ..., effective_from: _Optional[str] = ..., flat_epsilon: _Optional[str] = ..., maintain: _Optional[_Union[Maintain, _Mapping]] = ..., compare_across_breaks: bool = ...) -> None: ...

class LogicalRange(_message.Message):
    __slots__ = ["max", "min"]
    MAX_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    max: str
    min: str
    def __init__(self, min: _Optional[str] = ..., max: _Optional[str] = ...) -> None: ...

class Maintain(_message.Message):
    __slots__ = ["first_period", "last_period", "missing"]
    FIRST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    first_period: str
    last_period: str
    missing: MissingPeriods
    def __init__(self, first_period: _Optional[str] = ..., last_period: _Optional[str] = ..., missing: _Optional[_Union[MissingPeriods, str]] = ...) -> None: ...

class Materiality(_message.Message):
    __slots__ = ["absolute", "relative"]
    ABSOLUTE_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_FIELD_NUMBER: _ClassVar[int]
    absolute: str
    relative: str
    def __init__(self, absolute: _Optional[str] = ..., relative: _Optional[str] = ...) -> None: ...

class Pace(_message.Message):
    __slots__ = ["growth", "history_periods", "prior", "profile", "weights"]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    HISTORY_PERIODS_FIELD_NUMBER: _ClassVar[int]
    PRIOR_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    growth: str
    history_periods: int
    prior: PacePrior
    profile: str
    weights: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, profile: _Optional[str] = ..., weights: _Optional[_Iterable[str]] = ..., history_periods: _Optional[int] = ..., prior: _Optional[_Union[PacePrior, str]] = ..., growth: _Optional[str] = ...) -> None: ...

class ProcessControl(_message.Message):
    __slots__ = ["baseline_points", "centre", "dismissed_rebases", "excluded_periods", "profile", "rebases", "screening", "shift_length", "trend_length", "trend_periods"]
    BASELINE_POINTS_FIELD_NUMBER: _ClassVar[int]
    CENTRE_FIELD_NUMBER: _ClassVar[int]
    DISMISSED_REBASES_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_PERIODS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    REBASES_FIELD_NUMBER: _ClassVar[int]
    SCREENING_FIELD_NUMBER: _ClassVar[int]
    SHIFT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    TREND_LENGTH_FIELD_NUMBER: _ClassVar[int]
    TREND_PERIODS_FIELD_NUMBER: _ClassVar[int]
    baseline_points: int
    centre: str
    dismissed_rebases: _containers.RepeatedCompositeFieldContainer[Rebase]
    excluded_periods: _containers.RepeatedScalarFieldContainer[str]
    profile: str
    rebases: _containers.RepeatedCompositeFieldContainer[Rebase]
    screening: bool
    shift_length: int
    trend_length: int
    trend_periods: int
    def __init__(self, profile: _Optional[str] = ..., baseline_points: _Optional[int] = ..., screening: bool = ..., rebases: _Optional[_Iterable[_Union[Rebase, _Mapping]]] = ..., excluded_periods: _Optional[_Iterable[str]] = ..., centre: _Optional[str] = ..., shift_length: _Optional[int] = ..., trend_length: _Optional[int] = ..., dismissed_rebases: _Optional[_Iterable[_Union[Rebase, _Mapping]]] = ..., trend_periods: _Optional[int] = ...) -> None: ...

class Rebase(_message.Message):
    __slots__ = ["author", "period", "reason"]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    author: str
    period: str
    reason: str
    def __init__(self, period: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ["deputies", "every", "offset"]
    DEPUTIES_FIELD_NUMBER: _ClassVar[int]
    EVERY_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    deputies: _containers.RepeatedScalarFieldContainer[str]
    every: _common_pb2.Grain
    offset: _duration_pb2.Duration
    def __init__(self, every: _Optional[_Union[_common_pb2.Grain, str]] = ..., offset: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., deputies: _Optional[_Iterable[str]] = ...) -> None: ...

class SliceBands(_message.Message):
    __slots__ = ["bands", "exact_slice", "slice"]
    BANDS_FIELD_NUMBER: _ClassVar[int]
    EXACT_SLICE_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    bands: Bands
    exact_slice: bool
    slice: str
    def __init__(self, slice: _Optional[str] = ..., exact_slice: bool = ..., bands: _Optional[_Union[Bands, _Mapping]] = ...) -> None: ...

class Tolerance(_message.Message):
    __slots__ = ["absolute", "relative"]
    ABSOLUTE_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_FIELD_NUMBER: _ClassVar[int]
    absolute: str
    relative: str
    def __init__(self, relative: _Optional[str] = ..., absolute: _Optional[str] = ...) -> None: ...

class MissingPeriods(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Perspective(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class BandBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class NoDataPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Nature(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class PacePrior(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HistoryPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
