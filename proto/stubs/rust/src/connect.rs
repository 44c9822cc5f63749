//! How to connect.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::mpsc::Sender;
use tonic::transport::channel::Change;
use tonic::transport::{Channel, Endpoint, Uri};

use crate::calls::{Calls, Defaults, TokenSource};
use crate::Client;

const KEEPALIVE: Duration = Duration::from_secs(120);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a name is looked up again: servers come and go behind it.
const LOOKUP_INTERVAL: Duration = Duration::from_secs(30);

/// Why there is no connection.
#[derive(Debug)]
pub enum ConnectError {
    /// A token would be sent without TLS: everybody on the way could read it.
    TokenWithoutTls,
    /// An address, a certificate or the name of the actor cannot be used.
    Invalid(String),
    /// The name has no address at present.
    Lookup(std::io::Error),
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TokenWithoutTls => write!(out, "a token is sent over TLS only"),
            Self::Invalid(why) => write!(out, "{why}"),
            Self::Lookup(error) => write!(out, "the name cannot be looked up: {error}"),
        }
    }
}

impl std::error::Error for ConnectError {}

/// How to connect. TLS with the certificate authorities of the system unless said otherwise.
#[derive(Clone)]
pub struct Builder {
    targets: [String; 3],
    plaintext: bool,
    #[cfg(feature = "tls")]
    tls: tonic::transport::ClientTlsConfig,
    token: Option<TokenSource>,
    actor: String,
    deadline: Duration,
}

impl Builder {
    pub(crate) fn new(targets: [String; 3]) -> Self {
        Self {
            targets,
            plaintext: false,
            #[cfg(feature = "tls")]
            tls: tonic::transport::ClientTlsConfig::new().with_native_roots(),
            token: None,
            actor: String::new(),
            deadline: Duration::from_secs(30),
        }
    }

    /// Other authorities, or a certificate of one's own.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: tonic::transport::ClientTlsConfig) -> Self {
        self.tls = tls;
        self.plaintext = false;
        self
    }

    /// No encryption: for trusted networks.
    #[must_use]
    pub fn plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// The bearer token of every call.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.token_source(move || token.clone())
    }

    /// The bearer token, asked for at each call: it must be quick.
    #[must_use]
    pub fn token_source(mut self, source: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.token = Some(Arc::new(source));
        self
    }

    /// Who acts, kept with each revision of a definition.
    #[must_use]
    pub fn actor(mut self, name: impl Into<String>) -> Self {
        self.actor = name.into();
        self
    }

    /// Deadline of unary calls that have none of their own. Default 30 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The client. It asks for the token once, looks names up now and connects when it is first used.
    pub async fn connect(self) -> Result<Client, ConnectError> {
        if self.plaintext && self.token.is_some() {
            return Err(ConnectError::TokenWithoutTls);
        }
        if self
            .token
            .as_ref()
            .is_some_and(|token| !is_header_text(&token()))
        {
            let why = "a token consists of visible ASCII characters";
            return Err(ConnectError::Invalid(why.to_owned()));
        }
        let actor = match self.actor.as_str() {
            "" => None,
            name => Some(HeaderValue::try_from(name).map_err(|_| {
                ConnectError::Invalid(format!("the actor {name:?} is no text of a header"))
            })?),
        };
        let defaults = Defaults {
            token: self.token.clone(),
            actor,
            deadline: self.deadline,
        };
        let [definition, measurement, evaluation] = &self.targets;
        let first = Calls::new(self.open(definition).await?, defaults.clone());
        let mut services = [first.clone(), first.clone(), first];
        for (service, target) in services[1..].iter_mut().zip([measurement, evaluation]) {
            if target != definition {
                *service = Calls::new(self.open(target).await?, defaults.clone());
            }
        }
        Ok(Client::new(services))
    }

    async fn open(&self, target: &str) -> Result<Channel, ConnectError> {
        let addresses = lookup(target).await?;
        // Proves once that an endpoint can be made of the target; only its address changes later.
        self.endpoint(target, SocketAddr::from(([0, 0, 0, 0], 0)))?;
        let (channel, changes) = Channel::balance_channel(addresses.len().max(16));
        tokio::spawn(follow(self.clone(), target.to_owned(), addresses, changes));
        Ok(channel)
    }

    fn endpoint(&self, target: &str, address: SocketAddr) -> Result<Endpoint, ConnectError> {
        let scheme = if self.plaintext { "http" } else { "https" };
        let invalid = |error: &dyn std::fmt::Display| {
            ConnectError::Invalid(format!("got target '{target}', want host:port: {error}"))
        };
        let origin: Uri = format!("{scheme}://{target}")
            .parse()
            .map_err(|error| invalid(&error))?;
        let host = origin.host().unwrap_or_default().to_owned();
        let endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))
            .map_err(|error| invalid(&error))?
            .user_agent(concat!("kpisuite-rust/", env!("CARGO_PKG_VERSION")))
            .map_err(|error| invalid(&error))?
            .origin(origin)
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT);
        self.secure(endpoint, host)
    }

    #[cfg(feature = "tls")]
    fn secure(&self, endpoint: Endpoint, host: String) -> Result<Endpoint, ConnectError> {
        if self.plaintext {
            return Ok(endpoint);
        }
        endpoint
            .tls_config(self.tls.clone().domain_name(host))
            .map_err(|error| ConnectError::Invalid(format!("TLS cannot be set up: {error}")))
    }

    #[cfg(not(feature = "tls"))]
    fn secure(&self, endpoint: Endpoint, _host: String) -> Result<Endpoint, ConnectError> {
        if self.plaintext {
            return Ok(endpoint);
        }
        Err(ConnectError::Invalid(
            "TLS needs the feature 'tls' of this crate".to_owned(),
        ))
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Builder")
            .field("targets", &self.targets)
            .finish_non_exhaustive()
    }
}

fn is_header_text(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

async fn lookup(target: &str) -> Result<HashSet<SocketAddr>, ConnectError> {
    let found: HashSet<SocketAddr> = tokio::net::lookup_host(target)
        .await
        .map_err(ConnectError::Lookup)?
        .collect();
    Ok(found)
}

/// Keeps a channel on the addresses of a name for as long as there is the channel.
async fn follow(
    builder: Builder,
    target: String,
    mut wanted: HashSet<SocketAddr>,
    changes: Sender<Change<SocketAddr, Endpoint>>,
) {
    let mut known = HashSet::new();
    loop {
        let gone = known
            .difference(&wanted)
            .map(|address| Change::Remove(*address));
        let come = wanted.difference(&known).filter_map(|address| {
            let endpoint = builder.endpoint(&target, *address).ok()?;
            Some(Change::Insert(*address, endpoint))
        });
        for change in come.chain(gone).collect::<Vec<_>>() {
            if changes.send(change).await.is_err() {
                return;
            }
        }
        known = wanted.clone();
        tokio::select! {
            () = changes.closed() => return,
            () = tokio::time::sleep(LOOKUP_INTERVAL) => {}
        }
        // While the name has no address the last ones are kept.
        if let Ok(found) = lookup(&target).await {
            wanted = found;
        }
    }
}
