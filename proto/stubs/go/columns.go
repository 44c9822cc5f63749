package kpisuite

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/shopspring/decimal"

	"kpisuite.com/go/kpisuitev1"
)

const (
	noWeight      = math.MinInt64
	noBusinessDay = math.MinInt32
	secondsOfDay  = 24 * 60 * 60

	// Most bytes of a time and a mantissa.
	rowBytes = 8 + 10
)

// Series takes the samples of one series into the current batch of its [Writer], in columns. Its
// rows may have mantissas, decimals or doubles; changing between them costs a block.
//
// When a call returns an error its sample was not added, and everything added before is kept.
type Series struct {
	writer *Writer
	block  *kpisuitev1.SeriesBlock
}

// Detail is what else is known about a sample.
type Detail struct {
	kind   detailKind
	text   string
	number int64
}

type detailKind int

const (
	idDetail detailKind = iota
	entityDetail
	weightDetail
	businessDayDetail
)

// ID tells samples of one series and time apart.
func ID(id string) Detail { return Detail{kind: idDetail, text: id} }

// Entity is whom or what a sample is about.
func Entity(name string) Detail { return Detail{kind: entityDetail, text: name} }

// Weight is a mantissa at the metric's weight_scale.
func Weight(mantissa int64) Detail { return Detail{kind: weightDetail, number: mantissa} }

// BusinessDay is the accounting date, the one that the time shows in its own zone. It wins over the
// time of the sample when that is assigned to a period.
func BusinessDay(date time.Time) Detail {
	midnight := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC)
	return Detail{kind: businessDayDetail, number: midnight.Unix() / secondsOfDay}
}

// Mantissa adds a sample whose value is a mantissa at the metric's scale: 12.5 at scale 2 is 1250.
func (s *Series) Mantissa(ctx context.Context, t time.Time, value int64, details ...Detail) error {
	if err := s.beginRow(ctx, t, mantissas, details); err != nil {
		return err
	}
	s.block.Mantissas = append(s.block.Mantissas, value)
	s.endRow(t, rowBytes, details)
	return nil
}

// Decimal adds a sample with an exact value; one of more than 34 digits is an error.
func (s *Series) Decimal(
	ctx context.Context, t time.Time, value decimal.Decimal, details ...Detail,
) error {
	text, err := DecimalText(value)
	if err != nil {
		return err
	}
	if err := s.beginRow(ctx, t, decimals, details); err != nil {
		return err
	}
	s.block.Decimals = append(s.block.Decimals, text)
	s.endRow(t, rowBytes+len(text), details)
	return nil
}

// Double adds a sample with a double, read as its shortest decimal text.
func (s *Series) Double(ctx context.Context, t time.Time, value float64, details ...Detail) error {
	if err := s.beginRow(ctx, t, doubles, details); err != nil {
		return err
	}
	s.block.Doubles = append(s.block.Doubles, value)
	s.endRow(t, rowBytes, details)
	return nil
}

// The column that carries the values of a block.
type valueColumn int

const (
	mantissas valueColumn = iota
	doubles
	decimals
)

func (v valueColumn) length(block *kpisuitev1.SeriesBlock) int {
	switch v {
	case mantissas:
		return len(block.Mantissas)
	case doubles:
		return len(block.Doubles)
	default:
		return len(block.Decimals)
	}
}

// Makes room for a row whose value is in the column.
func (s *Series) beginRow(
	ctx context.Context, t time.Time, column valueColumn, details []Detail,
) error {
	if _, err := UnixNano(t); err != nil {
		return err
	}
	for _, detail := range details {
		if detail.kind == businessDayDetail && int64(int32(detail.number)) != detail.number {
			return fmt.Errorf("kpisuite: the business day is %d days from 1970", detail.number)
		}
	}
	if err := s.writer.makeRoom(ctx); err != nil {
		return err
	}
	if column.length(s.block) != s.rows() {
		s.writer.blocks = append(s.writer.blocks, s.take())
	}
	return nil
}

func (s *Series) endRow(t time.Time, bytes int, details []Detail) {
	s.block.TimeUnixNano = append(s.block.TimeUnixNano, t.UnixNano())
	for _, detail := range details {
		bytes += s.addDetail(detail)
	}
	s.writer.samples++
	s.writer.bytes += bytes
}

// Adds what is known about the last row; how many bytes it has at most.
func (s *Series) addDetail(detail Detail) int {
	block, last := s.block, s.rows()-1
	switch detail.kind {
	case idDetail:
		block.SampleIds = append(pad(block.SampleIds, last, ""), detail.text)
		return 2 + len(detail.text)
	case entityDetail:
		block.Entities = append(pad(block.Entities, last, ""), detail.text)
		return 2 + len(detail.text)
	case weightDetail:
		block.Weights = append(pad(block.Weights, last, noWeight), detail.number)
		return 10
	default:
		block.BusinessDays = append(pad(block.BusinessDays, last, noBusinessDay),
			int32(detail.number))
		return 5
	}
}

// Rows since the last take.
func (s *Series) rows() int { return len(s.block.TimeUnixNano) }

// take returns the rows, which are gone from here afterwards. A column that one row has needs an
// entry for each of them.
func (s *Series) take() *kpisuitev1.SeriesBlock {
	taken, rows := s.block, s.rows()
	s.block = &kpisuitev1.SeriesBlock{Metric: taken.Metric, Dimensions: taken.Dimensions}
	if len(taken.SampleIds) > 0 {
		taken.SampleIds = pad(taken.SampleIds, rows, "")
	}
	if len(taken.Entities) > 0 {
		taken.Entities = pad(taken.Entities, rows, "")
	}
	if len(taken.Weights) > 0 {
		taken.Weights = pad(taken.Weights, rows, noWeight)
	}
	if len(taken.BusinessDays) > 0 {
		taken.BusinessDays = pad(taken.BusinessDays, rows, noBusinessDay)
	}
	return taken
}

// pad gives a column so many entries: missing ones are none, surplus ones are cut.
func pad[T any](column []T, rows int, none T) []T {
	for len(column) < rows {
		column = append(column, none)
	}
	return column[:rows]
}
