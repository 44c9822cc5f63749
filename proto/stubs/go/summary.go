package kpisuite

import "kpisuite.com/go/kpisuitev1"

// WriteSummary is what became of the batches of a [Writer] so far.
type WriteSummary struct {
	// Inserted are new samples.
	Inserted int64
	// Corrected are samples that were there with another value.
	Corrected int64
	// Unchanged are samples that were there as sent.
	Unchanged int64
	// Batches are those that are settled: durable, or refused.
	Batches int64
	// Rejected are groups of samples that were refused; only with AllowPartial.
	Rejected []*kpisuitev1.RejectedGroup
	// Refused are the batches that were refused as a whole.
	Refused []Refusal
	// PositionToken is for reads that must include the last durable batch; empty without one.
	PositionToken string
}

// Refusal is a batch that was refused as a whole.
type Refusal struct {
	// RequestID of the batch.
	RequestID string
	// Err says why.
	Err *Error
}

func (s *WriteSummary) add(result *kpisuitev1.WriteResult) {
	s.Batches++
	s.Inserted += result.GetInserted()
	s.Corrected += result.GetCorrected()
	s.Unchanged += result.GetUnchanged()
	s.Rejected = append(s.Rejected, result.GetRejected()...)
	s.PositionToken = result.GetPositionToken()
}

func (s *WriteSummary) refuse(requestID string, err *Error) {
	s.Batches++
	s.Refused = append(s.Refused, Refusal{RequestID: requestID, Err: err})
}
