"""Errors with their details: google.rpc.ErrorInfo, BadRequest and RetryInfo."""

from __future__ import annotations

import dataclasses
from typing import Mapping, Optional, Sequence, Tuple

import grpc
from google.rpc import error_details_pb2, status_pb2

_DETAILS = "grpc-status-details-bin"
_CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclasses.dataclass(frozen=True)
class Violation:
    """One field that is wrong."""

    field: str
    description: str


class KpiError(Exception):
    """What a call failed with. `reason` is a name of ErrorReason without its prefix.

    `reason` is empty and `metadata` too when the error does not come from a server of the suite.
    """

    def __init__(self, code: grpc.StatusCode, message: str,
                 details: Sequence = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = ""
        self.metadata: Mapping[str, str] = {}
        self.violations: Tuple[Violation, ...] = ()
        self.retry_after: Optional[float] = None
        for detail in details:
            self._take(detail)

    def _take(self, detail) -> None:
        info = error_details_pb2.ErrorInfo()
        bad_request = error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            self.reason = info.reason
            self.metadata = dict(info.metadata)
        elif detail.Unpack(bad_request):
            self.violations = tuple(Violation(each.field, each.description)
                                    for each in bad_request.field_violations)
        elif detail.Unpack(retry):
            self.retry_after = retry.retry_delay.ToNanoseconds() / 1e9

    @staticmethod
    def of(error: grpc.RpcError) -> KpiError:
        """The error of a call of the stubs."""
        metadata = error.trailing_metadata() or ()
        for key, value in metadata:
            if key == _DETAILS:
                try:
                    details = status_pb2.Status.FromString(value).details
                except Exception:  # pylint: disable=broad-except
                    break  # A damaged detail must not hide the error itself.
                return KpiError(error.code(), error.details() or "", details)
        return KpiError(error.code(), error.details() or "")

    @staticmethod
    def of_status(status: status_pb2.Status) -> KpiError:
        """The error inside a message: of an ack, of a StateResult."""
        return KpiError(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message,
                        status.details)

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.code.name}{reason}: {self.message}"
