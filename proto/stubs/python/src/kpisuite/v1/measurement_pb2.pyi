from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
ROW_CHANGE_CORRECTED: RowChange
ROW_CHANGE_INSERTED: RowChange
ROW_CHANGE_RETRACTED: RowChange
ROW_CHANGE_UNSPECIFIED: RowChange

class ChangeBatch(_message.Message):
    __slots__ = ["commit_time", "kept", "position", "series", "watermarks", "workspace"]
    COMMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    WATERMARKS_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    commit_time: _timestamp_pb2.Timestamp
    kept: _containers.RepeatedCompositeFieldContainer[KeptSamples]
    position: FeedPosition
    series: _containers.RepeatedCompositeFieldContainer[SeriesChanges]
    watermarks: _containers.RepeatedCompositeFieldContainer[Watermark]
    workspace: str
    def __init__(self, position: _Optional[_Union[FeedPosition, _Mapping]] = ..., workspace: _Optional[str] = ..., commit_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., series: _Optional[_Iterable[_Union[SeriesChanges, _Mapping]]] = ..., watermarks: _Optional[_Iterable[_Union[Watermark, _Mapping]]] = ..., kept: _Optional[_Iterable[_Union[KeptSamples, _Mapping]]] = ...) -> None: ...

class FeedPosition(_message.Message):
    __slots__ = ["incarnation", "part", "seq"]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    incarnation: int
    part: int
    seq: int
    def __init__(self, part: _Optional[int] = ..., incarnation: _Optional[int] = ..., seq: _Optional[int] = ...) -> None: ...

class KeptSamples(_message.Message):
    __slots__ = ["first_business_day", "kept_from", "metric"]
    FIRST_BUSINESS_DAY_FIELD_NUMBER: _ClassVar[int]
    KEPT_FROM_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    first_business_day: int
    kept_from: _timestamp_pb2.Timestamp
    metric: str
    def __init__(self, metric: _Optional[str] = ..., kept_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., first_business_day: _Optional[int] = ...) -> None: ...

class RejectedGroup(_message.Message):
    __slots__ = ["code", "count", "fields", "message", "reason"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    code: int
    count: int
    fields: _containers.RepeatedScalarFieldContainer[str]
    message: str
    reason: str
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., count: _Optional[int] = ..., fields: _Optional[_Iterable[str]] = ...) -> None: ...

class Sample(_message.Message):
    __slots__ = ["business_date", "entity", "metric", "reason", "record_time", "retracted", "revision", "sample_id", "seq", "series", "time", "value", "weight"]
    BUSINESS_DATE_FIELD_NUMBER: _ClassVar[int]
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    RETRACTED_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    business_date: str
    entity: str
    metric: str
    reason: str
    record_time: _timestamp_pb2.Timestamp
    retracted: bool
    revision: int
    sample_id: str
    seq: int
    series: str
    time: _timestamp_pb2.Timestamp
    value: str
    weight: str
    def __init__(self, metric: _Optional[str] = ..., series: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., sample_id: _Optional[str] = ..., value: _Optional[str] = ..., entity: _Optional[str] = ..., weight: _Optional[str] = ..., business_date: _Optional[str] = ..., revision: _Optional[int] = ..., record_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., retracted: bool = ..., reason: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class Series(_message.Message):
    __slots__ = ["first_time", "last_time", "metric", "part", "sample_count", "series"]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    first_time: _timestamp_pb2.Timestamp
    last_time: _timestamp_pb2.Timestamp
    metric: str
    part: int
    sample_count: int
    series: str
    def __init__(self, metric: _Optional[str] = ..., series: _Optional[str] = ..., sample_count: _Optional[int] = ..., first_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., part: _Optional[int] = ...) -> None: ...

class SeriesBlock(_message.Message):
    __slots__ = ["business_days", "decimals", "dimensions", "doubles", "entities", "mantissas", "metric", "sample_ids", "time_unix_nano", "weights"]
    class DimensionsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    BUSINESS_DAYS_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    DOUBLES_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    MANTISSAS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_IDS_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    business_days: _containers.RepeatedScalarFieldContainer[int]
    decimals: _containers.RepeatedScalarFieldContainer[str]
    dimensions: _containers.ScalarMap[str, str]
    doubles: _containers.RepeatedScalarFieldContainer[float]
    entities: _containers.RepeatedScalarFieldContainer[str]
    mantissas: _containers.RepeatedScalarFieldContainer[int]
    metric: str
    sample_ids: _containers.RepeatedScalarFieldContainer[str]
    time_unix_nano: _containers.RepeatedScalarFieldContainer[int]
    weights: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, metric: _Optional[str] = ..., dimensions: _Optional[_Mapping[str, str]] = ..., time_unix_nano: _Optional[_Iterable[int]] = ..., mantissas: _Optional[_Iterable[int]] = ..., doubles: _Optional[_Iterable[float]] = ..., decimals: _Optional[_Iterable[str]] = ..., sample_ids: _Optional[_Iterable[str]] = ..., entities: _Optional[_Iterable[str]] = ..., weights: _Optional[_Iterable[int]] = ..., business_days: _Optional[_Iterable[int]] = ...) -> None: ...

class SeriesChanges(_message.Message):
    __slots__ = ["dimensions", "kinds", "metric", "new_business_days", "new_entities", "new_values", "new_weights", "old_business_days", "old_entities", "old_values", "old_weights", "sample_ids", "series_id", "time_unix_nano"]
    class DimensionsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    NEW_BUSINESS_DAYS_FIELD_NUMBER: _ClassVar[int]
    NEW_ENTITIES_FIELD_NUMBER: _ClassVar[int]
    NEW_VALUES_FIELD_NUMBER: _ClassVar[int]
    NEW_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    OLD_BUSINESS_DAYS_FIELD_NUMBER: _ClassVar[int]
    OLD_ENTITIES_FIELD_NUMBER: _ClassVar[int]
    OLD_VALUES_FIELD_NUMBER: _ClassVar[int]
    OLD_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_IDS_FIELD_NUMBER: _ClassVar[int]
    SERIES_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.ScalarMap[str, str]
    kinds: _containers.RepeatedScalarFieldContainer[RowChange]
    metric: str
    new_business_days: _containers.RepeatedScalarFieldContainer[int]
    new_entities: _containers.RepeatedScalarFieldContainer[str]
    new_values: _containers.RepeatedScalarFieldContainer[int]
    new_weights: _containers.RepeatedScalarFieldContainer[int]
    old_business_days: _containers.RepeatedScalarFieldContainer[int]
    old_entities: _containers.RepeatedScalarFieldContainer[str]
    old_values: _containers.RepeatedScalarFieldContainer[int]
    old_weights: _containers.RepeatedScalarFieldContainer[int]
    sample_ids: _containers.RepeatedScalarFieldContainer[str]
    series_id: int
    time_unix_nano: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, metric: _Optional[str] = ..., dimensions: _Optional[_Mapping[str, str]] = ..., series_id: _Optional[int] = ..., time_unix_nano: _Optional[_Iterable[int]] = ..., sample_ids: _Optional[_Iterable[str]] = ..., kinds: _Optional[_Iterable[_Union[RowChange, str]]] = ..., old_values: _Optional[_Iterable[int]] = ..., new_values: _Optional[_Iterable[int]] = ..., old_entities: _Optional[_Iterable[str]] = ..., new_entities: _Optional[_Iterable[str]] = ..., old_weights: _Optional[_Iterable[int]] = ..., new_weights: _Optional[_Iterable[int]] = ..., old_business_days: _Optional[_Iterable[int]] = ..., new_business_days: _Optional[_Iterable[int]] = ...) -> None: ...

class Watermark(_message.Message):
    __slots__ = ["complete_through", "metric"]
    COMPLETE_THROUGH_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    complete_through: _timestamp_pb2.Timestamp
    metric: str
    def __init__(self, metric: _Optional[str] = ..., complete_through: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WriteResult(_message.Message):
    __slots__ = ["corrected", "duplicate", "inserted", "position_token", "rejected", "retracted", "unchanged"]
    CORRECTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    INSERTED_FIELD_NUMBER: _ClassVar[int]
    POSITION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    RETRACTED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    corrected: int
    duplicate: bool
    inserted: int
    position_token: str
    rejected: _containers.RepeatedCompositeFieldContainer[RejectedGroup]
    retracted: int
    unchanged: int
    def __init__(self, inserted: _Optional[int] = ..., corrected: _Optional[int] = ..., retracted: _Optional[int] = ..., unchanged: _Optional[int] = ..., rejected: _Optional[_Iterable[_Union[RejectedGroup, _Mapping]]] = ..., duplicate: bool = ..., position_token: _Optional[str] = ...) -> None: ...

class RowChange(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
