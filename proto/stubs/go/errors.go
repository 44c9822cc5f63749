package kpisuite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"kpisuite.com/go/kpisuitev1"
)

// Domain of the reasons of this suite.
const reasonDomain = "kpisuite.v1"

// Error is an error of a call with the details the server sent. It is what errors.As finds in every
// error of the stubs and of this package, and status.FromError finds its status:
//
//	var failure *kpisuite.Error
//	if errors.As(err, &failure) && failure.Reason == "ETAG_MISMATCH" { ... }
type Error struct {
	// Code of the call.
	Code codes.Code
	// Message of the server.
	Message string
	// Reason as it was sent, for instance "ETAG_MISMATCH"; empty if there is none. ErrorReason has
	// it typed.
	Reason string
	// Metadata are dynamic values of the message, by name.
	Metadata map[string]string
	// Violations are the fields that are wrong; empty unless the request was.
	Violations []Violation
	// RetryDelay is how long to wait before trying again; 0 if the server did not say.
	RetryDelay time.Duration

	status *status.Status
	domain string
	cause  error
}

// Violation is a field that is wrong.
type Violation struct {
	// Field is its path in the request.
	Field string
	// Description says what came and what is wanted.
	Description string
}

// Error is the code, the reason if there is one, and the message.
func (e *Error) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("%v: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%v (%s): %s", e.Code, e.Reason, e.Message)
}

// GRPCStatus is the status as it was sent.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// Unwrap is context.Canceled or context.DeadlineExceeded when the context of the call had ended,
// nil otherwise.
func (e *Error) Unwrap() error { return e.cause }

// ErrorReason is the reason; unspecified if there is none or this release does not know it.
func (e *Error) ErrorReason() kpisuitev1.ErrorReason {
	if e.domain != reasonDomain {
		return kpisuitev1.ErrorReason_ERROR_REASON_UNSPECIFIED
	}
	return kpisuitev1.ErrorReason(kpisuitev1.ErrorReason_value["ERROR_REASON_"+e.Reason])
}

// Whether the same request may succeed later without a change.
func (e *Error) transient() bool { return e.Code == codes.Unavailable || e.RetryDelay > 0 }

// ErrorOf is the error of a status inside a response, of one batch or of one key; nil when it is
// not set or OK.
func ErrorOf(inside *rpcstatus.Status) *Error {
	if inside.GetCode() == int32(codes.OK) {
		return nil
	}
	return decode(status.FromProto(inside))
}

func decode(from *status.Status) *Error {
	decoded := &Error{Code: from.Code(), Message: from.Message(), status: from}
	for _, detail := range from.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			decoded.domain = detail.GetDomain()
			decoded.Reason = detail.GetReason()
			decoded.Metadata = detail.GetMetadata()
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				decoded.Violations = append(decoded.Violations,
					Violation{Field: violation.GetField(), Description: violation.GetDescription()})
			}
		case *errdetails.RetryInfo:
			decoded.RetryDelay = detail.GetRetryDelay().AsDuration()
		}
	}
	return decoded
}

// typed makes an *Error of an error of gRPC; the end of a stream stays io.EOF.
func typed(ctx context.Context, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return asError(ctx, err)
}

func asError(ctx context.Context, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	decoded := decode(status.Convert(err))
	switch deadline, limited := ctx.Deadline(); {
	case decoded.Code == codes.Canceled && ctx.Err() != nil:
		decoded.cause = ctx.Err()
	// The server may have noticed first.
	case decoded.Code == codes.DeadlineExceeded && limited && !time.Now().Before(deadline):
		decoded.cause = context.DeadlineExceeded
	}
	return decoded
}

// contextError is the error of a context that has ended.
func contextError(ctx context.Context) *Error {
	return asError(ctx, status.FromContextError(ctx.Err()).Err())
}

func newError(code codes.Code, format string, arguments ...any) *Error {
	return decode(status.Newf(code, format, arguments...))
}
