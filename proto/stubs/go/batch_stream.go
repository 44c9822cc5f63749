package kpisuite

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"kpisuite.com/go/kpisuitev1"
)

const (
	maxUnackedBytes = 8 << 20
	maxFailures     = 10
	// How long the server may take to end a call on which everything is settled.
	endTimeout = 5 * time.Second
)

// batchStream has batches on their way through StreamSamples calls, one after the other when they
// break. Everything is done by the goroutine that calls; one more for each call passes on acks.
// Whenever a method returns, each batch is settled, waiting, or on the call without an ack.
type batchStream struct {
	summary WriteSummary

	stub       kpisuitev1.MeasurementServiceClient
	maxUnacked int
	waits      delays
	rest       time.Duration // to wait before anything else
	waiting    []batch       // on no call: not sent yet, or to be sent again
	call       *batchCall    // nil: none is open
}

type batch struct {
	request *kpisuitev1.WriteSamplesRequest
	bytes   int
}

// batchCall is one call.
type batchCall struct {
	stream       kpisuitev1.MeasurementService_StreamSamplesClient
	cancel       context.CancelFunc
	acks         chan received
	broken       bool // nothing can be sent; acks end with the reason
	unacked      []batch
	unackedBytes int
	sent, acked  int64
}

type received struct {
	response *kpisuitev1.StreamSamplesResponse
	err      error
}

func newBatchStream(stub kpisuitev1.MeasurementServiceClient, maxUnacked int) *batchStream {
	return &batchStream{stub: stub, maxUnacked: max(1, maxUnacked)}
}

func (s *batchStream) add(request *kpisuitev1.WriteSamplesRequest) {
	s.waiting = append(s.waiting, batch{request: request, bytes: proto.Size(request)})
}

// send sends what is waiting as soon as there is room. On an error it is kept.
func (s *batchStream) send(ctx context.Context) error {
	for len(s.waiting) > 0 {
		if err := s.advance(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until everything is settled.
func (s *batchStream) settle(ctx context.Context) error {
	for len(s.waiting) > 0 || (s.call != nil && len(s.call.unacked) > 0) {
		if err := s.advance(ctx); err != nil {
			return err
		}
	}
	return nil
}

// close ends the call; batches without an ack are given up.
func (s *batchStream) close(ctx context.Context) {
	if s.call == nil {
		return
	}
	defer s.call.cancel()
	ctx, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	settled := len(s.call.unacked) == 0 && !s.call.broken && s.call.stream.CloseSend() == nil
	for settled {
		select {
		case next := <-s.call.acks:
			settled = next.err == nil
		case <-ctx.Done():
			settled = false
		}
	}
	s.call = nil
}

// advance makes one step: wait as long as a fault demands, open a call, send, or receive.
func (s *batchStream) advance(ctx context.Context) error {
	if s.rest > 0 {
		if err := pause(ctx, s.rest); err != nil {
			return err
		}
		s.rest = 0
	}
	switch {
	case s.call == nil:
		return s.open(ctx)
	case s.hasRoom():
		return s.sendNext(ctx)
	default:
		return s.receive(ctx)
	}
}

func (s *batchStream) hasRoom() bool {
	if s.call.broken || len(s.waiting) == 0 {
		return false
	}
	return len(s.call.unacked) == 0 || (len(s.call.unacked) < s.maxUnacked &&
		s.call.unackedBytes+s.waiting[0].bytes <= maxUnackedBytes)
}

// The call outlives the context of the caller, unless that ends while the call is opened.
func (s *batchStream) open(ctx context.Context) error {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	stream, err := s.stub.StreamSamples(own)
	if !stop() {
		cancel()
		return contextError(ctx)
	}
	if err != nil {
		cancel()
		return s.recover(asError(own, err))
	}
	s.call = &batchCall{stream: stream, cancel: cancel, acks: make(chan received, s.maxUnacked+1)}
	go passOn(own, stream, s.call.acks)
	return nil
}

func passOn(
	ctx context.Context, stream kpisuitev1.MeasurementService_StreamSamplesClient,
	acks chan<- received,
) {
	for {
		response, err := stream.Recv()
		select {
		case acks <- received{response, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func (s *batchStream) sendNext(ctx context.Context) error {
	call, next := s.call, s.waiting[0]
	s.waiting = s.waiting[1:]
	call.unacked = append(call.unacked, next)
	call.unackedBytes += next.bytes
	call.sent++
	stop := context.AfterFunc(ctx, call.cancel)
	err := call.stream.Send(
		&kpisuitev1.StreamSamplesRequest{BatchNo: call.sent, Batch: next.request})
	if !stop() {
		s.requeue()
		return contextError(ctx)
	}
	switch {
	case err == io.EOF:
		call.broken = true
		return nil
	case err != nil:
		return s.recover(asError(ctx, err))
	default:
		return nil
	}
}

func (s *batchStream) receive(ctx context.Context) error {
	select {
	case next := <-s.call.acks:
		switch {
		case next.err == io.EOF:
			return s.recover(newError(codes.Unavailable, "the stream ended"))
		case next.err != nil:
			return s.recover(asError(ctx, next.err))
		default:
			return s.take(next.response)
		}
	case <-ctx.Done():
		return contextError(ctx)
	}
}

func (s *batchStream) take(response *kpisuitev1.StreamSamplesResponse) error {
	for _, ack := range response.GetAcks() {
		call := s.call
		if len(call.unacked) == 0 || ack.GetBatchNo() != call.acked+1 {
			return s.recover(newError(codes.Internal,
				"ack of batch %d, which has none due", ack.GetBatchNo()))
		}
		settled := call.unacked[0]
		call.unacked = call.unacked[1:]
		call.unackedBytes -= settled.bytes
		call.acked++
		s.note(settled, ack)
	}
	return nil
}

func (s *batchStream) note(settled batch, ack *kpisuitev1.BatchAck) {
	err := ErrorOf(ack.GetError())
	switch {
	case err == nil:
		s.summary.add(ack.GetResult())
		s.waits.reset()
	case err.transient() && s.waits.failures < maxFailures:
		s.waiting = append(s.waiting, settled)
		s.rest = s.waits.next(err.RetryDelay)
	default:
		s.summary.refuse(settled.request.GetRequestId(), err)
	}
}

// recover makes ready for another call after an error, or returns it when there is no use in one.
func (s *batchStream) recover(err *Error) error {
	s.requeue()
	if !err.transient() || s.waits.failures >= maxFailures {
		s.waits.reset()
		return err
	}
	s.rest = s.waits.next(err.RetryDelay)
	return nil
}

// requeue gives the call up. The outcome of what has no ack is unknown: the request id makes it
// safe to send it again.
func (s *batchStream) requeue() {
	if s.call != nil {
		s.call.cancel()
		s.waiting = append(s.call.unacked, s.waiting...)
		s.call = nil
	}
}
