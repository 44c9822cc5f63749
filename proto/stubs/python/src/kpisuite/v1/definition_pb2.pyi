from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kpisuite.v1 import kpi_pb2 as _kpi_pb2
from kpisuite.v1 import portfolio_pb2 as _portfolio_pb2
from kpisuite.v1 import target_pb2 as _target_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CALENDAR_TYPE_CUSTOM: CalendarType
CALENDAR_TYPE_FISCAL_4_4_5: CalendarType
CALENDAR_TYPE_FISCAL_4_5_4: CalendarType
CALENDAR_TYPE_FISCAL_5_4_4: CalendarType
CALENDAR_TYPE_FISCAL_MONTH_OFFSET: CalendarType
CALENDAR_TYPE_GREGORIAN: CalendarType
CALENDAR_TYPE_ISO_WEEK: CalendarType
CALENDAR_TYPE_UNSPECIFIED: CalendarType
DESCRIPTOR: _descriptor.FileDescriptor
FISCAL_YEAR_LABEL_END: FiscalYearLabel
FISCAL_YEAR_LABEL_START: FiscalYearLabel
FISCAL_YEAR_LABEL_UNSPECIFIED: FiscalYearLabel
SAMPLE_IDENTITY_EVENT: SampleIdentity
SAMPLE_IDENTITY_TIME: SampleIdentity
SAMPLE_IDENTITY_UNSPECIFIED: SampleIdentity
SCALE_TYPE_INTERVAL: ScaleType
SCALE_TYPE_RATIO: ScaleType
SCALE_TYPE_UNSPECIFIED: ScaleType
WEEK53_POLICY_DROP_53: Week53Policy
WEEK53_POLICY_RESTATED: Week53Policy
WEEK53_POLICY_SAME_NUMBER: Week53Policy
WEEK53_POLICY_UNSPECIFIED: Week53Policy

class Calendar(_message.Message):
    __slots__ = ["day_start", "end_month", "end_rule", "end_weekday", "events", "first_month", "holidays", "periods", "time_zone", "type", "week_53_policy", "week_start", "working_days", "year_label"]
    DAY_START_FIELD_NUMBER: _ClassVar[int]
    END_MONTH_FIELD_NUMBER: _ClassVar[int]
    END_RULE_FIELD_NUMBER: _ClassVar[int]
    END_WEEKDAY_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    HOLIDAYS_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    WEEK_53_POLICY_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    WORKING_DAYS_FIELD_NUMBER: _ClassVar[int]
    YEAR_LABEL_FIELD_NUMBER: _ClassVar[int]
    day_start: _duration_pb2.Duration
    end_month: int
    end_rule: str
    end_weekday: int
    events: _containers.RepeatedCompositeFieldContainer[CalendarEvent]
    first_month: int
    holidays: _containers.RepeatedScalarFieldContainer[str]
    periods: _containers.RepeatedCompositeFieldContainer[CustomPeriod]
    time_zone: str
    type: CalendarType
    week_53_policy: Week53Policy
    week_start: int
    working_days: _containers.RepeatedScalarFieldContainer[int]
    year_label: FiscalYearLabel
    def __init__(self, time_zone: _Optional[str] = ..., type: _Optional[_Union[CalendarType, str]] = ..., first_month: _Optional[int] = ..., year_label: _Optional[_Union[FiscalYearLabel, str]] = ..., week_start: _Optional[int] = ..., day_start: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., working_days: _Optional[_Iterable[int]] = ..., holidays: _Optional[_Iterable[str]] = ..., end_rule: _Optional[str] = ..., periods: _Optional[_Iterable[_Union[CustomPeriod, _Mapping]]] = ..., end_month: _Optional[int] = ..., end_weekday: _Optional[int] = ..., week_53_policy: _Optional[_Union[Week53Policy, str]] = ..., events: _Optional[_Iterable[_Union[CalendarEvent, _Mapping]]] = ...) -> None: ...

class CalendarEvent(_message.Message):
    __slots__ = ["dates", "days_after", "days_before", "name"]
    DATES_FIELD_NUMBER: _ClassVar[int]
    DAYS_AFTER_FIELD_NUMBER: _ClassVar[int]
    DAYS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    dates: _containers.RepeatedScalarFieldContainer[str]
    days_after: int
    days_before: int
    name: str
    def __init__(self, name: _Optional[str] = ..., dates: _Optional[_Iterable[str]] = ..., days_before: _Optional[int] = ..., days_after: _Optional[int] = ...) -> None: ...

class CustomPeriod(_message.Message):
    __slots__ = ["comparable_prior_id", "end_date", "id", "parent", "start_date"]
    COMPARABLE_PRIOR_ID_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    comparable_prior_id: str
    end_date: str
    id: str
    parent: str
    start_date: str
    def __init__(self, id: _Optional[str] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., parent: _Optional[str] = ..., comparable_prior_id: _Optional[str] = ...) -> None: ...

class Definition(_message.Message):
    __slots__ = ["alert_rule", "benchmark", "calendar", "change_reason", "create_time", "creator", "deleted", "description", "display_name", "etag", "initiative", "kpi", "labels", "metric", "name", "objective", "owned_set", "revision", "scorecard", "source", "target", "uid", "update_time", "updater"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ALERT_RULE_FIELD_NUMBER: _ClassVar[int]
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    CHANGE_REASON_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    INITIATIVE_FIELD_NUMBER: _ClassVar[int]
    KPI_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    OWNED_SET_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SCORECARD_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    UID_FIELD_NUMBER: _ClassVar[int]
    UPDATER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    alert_rule: _portfolio_pb2.AlertRule
    benchmark: _portfolio_pb2.Benchmark
    calendar: Calendar
    change_reason: str
    create_time: _timestamp_pb2.Timestamp
    creator: str
    deleted: bool
    description: str
    display_name: str
    etag: str
    initiative: _portfolio_pb2.Initiative
    kpi: _kpi_pb2.Kpi
    labels: _containers.ScalarMap[str, str]
    metric: Metric
    name: str
    objective: _portfolio_pb2.Objective
    owned_set: str
    revision: int
    scorecard: _portfolio_pb2.Scorecard
    source: Source
    target: _target_pb2.Target
    uid: str
    update_time: _timestamp_pb2.Timestamp
    updater: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., revision: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., creator: _Optional[str] = ..., updater: _Optional[str] = ..., uid: _Optional[str] = ..., change_reason: _Optional[str] = ..., owned_set: _Optional[str] = ..., deleted: bool = ..., metric: _Optional[_Union[Metric, _Mapping]] = ..., kpi: _Optional[_Union[_kpi_pb2.Kpi, _Mapping]] = ..., objective: _Optional[_Union[_portfolio_pb2.Objective, _Mapping]] = ..., scorecard: _Optional[_Union[_portfolio_pb2.Scorecard, _Mapping]] = ..., calendar: _Optional[_Union[Calendar, _Mapping]] = ..., benchmark: _Optional[_Union[_portfolio_pb2.Benchmark, _Mapping]] = ..., initiative: _Optional[_Union[_portfolio_pb2.Initiative, _Mapping]] = ..., alert_rule: _Optional[_Union[_portfolio_pb2.AlertRule, _Mapping]] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., target: _Optional[_Union[_target_pb2.Target, _Mapping]] = ...) -> None: ...

class Hierarchy(_message.Message):
    __slots__ = ["dimension", "levels", "members"]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    levels: _containers.RepeatedScalarFieldContainer[str]
    members: _containers.RepeatedCompositeFieldContainer[HierarchyMember]
    def __init__(self, dimension: _Optional[str] = ..., levels: _Optional[_Iterable[str]] = ..., members: _Optional[_Iterable[_Union[HierarchyMember, _Mapping]]] = ...) -> None: ...

class HierarchyMember(_message.Message):
    __slots__ = ["effective_from", "member", "path"]
    EFFECTIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    effective_from: str
    member: str
    path: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, member: _Optional[str] = ..., path: _Optional[_Iterable[str]] = ..., effective_from: _Optional[str] = ...) -> None: ...

class Metric(_message.Message):
    __slots__ = ["dimensions", "hierarchies", "identity", "partition_group", "personal", "scale", "scale_type", "source", "timeliness", "unit", "weight_scale"]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    HIERARCHIES_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    PARTITION_GROUP_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    SCALE_TYPE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIMELINESS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_SCALE_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    hierarchies: _containers.RepeatedCompositeFieldContainer[Hierarchy]
    identity: SampleIdentity
    partition_group: str
    personal: bool
    scale: int
    scale_type: ScaleType
    source: str
    timeliness: Timeliness
    unit: str
    weight_scale: int
    def __init__(self, unit: _Optional[str] = ..., scale: _Optional[int] = ..., dimensions: _Optional[_Iterable[str]] = ..., source: _Optional[str] = ..., identity: _Optional[_Union[SampleIdentity, str]] = ..., partition_group: _Optional[str] = ..., scale_type: _Optional[_Union[ScaleType, str]] = ..., weight_scale: _Optional[int] = ..., hierarchies: _Optional[_Iterable[_Union[Hierarchy, _Mapping]]] = ..., timeliness: _Optional[_Union[Timeliness, _Mapping]] = ..., personal: bool = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ["documentation_url", "owner", "timeliness"]
    DOCUMENTATION_URL_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    TIMELINESS_FIELD_NUMBER: _ClassVar[int]
    documentation_url: str
    owner: str
    timeliness: Timeliness
    def __init__(self, owner: _Optional[str] = ..., timeliness: _Optional[_Union[Timeliness, _Mapping]] = ..., documentation_url: _Optional[str] = ...) -> None: ...

class Timeliness(_message.Message):
    __slots__ = ["expected_lag", "grace", "max_age"]
    EXPECTED_LAG_FIELD_NUMBER: _ClassVar[int]
    GRACE_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_FIELD_NUMBER: _ClassVar[int]
    expected_lag: _duration_pb2.Duration
    grace: _duration_pb2.Duration
    max_age: _duration_pb2.Duration
    def __init__(self, expected_lag: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., grace: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., max_age: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class SampleIdentity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ScaleType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Week53Policy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CalendarType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FiscalYearLabel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
