from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import input_pb2 as _input_pb2
from kpisuite.v1 import measurement_pb2 as _measurement_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AdvanceWatermarkRequest(_message.Message):
    __slots__ = ["complete_through", "metrics", "parent", "source"]
    COMPLETE_THROUGH_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    complete_through: _timestamp_pb2.Timestamp
    metrics: _containers.RepeatedScalarFieldContainer[str]
    parent: str
    source: str
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ..., metrics: _Optional[_Iterable[str]] = ..., complete_through: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AdvanceWatermarkResponse(_message.Message):
    __slots__ = ["position_token", "watermarks"]
    POSITION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WATERMARKS_FIELD_NUMBER: _ClassVar[int]
    position_token: str
    watermarks: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.Watermark]
    def __init__(self, watermarks: _Optional[_Iterable[_Union[_measurement_pb2.Watermark, _Mapping]]] = ..., position_token: _Optional[str] = ...) -> None: ...

class AggregateCell(_message.Message):
    __slots__ = ["day", "held_out", "last_time_unix_nano", "row_count", "slice", "state", "value"]
    DAY_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_UNIX_NANO_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    day: int
    held_out: int
    last_time_unix_nano: int
    row_count: int
    slice: str
    state: bytes
    value: str
    def __init__(self, slice: _Optional[str] = ..., day: _Optional[int] = ..., row_count: _Optional[int] = ..., state: _Optional[bytes] = ..., value: _Optional[str] = ..., last_time_unix_nano: _Optional[int] = ..., held_out: _Optional[int] = ...) -> None: ...

class AggregateQuery(_message.Message):
    __slots__ = ["aggregation", "cutoffs", "day_start", "end_day", "expression", "expression_scale", "first_day", "group_by", "hierarchy_view", "metric", "percentile", "slice", "time_zone", "where"]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    CUTOFFS_FIELD_NUMBER: _ClassVar[int]
    DAY_START_FIELD_NUMBER: _ClassVar[int]
    END_DAY_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_SCALE_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    HIERARCHY_VIEW_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    aggregation: _input_pb2.Aggregation
    cutoffs: _containers.RepeatedCompositeFieldContainer[RecordCutoff]
    day_start: _duration_pb2.Duration
    end_day: int
    expression: str
    expression_scale: int
    first_day: int
    group_by: _containers.RepeatedScalarFieldContainer[str]
    hierarchy_view: _common_pb2.HierarchyView
    metric: str
    percentile: str
    slice: str
    time_zone: str
    where: str
    def __init__(self, metric: _Optional[str] = ..., aggregation: _Optional[_Union[_input_pb2.Aggregation, str]] = ..., percentile: _Optional[str] = ..., where: _Optional[str] = ..., group_by: _Optional[_Iterable[str]] = ..., time_zone: _Optional[str] = ..., day_start: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., first_day: _Optional[int] = ..., end_day: _Optional[int] = ..., slice: _Optional[str] = ..., expression: _Optional[str] = ..., expression_scale: _Optional[int] = ..., hierarchy_view: _Optional[_Union[_common_pb2.HierarchyView, str]] = ..., cutoffs: _Optional[_Iterable[_Union[RecordCutoff, _Mapping]]] = ...) -> None: ...

class BatchAck(_message.Message):
    __slots__ = ["batch_no", "error", "result"]
    BATCH_NO_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    batch_no: int
    error: _status_pb2.Status
    result: _measurement_pb2.WriteResult
    def __init__(self, batch_no: _Optional[int] = ..., result: _Optional[_Union[_measurement_pb2.WriteResult, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class GetMeasurementServerInfoRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListSeriesRequest(_message.Message):
    __slots__ = ["metric", "page_size", "page_token", "parent", "where"]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    metric: str
    page_size: int
    page_token: str
    parent: str
    where: str
    def __init__(self, parent: _Optional[str] = ..., metric: _Optional[str] = ..., where: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSeriesResponse(_message.Message):
    __slots__ = ["next_page_token", "series"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    series: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.Series]
    def __init__(self, series: _Optional[_Iterable[_Union[_measurement_pb2.Series, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class QueryAggregatesRequest(_message.Message):
    __slots__ = ["parent", "queries"]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    parent: str
    queries: _containers.RepeatedCompositeFieldContainer[AggregateQuery]
    def __init__(self, parent: _Optional[str] = ..., queries: _Optional[_Iterable[_Union[AggregateQuery, _Mapping]]] = ...) -> None: ...

class QueryAggregatesResponse(_message.Message):
    __slots__ = ["cells", "complete_through", "kept", "last", "last_event_time", "position", "query"]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_THROUGH_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedCompositeFieldContainer[AggregateCell]
    complete_through: _timestamp_pb2.Timestamp
    kept: _measurement_pb2.KeptSamples
    last: bool
    last_event_time: _timestamp_pb2.Timestamp
    position: _measurement_pb2.FeedPosition
    query: int
    def __init__(self, query: _Optional[int] = ..., position: _Optional[_Union[_measurement_pb2.FeedPosition, _Mapping]] = ..., cells: _Optional[_Iterable[_Union[AggregateCell, _Mapping]]] = ..., complete_through: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last_event_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last: bool = ..., kept: _Optional[_Union[_measurement_pb2.KeptSamples, _Mapping]] = ...) -> None: ...

class ReadChangesRequest(_message.Message):
    __slots__ = ["after"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    after: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.FeedPosition]
    def __init__(self, after: _Optional[_Iterable[_Union[_measurement_pb2.FeedPosition, _Mapping]]] = ...) -> None: ...

class ReadChangesResponse(_message.Message):
    __slots__ = ["batches", "heads"]
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    batches: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.ChangeBatch]
    heads: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.FeedPosition]
    def __init__(self, batches: _Optional[_Iterable[_Union[_measurement_pb2.ChangeBatch, _Mapping]]] = ..., heads: _Optional[_Iterable[_Union[_measurement_pb2.FeedPosition, _Mapping]]] = ...) -> None: ...

class ReadSamplesRequest(_message.Message):
    __slots__ = ["end_time", "metric", "page_size", "page_token", "parent", "revisions", "start_time", "where"]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    end_time: _timestamp_pb2.Timestamp
    metric: str
    page_size: int
    page_token: str
    parent: str
    revisions: bool
    start_time: _timestamp_pb2.Timestamp
    where: str
    def __init__(self, parent: _Optional[str] = ..., metric: _Optional[str] = ..., where: _Optional[str] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revisions: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ReadSamplesResponse(_message.Message):
    __slots__ = ["kept_from", "next_page_token", "samples"]
    KEPT_FROM_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    kept_from: _timestamp_pb2.Timestamp
    next_page_token: str
    samples: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.Sample]
    def __init__(self, samples: _Optional[_Iterable[_Union[_measurement_pb2.Sample, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., kept_from: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordCutoff(_message.Message):
    __slots__ = ["end_day", "first_day", "record_time"]
    END_DAY_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    end_day: int
    first_day: int
    record_time: _timestamp_pb2.Timestamp
    def __init__(self, first_day: _Optional[int] = ..., end_day: _Optional[int] = ..., record_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RetractSamplesRequest(_message.Message):
    __slots__ = ["parent", "reason", "request_id", "series"]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    parent: str
    reason: str
    request_id: str
    series: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.SeriesBlock]
    def __init__(self, parent: _Optional[str] = ..., request_id: _Optional[str] = ..., series: _Optional[_Iterable[_Union[_measurement_pb2.SeriesBlock, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class RetractSamplesResponse(_message.Message):
    __slots__ = ["result"]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _measurement_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_measurement_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class StreamSamplesRequest(_message.Message):
    __slots__ = ["batch", "batch_no"]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    BATCH_NO_FIELD_NUMBER: _ClassVar[int]
    batch: WriteSamplesRequest
    batch_no: int
    def __init__(self, batch_no: _Optional[int] = ..., batch: _Optional[_Union[WriteSamplesRequest, _Mapping]] = ...) -> None: ...

class StreamSamplesResponse(_message.Message):
    __slots__ = ["acks", "durable_through_batch_no"]
    ACKS_FIELD_NUMBER: _ClassVar[int]
    DURABLE_THROUGH_BATCH_NO_FIELD_NUMBER: _ClassVar[int]
    acks: _containers.RepeatedCompositeFieldContainer[BatchAck]
    durable_through_batch_no: int
    def __init__(self, durable_through_batch_no: _Optional[int] = ..., acks: _Optional[_Iterable[_Union[BatchAck, _Mapping]]] = ...) -> None: ...

class WriteSamplesRequest(_message.Message):
    __slots__ = ["allow_partial", "parent", "reason", "request_id", "series", "validate_only", "watermarks"]
    ALLOW_PARTIAL_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WATERMARKS_FIELD_NUMBER: _ClassVar[int]
    allow_partial: bool
    parent: str
    reason: str
    request_id: str
    series: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.SeriesBlock]
    validate_only: bool
    watermarks: _containers.RepeatedCompositeFieldContainer[_measurement_pb2.Watermark]
    def __init__(self, parent: _Optional[str] = ..., request_id: _Optional[str] = ..., series: _Optional[_Iterable[_Union[_measurement_pb2.SeriesBlock, _Mapping]]] = ..., allow_partial: bool = ..., reason: _Optional[str] = ..., validate_only: bool = ..., watermarks: _Optional[_Iterable[_Union[_measurement_pb2.Watermark, _Mapping]]] = ...) -> None: ...

class WriteSamplesResponse(_message.Message):
    __slots__ = ["result"]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _measurement_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_measurement_pb2.WriteResult, _Mapping]] = ...) -> None: ...
