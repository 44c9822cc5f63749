//! The columns of a series, as they fill.

use crate::v1::SeriesBlock;

const NO_WEIGHT: i64 = i64::MIN;
const NO_BUSINESS_DAY: i32 = i32::MIN;

/// Most bytes of a time and a mantissa.
pub(crate) const ROW_BYTES: usize = 8 + 10;

/// The columns that carry the values of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Mantissas,
    Doubles,
    Decimals,
}

impl Kind {
    pub(crate) fn fits(self, block: &SeriesBlock) -> bool {
        match self {
            Self::Mantissas => block.mantissas.len() == block.time_unix_nano.len(),
            Self::Doubles => block.doubles.len() == block.time_unix_nano.len(),
            Self::Decimals => block.decimals.len() == block.time_unix_nano.len(),
        }
    }
}

/// The rows of a block, which are gone from it afterwards. A column that one row has needs an entry
/// for each of them.
pub(crate) fn take(block: &mut SeriesBlock) -> SeriesBlock {
    let empty = SeriesBlock {
        metric: block.metric.clone(),
        dimensions: block.dimensions.clone(),
        ..Default::default()
    };
    let mut taken = std::mem::replace(block, empty);
    let rows = taken.time_unix_nano.len();
    pad(&mut taken.sample_ids, rows, String::new());
    pad(&mut taken.entities, rows, String::new());
    pad(&mut taken.weights, rows, NO_WEIGHT);
    pad(&mut taken.business_days, rows, NO_BUSINESS_DAY);
    taken
}

fn pad<T: Clone>(column: &mut Vec<T>, rows: usize, none: T) {
    if !column.is_empty() {
        column.resize(rows, none);
    }
}

/// The row that was just added, for what else is known about it.
#[derive(Debug)]
pub struct Row<'writer> {
    block: &'writer mut SeriesBlock,
    bytes: &'writer mut usize,
}

impl<'writer> Row<'writer> {
    pub(crate) fn new(block: &'writer mut SeriesBlock, bytes: &'writer mut usize) -> Self {
        Self { block, bytes }
    }

    /// What tells samples of one time apart.
    pub fn id(self, sample_id: impl Into<String>) -> Self {
        let rows = self.block.time_unix_nano.len();
        self.block.sample_ids.resize(rows, String::new());
        self.block.sample_ids[rows - 1] = sample_id.into();
        *self.bytes += 2 + self.block.sample_ids[rows - 1].len();
        self
    }

    /// Whom or what the sample is about.
    pub fn entity(self, entity: impl Into<String>) -> Self {
        let rows = self.block.time_unix_nano.len();
        self.block.entities.resize(rows, String::new());
        self.block.entities[rows - 1] = entity.into();
        *self.bytes += 2 + self.block.entities[rows - 1].len();
        self
    }

    /// Weight, a mantissa at the metric's weight_scale.
    pub fn weight(self, mantissa: i64) -> Self {
        let rows = self.block.time_unix_nano.len();
        self.block.weights.resize(rows, NO_WEIGHT);
        self.block.weights[rows - 1] = mantissa;
        *self.bytes += 10;
        self
    }

    /// Accounting date, in days since 1970-01-01; it wins over the time when the sample is assigned
    /// to a period.
    pub fn business_day(self, day: i32) -> Self {
        let rows = self.block.time_unix_nano.len();
        self.block.business_days.resize(rows, NO_BUSINESS_DAY);
        self.block.business_days[rows - 1] = day;
        *self.bytes += 5;
        self
    }
}
