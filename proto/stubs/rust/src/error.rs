//! What an error means.

use std::collections::HashMap;
use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::{pb, StatusExt};

use crate::v1::ErrorReason;

/// Domain of the reasons of this suite.
const DOMAIN: &str = "kpisuite.v1";

/// An error of a call with the details the server sent. `?` makes one from what the stubs return.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: Status,
    domain: String,
    reason: String,
    metadata: HashMap<String, String>,
    violations: Vec<Violation>,
    retry_delay: Option<Duration>,
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its path in the request.
    pub field: String,
    /// What came and what is wanted.
    pub description: String,
}

impl Error {
    /// Code of the call.
    pub fn code(&self) -> Code {
        self.0.status.code()
    }

    /// Text of the server.
    pub fn message(&self) -> &str {
        self.0.status.message()
    }

    /// Reason; unspecified if there is none or this release does not know it.
    pub fn reason(&self) -> ErrorReason {
        if self.0.domain != DOMAIN {
            return ErrorReason::Unspecified;
        }
        ErrorReason::from_str_name(&format!("ERROR_REASON_{}", self.0.reason))
            .unwrap_or(ErrorReason::Unspecified)
    }

    /// Reason as it was sent, for instance "ETAG_MISMATCH"; empty if there is none.
    pub fn reason_text(&self) -> &str {
        &self.0.reason
    }

    /// Dynamic values of the text, by name.
    pub fn metadata(&self) -> &HashMap<String, String> {
        &self.0.metadata
    }

    /// Fields that are wrong; empty unless the request was.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// When to try again, if the server said so.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_delay
    }

    /// The status as it was sent.
    pub fn status(&self) -> &Status {
        &self.0.status
    }

    /// Whether the same request may succeed later without a change.
    pub(crate) fn is_transient(&self) -> bool {
        self.code() == Code::Unavailable || self.retry_delay().is_some()
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let (domain, reason, metadata) =
            details.error_info().map_or_else(Default::default, |info| {
                (
                    info.domain.clone(),
                    info.reason.clone(),
                    info.metadata.clone(),
                )
            });
        let violations = details.bad_request().map_or_else(Vec::new, |request| {
            let told = request.field_violations.iter();
            told.map(|violation| Violation {
                field: violation.field.clone(),
                description: violation.description.clone(),
            })
            .collect()
        });
        let retry_delay = details.retry_info().and_then(|retry| retry.retry_delay);
        Self(Box::new(Inner {
            status,
            domain,
            reason,
            metadata,
            violations,
            retry_delay,
        }))
    }
}

/// A status inside a response: of one batch, or of one key.
impl From<pb::Status> for Error {
    fn from(status: pb::Status) -> Self {
        let details = status.encode_to_vec().into();
        Status::with_details(Code::from_i32(status.code), status.message, details).into()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}", self.code())?;
        if !self.0.reason.is_empty() {
            write!(out, " ({})", self.0.reason)?;
        }
        write!(out, ": {}", self.message())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.status)
    }
}
