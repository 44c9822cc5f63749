//! What every call gets: the token, a deadline, and further attempts while the server is away.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderValue, AUTHORIZATION};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use tokio::time::{Instant, Sleep};
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status, TimeoutExpired};
use tower_service::Service;

use crate::backoff::Backoff;

/// The service config of the suite: UNAVAILABLE, and nothing else, is tried so often.
const MAX_ATTEMPTS: u32 = 4;
const MOST_BACKOFF: Duration = Duration::from_secs(1);

const GRPC_TIMEOUT: &str = "grpc-timeout";
const ACTOR: &str = "x-kpi-actor";

/// Methods with a stream.
const STREAMS: [&str; 5] = [
    "WatchDefinitions",
    "StreamSamples",
    "QueryAggregates",
    "ReadChanges",
    "WatchStates",
];

/// The token of a call, asked for each time.
pub(crate) type TokenSource = Arc<dyn Fn() -> String + Send + Sync>;

/// A connection that the generated stubs call through.
#[derive(Clone)]
pub struct Calls {
    channel: Channel,
    defaults: Defaults,
}

#[derive(Clone)]
pub(crate) struct Defaults {
    pub(crate) token: Option<TokenSource>,
    pub(crate) actor: Option<HeaderValue>,
    pub(crate) deadline: Duration,
}

impl Calls {
    pub(crate) fn new(channel: Channel, defaults: Defaults) -> Self {
        Self { channel, defaults }
    }
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Calls")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

type Answer = Result<http::Response<Body>, Status>;

impl Service<http::Request<Body>> for Calls {
    type Response = http::Response<Body>;
    type Error = Status;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    // Each attempt waits for the channel itself.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let channel = self.channel.clone();
        let defaults = self.defaults.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let method = parts.uri.path().rsplit('/').next().unwrap_or_default();
            let is_stream = STREAMS.contains(&method);
            defaults.add_metadata(&mut parts.headers)?;
            let timeout = match parts.headers.get(GRPC_TIMEOUT) {
                Some(asked) => Some(parse_timeout(asked)?),
                None if is_stream => None,
                None => Some(defaults.deadline),
            };
            let deadline = timeout.map(|timeout| Instant::now() + timeout);
            let answer = async {
                if is_stream {
                    // Opened once: watches and writers know how to resume.
                    return attempt(channel, http::Request::from_parts(parts, body)).await;
                }
                let bytes = body.collect().await?.to_bytes();
                repeat(channel, parts, bytes, deadline).await
            };
            let Some(deadline) = deadline else {
                return answer.await;
            };
            let answer = tokio::time::timeout_at(deadline, answer).await;
            let response = answer.unwrap_or_else(|_| Err(deadline_exceeded()))?;
            Ok(response.map(|body| Body::new(Limited::new(body, deadline))))
        })
    }
}

impl Defaults {
    fn add_metadata(&self, headers: &mut http::HeaderMap) -> Result<(), Status> {
        if let Some(token) = &self.token {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", token()))
                .map_err(|_| Status::unauthenticated("the token is no text of a header"))?;
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        if let Some(actor) = &self.actor {
            headers.entry(ACTOR).or_insert_with(|| actor.clone());
        }
        Ok(())
    }
}

async fn repeat(
    channel: Channel,
    mut parts: http::request::Parts,
    bytes: Bytes,
    deadline: Option<Instant>,
) -> Answer {
    let mut backoff = Backoff::new(MOST_BACKOFF);
    loop {
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            parts.headers.insert(GRPC_TIMEOUT, timeout_header(left));
        }
        let body = Body::new(Full::new(bytes.clone()));
        let answer = attempt(
            channel.clone(),
            http::Request::from_parts(parts.clone(), body),
        )
        .await;
        if !is_unavailable(&answer) || backoff.failures() + 1 >= MAX_ATTEMPTS {
            return answer;
        }
        tokio::time::sleep(backoff.next(None)).await;
    }
}

async fn attempt(mut channel: Channel, request: http::Request<Body>) -> Answer {
    let answer = async {
        std::future::poll_fn(|context| channel.poll_ready(context)).await?;
        channel.call(request).await
    };
    answer.await.map_err(|error| {
        if has_timed_out(&error) {
            return deadline_exceeded();
        }
        Status::from_error(Box::new(error))
    })
}

/// A refusal comes without a message, its status in the headers: nothing was answered yet.
fn is_unavailable(answer: &Answer) -> bool {
    match answer {
        Ok(response) => Status::from_header_map(response.headers())
            .is_some_and(|status| status.code() == Code::Unavailable),
        Err(status) => status.code() == Code::Unavailable,
    }
}

/// An answer that ends at the deadline of its call.
struct Limited {
    body: Body,
    end: Pin<Box<Sleep>>,
}

impl Limited {
    fn new(body: Body, deadline: Instant) -> Self {
        Self {
            body,
            end: Box::pin(tokio::time::sleep_until(deadline)),
        }
    }
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let end = self.end.as_mut().poll(context);
        end.map(|()| Some(Err(deadline_exceeded())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

fn has_timed_out(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TimeoutExpired>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn deadline_exceeded() -> Status {
    Status::deadline_exceeded("the deadline of the call passed")
}

/// At most 8 digits and a unit; whatever is asked for fits in milliseconds.
fn timeout_header(timeout: Duration) -> HeaderValue {
    let millis = timeout.as_millis().clamp(1, 99_999_999);
    HeaderValue::try_from(format!("{millis}m")).expect("digits are a header")
}

fn parse_timeout(value: &HeaderValue) -> Result<Duration, Status> {
    let refused = || Status::invalid_argument("grpc-timeout is no number with a unit");
    let text = value.to_str().map_err(|_| refused())?;
    let (digits, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(refused)?;
    let number: u64 = digits.parse().map_err(|_| refused())?;
    match unit {
        "H" => Ok(Duration::from_secs(number.saturating_mul(3600))),
        "M" => Ok(Duration::from_secs(number.saturating_mul(60))),
        "S" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_millis(number)),
        "u" => Ok(Duration::from_micros(number)),
        "n" => Ok(Duration::from_nanos(number)),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_of_the_caller_is_understood_in_every_unit() {
        for (text, want) in [
            ("2H", Duration::from_secs(7200)),
            ("1M", Duration::from_secs(60)),
            ("3S", Duration::from_secs(3)),
            ("4m", Duration::from_millis(4)),
            ("5u", Duration::from_micros(5)),
            ("6n", Duration::from_nanos(6)),
        ] {
            assert_eq!(
                parse_timeout(&HeaderValue::from_static(text)).unwrap(),
                want
            );
        }
        assert!(parse_timeout(&HeaderValue::from_static("")).is_err());
        assert!(parse_timeout(&HeaderValue::from_static("1x")).is_err());
    }
}
