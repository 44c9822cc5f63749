//! Client of the KPI suite: define KPIs, record samples, read and watch their states.
//!
//! [`v1`] holds the generated messages and stubs. On top of them: [`Client`] connects,
//! [`SampleWriter`] streams samples, [`Watch`] follows changes, [`Pages`] reads lists to their
//! end, [`Error`] says what an error means, [`decimal`] and [`time`] translate exact numbers and
//! times. Messages keep what only a newer server knows, as [`UnknownFields`].
#![warn(missing_docs)]

mod backoff;
mod batch_stream;
mod calls;
mod client;
mod columns;
mod connect;
pub mod decimal;
mod derived;
mod error;
mod pages;
mod summary;
pub mod time;
mod unknown_fields;
mod watch;
mod writer;

pub use bigdecimal::BigDecimal;
pub use calls::Calls;
pub use client::Client;
pub use columns::Row;
pub use connect::{Builder, ConnectError};
pub use error::{Error, Violation};
pub use pages::Pages;
pub use summary::{Refusal, WriteSummary};
pub use unknown_fields::UnknownFields;
pub use watch::{Resumable, Watch};
pub use writer::{SampleWriter, SeriesId, WriterBuilder};

/// The generated messages and stubs.
#[allow(missing_docs, clippy::all, rustdoc::all)]
pub mod v1 {
    include!("generated/kpisuite.v1.rs");
}
