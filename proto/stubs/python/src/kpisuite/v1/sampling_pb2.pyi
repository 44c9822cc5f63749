from kpisuite.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SAMPLING_KIND_MEAN: SamplingKind
SAMPLING_KIND_NPS: SamplingKind
SAMPLING_KIND_PROPORTION: SamplingKind
SAMPLING_KIND_UNSPECIFIED: SamplingKind

class Interval(_message.Message):
    __slots__ = ["half_width", "hi", "lo", "method", "n", "nd_reason", "standard_error"]
    HALF_WIDTH_FIELD_NUMBER: _ClassVar[int]
    HI_FIELD_NUMBER: _ClassVar[int]
    LO_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_FIELD_NUMBER: _ClassVar[int]
    half_width: str
    hi: str
    lo: str
    method: str
    n: str
    nd_reason: _common_pb2.NdReason
    standard_error: str
    def __init__(self, lo: _Optional[str] = ..., hi: _Optional[str] = ..., n: _Optional[str] = ..., method: _Optional[str] = ..., half_width: _Optional[str] = ..., standard_error: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ...) -> None: ...

class Sampling(_message.Message):
    __slots__ = ["clamp", "detractors", "kind", "promoters", "responses", "tolerance"]
    CLAMP_FIELD_NUMBER: _ClassVar[int]
    DETRACTORS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PROMOTERS_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    clamp: bool
    detractors: str
    kind: SamplingKind
    promoters: str
    responses: str
    tolerance: str
    def __init__(self, kind: _Optional[_Union[SamplingKind, str]] = ..., tolerance: _Optional[str] = ..., clamp: bool = ..., promoters: _Optional[str] = ..., detractors: _Optional[str] = ..., responses: _Optional[str] = ...) -> None: ...

class SamplingKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
