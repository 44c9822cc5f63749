from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AGGREGATION_AVG: Aggregation
AGGREGATION_COHORT_RATIO: Aggregation
AGGREGATION_CONVERSION: Aggregation
AGGREGATION_COUNT: Aggregation
AGGREGATION_COUNT_DISTINCT: Aggregation
AGGREGATION_COUNT_DISTINCT_APPROX: Aggregation
AGGREGATION_COUNT_TRUE: Aggregation
AGGREGATION_FIRST: Aggregation
AGGREGATION_LAST: Aggregation
AGGREGATION_LATEST_MANUAL: Aggregation
AGGREGATION_MAX: Aggregation
AGGREGATION_MEAN_OF_RATIOS: Aggregation
AGGREGATION_MEDIAN: Aggregation
AGGREGATION_MIN: Aggregation
AGGREGATION_PERCENTILE: Aggregation
AGGREGATION_STDDEV: Aggregation
AGGREGATION_SUM: Aggregation
AGGREGATION_TIME_WEIGHTED_AVG: Aggregation
AGGREGATION_TIME_WEIGHTED_MEAN: Aggregation
AGGREGATION_UNSPECIFIED: Aggregation
AGGREGATION_VAR: Aggregation
AGGREGATION_WEIGHTED_AVG: Aggregation
APPLY_COMPONENTS: Apply
APPLY_RESULT: Apply
APPLY_UNSPECIFIED: Apply
COHORT_MEASURE_ENTITIES: CohortMeasure
COHORT_MEASURE_RETAINED: CohortMeasure
COHORT_MEASURE_UNSPECIFIED: CohortMeasure
COHORT_MEASURE_VALUE: CohortMeasure
DESCRIPTOR: _descriptor.FileDescriptor

class Input(_message.Message):
    __slots__ = ["aggregation", "apply", "carry_forward", "cohort_measure", "cohort_offset", "conversion_window", "expression", "expression_scale", "ignore_dimensions", "kpi", "metric", "offset", "percentile", "where", "window"]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    CARRY_FORWARD_FIELD_NUMBER: _ClassVar[int]
    COHORT_MEASURE_FIELD_NUMBER: _ClassVar[int]
    COHORT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_WINDOW_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_SCALE_FIELD_NUMBER: _ClassVar[int]
    IGNORE_DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    aggregation: Aggregation
    apply: Apply
    carry_forward: str
    cohort_measure: CohortMeasure
    cohort_offset: Offset
    conversion_window: _duration_pb2.Duration
    expression: str
    expression_scale: int
    ignore_dimensions: _containers.RepeatedScalarFieldContainer[str]
    kpi: str
    metric: str
    offset: Offset
    percentile: str
    where: str
    window: str
    def __init__(self, metric: _Optional[str] = ..., kpi: _Optional[str] = ..., aggregation: _Optional[_Union[Aggregation, str]] = ..., percentile: _Optional[str] = ..., where: _Optional[str] = ..., window: _Optional[str] = ..., offset: _Optional[_Union[Offset, _Mapping]] = ..., ignore_dimensions: _Optional[_Iterable[str]] = ..., apply: _Optional[_Union[Apply, str]] = ..., carry_forward: _Optional[str] = ..., conversion_window: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., cohort_offset: _Optional[_Union[Offset, _Mapping]] = ..., cohort_measure: _Optional[_Union[CohortMeasure, str]] = ..., expression: _Optional[str] = ..., expression_scale: _Optional[int] = ...) -> None: ...

class Offset(_message.Message):
    __slots__ = ["previous_period", "same_period_last_year"]
    PREVIOUS_PERIOD_FIELD_NUMBER: _ClassVar[int]
    SAME_PERIOD_LAST_YEAR_FIELD_NUMBER: _ClassVar[int]
    previous_period: int
    same_period_last_year: int
    def __init__(self, previous_period: _Optional[int] = ..., same_period_last_year: _Optional[int] = ...) -> None: ...

class Aggregation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Apply(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CohortMeasure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
