from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import state_key_pb2 as _state_key_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Forecast(_message.Message):
    __slots__ = ["candidates", "history_periods", "kpi", "last_period", "method", "nd_reason", "points", "slice", "unit", "wape", "window"]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    HISTORY_PERIODS_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    LAST_PERIOD_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WAPE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    candidates: _containers.RepeatedCompositeFieldContainer[ForecastCandidate]
    history_periods: int
    kpi: str
    last_period: str
    method: str
    nd_reason: _common_pb2.NdReason
    points: _containers.RepeatedCompositeFieldContainer[ForecastPoint]
    slice: str
    unit: str
    wape: str
    window: str
    def __init__(self, kpi: _Optional[str] = ..., window: _Optional[str] = ..., slice: _Optional[str] = ..., last_period: _Optional[str] = ..., history_periods: _Optional[int] = ..., method: _Optional[str] = ..., wape: _Optional[str] = ..., candidates: _Optional[_Iterable[_Union[ForecastCandidate, _Mapping]]] = ..., points: _Optional[_Iterable[_Union[ForecastPoint, _Mapping]]] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., unit: _Optional[str] = ...) -> None: ...

class ForecastCandidate(_message.Message):
    __slots__ = ["method", "tests", "wape"]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    TESTS_FIELD_NUMBER: _ClassVar[int]
    WAPE_FIELD_NUMBER: _ClassVar[int]
    method: str
    tests: int
    wape: str
    def __init__(self, method: _Optional[str] = ..., wape: _Optional[str] = ..., tests: _Optional[int] = ...) -> None: ...

class ForecastPoint(_message.Message):
    __slots__ = ["hi", "lo", "period", "value"]
    HI_FIELD_NUMBER: _ClassVar[int]
    LO_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    hi: str
    lo: str
    period: _common_pb2.Period
    value: str
    def __init__(self, period: _Optional[_Union[_common_pb2.Period, _Mapping]] = ..., value: _Optional[str] = ..., lo: _Optional[str] = ..., hi: _Optional[str] = ...) -> None: ...

class GetForecastRequest(_message.Message):
    __slots__ = ["at_least", "key", "periods"]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    at_least: str
    key: _state_key_pb2.StateKey
    periods: int
    def __init__(self, key: _Optional[_Union[_state_key_pb2.StateKey, _Mapping]] = ..., periods: _Optional[int] = ..., at_least: _Optional[str] = ...) -> None: ...
