//! What became of samples.

use crate::v1::{RejectedGroup, WriteResult};
use crate::Error;

/// What became of the batches of a writer so far.
#[derive(Debug, Clone, Default)]
pub struct WriteSummary {
    /// New samples.
    pub inserted: i64,
    /// Samples that were there with another value.
    pub corrected: i64,
    /// Samples that were there as sent.
    pub unchanged: i64,
    /// Batches that are settled: durable, or refused.
    pub batches: u64,
    /// Groups of samples that were refused; only with `allow_partial`.
    pub rejected: Vec<RejectedGroup>,
    /// Batches that were refused.
    pub refused: Vec<Refusal>,
    /// Token for reads that must include the last durable batch; empty without one.
    pub position_token: String,
}

impl WriteSummary {
    pub(crate) fn add(&mut self, result: WriteResult) {
        self.batches += 1;
        self.inserted += result.inserted;
        self.corrected += result.corrected;
        self.unchanged += result.unchanged;
        self.rejected.extend(result.rejected);
        self.position_token = result.position_token;
    }
}

/// A batch that was refused as a whole, and why.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Id of its request.
    pub request_id: String,
    /// Why.
    pub error: Error,
}
