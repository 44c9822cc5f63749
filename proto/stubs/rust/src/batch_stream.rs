//! Batches on their way.

use std::collections::VecDeque;
use std::time::Duration;

use prost::Message;
use tokio::sync::mpsc::{unbounded_channel, UnboundedSender};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Status, Streaming};

use crate::backoff::Backoff;
use crate::v1::{BatchAck, StreamSamplesRequest, StreamSamplesResponse, WriteSamplesRequest};
use crate::{Client, Error, Refusal, WriteSummary};

const MAX_UNACKED_BYTES: usize = 8 << 20;
const MOST_BACKOFF: Duration = Duration::from_secs(5);
const MAX_FAILURES: u32 = 10;

/// Batches on their way through StreamSamples calls, one after the other when they break. At every
/// await each batch is either waiting or without an ack on the call, so a future that is dropped
/// loses nothing.
#[derive(Debug)]
pub(crate) struct BatchStream {
    pub(crate) summary: WriteSummary,
    client: Client,
    max_unacked_batches: usize,
    backoff: Backoff,
    /// On no call: not sent yet, or to be sent again.
    waiting: VecDeque<Batch>,
    call: Option<Call>,
    pause: Option<Duration>,
}

#[derive(Debug)]
struct Batch {
    request: WriteSamplesRequest,
    bytes: usize,
}

/// One call.
#[derive(Debug)]
struct Call {
    requests: UnboundedSender<StreamSamplesRequest>,
    /// Not there until the server has answered, which it does after the first batch.
    responses: Option<Streaming<StreamSamplesResponse>>,
    unsent: Option<UnboundedReceiverStream<StreamSamplesRequest>>,
    unacked: VecDeque<Batch>,
    unacked_bytes: usize,
    sent: i64,
    acked: i64,
}

impl BatchStream {
    pub(crate) fn new(client: Client, max_unacked_batches: usize) -> Self {
        Self {
            summary: WriteSummary::default(),
            client,
            max_unacked_batches,
            backoff: Backoff::new(MOST_BACKOFF),
            waiting: VecDeque::new(),
            call: None,
            pause: None,
        }
    }

    pub(crate) fn add(&mut self, request: WriteSamplesRequest) {
        let bytes = request.encoded_len();
        self.waiting.push_back(Batch { request, bytes });
    }

    /// Sends what is waiting as soon as there is room. On an error it is kept.
    pub(crate) async fn send(&mut self) -> Result<(), Error> {
        while !self.waiting.is_empty() {
            self.advance().await?;
        }
        Ok(())
    }

    /// Waits until everything is settled.
    pub(crate) async fn settle(&mut self) -> Result<(), Error> {
        while !self.waiting.is_empty()
            || self
                .call
                .as_ref()
                .is_some_and(|call| !call.unacked.is_empty())
        {
            self.advance().await?;
        }
        Ok(())
    }

    // One step: wait as long as a fault demands, send, or receive.
    async fn advance(&mut self) -> Result<(), Error> {
        if let Some(pause) = self.pause {
            tokio::time::sleep(pause).await;
            self.pause = None;
        }
        let call = self.call.get_or_insert_with(Call::new);
        let room = self.waiting.front().is_some_and(|batch| {
            call.unacked.is_empty()
                || (call.unacked.len() < self.max_unacked_batches
                    && call.unacked_bytes + batch.bytes <= MAX_UNACKED_BYTES)
        });
        if room {
            call.send(self.waiting.pop_front().expect("a batch is waiting"));
            return Ok(());
        }
        match call.receive(&self.client).await {
            Ok(response) => self.take(response),
            Err(status) => self.recover(status.into()),
        }
    }

    fn take(&mut self, response: StreamSamplesResponse) -> Result<(), Error> {
        for ack in response.acks {
            let Some(call) = &mut self.call else { break };
            match call.settle(&ack) {
                Some(batch) => self.note(batch, ack),
                None => {
                    let text = format!("ack of batch {}, which has none due", ack.batch_no);
                    return self.recover(Status::internal(text).into());
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, batch: Batch, ack: BatchAck) {
        let Some(error) = ack.error.map(Error::from) else {
            self.summary.add(ack.result.unwrap_or_default());
            self.backoff.reset();
            return;
        };
        if error.is_transient() && self.backoff.failures() < MAX_FAILURES {
            self.waiting.push_back(batch);
            self.pause = Some(self.backoff.next(error.retry_delay()));
        } else {
            self.summary.batches += 1;
            self.summary.refused.push(Refusal {
                request_id: batch.request.request_id,
                error,
            });
        }
    }

    // The outcome of what has no ack is unknown: the request id makes it safe to send it again.
    fn recover(&mut self, error: Error) -> Result<(), Error> {
        if let Some(call) = self.call.take() {
            for batch in call.unacked.into_iter().rev() {
                self.waiting.push_front(batch);
            }
        }
        if !error.is_transient() || self.backoff.failures() >= MAX_FAILURES {
            self.backoff.reset();
            return Err(error);
        }
        self.pause = Some(self.backoff.next(error.retry_delay()));
        Ok(())
    }
}

impl Call {
    fn new() -> Self {
        let (requests, unsent) = unbounded_channel();
        Self {
            requests,
            responses: None,
            unsent: Some(UnboundedReceiverStream::new(unsent)),
            unacked: VecDeque::new(),
            unacked_bytes: 0,
            sent: 0,
            acked: 0,
        }
    }

    fn send(&mut self, batch: Batch) {
        self.sent += 1;
        let request = StreamSamplesRequest {
            batch_no: self.sent,
            batch: Some(batch.request.clone()),
            ..Default::default()
        };
        self.unacked_bytes += batch.bytes;
        self.unacked.push_back(batch);
        // When the call is over nobody takes it; receive tells why.
        let _ = self.requests.send(request);
    }

    async fn receive(&mut self, client: &Client) -> Result<StreamSamplesResponse, Status> {
        if let Some(unsent) = self.unsent.take() {
            self.responses = Some(
                client
                    .measurements()
                    .stream_samples(unsent)
                    .await?
                    .into_inner(),
            );
        }
        // Nobody takes the responses of a call whose opening was given up: it counts as broken.
        let responses = self
            .responses
            .as_mut()
            .ok_or_else(|| Status::unavailable("the call was not opened"))?;
        let message = responses.message().await?;
        message.ok_or_else(|| Status::unavailable("the stream ended"))
    }

    /// The batch of an ack; `None` if it is not the next one.
    fn settle(&mut self, ack: &BatchAck) -> Option<Batch> {
        if ack.batch_no != self.acked + 1 {
            return None;
        }
        let batch = self.unacked.pop_front()?;
        self.acked += 1;
        self.unacked_bytes -= batch.bytes;
        Some(batch)
    }
}
