from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FinalizePeriodsRequest(_message.Message):
    __slots__ = ["author", "kpi", "reason", "request_id", "through_period"]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    THROUGH_PERIOD_FIELD_NUMBER: _ClassVar[int]
    author: str
    kpi: str
    reason: str
    request_id: str
    through_period: str
    def __init__(self, kpi: _Optional[str] = ..., through_period: _Optional[str] = ..., author: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class FinalizePeriodsResponse(_message.Message):
    __slots__ = ["final_through", "final_time"]
    FINAL_THROUGH_FIELD_NUMBER: _ClassVar[int]
    FINAL_TIME_FIELD_NUMBER: _ClassVar[int]
    final_through: str
    final_time: _timestamp_pb2.Timestamp
    def __init__(self, final_through: _Optional[str] = ..., final_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReleaseHeldOutRequest(_message.Message):
    __slots__ = ["author", "first_period", "kpi", "last_period", "reason", "request_id", "role"]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    FIRST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    author: str
    first_period: str
    kpi: str
    last_period: str
    reason: str
    request_id: str
    role: str
    def __init__(self, kpi: _Optional[str] = ..., first_period: _Optional[str] = ..., last_period: _Optional[str] = ..., author: _Optional[str] = ..., role: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReleaseHeldOutResponse(_message.Message):
    __slots__ = ["release_time", "released"]
    RELEASED_FIELD_NUMBER: _ClassVar[int]
    RELEASE_TIME_FIELD_NUMBER: _ClassVar[int]
    release_time: _timestamp_pb2.Timestamp
    released: int
    def __init__(self, released: _Optional[int] = ..., release_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
