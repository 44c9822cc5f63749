from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import comparison_pb2 as _comparison_pb2
from kpisuite.v1 import evaluation_pb2 as _evaluation_pb2
from kpisuite.v1 import input_pb2 as _input_pb2
from kpisuite.v1 import kpi_pb2 as _kpi_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExplainedInput(_message.Message):
    __slots__ = ["aggregation", "alias", "approximate", "carried_count", "end_date", "first_date", "last_event_time", "lower_bound", "member_count", "method", "nd_reason", "percentile", "period", "precision", "row_count", "slice", "source", "unit", "upper_bound", "value", "watermark", "where"]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    APPROXIMATE_FIELD_NUMBER: _ClassVar[int]
    CARRIED_COUNT_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_DATE_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UPPER_BOUND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    aggregation: _input_pb2.Aggregation
    alias: str
    approximate: bool
    carried_count: int
    end_date: str
    first_date: str
    last_event_time: _timestamp_pb2.Timestamp
    lower_bound: str
    member_count: int
    method: str
    nd_reason: _common_pb2.NdReason
    percentile: str
    period: str
    precision: str
    row_count: int
    slice: str
    source: str
    unit: str
    upper_bound: str
    value: str
    watermark: _timestamp_pb2.Timestamp
    where: str
    def __init__(self, alias: _Optional[str] = ..., source: _Optional[str] = ..., aggregation: _Optional[_Union[_input_pb2.Aggregation, str]] = ..., percentile: _Optional[str] = ..., where: _Optional[str] = ..., value: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., unit: _Optional[str] = ..., row_count: _Optional[int] = ..., watermark: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last_event_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., slice: _Optional[str] = ..., approximate: bool = ..., lower_bound: _Optional[str] = ..., upper_bound: _Optional[str] = ..., method: _Optional[str] = ..., precision: _Optional[str] = ..., member_count: _Optional[int] = ..., carried_count: _Optional[int] = ..., period: _Optional[str] = ..., first_date: _Optional[str] = ..., end_date: _Optional[str] = ...) -> None: ...

class ExplainedKpi(_message.Message):
    __slots__ = ["aggregation", "alias", "components", "formula", "inputs", "kpi", "nd_reason", "parts", "value"]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    aggregation: _input_pb2.Aggregation
    alias: str
    components: _containers.RepeatedCompositeFieldContainer[ExplainedKpi]
    formula: str
    inputs: _containers.RepeatedCompositeFieldContainer[ExplainedInput]
    kpi: str
    nd_reason: _common_pb2.NdReason
    parts: _containers.RepeatedCompositeFieldContainer[PeriodValue]
    value: str
    def __init__(self, alias: _Optional[str] = ..., kpi: _Optional[str] = ..., formula: _Optional[str] = ..., value: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., inputs: _Optional[_Iterable[_Union[ExplainedInput, _Mapping]]] = ..., components: _Optional[_Iterable[_Union[ExplainedKpi, _Mapping]]] = ..., aggregation: _Optional[_Union[_input_pb2.Aggregation, str]] = ..., parts: _Optional[_Iterable[_Union[PeriodValue, _Mapping]]] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ["band_text", "calendar", "comparisons", "components", "constants", "data_notes", "definition", "distance_text", "formula", "inputs", "revisions", "state", "target_text", "time_zone"]
    class ConstantsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    BAND_TEXT_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    COMPARISONS_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    CONSTANTS_FIELD_NUMBER: _ClassVar[int]
    DATA_NOTES_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_TEXT_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TARGET_TEXT_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    band_text: str
    calendar: str
    comparisons: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.Comparison]
    components: _containers.RepeatedCompositeFieldContainer[ExplainedKpi]
    constants: _containers.ScalarMap[str, str]
    data_notes: _containers.RepeatedScalarFieldContainer[str]
    definition: _kpi_pb2.Kpi
    distance_text: str
    formula: str
    inputs: _containers.RepeatedCompositeFieldContainer[ExplainedInput]
    revisions: _containers.RepeatedCompositeFieldContainer[RevisionStatistic]
    state: _evaluation_pb2.KpiState
    target_text: str
    time_zone: str
    def __init__(self, state: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., formula: _Optional[str] = ..., inputs: _Optional[_Iterable[_Union[ExplainedInput, _Mapping]]] = ..., constants: _Optional[_Mapping[str, str]] = ..., components: _Optional[_Iterable[_Union[ExplainedKpi, _Mapping]]] = ..., definition: _Optional[_Union[_kpi_pb2.Kpi, _Mapping]] = ..., target_text: _Optional[str] = ..., band_text: _Optional[str] = ..., distance_text: _Optional[str] = ..., data_notes: _Optional[_Iterable[str]] = ..., time_zone: _Optional[str] = ..., calendar: _Optional[str] = ..., comparisons: _Optional[_Iterable[_Union[_comparison_pb2.Comparison, _Mapping]]] = ..., revisions: _Optional[_Iterable[_Union[RevisionStatistic, _Mapping]]] = ...) -> None: ...

class PeriodValue(_message.Message):
    __slots__ = ["nd_reason", "period", "value"]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    nd_reason: _common_pb2.NdReason
    period: str
    value: str
    def __init__(self, period: _Optional[str] = ..., value: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ...) -> None: ...

class RevisionStatistic(_message.Message):
    __slots__ = ["age", "lag_factor", "mean_absolute_revision", "periods"]
    AGE_FIELD_NUMBER: _ClassVar[int]
    LAG_FACTOR_FIELD_NUMBER: _ClassVar[int]
    MEAN_ABSOLUTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    age: int
    lag_factor: str
    mean_absolute_revision: str
    periods: int
    def __init__(self, age: _Optional[int] = ..., periods: _Optional[int] = ..., mean_absolute_revision: _Optional[str] = ..., lag_factor: _Optional[str] = ...) -> None: ...
