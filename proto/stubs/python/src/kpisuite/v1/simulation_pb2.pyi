from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import definition_pb2 as _definition_pb2
from kpisuite.v1 import evaluation_pb2 as _evaluation_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SimulateKpiRequest(_message.Message):
    __slots__ = ["at_least", "drafts", "end_period", "kpi", "parent", "slice", "start_period", "window"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    DRAFTS_FIELD_NUMBER: _ClassVar[int]
    END_PERIOD_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    START_PERIOD_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    at_least: str
    drafts: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Definition]
    end_period: str
    kpi: str
    parent: str
    slice: str
    start_period: str
    window: str
    def __init__(self, parent: _Optional[str] = ..., drafts: _Optional[_Iterable[_Union[_definition_pb2.Definition, _Mapping]]] = ..., start_period: _Optional[str] = ..., end_period: _Optional[str] = ..., kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., at_least: _Optional[str] = ...) -> None: ...

class SimulateKpiResponse(_message.Message):
    __slots__ = ["changes", "different", "flaps", "live_changes", "live_flaps", "periods", "warnings"]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    DIFFERENT_FIELD_NUMBER: _ClassVar[int]
    FLAPS_FIELD_NUMBER: _ClassVar[int]
    LIVE_CHANGES_FIELD_NUMBER: _ClassVar[int]
    LIVE_FLAPS_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    changes: int
    different: int
    flaps: int
    live_changes: int
    live_flaps: int
    periods: _containers.RepeatedCompositeFieldContainer[SimulatedPeriod]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, changes: _Optional[int] = ..., flaps: _Optional[int] = ..., different: _Optional[int] = ..., periods: _Optional[_Iterable[_Union[SimulatedPeriod, _Mapping]]] = ..., live_changes: _Optional[int] = ..., live_flaps: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class SimulatedPeriod(_message.Message):
    __slots__ = ["different", "draft", "live_nd_reason", "live_status", "live_value"]
    DIFFERENT_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    LIVE_ND_REASON_FIELD_NUMBER: _ClassVar[int]
    LIVE_STATUS_FIELD_NUMBER: _ClassVar[int]
    LIVE_VALUE_FIELD_NUMBER: _ClassVar[int]
    different: bool
    draft: _evaluation_pb2.KpiState
    live_nd_reason: _common_pb2.NdReason
    live_status: _common_pb2.Status
    live_value: str
    def __init__(self, draft: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., live_value: _Optional[str] = ..., live_status: _Optional[_Union[_common_pb2.Status, str]] = ..., live_nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., different: bool = ...) -> None: ...
