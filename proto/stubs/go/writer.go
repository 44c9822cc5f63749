package kpisuite

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kpisuite.com/go/kpisuitev1"
)

const (
	defaultBatchSamples = 10_000
	defaultBatchBytes   = 1 << 20
)

// WriterOptions say how to write; the zero value is the default.
type WriterOptions struct {
	// AllowPartial writes the good samples of a batch and reports the others. Default: all or
	// nothing.
	AllowPartial bool
	// Reason says why, for corrections.
	Reason string
	// RequestIDPrefix is what request ids begin with; batches are numbered after it. Default:
	// random. A program that may be started again with the same input gives its own, and the same
	// batch size.
	RequestIDPrefix string
	// BatchSamples is how many samples a batch has at most. Default 10 000.
	BatchSamples int
	// BatchBytes is about how many bytes make a batch full. Default 1 MiB.
	BatchBytes int
}

// Writer writes samples over a stream: it gathers them in batches of columns, sends up to as many
// batches ahead as the server allows, and follows their acks. When the stream breaks, batches
// without an ack are sent again with the same request ids: nothing is lost or counted twice.
//
// A full batch is sent by the call that adds the next sample, which waits while too many are under
// way. [Writer.Flush] sends the rest and waits for all acks. When the server stays away, or the
// context of a call ends, the call fails and everything is kept: a later Flush tries again. Two
// batches under way may be taken in another order after a fault; flush between two values of one
// sample.
//
// For one goroutine at a time; several writers may share a client.
type Writer struct {
	stream       *batchStream
	head         *kpisuitev1.WriteSamplesRequest
	idPrefix     string
	batchSamples int
	batchBytes   int

	series   []*Series
	byName   map[string]*Series
	blocks   []*kpisuitev1.SeriesBlock
	made     int
	samples  int
	bytes    int
	reported int // refusals that Flush has returned
}

// OpenWriter returns a writer of a workspace, "workspaces/{workspace}", after the server was asked
// for its limits. Nil options are the default.
func (c *Client) OpenWriter(ctx context.Context, parent string, options *WriterOptions,
) (*Writer, error) {
	if options == nil {
		options = &WriterOptions{}
	}
	info, err := c.Measurements.GetMeasurementServerInfo(
		ctx, &kpisuitev1.GetMeasurementServerInfoRequest{})
	if err != nil {
		return nil, err
	}
	writer := &Writer{
		stream: newBatchStream(c.Measurements, int(info.GetMaxUnackedBatches())),
		head: &kpisuitev1.WriteSamplesRequest{
			Parent: parent, AllowPartial: options.AllowPartial, Reason: options.Reason},
		idPrefix:     options.RequestIDPrefix,
		batchSamples: orDefault(options.BatchSamples, defaultBatchSamples),
		batchBytes:   orDefault(options.BatchBytes, defaultBatchBytes),
		byName:       make(map[string]*Series),
	}
	writer.batchSamples = min(writer.batchSamples, max(1, int(info.GetMaxBatchSamples())))
	// Room for names and for what comes after the row that fills the batch.
	writer.batchBytes = min(writer.batchBytes, max(1, int(info.GetMaxMessageBytes())/2))
	if writer.idPrefix == "" {
		var random [16]byte
		if _, err := rand.Read(random[:]); err != nil {
			return nil, err
		}
		writer.idPrefix = fmt.Sprintf("%x", random)
	}
	return writer, nil
}

func orDefault(value, otherwise int) int {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Series returns the columns of a series. Keep them: looking them up costs more than a sample.
func (w *Writer) Series(metric string, dimensions map[string]string) *Series {
	var name strings.Builder
	fmt.Fprintf(&name, "%q", metric)
	for _, dimension := range slices.Sorted(maps.Keys(dimensions)) {
		fmt.Fprintf(&name, "%q%q", dimension, dimensions[dimension])
	}
	if known := w.byName[name.String()]; known != nil {
		return known
	}
	series := &Series{writer: w, block: &kpisuitev1.SeriesBlock{
		Metric: metric, Dimensions: maps.Clone(dimensions)}}
	w.byName[name.String()] = series
	w.series = append(w.series, series)
	return series
}

// Flush sends what was added and waits until all of it is settled. A batch that the server refused
// does not stop the others: the first refusal since the last call is the error, all are in the
// summary. With another error everything is kept for another call.
func (w *Writer) Flush(ctx context.Context) (WriteSummary, error) {
	if err := w.sendBatch(ctx); err != nil {
		return w.stream.summary, err
	}
	if err := w.stream.settle(ctx); err != nil {
		return w.stream.summary, err
	}
	summary := w.stream.summary
	if unreported := summary.Refused[w.reported:]; len(unreported) > 0 {
		w.reported = len(summary.Refused)
		return summary, unreported[0].Err
	}
	return summary, nil
}

// Summary returns what is settled so far.
func (w *Writer) Summary() WriteSummary { return w.stream.summary }

// Close flushes and ends the stream. With an error, what was not settled is given up.
func (w *Writer) Close(ctx context.Context) error {
	_, err := w.Flush(ctx)
	w.stream.close(ctx)
	return err
}

// makeRoom sends the batch if it is full.
func (w *Writer) makeRoom(ctx context.Context) error {
	if w.samples < w.batchSamples && w.bytes < w.batchBytes {
		return nil
	}
	return w.sendBatch(ctx)
}

func (w *Writer) sendBatch(ctx context.Context) error {
	if w.samples > 0 {
		for _, series := range w.series {
			if series.rows() > 0 {
				w.blocks = append(w.blocks, series.take())
			}
		}
		w.made++
		w.stream.add(&kpisuitev1.WriteSamplesRequest{
			Parent:       w.head.Parent,
			RequestId:    fmt.Sprintf("%s-%d", w.idPrefix, w.made),
			Series:       w.blocks,
			AllowPartial: w.head.AllowPartial,
			Reason:       w.head.Reason,
		})
		w.blocks, w.samples, w.bytes = nil, 0, 0
	}
	return w.stream.send(ctx)
}
