package kpisuite_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

var start = time.Date(2025, 3, 31, 10, 0, 0, 1, time.UTC)

// settle acknowledges a batch: with its samples, or with an error.
func settle(
	stream sampleStream, request *kpisuitev1.StreamSamplesRequest, refusal codes.Code,
) error {
	ack := &kpisuitev1.BatchAck{BatchNo: request.GetBatchNo()}
	if refusal != codes.OK {
		ack.Error = &rpcstatus.Status{Code: int32(refusal)}
	} else {
		rows := 0
		for _, block := range request.GetBatch().GetSeries() {
			rows += len(block.GetTimeUnixNano())
		}
		ack.Result = &kpisuitev1.WriteResult{
			Inserted: int64(rows), PositionToken: request.GetBatch().GetRequestId()}
	}
	return stream.Send(&kpisuitev1.StreamSamplesResponse{
		DurableThroughBatchNo: ack.BatchNo, Acks: []*kpisuitev1.BatchAck{ack}})
}

// each calls a function with the requests of a stream.
func each(stream sampleStream, take func(*kpisuitev1.StreamSamplesRequest) error) error {
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = take(request)
		}
		if err != nil {
			return err
		}
	}
}

func open(t *testing.T, server *fake, options *kpisuite.WriterOptions) *kpisuite.Writer {
	t.Helper()
	writer, err := server.connect(t).OpenWriter(
		context.Background(), "workspaces/default", options)
	if err != nil {
		t.Fatal(err)
	}
	return writer
}

func addRows(t *testing.T, series *kpisuite.Series, count int) {
	t.Helper()
	for i := range count {
		at := start.Add(time.Duration(i))
		if err := series.Mantissa(context.Background(), at, int64(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABrokenStreamIsResumedWithTheSameRequestIDs(t *testing.T) {
	calls, ids := 0, []string{}
	server := &fake{streamSamples: func(stream sampleStream) error {
		calls++
		return each(stream, func(request *kpisuitev1.StreamSamplesRequest) error {
			ids = append(ids, request.GetBatch().GetRequestId())
			if calls == 1 && request.GetBatchNo() == 3 {
				return status.Error(codes.Unavailable, "restart")
			}
			if calls == 1 && request.GetBatchNo() == 2 {
				return nil
			}
			return settle(stream, request, codes.OK)
		})
	}}
	writer := open(t, server, &kpisuite.WriterOptions{BatchSamples: 10, RequestIDPrefix: "run"})
	addRows(t, writer.Series("orders", nil), 60)
	summary, err := writer.Flush(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if summary.Inserted != 60 || summary.Batches != 6 || summary.PositionToken != "run-6" {
		t.Errorf("got %+v", summary)
	}
	want := []string{
		"run-1", "run-2", "run-3", "run-2", "run-3", "run-4", "run-5", "run-6"}
	if err := writer.Close(context.Background()); err != nil || !slices.Equal(ids, want) {
		t.Errorf("got %v, %v, want %v", ids, err, want)
	}
}

func TestWhatWasNotFlushedInTimeIsKept(t *testing.T) {
	answer := make(chan struct{})
	server := &fake{streamSamples: func(stream sampleStream) error {
		return each(stream, func(request *kpisuitev1.StreamSamplesRequest) error {
			<-answer
			return settle(stream, request, codes.OK)
		})
	}}
	writer := open(t, server, nil)
	addRows(t, writer.Series("orders", nil), 5)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := writer.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	close(answer)
	summary, err := writer.Flush(context.Background())
	if err != nil || summary.Inserted != 5 || summary.Batches != 1 {
		t.Errorf("got %+v, %v", summary, err)
	}
}

func TestTheContextOfACallDoesNotEndTheStreamLater(t *testing.T) {
	calls := 0
	server := &fake{streamSamples: func(stream sampleStream) error {
		calls++
		return each(stream, func(request *kpisuitev1.StreamSamplesRequest) error {
			return settle(stream, request, codes.OK)
		})
	}}
	writer := open(t, server, nil)
	for range 3 {
		addRows(t, writer.Series("orders", nil), 1)
		ctx, cancel := context.WithCancel(context.Background())
		if _, err := writer.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
	if err := writer.Close(context.Background()); err != nil || calls != 1 {
		t.Errorf("got %d calls, %v", calls, err)
	}
}

func TestARefusedBatchIsToldOnceAndStopsNoOther(t *testing.T) {
	server := &fake{streamSamples: func(stream sampleStream) error {
		return each(stream, func(request *kpisuitev1.StreamSamplesRequest) error {
			if request.GetBatchNo() == 2 {
				return settle(stream, request, codes.NotFound)
			}
			return settle(stream, request, codes.OK)
		})
	}}
	writer := open(t, server, &kpisuite.WriterOptions{BatchSamples: 10, RequestIDPrefix: "run"})
	addRows(t, writer.Series("orders", nil), 30)
	summary, err := writer.Flush(context.Background())
	if status.Code(err) != codes.NotFound || summary.Inserted != 20 || summary.Batches != 3 ||
		len(summary.Refused) != 1 || summary.Refused[0].RequestID != "run-2" {
		t.Errorf("got %+v, %v", summary, err)
	}
	if err := writer.Close(context.Background()); err != nil {
		t.Errorf("got %v again", err)
	}
}

func TestABatchThatTheServerHasNoRoomForIsSentAgain(t *testing.T) {
	refused := false
	server := &fake{streamSamples: func(stream sampleStream) error {
		return each(stream, func(request *kpisuitev1.StreamSamplesRequest) error {
			if !refused {
				refused = true
				return settle(stream, request, codes.Unavailable)
			}
			return settle(stream, request, codes.OK)
		})
	}}
	writer := open(t, server, nil)
	addRows(t, writer.Series("orders", nil), 7)
	summary, err := writer.Flush(context.Background())
	if err != nil || summary.Inserted != 7 || len(summary.Refused) != 0 {
		t.Errorf("got %+v, %v", summary, err)
	}
}

func TestColumnsHaveAnEntryForEachRow(t *testing.T) {
	var batch *kpisuitev1.WriteSamplesRequest
	server := &fake{streamSamples: func(stream sampleStream) error {
		return each(stream, func(request *kpisuitev1.StreamSamplesRequest) error {
			batch = request.GetBatch()
			return settle(stream, request, codes.OK)
		})
	}}
	ctx := context.Background()
	writer := open(t, server, &kpisuite.WriterOptions{AllowPartial: true, Reason: "import"})
	series := writer.Series("orders", map[string]string{"region": "EMEA"})
	if again := writer.Series("orders", map[string]string{"region": "EMEA"}); again != series {
		t.Error("a series has two sets of columns")
	}
	// In Auckland it is a day later than in UTC.
	auckland := time.Date(2025, 4, 1, 1, 0, 0, 0, time.FixedZone("NZDT", 13*60*60))
	err := errors.Join(
		series.Mantissa(ctx, start, 1),
		series.Mantissa(ctx, start, 2, kpisuite.ID("b"), kpisuite.Entity("ada")),
		series.Mantissa(ctx, start, 3, kpisuite.Weight(5), kpisuite.BusinessDay(auckland)),
		series.Mantissa(ctx, start, 4),
		series.Double(ctx, start, 0.5),
		series.Decimal(ctx, start, kpisuite.FromMantissa(1250, 2), kpisuite.ID("f")),
		writer.Close(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if !batch.GetAllowPartial() || batch.GetReason() != "import" {
		t.Errorf("got %v", batch)
	}
	var got []string
	for _, b := range batch.GetSeries() {
		got = append(got, fmt.Sprint(b.GetDimensions(), len(b.GetTimeUnixNano()), b.GetMantissas(),
			b.GetDoubles(), b.GetDecimals(), b.GetSampleIds(), b.GetEntities(), b.GetWeights(),
			b.GetBusinessDays()))
	}
	want := []string{
		"map[region:EMEA] 4 [1 2 3 4] [] [] [ b  ] [ ada  ] " +
			"[-9223372036854775808 -9223372036854775808 5 -9223372036854775808] " +
			"[-2147483648 -2147483648 20179 -2147483648]",
		"map[region:EMEA] 1 [] [0.5] [] [] [] [] []",
		"map[region:EMEA] 1 [] [] [12.5] [f] [] [] []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if first := batch.GetSeries()[0].GetTimeUnixNano()[0]; first != start.UnixNano() {
		t.Errorf("got time %d, want %d", first, start.UnixNano())
	}
}
