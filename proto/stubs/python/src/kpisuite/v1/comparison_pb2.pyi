from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

COMPARATOR_KIND_COMPARABLE: ComparatorKind
COMPARATOR_KIND_HOLIDAY_ALIGNED: ComparatorKind
COMPARATOR_KIND_PREVIOUS_PERIOD: ComparatorKind
COMPARATOR_KIND_SAME_PERIOD_LAST_YEAR: ComparatorKind
COMPARATOR_KIND_SAME_WEEKDAY: ComparatorKind
COMPARATOR_KIND_UNSPECIFIED: ComparatorKind
DESCRIPTOR: _descriptor.FileDescriptor
MOVEMENT_BETTER: Movement
MOVEMENT_FLAT: Movement
MOVEMENT_UNSPECIFIED: Movement
MOVEMENT_WORSE: Movement

class Comparator(_message.Message):
    __slots__ = ["count", "kind", "proportional"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PROPORTIONAL_FIELD_NUMBER: _ClassVar[int]
    count: int
    kind: ComparatorKind
    proportional: bool
    def __init__(self, kind: _Optional[_Union[ComparatorKind, str]] = ..., count: _Optional[int] = ..., proportional: bool = ...) -> None: ...

class Comparison(_message.Message):
    __slots__ = ["clipped", "comparator", "cut_time", "days", "delta", "delta_pct", "delta_pct_nd_reason", "movement", "nd_reason", "own_days", "own_value", "partial", "period_id", "value"]
    CLIPPED_FIELD_NUMBER: _ClassVar[int]
    COMPARATOR_FIELD_NUMBER: _ClassVar[int]
    CUT_TIME_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    DELTA_PCT_FIELD_NUMBER: _ClassVar[int]
    DELTA_PCT_ND_REASON_FIELD_NUMBER: _ClassVar[int]
    MOVEMENT_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    OWN_DAYS_FIELD_NUMBER: _ClassVar[int]
    OWN_VALUE_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    PERIOD_ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    clipped: bool
    comparator: Comparator
    cut_time: _timestamp_pb2.Timestamp
    days: _containers.RepeatedCompositeFieldContainer[DateRange]
    delta: str
    delta_pct: str
    delta_pct_nd_reason: _common_pb2.NdReason
    movement: Movement
    nd_reason: _common_pb2.NdReason
    own_days: _containers.RepeatedCompositeFieldContainer[DateRange]
    own_value: str
    partial: bool
    period_id: str
    value: str
    def __init__(self, comparator: _Optional[_Union[Comparator, _Mapping]] = ..., period_id: _Optional[str] = ..., days: _Optional[_Iterable[_Union[DateRange, _Mapping]]] = ..., value: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., delta: _Optional[str] = ..., delta_pct: _Optional[str] = ..., delta_pct_nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., movement: _Optional[_Union[Movement, str]] = ..., clipped: bool = ..., partial: bool = ..., cut_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., own_value: _Optional[str] = ..., own_days: _Optional[_Iterable[_Union[DateRange, _Mapping]]] = ...) -> None: ...

class DateRange(_message.Message):
    __slots__ = ["end_date", "start_date"]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    end_date: str
    start_date: str
    def __init__(self, start_date: _Optional[str] = ..., end_date: _Optional[str] = ...) -> None: ...

class ComparatorKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Movement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
