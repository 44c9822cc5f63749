from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import evaluation_pb2 as _evaluation_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CHANGE_METHOD_ADDITIVE: ChangeMethod
CHANGE_METHOD_LOG_MEAN: ChangeMethod
CHANGE_METHOD_MIX_RATE: ChangeMethod
CHANGE_METHOD_ONE_AT_A_TIME: ChangeMethod
CHANGE_METHOD_SHAPLEY: ChangeMethod
CHANGE_METHOD_UNSPECIFIED: ChangeMethod
DESCRIPTOR: _descriptor.FileDescriptor

class ChangeDriver(_message.Message):
    __slots__ = ["after", "before", "contribution", "mix", "name", "nd_reason", "rate", "share_of_gross", "share_of_net", "weight_after", "weight_before"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    MIX_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    SHARE_OF_GROSS_FIELD_NUMBER: _ClassVar[int]
    SHARE_OF_NET_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_AFTER_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    after: str
    before: str
    contribution: str
    mix: str
    name: str
    nd_reason: _common_pb2.NdReason
    rate: str
    share_of_gross: str
    share_of_net: str
    weight_after: str
    weight_before: str
    def __init__(self, name: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ..., contribution: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., rate: _Optional[str] = ..., mix: _Optional[str] = ..., share_of_net: _Optional[str] = ..., share_of_gross: _Optional[str] = ..., weight_before: _Optional[str] = ..., weight_after: _Optional[str] = ...) -> None: ...

class ChangeExplanation(_message.Message):
    __slots__ = ["after", "before", "change", "dimension", "drivers", "method", "nd_reason", "residual", "warnings"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    DRIVERS_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ND_REASON_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    after: _evaluation_pb2.KpiState
    before: _evaluation_pb2.KpiState
    change: str
    dimension: str
    drivers: _containers.RepeatedCompositeFieldContainer[ChangeDriver]
    method: ChangeMethod
    nd_reason: _common_pb2.NdReason
    residual: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, before: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., after: _Optional[_Union[_evaluation_pb2.KpiState, _Mapping]] = ..., change: _Optional[str] = ..., nd_reason: _Optional[_Union[_common_pb2.NdReason, str]] = ..., method: _Optional[_Union[ChangeMethod, str]] = ..., dimension: _Optional[str] = ..., drivers: _Optional[_Iterable[_Union[ChangeDriver, _Mapping]]] = ..., residual: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class ChangeMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
