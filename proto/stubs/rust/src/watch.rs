//! Changes as they happen.

use std::future::Future;
use std::time::Duration;

use tonic::{Code, Status, Streaming};

use crate::backoff::Backoff;
use crate::v1::{
    ErrorReason, ReadChangesRequest, ReadChangesResponse, WatchDefinitionsRequest,
    WatchDefinitionsResponse, WatchStatesRequest, WatchStatesResponse,
};
use crate::{Client, Error};

const MOST_BACKOFF: Duration = Duration::from_secs(5);

/// The messages of a watch, heartbeats included, without end: when the server goes away, or this
/// reader was too slow for it, the watch goes on after the last message that was handed out. What
/// changed may then come twice, never too seldom. Dropping it ends the call.
#[derive(Debug)]
pub struct Watch<R: Resumable> {
    client: Client,
    request: R,
    stream: Option<Streaming<R::Message>>,
    backoff: Backoff,
}

impl<R: Resumable> Watch<R> {
    pub(crate) fn new(client: Client, request: R) -> Self {
        Self {
            client,
            request,
            stream: None,
            backoff: Backoff::new(MOST_BACKOFF),
        }
    }

    /// Waits for the next message; an error is one that resuming does not help against.
    pub async fn next(&mut self) -> Result<R::Message, Error> {
        loop {
            match self.receive().await {
                Ok(message) => {
                    self.backoff.reset();
                    self.request.handed_out(&message);
                    return Ok(message);
                }
                Err(status) => self.wait_before_resuming(status.into()).await?,
            }
        }
    }

    async fn receive(&mut self) -> Result<R::Message, Status> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => self.stream.insert(self.request.open(&self.client).await?),
        };
        // The server never ends a watch with OK; a proxy might.
        stream
            .message()
            .await?
            .ok_or_else(|| Status::unavailable("the watch ended"))
    }

    async fn wait_before_resuming(&mut self, error: Error) -> Result<(), Error> {
        self.stream = None;
        if error.code() != Code::Unavailable && error.reason() != ErrorReason::SlowConsumer {
            return Err(error);
        }
        tokio::time::sleep(self.backoff.next(error.retry_delay())).await;
        Ok(())
    }
}

/// A request of a watch that knows where it stands.
pub trait Resumable: sealed::Sealed + Clone + Send {
    /// What the watch sends.
    type Message;

    /// Opens the stream from where it stands.
    #[doc(hidden)]
    fn open(
        &self,
        client: &Client,
    ) -> impl Future<Output = Result<Streaming<Self::Message>, Status>> + Send;

    /// Remembers where it stands.
    #[doc(hidden)]
    fn handed_out(&mut self, message: &Self::Message);
}

impl Resumable for WatchStatesRequest {
    type Message = WatchStatesResponse;

    async fn open(&self, client: &Client) -> Result<Streaming<WatchStatesResponse>, Status> {
        Ok(client
            .evaluations()
            .watch_states(self.clone())
            .await?
            .into_inner())
    }

    fn handed_out(&mut self, message: &WatchStatesResponse) {
        self.resume_token.clone_from(&message.resume_token);
    }
}

impl Resumable for WatchDefinitionsRequest {
    type Message = WatchDefinitionsResponse;

    async fn open(&self, client: &Client) -> Result<Streaming<WatchDefinitionsResponse>, Status> {
        Ok(client
            .definitions()
            .watch_definitions(self.clone())
            .await?
            .into_inner())
    }

    // Only the last message of a set has a position: a set that was cut comes again.
    fn handed_out(&mut self, message: &WatchDefinitionsResponse) {
        if message.position != 0 {
            self.after_position = message.position;
            self.incarnation = message.incarnation;
        }
    }
}

impl Resumable for ReadChangesRequest {
    type Message = ReadChangesResponse;

    async fn open(&self, client: &Client) -> Result<Streaming<ReadChangesResponse>, Status> {
        Ok(client
            .measurements()
            .read_changes(self.clone())
            .await?
            .into_inner())
    }

    fn handed_out(&mut self, message: &ReadChangesResponse) {
        for position in message
            .batches
            .iter()
            .filter_map(|batch| batch.position.as_ref())
        {
            for after in self
                .after
                .iter_mut()
                .filter(|after| after.part == position.part)
            {
                after.clone_from(position);
            }
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::v1::WatchStatesRequest {}
    impl Sealed for crate::v1::WatchDefinitionsRequest {}
    impl Sealed for crate::v1::ReadChangesRequest {}
}
