package kpisuite

import (
	"context"
	"io"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"kpisuite.com/go/kpisuitev1"
)

// WatchStates returns states as they change: the current ones, then one message with in_sync, then
// each change, heartbeats included, without end: when the server goes away, or this reader was too
// slow for it, the watch goes on after the last message that was handed out. What changed may then
// come twice, never too seldom. Any other error is the last element. Leave the range, or end the
// context, to end the watch.
func (c *Client) WatchStates(ctx context.Context, request *kpisuitev1.WatchStatesRequest,
) iter.Seq2[*kpisuitev1.WatchStatesResponse, error] {
	return watch(ctx, request, c.Evaluations.WatchStates,
		func(next *kpisuitev1.WatchStatesRequest, handedOut *kpisuitev1.WatchStatesResponse) {
			next.ResumeToken = handedOut.GetResumeToken()
		})
}

// WatchDefinitions returns definitions as they change, after after_position; see
// [Client.WatchStates].
func (c *Client) WatchDefinitions(ctx context.Context, request *kpisuitev1.WatchDefinitionsRequest,
) iter.Seq2[*kpisuitev1.WatchDefinitionsResponse, error] {
	return watch(ctx, request, c.Definitions.WatchDefinitions,
		func(next *kpisuitev1.WatchDefinitionsRequest,
			handedOut *kpisuitev1.WatchDefinitionsResponse) {
			// Only the last message of a set has a position: a set that was cut comes again.
			if handedOut.GetPosition() != 0 {
				next.AfterPosition = handedOut.GetPosition()
				next.Incarnation = handedOut.GetIncarnation()
			}
		})
}

// ReadChanges returns samples as they change, for each partition without gaps; see
// [Client.WatchStates].
func (c *Client) ReadChanges(ctx context.Context, request *kpisuitev1.ReadChangesRequest,
) iter.Seq2[*kpisuitev1.ReadChangesResponse, error] {
	return watch(ctx, request, c.Measurements.ReadChanges,
		func(next *kpisuitev1.ReadChangesRequest, handedOut *kpisuitev1.ReadChangesResponse) {
			for _, batch := range handedOut.GetBatches() {
				for i, after := range next.GetAfter() {
					if after.GetPart() == batch.GetPosition().GetPart() {
						next.After[i] = batch.GetPosition()
					}
				}
			}
		})
}

// watch opens a stream again and again; note keeps in the request where to go on.
func watch[Q proto.Message, M any](
	ctx context.Context, request Q,
	open func(context.Context, Q, ...grpc.CallOption) (grpc.ServerStreamingClient[M], error),
	note func(Q, *M),
) iter.Seq2[*M, error] {
	return func(yield func(*M, error) bool) {
		next := proto.Clone(request).(Q)
		var waits delays
		for {
			err := follow(ctx, next, open, func(message *M) bool {
				waits.reset()
				note(next, message)
				return yield(message, nil)
			})
			if err == nil {
				return
			}
			failure := asError(ctx, err)
			if !failure.resumable() {
				yield(nil, failure)
				return
			}
			if err := pause(ctx, waits.next(failure.RetryDelay)); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// Whether a watch that ended so can go on.
func (e *Error) resumable() bool {
	return e.Code == codes.Unavailable ||
		e.ErrorReason() == kpisuitev1.ErrorReason_ERROR_REASON_SLOW_CONSUMER
}

// follow reads one stream; nil when the reader has had enough.
func follow[Q proto.Message, M any](
	ctx context.Context, request Q,
	open func(context.Context, Q, ...grpc.CallOption) (grpc.ServerStreamingClient[M], error),
	handOut func(*M) bool,
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := open(ctx, request)
	if err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			// The server never ends a watch with OK; a proxy might.
			return newError(codes.Unavailable, "the watch ended")
		}
		if err != nil {
			return err
		}
		if !handOut(message) {
			return nil
		}
	}
}
