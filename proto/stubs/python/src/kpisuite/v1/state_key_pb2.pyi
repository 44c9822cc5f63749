from kpisuite.v1 import common_pb2 as _common_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StateKey(_message.Message):
    __slots__ = ["hierarchy_view", "kpi", "period", "slice", "window"]
    HIERARCHY_VIEW_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    hierarchy_view: _common_pb2.HierarchyView
    kpi: str
    period: str
    slice: str
    window: str
    def __init__(self, kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., period: _Optional[str] = ..., hierarchy_view: _Optional[_Union[_common_pb2.HierarchyView, str]] = ...) -> None: ...
