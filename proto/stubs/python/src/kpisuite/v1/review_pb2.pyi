from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import evaluation_pb2 as _evaluation_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Alert(_message.Message):
    __slots__ = ["acknowledged_by", "cause", "fire_time", "id", "kpi", "resolve_time", "rule", "silent_until", "slice", "state", "window"]
    ACKNOWLEDGED_BY_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    RESOLVE_TIME_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    SILENT_UNTIL_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    acknowledged_by: str
    cause: _evaluation_pb2.KpiState
    fire_time: _timestamp_pb2.Timestamp
    id: str
    kpi: str
    resolve_time: _timestamp_pb2.Timestamp
    rule: str
    silent_until: _timestamp_pb2.Timestamp
    slice: str
    state: str
    window: str
    def __init__(self, id: _Optional[str] = ..., rule: _Optional[str] = ..., kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., state: _Optional[str] = ..., fire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., resolve_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., acknowledged_by: _Optional[str] = ..., silent_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., cause: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ...) -> None: ...

class CheckIn(_message.Message):
    __slots__ = ["actions", "assert_until", "asserted_status", "author", "based_on_old_revision", "commentary", "confidence", "id", "kpi", "period", "record_time", "root_causes", "slice", "state_version", "window"]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ASSERTED_STATUS_FIELD_NUMBER: _ClassVar[int]
    ASSERT_UNTIL_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    BASED_ON_OLD_REVISION_FIELD_NUMBER: _ClassVar[int]
    COMMENTARY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    ROOT_CAUSES_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    STATE_VERSION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    actions: _containers.RepeatedScalarFieldContainer[str]
    assert_until: _timestamp_pb2.Timestamp
    asserted_status: _common_pb2.Status
    author: str
    based_on_old_revision: bool
    commentary: str
    confidence: int
    id: str
    kpi: str
    period: str
    record_time: _timestamp_pb2.Timestamp
    root_causes: _containers.RepeatedScalarFieldContainer[str]
    slice: str
    state_version: str
    window: str
    def __init__(self, id: _Optional[str] = ..., kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., period: _Optional[str] = ..., state_version: _Optional[str] = ..., author: _Optional[str] = ..., commentary: _Optional[str] = ..., root_causes: _Optional[_Iterable[str]] = ..., actions: _Optional[_Iterable[str]] = ..., confidence: _Optional[int] = ..., asserted_status: _Optional[_Union[_common_pb2.Status, str]] = ..., assert_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., record_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., based_on_old_revision: bool = ...) -> None: ...

class InitiativeEffectEstimate(_message.Message):
    __slots__ = ["hi", "kpi", "lag", "level_change", "lo", "method", "n", "verdict", "warnings"]
    HI_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    LAG_FIELD_NUMBER: _ClassVar[int]
    LEVEL_CHANGE_FIELD_NUMBER: _ClassVar[int]
    LO_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    hi: str
    kpi: str
    lag: _duration_pb2.Duration
    level_change: str
    lo: str
    method: str
    n: int
    verdict: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kpi: _Optional[str] = ..., method: _Optional[str] = ..., level_change: _Optional[str] = ..., lo: _Optional[str] = ..., hi: _Optional[str] = ..., verdict: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ..., n: _Optional[int] = ..., lag: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class LeaderboardRow(_message.Message):
    __slots__ = ["key", "member", "rank", "rank_delta", "state", "unranked_reason"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    RANK_DELTA_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    UNRANKED_REASON_FIELD_NUMBER: _ClassVar[int]
    key: str
    member: str
    rank: int
    rank_delta: int
    state: _evaluation_pb2.KpiState
    unranked_reason: str
    def __init__(self, rank: _Optional[int] = ..., member: _Optional[str] = ..., state: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., key: _Optional[str] = ..., rank_delta: _Optional[int] = ..., unranked_reason: _Optional[str] = ...) -> None: ...

class ScorecardNode(_message.Message):
    __slots__ = ["children", "coverage", "display_name", "name", "reasons", "score", "state", "status", "weight"]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    children: _containers.RepeatedCompositeFieldContainer[ScorecardNode]
    coverage: str
    display_name: str
    name: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    score: str
    state: _evaluation_pb2.KpiState
    status: _common_pb2.Status
    weight: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., status: _Optional[_Union[_common_pb2.Status, str]] = ..., score: _Optional[str] = ..., coverage: _Optional[str] = ..., weight: _Optional[str] = ..., state: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., children: _Optional[_Iterable[_Union[ScorecardNode, _Mapping]]] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...
