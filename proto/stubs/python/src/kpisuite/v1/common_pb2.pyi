from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DATA_STATE_ERROR: DataState
DATA_STATE_LATE: DataState
DATA_STATE_MISSING: DataState
DATA_STATE_NOT_APPLICABLE: DataState
DATA_STATE_OK: DataState
DATA_STATE_PROVISIONAL: DataState
DATA_STATE_SUPPRESSED: DataState
DATA_STATE_UNSPECIFIED: DataState
DESCRIPTOR: _descriptor.FileDescriptor
DIRECTION_HIGHER: Direction
DIRECTION_IN_RANGE: Direction
DIRECTION_LOWER: Direction
DIRECTION_NEUTRAL: Direction
DIRECTION_ON_TARGET: Direction
DIRECTION_UNSPECIFIED: Direction
ERROR_REASON_ALREADY_EXISTS: ErrorReason
ERROR_REASON_BATCH_TOO_LARGE: ErrorReason
ERROR_REASON_CACHE_UNAVAILABLE: ErrorReason
ERROR_REASON_DEADLINE_TOO_SHORT: ErrorReason
ERROR_REASON_DISK_FULL: ErrorReason
ERROR_REASON_ETAG_MISMATCH: ErrorReason
ERROR_REASON_FEED_TRIMMED: ErrorReason
ERROR_REASON_HELD_OUT: ErrorReason
ERROR_REASON_IMMUTABLE_FIELD: ErrorReason
ERROR_REASON_INCARNATION_CHANGED: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason
ERROR_REASON_INVALID_FIELD: ErrorReason
ERROR_REASON_IN_USE: ErrorReason
ERROR_REASON_NOT_AGGREGATABLE: ErrorReason
ERROR_REASON_NOT_FOUND: ErrorReason
ERROR_REASON_NOT_IMPLEMENTED: ErrorReason
ERROR_REASON_NOT_READY: ErrorReason
ERROR_REASON_PAGE_TOKEN_INVALID: ErrorReason
ERROR_REASON_PARTITION_GROUP_MISMATCH: ErrorReason
ERROR_REASON_PAST_RETENTION: ErrorReason
ERROR_REASON_PERIOD_NOT_CLOSED: ErrorReason
ERROR_REASON_PERIOD_NOT_FINAL: ErrorReason
ERROR_REASON_POSITION_TIMEOUT: ErrorReason
ERROR_REASON_QUEUE_FULL: ErrorReason
ERROR_REASON_REQUEST_ID_REUSED: ErrorReason
ERROR_REASON_SHUTTING_DOWN: ErrorReason
ERROR_REASON_SLOW_CONSUMER: ErrorReason
ERROR_REASON_STORE_UNAVAILABLE: ErrorReason
ERROR_REASON_UNKNOWN_METRIC: ErrorReason
ERROR_REASON_UNSPECIFIED: ErrorReason
GRAIN_ALL: Grain
GRAIN_DAY: Grain
GRAIN_MONTH: Grain
GRAIN_QUARTER: Grain
GRAIN_UNSPECIFIED: Grain
GRAIN_WEEK: Grain
GRAIN_YEAR: Grain
HIERARCHY_VIEW_AS_IS: HierarchyView
HIERARCHY_VIEW_AS_WAS: HierarchyView
HIERARCHY_VIEW_UNSPECIFIED: HierarchyView
ND_REASON_DIV0: NdReason
ND_REASON_DOMAIN: NdReason
ND_REASON_EMPTY: NdReason
ND_REASON_INCOMPLETE: NdReason
ND_REASON_INPUT_ERROR: NdReason
ND_REASON_NOT_AGGREGATABLE: NdReason
ND_REASON_NOT_APPLICABLE: NdReason
ND_REASON_NOT_KEPT: NdReason
ND_REASON_NOT_READY: NdReason
ND_REASON_NO_COMPARABLE: NdReason
ND_REASON_NO_TARGET: NdReason
ND_REASON_OVERFLOW: NdReason
ND_REASON_PENDING: NdReason
ND_REASON_SUPPRESSED: NdReason
ND_REASON_UNSPECIFIED: NdReason
ND_REASON_ZERO_TARGET: NdReason
PERIOD_LIFE_CLOSED: PeriodLife
PERIOD_LIFE_CLOSING: PeriodLife
PERIOD_LIFE_FINAL: PeriodLife
PERIOD_LIFE_FUTURE: PeriodLife
PERIOD_LIFE_OPEN: PeriodLife
PERIOD_LIFE_UNSPECIFIED: PeriodLife
STATE_FLAG_LOW_N: StateFlag
STATE_FLAG_MISSING_MEMBER: StateFlag
STATE_FLAG_OVERRIDDEN: StateFlag
STATE_FLAG_PROVISIONAL: StateFlag
STATE_FLAG_RESTATED: StateFlag
STATE_FLAG_STALE: StateFlag
STATE_FLAG_SUPPRESSED: StateFlag
STATE_FLAG_UNSPECIFIED: StateFlag
STATUS_ERROR: Status
STATUS_EXCEEDED: Status
STATUS_NO_DATA: Status
STATUS_NO_TARGET: Status
STATUS_OFF_TARGET: Status
STATUS_ON_TARGET: Status
STATUS_TOO_EARLY: Status
STATUS_UNSPECIFIED: Status
STATUS_WARNING: Status

class PartitionHead(_message.Message):
    __slots__ = ["incarnation", "last_seq", "part", "trimmed_seq"]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    TRIMMED_SEQ_FIELD_NUMBER: _ClassVar[int]
    incarnation: int
    last_seq: int
    part: int
    trimmed_seq: int
    def __init__(self, part: _Optional[int] = ..., incarnation: _Optional[int] = ..., last_seq: _Optional[int] = ..., trimmed_seq: _Optional[int] = ...) -> None: ...

class Period(_message.Message):
    __slots__ = ["end_time", "grain", "id", "life", "start_time"]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    GRAIN_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LIFE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    end_time: _timestamp_pb2.Timestamp
    grain: Grain
    id: str
    life: PeriodLife
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., grain: _Optional[_Union[Grain, str]] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., life: _Optional[_Union[PeriodLife, str]] = ...) -> None: ...

class ServerInfo(_message.Message):
    __slots__ = ["cache_engine", "definition_position", "max_batch_samples", "max_future_seconds", "max_message_bytes", "max_unacked_batches", "partitions", "samples_kept_from", "server_time", "service", "store_engine", "version"]
    CACHE_ENGINE_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_POSITION_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    MAX_FUTURE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_UNACKED_BATCHES_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_KEPT_FROM_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    STORE_ENGINE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    cache_engine: str
    definition_position: int
    max_batch_samples: int
    max_future_seconds: int
    max_message_bytes: int
    max_unacked_batches: int
    partitions: _containers.RepeatedCompositeFieldContainer[PartitionHead]
    samples_kept_from: _timestamp_pb2.Timestamp
    server_time: _timestamp_pb2.Timestamp
    service: str
    store_engine: str
    version: str
    def __init__(self, service: _Optional[str] = ..., version: _Optional[str] = ..., store_engine: _Optional[str] = ..., cache_engine: _Optional[str] = ..., max_batch_samples: _Optional[int] = ..., max_message_bytes: _Optional[int] = ..., max_future_seconds: _Optional[int] = ..., max_unacked_batches: _Optional[int] = ..., partitions: _Optional[_Iterable[_Union[PartitionHead, _Mapping]]] = ..., server_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., definition_position: _Optional[int] = ..., samples_kept_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Grain(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class PeriodLife(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class StateFlag(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HierarchyView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class NdReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class DataState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
