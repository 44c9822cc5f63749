from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Nowcast(_message.Message):
    __slots__ = ["age", "lag_factor", "nd_reason", "periods", "value"]
    AGE_FIELD_NUMBER: _ClassVar[int]
    LAG_FACTOR_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    age: int
    lag_factor: str
    nd_reason: _common_pb2.NdReason
    periods: int
    value: str
    def __init__(self, value: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., lag_factor: _Optional[str] = ..., age: _Optional[int] = ..., periods: _Optional[int] = ...) -> None: ...

class PaceState(_message.Message):
    __slots__ = ["as_of", "due", "due_hi", "due_lo", "elapsed", "expected_share", "hi", "history_periods", "lo", "method", "nd_reason", "pace_index", "prior", "probability_met", "profile", "projected", "rate_unit", "remaining", "required_rate", "scenarios", "status_projected", "status_to_date", "too_early"]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    DUE_HI_FIELD_NUMBER: _ClassVar[int]
    DUE_LO_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_SHARE_FIELD_NUMBER: _ClassVar[int]
    HISTORY_PERIODS_FIELD_NUMBER: _ClassVar[int]
    HI_FIELD_NUMBER: _ClassVar[int]
    LO_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    PACE_INDEX_FIELD_NUMBER: _ClassVar[int]
    PRIOR_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_MET_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROJECTED_FIELD_NUMBER: _ClassVar[int]
    RATE_UNIT_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_RATE_FIELD_NUMBER: _ClassVar[int]
    SCENARIOS_FIELD_NUMBER: _ClassVar[int]
    STATUS_PROJECTED_FIELD_NUMBER: _ClassVar[int]
    STATUS_TO_DATE_FIELD_NUMBER: _ClassVar[int]
    TOO_EARLY_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    due: str
    due_hi: str
    due_lo: str
    elapsed: str
    expected_share: str
    hi: str
    history_periods: int
    lo: str
    method: str
    nd_reason: _common_pb2.NdReason
    pace_index: str
    prior: str
    probability_met: str
    profile: str
    projected: str
    rate_unit: str
    remaining: str
    required_rate: str
    scenarios: int
    status_projected: _common_pb2.Status
    status_to_date: _common_pb2.Status
    too_early: str
    def __init__(self, elapsed: _Optional[str] = ..., expected_share: _Optional[str] = ..., profile: _Optional[str] = ..., history_periods: _Optional[int] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., due: _Optional[str] = ..., due_lo: _Optional[str] = ..., due_hi: _Optional[str] = ..., method: _Optional[str] = ..., prior: _Optional[str] = ..., projected: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., lo: _Optional[str] = ..., hi: _Optional[str] = ..., scenarios: _Optional[int] = ..., pace_index: _Optional[str] = ..., required_rate: _Optional[str] = ..., rate_unit: _Optional[str] = ..., remaining: _Optional[str] = ..., probability_met: _Optional[str] = ..., status_to_date: _Optional[_Union[_common_pb2.Status, str]] = ..., status_projected: _Optional[_Union[_common_pb2.Status, str]] = ..., too_early: _Optional[str] = ...) -> None: ...
