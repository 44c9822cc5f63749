from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from kpisuite.v1 import change_pb2 as _change_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import comparison_pb2 as _comparison_pb2
from kpisuite.v1 import evaluation_pb2 as _evaluation_pb2
from kpisuite.v1 import explanation_pb2 as _explanation_pb2
from kpisuite.v1 import finality_pb2 as _finality_pb2
from kpisuite.v1 import forecast_pb2 as _forecast_pb2
from kpisuite.v1 import review_pb2 as _review_pb2
from kpisuite.v1 import simulation_pb2 as _simulation_pb2
from kpisuite.v1 import state_key_pb2 as _state_key_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
HISTORY_VIEW_AS_OF: HistoryView
HISTORY_VIEW_FINAL: HistoryView
HISTORY_VIEW_FIRST_CLOSED: HistoryView
HISTORY_VIEW_HISTORY: HistoryView
HISTORY_VIEW_LATEST: HistoryView
HISTORY_VIEW_UNSPECIFIED: HistoryView

class AcknowledgeAlertRequest(_message.Message):
    __slots__ = ["comment", "id"]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    comment: str
    id: str
    def __init__(self, id: _Optional[str] = ..., comment: _Optional[str] = ...) -> None: ...

class AnalyzeInitiativeRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class AnalyzeInitiativeResponse(_message.Message):
    __slots__ = ["effects"]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    effects: _containers.RepeatedCompositeFieldContainer[_review_pb2.InitiativeEffectEstimate]
    def __init__(self, effects: _Optional[_Iterable[_Union[_review_pb2.InitiativeEffectEstimate, _Mapping]]] = ...) -> None: ...

class BatchGetStatesRequest(_message.Message):
    __slots__ = ["at_least", "keys"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    at_least: str
    keys: _containers.RepeatedCompositeFieldContainer[_state_key_pb2.StateKey]
    def __init__(self, keys: _Optional[_Iterable[_Union[_state_key_pb2.StateKey, _Mapping]]] = ..., at_least: _Optional[str] = ...) -> None: ...

class BatchGetStatesResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[StateResult]
    def __init__(self, results: _Optional[_Iterable[_Union[StateResult, _Mapping]]] = ...) -> None: ...

class ExplainChangeRequest(_message.Message):
    __slots__ = ["at_least", "base_period", "dimension", "key"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    BASE_PERIOD_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    at_least: str
    base_period: str
    dimension: str
    key: _state_key_pb2.StateKey
    def __init__(self, key: _Optional[_Union[_state_key_pb2.StateKey, _Mapping]] = ..., base_period: _Optional[str] = ..., dimension: _Optional[str] = ..., at_least: _Optional[str] = ...) -> None: ...

class ExplainStateRequest(_message.Message):
    __slots__ = ["at_least", "comparators", "key"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    COMPARATORS_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    at_least: str
    comparators: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.Comparator]
    key: _state_key_pb2.StateKey
    def __init__(self, key: _Optional[_Union[_state_key_pb2.StateKey, _Mapping]] = ..., at_least: _Optional[str] = ..., comparators: _Optional[_Iterable[_Union[_comparison_pb2.Comparator, _Mapping]]] = ...) -> None: ...

class GetEvaluationServerInfoRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetHistoryRequest(_message.Message):
    __slots__ = ["as_of", "at_least", "end_period", "hierarchy_view", "kpi", "page_size", "page_token", "slice", "start_period", "updated_after", "view", "window"]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    END_PERIOD_FIELD_NUMBER: _ClassVar[int]
    HIERARCHY_VIEW_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    START_PERIOD_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    at_least: str
    end_period: str
    hierarchy_view: _common_pb2.HierarchyView
    kpi: str
    page_size: int
    page_token: str
    slice: str
    start_period: str
    updated_after: _timestamp_pb2.Timestamp
    view: HistoryView
    window: str
    def __init__(self, kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., start_period: _Optional[str] = ..., end_period: _Optional[str] = ..., view: _Optional[_Union[HistoryView, str]] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., at_least: _Optional[str] = ..., hierarchy_view: _Optional[_Union[_common_pb2.HierarchyView, str]] = ..., updated_after: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetHistoryResponse(_message.Message):
    __slots__ = ["entries", "next_page_token"]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_evaluation_pb2.HistoryEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[_evaluation_pb2.HistoryEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetLeaderboardRequest(_message.Message):
    __slots__ = ["dimension", "key", "order", "page_size", "page_token"]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    key: _state_key_pb2.StateKey
    order: str
    page_size: int
    page_token: str
    def __init__(self, key: _Optional[_Union[_state_key_pb2.StateKey, _Mapping]] = ..., dimension: _Optional[str] = ..., order: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetLeaderboardResponse(_message.Message):
    __slots__ = ["next_page_token", "rows"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    rows: _containers.RepeatedCompositeFieldContainer[_review_pb2.LeaderboardRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[_review_pb2.LeaderboardRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetScorecardRequest(_message.Message):
    __slots__ = ["name", "period"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    name: str
    period: str
    def __init__(self, name: _Optional[str] = ..., period: _Optional[str] = ...) -> None: ...

class GetStateRequest(_message.Message):
    __slots__ = ["at_least", "key", "min_version"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    MIN_VERSION_FIELD_NUMBER: _ClassVar[int]
    at_least: str
    key: _state_key_pb2.StateKey
    min_version: str
    def __init__(self, key: _Optional[_Union[_state_key_pb2.StateKey, _Mapping]] = ..., at_least: _Optional[str] = ..., min_version: _Optional[str] = ...) -> None: ...

class ListAlertsRequest(_message.Message):
    __slots__ = ["filter", "page_size", "page_token", "parent"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    filter: str
    page_size: int
    page_token: str
    parent: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAlertsResponse(_message.Message):
    __slots__ = ["alerts", "next_page_token"]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    alerts: _containers.RepeatedCompositeFieldContainer[_review_pb2.Alert]
    next_page_token: str
    def __init__(self, alerts: _Optional[_Iterable[_Union[_review_pb2.Alert, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListCheckInsRequest(_message.Message):
    __slots__ = ["kpi", "page_size", "page_token"]
    KPI_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kpi: str
    page_size: int
    page_token: str
    def __init__(self, kpi: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCheckInsResponse(_message.Message):
    __slots__ = ["check_ins", "next_page_token"]
    CHECK_INS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    check_ins: _containers.RepeatedCompositeFieldContainer[_review_pb2.CheckIn]
    next_page_token: str
    def __init__(self, check_ins: _Optional[_Iterable[_Union[_review_pb2.CheckIn, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListStatesRequest(_message.Message):
    __slots__ = ["at_least", "filter", "page_size", "page_token", "parent", "period"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    at_least: str
    filter: str
    page_size: int
    page_token: str
    parent: str
    period: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., period: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., at_least: _Optional[str] = ...) -> None: ...

class ListStatesResponse(_message.Message):
    __slots__ = ["next_page_token", "states"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    states: _containers.RepeatedCompositeFieldContainer[_evaluation_pb2.KpiState]
    def __init__(self, states: _Optional[_Iterable[_Union[_evaluation_pb2.KpiState, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RecordCheckInRequest(_message.Message):
    __slots__ = ["check_in", "request_id"]
    CHECK_IN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    check_in: _review_pb2.CheckIn
    request_id: str
    def __init__(self, check_in: _Optional[_Union[_review_pb2.CheckIn, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SilenceAlertsRequest(_message.Message):
    __slots__ = ["filter", "parent", "reason", "until"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    filter: str
    parent: str
    reason: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class SilenceAlertsResponse(_message.Message):
    __slots__ = ["silenced"]
    SILENCED_FIELD_NUMBER: _ClassVar[int]
    silenced: int
    def __init__(self, silenced: _Optional[int] = ...) -> None: ...

class StateResult(_message.Message):
    __slots__ = ["error", "state"]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    error: _status_pb2.Status
    state: _evaluation_pb2.KpiState
    def __init__(self, state: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class WatchStatesRequest(_message.Message):
    __slots__ = ["filter", "heartbeat_seconds", "keys", "parent", "resume_token"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    filter: str
    heartbeat_seconds: int
    keys: _containers.RepeatedCompositeFieldContainer[_state_key_pb2.StateKey]
    parent: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., keys: _Optional[_Iterable[_Union[_state_key_pb2.StateKey, _Mapping]]] = ..., resume_token: _Optional[str] = ..., heartbeat_seconds: _Optional[int] = ...) -> None: ...

class WatchStatesResponse(_message.Message):
    __slots__ = ["heartbeat", "in_sync", "resume_token", "state"]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    IN_SYNC_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    heartbeat: bool
    in_sync: bool
    resume_token: str
    state: _evaluation_pb2.KpiState
    def __init__(self, state: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., resume_token: _Optional[str] = ..., heartbeat: bool = ..., in_sync: bool = ...) -> None: ...

class HistoryView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
