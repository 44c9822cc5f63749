from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import control_pb2 as _control_pb2
from kpisuite.v1 import kpi_pb2 as _kpi_pb2
from kpisuite.v1 import pace_state_pb2 as _pace_state_pb2
from kpisuite.v1 import sampling_pb2 as _sampling_pb2
from kpisuite.v1 import target_pb2 as _target_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
HISTORY_CAUSE_CLOSED: HistoryCause
HISTORY_CAUSE_DEFINITION: HistoryCause
HISTORY_CAUSE_FINAL: HistoryCause
HISTORY_CAUSE_RELEASED: HistoryCause
HISTORY_CAUSE_RESTATED: HistoryCause
HISTORY_CAUSE_TRANSITION: HistoryCause
HISTORY_CAUSE_UNSPECIFIED: HistoryCause
OBSERVATION_FLAG_DEFINITION_DIFFERS: ObservationFlag
OBSERVATION_FLAG_ESTIMATED: ObservationFlag
OBSERVATION_FLAG_FORECAST: ObservationFlag
OBSERVATION_FLAG_IMPUTED: ObservationFlag
OBSERVATION_FLAG_LOW_RELIABILITY: ObservationFlag
OBSERVATION_FLAG_MISSING: ObservationFlag
OBSERVATION_FLAG_MISSING_CANNOT_EXIST: ObservationFlag
OBSERVATION_FLAG_MISSING_NOT_COLLECTED: ObservationFlag
OBSERVATION_FLAG_NORMAL: ObservationFlag
OBSERVATION_FLAG_NOT_SIGNIFICANT: ObservationFlag
OBSERVATION_FLAG_PROVISIONAL: ObservationFlag
OBSERVATION_FLAG_TIME_SERIES_BREAK: ObservationFlag
OBSERVATION_FLAG_UNSPECIFIED: ObservationFlag
OBSERVATION_FLAG_UNVALIDATED: ObservationFlag
STATE_SOURCE_COMPUTED: StateSource
STATE_SOURCE_NEAR_CACHE: StateSource
STATE_SOURCE_OWNER: StateSource
STATE_SOURCE_REDIS: StateSource
STATE_SOURCE_STORE: StateSource
STATE_SOURCE_UNSPECIFIED: StateSource

class BandHit(_message.Message):
    __slots__ = ["basis", "basis_value", "cuts", "distance_to_better", "distance_to_worse", "hit", "rule"]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    BASIS_VALUE_FIELD_NUMBER: _ClassVar[int]
    CUTS_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_TO_BETTER_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_TO_WORSE_FIELD_NUMBER: _ClassVar[int]
    HIT_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    basis: _kpi_pb2.BandBasis
    basis_value: str
    cuts: _containers.RepeatedCompositeFieldContainer[Cut]
    distance_to_better: str
    distance_to_worse: str
    hit: int
    rule: str
    def __init__(self, basis: _Optional[_Union[_kpi_pb2.BandBasis, str]] = ..., basis_value: _Optional[str] = ..., cuts: _Optional[_Iterable[_Union[Cut, _Mapping]]] = ..., hit: _Optional[int] = ..., distance_to_better: _Optional[str] = ..., distance_to_worse: _Optional[str] = ..., rule: _Optional[str] = ...) -> None: ...

class Cut(_message.Message):
    __slots__ = ["cut", "status", "threshold", "upper_threshold"]
    CUT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    UPPER_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    cut: str
    status: _common_pb2.Status
    threshold: str
    upper_threshold: str
    def __init__(self, status: _Optional[_Union[_common_pb2.Status, str]] = ..., cut: _Optional[str] = ..., threshold: _Optional[str] = ..., upper_threshold: _Optional[str] = ...) -> None: ...

class FeedMark(_message.Message):
    __slots__ = ["incarnation", "part", "seq"]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    incarnation: int
    part: int
    seq: int
    def __init__(self, part: _Optional[int] = ..., incarnation: _Optional[int] = ..., seq: _Optional[int] = ...) -> None: ...

class Freshness(_message.Message):
    __slots__ = ["as_of", "serve_time", "source", "stale", "stale_reason"]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    SERVE_TIME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    STALE_REASON_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    serve_time: _timestamp_pb2.Timestamp
    source: StateSource
    stale: bool
    stale_reason: str
    def __init__(self, source: _Optional[_Union[StateSource, str]] = ..., stale: bool = ..., stale_reason: _Optional[str] = ..., serve_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HistoryEntry(_message.Message):
    __slots__ = ["author", "cause", "reason", "record_time", "state"]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    author: str
    cause: HistoryCause
    reason: str
    record_time: _timestamp_pb2.Timestamp
    state: KpiState
    def __init__(self, state: _Optional[_Union[KpiState, _Mapping]] = ..., record_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cause: _Optional[_Union[HistoryCause, str]] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class HysteresisState(_message.Message):
    __slots__ = ["band", "better_periods", "candidate", "worse_periods"]
    BAND_FIELD_NUMBER: _ClassVar[int]
    BETTER_PERIODS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    WORSE_PERIODS_FIELD_NUMBER: _ClassVar[int]
    band: int
    better_periods: int
    candidate: int
    worse_periods: int
    def __init__(self, band: _Optional[int] = ..., worse_periods: _Optional[int] = ..., better_periods: _Optional[int] = ..., candidate: _Optional[int] = ...) -> None: ...

class KpiState(_message.Message):
    __slots__ = ["additive", "approximate", "approximation", "attainment", "band", "closed_at", "completeness", "control", "data_state", "definition_position", "definition_revision", "direction", "display_decimals", "display_name", "favourable_variance", "final_time", "fingerprint", "flags", "freshness", "fvp", "held_out", "hierarchy_view", "hysteresis", "interval", "kpi", "last_event_time", "lower_bound", "maintain", "members_missing", "nd_reason", "nowcast", "objective", "observation_flags", "other_members", "other_targets", "owner", "pace", "period", "perspective", "position", "raw_status", "reasons", "restatement", "revision", "row_count", "score", "slice", "status", "status_label", "target", "tick", "trend", "unit", "upper_bound", "value", "value_double", "variance", "version", "watermark", "window"]
    ADDITIVE_FIELD_NUMBER: _ClassVar[int]
    APPROXIMATE_FIELD_NUMBER: _ClassVar[int]
    APPROXIMATION_FIELD_NUMBER: _ClassVar[int]
    ATTAINMENT_FIELD_NUMBER: _ClassVar[int]
    BAND_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETENESS_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    DATA_STATE_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_POSITION_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_REVISION_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    FAVOURABLE_VARIANCE_FIELD_NUMBER: _ClassVar[int]
    FINAL_TIME_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    FVP_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    HIERARCHY_VIEW_FIELD_NUMBER: _ClassVar[int]
    HYSTERESIS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    MAINTAIN_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_MISSING_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    NOWCAST_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_FLAGS_FIELD_NUMBER: _ClassVar[int]
    OTHER_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    OTHER_TARGETS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PACE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PERSPECTIVE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RAW_STATUS_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    RESTATEMENT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STATUS_LABEL_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    TICK_FIELD_NUMBER: _ClassVar[int]
    TREND_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UPPER_BOUND_FIELD_NUMBER: _ClassVar[int]
    VALUE_DOUBLE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    additive: bool
    approximate: bool
    approximation: str
    attainment: str
    band: BandHit
    closed_at: _timestamp_pb2.Timestamp
    completeness: str
    control: _control_pb2.ControlChart
    data_state: _common_pb2.DataState
    definition_position: int
    definition_revision: int
    direction: _common_pb2.Direction
    display_decimals: int
    display_name: str
    favourable_variance: str
    final_time: _timestamp_pb2.Timestamp
    fingerprint: str
    flags: _containers.RepeatedScalarFieldContainer[_common_pb2.StateFlag]
    freshness: Freshness
    fvp: str
    held_out: int
    hierarchy_view: _common_pb2.HierarchyView
    hysteresis: HysteresisState
    interval: _sampling_pb2.Interval
    kpi: str
    last_event_time: _timestamp_pb2.Timestamp
    lower_bound: str
    maintain: MaintainProgress
    members_missing: int
    nd_reason: _common_pb2.NdReason
    nowcast: _pace_state_pb2.Nowcast
    objective: str
    observation_flags: _containers.RepeatedScalarFieldContainer[ObservationFlag]
    other_members: int
    other_targets: _containers.RepeatedCompositeFieldContainer[ResolvedTarget]
    owner: str
    pace: _pace_state_pb2.PaceState
    period: _common_pb2.Period
    perspective: _kpi_pb2.Perspective
    position: FeedMark
    raw_status: _common_pb2.Status
    reasons: _containers.RepeatedScalarFieldContainer[str]
    restatement: Restatement
    revision: int
    row_count: int
    score: str
    slice: str
    status: _common_pb2.Status
    status_label: str
    target: ResolvedTarget
    tick: _timestamp_pb2.Timestamp
    trend: _control_pb2.Trend
    unit: str
    upper_bound: str
    value: str
    value_double: float
    variance: str
    version: str
    watermark: _timestamp_pb2.Timestamp
    window: str
    def __init__(self, kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.Period, _Mapping]] = ..., value: _Optional[str] = ..., value_double: _Optional[float] = ..., unit: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., status: _Optional[_Union[_common_pb2.Status, str]] = ..., raw_status: _Optional[_Union[_common_pb2.Status, str]] = ..., data_state: _Optional[_Union[_common_pb2.DataState, str]] = ..., flags: _Optional[_Iterable[_Union[_common_pb2.StateFlag, str]]] = ..., target: _Optional[_Union[ResolvedTarget, _Mapping]] = ..., variance: _Optional[str] = ..., favourable_variance: _Optional[str] = ..., fvp: _Optional[str] = ..., attainment: _Optional[str] = ..., score: _Optional[str] = ..., band: _Optional[_Union[BandHit, _Mapping]] = ..., row_count: _Optional[int] = ..., completeness: _Optional[str] = ..., watermark: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last_event_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., definition_revision: _Optional[int] = ..., fingerprint: _Optional[str] = ..., definition_position: _Optional[int] = ..., position: _Optional[_Union[FeedMark, _Mapping]] = ..., tick: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[str] = ..., objective: _Optional[str] = ..., owner: _Optional[str] = ..., perspective: _Optional[_Union[_kpi_pb2.Perspective, str]] = ..., display_name: _Optional[str] = ..., revision: _Optional[int] = ..., closed_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reasons: _Optional[_Iterable[str]] = ..., display_decimals: _Optional[int] = ..., direction: _Optional[_Union[_common_pb2.Direction, str]] = ..., status_label: _Optional[str] = ..., additive: bool = ..., approximate: bool = ..., lower_bound: _Optional[str] = ..., upper_bound: _Optional[str] = ..., approximation: _Optional[str] = ..., hysteresis: _Optional[_Union[HysteresisState, _Mapping]] = ..., other_targets: _Optional[_Iterable[_Union[ResolvedTarget, _Mapping]]] = ..., control: _Optional[_Union[_control_pb2.ControlChart, _Mapping]] = ..., trend: _Optional[_Union[_control_pb2.Trend, _Mapping]] = ..., pace: _Optional[_Union[_pace_state_pb2.PaceState, _Mapping]] = ..., nowcast: _Optional[_Union[_pace_state_pb2.Nowcast, _Mapping]] = ..., interval: _Optional[_Union[_sampling_pb2.Interval, _Mapping]] = ..., hierarchy_view: _Optional[_Union[_common_pb2.HierarchyView, str]] = ..., members_missing: _Optional[int] = ..., other_members: _Optional[int] = ..., held_out: _Optional[int] = ..., final_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., observation_flags: _Optional[_Iterable[_Union[ObservationFlag, str]]] = ..., restatement: _Optional[_Union[Restatement, _Mapping]] = ..., maintain: _Optional[_Union[MaintainProgress, _Mapping]] = ..., freshness: _Optional[_Union[Freshness, _Mapping]] = ...) -> None: ...

class MaintainProgress(_message.Message):
    __slots__ = ["elapsed", "met", "progress", "total"]
    ELAPSED_FIELD_NUMBER: _ClassVar[int]
    MET_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    elapsed: int
    met: int
    progress: str
    total: int
    def __init__(self, met: _Optional[int] = ..., elapsed: _Optional[int] = ..., total: _Optional[int] = ..., progress: _Optional[str] = ...) -> None: ...

class ResolvedTarget(_message.Message):
    __slots__ = ["definition", "hi", "lo", "revision", "role", "rule", "value"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    HI_FIELD_NUMBER: _ClassVar[int]
    LO_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    definition: str
    hi: str
    lo: str
    revision: int
    role: _target_pb2.TargetRole
    rule: str
    value: str
    def __init__(self, value: _Optional[str] = ..., lo: _Optional[str] = ..., hi: _Optional[str] = ..., definition: _Optional[str] = ..., revision: _Optional[int] = ..., role: _Optional[_Union[_target_pb2.TargetRole, str]] = ..., rule: _Optional[str] = ...) -> None: ...

class Restatement(_message.Message):
    __slots__ = ["cause", "minor", "old_status", "old_value"]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    MINOR_FIELD_NUMBER: _ClassVar[int]
    OLD_STATUS_FIELD_NUMBER: _ClassVar[int]
    OLD_VALUE_FIELD_NUMBER: _ClassVar[int]
    cause: HistoryCause
    minor: bool
    old_status: _common_pb2.Status
    old_value: str
    def __init__(self, old_value: _Optional[str] = ..., old_status: _Optional[_Union[_common_pb2.Status, str]] = ..., cause: _Optional[_Union[HistoryCause, str]] = ..., minor: bool = ...) -> None: ...

class ObservationFlag(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class StateSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HistoryCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
