//! Samples in bulk.

use std::collections::HashMap;

use tonic::Status;

use crate::batch_stream::BatchStream;
use crate::columns::{take, Kind, Row, ROW_BYTES};
use crate::decimal::{self, DecimalError};
use crate::v1::{GetMeasurementServerInfoRequest, SeriesBlock, ServerInfo, WriteSamplesRequest};
use crate::{BigDecimal, Client, Error, WriteSummary};

/// How to write.
#[derive(Debug, Clone)]
pub struct WriterBuilder {
    client: Client,
    head: WriteSamplesRequest,
    request_id_prefix: String,
    batch_samples: usize,
    batch_bytes: usize,
}

impl WriterBuilder {
    pub(crate) fn new(client: Client, parent: String) -> Self {
        Self {
            client,
            head: WriteSamplesRequest {
                parent,
                ..Default::default()
            },
            request_id_prefix: uuid::Uuid::new_v4().to_string(),
            batch_samples: 10_000,
            batch_bytes: 1 << 20,
        }
    }

    /// Write the good samples of a batch and report the others. Default: all or nothing.
    #[must_use]
    pub fn allow_partial(mut self, value: bool) -> Self {
        self.head.allow_partial = value;
        self
    }

    /// Why, for corrections.
    #[must_use]
    pub fn reason(mut self, value: impl Into<String>) -> Self {
        self.head.reason = value.into();
        self
    }

    /// What request ids begin with; batches are numbered after it. Default: random. A program that
    /// may be started again with the same input gives its own, and the same batch size.
    #[must_use]
    pub fn request_id_prefix(mut self, value: impl Into<String>) -> Self {
        self.request_id_prefix = value.into();
        self
    }

    /// Most samples in a batch. Default 10 000.
    #[must_use]
    pub fn batch_samples(mut self, value: usize) -> Self {
        self.batch_samples = value;
        self
    }

    /// About how many bytes make a batch full. Default 1 MiB.
    #[must_use]
    pub fn batch_bytes(mut self, value: usize) -> Self {
        self.batch_bytes = value;
        self
    }

    /// The writer, after the server was asked for its limits.
    pub async fn open(self) -> Result<SampleWriter, Error> {
        let mut stub = self.client.measurements();
        let info = stub
            .get_measurement_server_info(GetMeasurementServerInfoRequest::default())
            .await?;
        Ok(SampleWriter::new(self, info.get_ref()))
    }
}

/// Writes samples over a stream: gathers them in batches of columns, sends up to as many batches
/// ahead as the server allows, and follows their acks. When the stream breaks, batches without an
/// ack are sent again with the same request ids, so nothing is lost or counted twice.
///
/// A full batch is sent by the call that adds the next row, which waits while too many are under
/// way. [`flush`](Self::flush) sends the rest and waits for all acks. When the server stays away,
/// calls fail with UNAVAILABLE and everything is kept: a later flush tries again. Two batches under
/// way may be taken in another order after a fault; flush between two values of one sample.
///
/// Dropping the writer gives up what was not flushed.
#[derive(Debug)]
pub struct SampleWriter {
    stream: BatchStream,
    head: WriteSamplesRequest,
    request_id_prefix: String,
    batch_samples: usize,
    batch_bytes: usize,
    series: Vec<SeriesBlock>,
    ids: HashMap<(String, Vec<(String, String)>), SeriesId>,
    blocks: Vec<SeriesBlock>,
    made: u64,
    samples: usize,
    bytes: usize,
    reported: usize,
}

/// A series of one writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesId(usize);

impl SampleWriter {
    fn new(builder: WriterBuilder, info: &ServerInfo) -> Self {
        let limit = |value: i32| usize::try_from(value).unwrap_or(0).max(1);
        Self {
            stream: BatchStream::new(builder.client, limit(info.max_unacked_batches)),
            head: builder.head,
            request_id_prefix: builder.request_id_prefix,
            batch_samples: builder.batch_samples.min(limit(info.max_batch_samples)),
            // Room for names and for what comes after the row that fills the batch.
            batch_bytes: builder.batch_bytes.min(limit(info.max_message_bytes) / 2),
            series: Vec::new(),
            ids: HashMap::new(),
            blocks: Vec::new(),
            made: 0,
            samples: 0,
            bytes: 0,
            reported: 0,
        }
    }

    /// A series, to be named once and used for each of its rows.
    pub fn series<K: Into<String>, V: Into<String>>(
        &mut self,
        metric: impl Into<String>,
        dimensions: impl IntoIterator<Item = (K, V)>,
    ) -> SeriesId {
        let metric = metric.into();
        let mut members: Vec<(String, String)> = dimensions
            .into_iter()
            .map(|(name, member)| (name.into(), member.into()))
            .collect();
        members.sort();
        let next = SeriesId(self.series.len());
        let id = *self
            .ids
            .entry((metric.clone(), members.clone()))
            .or_insert(next);
        if id == next {
            let dimensions = members.into_iter().collect();
            self.series.push(SeriesBlock {
                metric,
                dimensions,
                ..Default::default()
            });
        }
        id
    }

    /// A row whose value is a mantissa at the metric's scale: 12.5 at scale 2 is 1250.
    pub async fn mantissa(
        &mut self,
        series: SeriesId,
        time_unix_nano: i64,
        mantissa: i64,
    ) -> Result<Row<'_>, Error> {
        self.make_room(series, Kind::Mantissas).await?;
        self.series[series.0].mantissas.push(mantissa);
        Ok(self.row(series, time_unix_nano, 0))
    }

    /// A row with an exact value; one of more than 34 digits is refused with INVALID_ARGUMENT.
    pub async fn decimal(
        &mut self,
        series: SeriesId,
        time_unix_nano: i64,
        value: &BigDecimal,
    ) -> Result<Row<'_>, Error> {
        let text = decimal::text(value)
            .map_err(|error: DecimalError| Status::invalid_argument(error.to_string()))?;
        self.make_room(series, Kind::Decimals).await?;
        let length = text.len();
        self.series[series.0].decimals.push(text);
        Ok(self.row(series, time_unix_nano, length))
    }

    /// A row with a double, read as its shortest decimal text.
    pub async fn number(
        &mut self,
        series: SeriesId,
        time_unix_nano: i64,
        value: f64,
    ) -> Result<Row<'_>, Error> {
        self.make_room(series, Kind::Doubles).await?;
        self.series[series.0].doubles.push(value);
        Ok(self.row(series, time_unix_nano, 0))
    }

    /// Sends what was added and waits until all of it is settled. A batch that the server refused
    /// does not stop the others: the first refusal since the last call is the error here, all are
    /// in the [`summary`](Self::summary).
    pub async fn flush(&mut self) -> Result<&WriteSummary, Error> {
        self.send_batch().await?;
        self.stream.settle().await?;
        let summary = &self.stream.summary;
        if let Some(first) = summary.refused.get(self.reported) {
            self.reported = summary.refused.len();
            return Err(first.error.clone());
        }
        Ok(summary)
    }

    /// What is settled so far.
    pub fn summary(&self) -> &WriteSummary {
        &self.stream.summary
    }

    async fn make_room(&mut self, series: SeriesId, kind: Kind) -> Result<(), Error> {
        if self.samples >= self.batch_samples || self.bytes >= self.batch_bytes {
            self.send_batch().await?;
        }
        let block = &mut self.series[series.0];
        if !kind.fits(block) {
            self.blocks.push(take(block));
        }
        Ok(())
    }

    fn row(&mut self, series: SeriesId, time_unix_nano: i64, bytes: usize) -> Row<'_> {
        self.samples += 1;
        self.bytes += ROW_BYTES + bytes;
        let block = &mut self.series[series.0];
        block.time_unix_nano.push(time_unix_nano);
        Row::new(block, &mut self.bytes)
    }

    async fn send_batch(&mut self) -> Result<(), Error> {
        if self.samples > 0 {
            let mut series = std::mem::take(&mut self.blocks);
            let filled = self
                .series
                .iter_mut()
                .filter(|block| !block.time_unix_nano.is_empty());
            series.extend(filled.map(take));
            self.made += 1;
            let request_id = format!("{}-{}", self.request_id_prefix, self.made);
            self.samples = 0;
            self.bytes = 0;
            self.stream.add(WriteSamplesRequest {
                request_id,
                series,
                ..self.head.clone()
            });
        }
        self.stream.send().await
    }
}
