//! The builder of a client.
//!
//! Everything that may be wrong with a setting is checked once, in [`ClientBuilder::build`], so that no call of a
//! client can fail for its configuration alone. The key becomes a secret here and is only ever sent in the header.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::http::base_url::BaseUrl;
use crate::http::clock::Clock;
use crate::http::connection::{Connection, Inner, Jitter};
use crate::http::gate::Gate;
use crate::http::network::Network;
use crate::http::observer::Observer;
use crate::http::pacing::{Pacer, RateLimits};
use crate::http::retry::RetryPolicy;
use crate::http::retry_budget::{RetryBudget, RetryMeter};
use crate::http::transport::Transport;

/// What errors of a wrong configuration name as the operation.
const OPERATION: &str = "building the client";
/// Cursor's own API.
const DEFAULT_BASE_URL: &str = "https://api.cursor.com";

/// Sets up a [`Client`]. Setters cannot fail; [`ClientBuilder::build`] checks everything.
///
/// ```
/// use std::time::Duration;
///
/// use cursor_admin_client::{Client, ErrorKind};
///
/// let client = Client::builder().api_key("crsr_0123456789").timeout(Duration::from_secs(30));
/// # #[cfg(feature = "reqwest")]
/// assert!(client.build().is_ok());
/// let plain = Client::builder().api_key("crsr_0123456789").base_url("http://api.example.test");
/// # #[cfg(feature = "reqwest")]
/// assert_eq!(plain.build().unwrap_err().kind(), ErrorKind::Config);
/// ```
#[derive(Default)]
#[must_use]
pub struct ClientBuilder {
    key: Option<SecretString>,
    base_url: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    policy: RetryPolicy,
    limits: RateLimits,
    budget: RetryBudget,
    deadline: Option<Duration>,
    observer: Option<Arc<dyn Observer>>,
    network: Network,
}

crate::redact::masked_debug!(ClientBuilder {});

impl Client {
    /// Returns a builder of a client.
    ///
    /// The API key is all that a client needs; everything else has a default that is right for Cursor's own API.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

impl ClientBuilder {
    /// Sets the team's Admin API key, as shown once by Cursor's dashboard. Whitespace around it is removed.
    ///
    /// A key of scope `read:*` is the better choice where it is enough: it has been reported to be for
    /// members, daily usage, spend and usage events, and is documented for directory groups. Model
    /// access needs `admin:*` or `models:read` (<https://cursor.com/docs/api>). A missing scope shows as
    /// [`ErrorKind::PlanOrScope`](crate::ErrorKind::PlanOrScope).
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(SecretString::from(key.into()));
        self
    }

    /// Sets the base URL of the API; `https://api.cursor.com` by default. Plain HTTP is refused except to loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the transport that sends the requests; reqwest by default.
    ///
    /// Requests still pass the allow-list before they reach it.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets the clock; the system's by default.
    ///
    /// All waits and deadlines use it, so that a test can pass the time by itself.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets the retry policy: how often, and after which wait, a failed request is sent again.
    ///
    /// The budget of [`retry_budget`](Self::retry_budget) applies on top of it.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets how many requests a minute may be sent; by default as many as Cursor allows. The clones of a client share one
    /// count; two clients with the same key do not, so give each its part.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the observer of requests, answers, retries, waits and pages.
    ///
    /// It is called on the task that makes the call.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets how many of the requests may be retries, over all clones.
    /// A single call is bounded by the retry policy already; the budget bounds many calls that fail together.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Sets how long one call may take, with all its pages, attempts and waits; unlimited by default. A
    /// stream is limited for each page separately. When the time is over, or when a wait would not end before it,
    /// the call fails with [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut). The time is that of the client's
    /// [`clock`](Self::clock).
    pub fn deadline(mut self, per_call: Duration) -> Self {
        self.deadline = Some(per_call);
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte; a minute by default. It has no effect
    /// on a transport that was passed in, which has a timeout of its own.
    pub fn timeout(mut self, per_attempt: Duration) -> Self {
        self.network.timeout = Some(per_attempt);
        self
    }

    /// Sets the proxy that the built-in transport sends everything through, such as
    /// `http://user:password@proxy.example.com:3128`. Without it the environment decides
    /// (`HTTPS_PROXY`), except for loopback. TLS is spoken with Cursor through it, so that the proxy
    /// sees no key; a base URL without TLS takes a proxy on loopback only.
    #[cfg(feature = "reqwest")]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.network.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// Adds root certificates in PEM, one or several, that the built-in transport trusts beside the
    /// system's, such as those of a company's own authority.
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network.roots.push(pem.into());
        self
    }

    /// Checks the settings and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): no key or one that cannot be a key, a bad or
    /// insecure URL, a proxy or certificates that cannot be used, or are set together with a transport that was passed in, a
    /// time or limit of zero, or no transport or clock in a build without the default ones.
    pub fn build(self) -> Result<Client> {
        let key = checked_key(self.key.as_ref()).map_err(refuse)?;
        let base = BaseUrl::parse(self.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL)).map_err(refuse)?;
        if self.network.timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(refuse("the timeout must be longer than zero"));
        }
        if self.deadline.is_some_and(|deadline| deadline.is_zero()) {
            return Err(refuse("the deadline must be longer than zero"));
        }
        if !self.limits.allow_any() {
            return Err(refuse("a rate limit must allow at least one request a minute"));
        }
        let transport = match self.transport {
            Some(_) if self.network.is_special() => {
                return Err(refuse(
                    "a proxy and certificates are for the built-in transport, not for another",
                ));
            }
            Some(transport) => transport,
            None => default_transport(&self.network, &base)?,
        };
        let clock = self
            .clock
            .or_else(default_clock)
            .ok_or_else(|| refuse("there is no clock; hand one in, or turn on the feature `tokio`"))?;
        // Cursor takes the key as the user name of Basic authentication, with an empty password.
        let encoded_key = SecretString::from(STANDARD.encode(format!("{}:", key.expose_secret())));
        let mut authorization = HeaderValue::try_from(format!("Basic {}", encoded_key.expose_secret()))
            .map_err(|_| refuse("the key cannot be sent in a header"))?;
        // Kept out of the `Debug` of headers and out of the compression tables of HTTP/2.
        authorization.set_sensitive(true);
        Ok(Client::new(Connection::new(Inner {
            gate: Gate::new(transport, base.prefix.clone()),
            clock,
            policy: self.policy,
            retries: RetryMeter::new(self.budget),
            deadline: self.deadline,
            pacer: Pacer::new(self.limits),
            observer: traced(self.observer.unwrap_or_else(|| Arc::new(()))),
            base,
            key,
            authorization,
            encoded_key,
            jitter: Jitter::new(),
        })))
    }
}

/// Makes the error of a setting.
fn refuse(reason: &'static str) -> Error {
    Error::config(OPERATION, reason)
}

/// Refuses only what can never be a key, since the shape of a key is not promised.
///
/// The reason does not quote the key, which may be a real one with a blank in it.
fn checked_key(key: Option<&SecretString>) -> Result<SecretString, &'static str> {
    let key = key.map(|key| key.expose_secret().trim()).unwrap_or_default();
    if key.is_empty() {
        return Err("there is no api key");
    }
    // A colon would end the user name of Basic authentication, and send the rest as the password.
    if key.contains(':') || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the api key holds a character that no key has");
    }
    Ok(SecretString::from(key))
}

/// Makes the built-in transport.
#[cfg(feature = "reqwest")]
fn default_transport(network: &Network, base: &BaseUrl) -> Result<Arc<dyn Transport>> {
    match crate::http::transport::reqwest::ReqwestTransport::new(network, base) {
        Ok(transport) => Ok(Arc::new(transport)),
        Err(reason) => Err(Error::config(OPERATION, reason)),
    }
}

/// Refuses, since this build has no transport of its own.
#[cfg(not(feature = "reqwest"))]
fn default_transport(_: &Network, _: &BaseUrl) -> Result<Arc<dyn Transport>> {
    let reason = "there is no transport; hand one in, or turn on the feature `rustls`";
    Err(Error::config(OPERATION, reason))
}

/// Returns the system's clock.
#[cfg(feature = "tokio")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
fn default_clock() -> Option<Arc<dyn Clock>> {
    Some(Arc::new(crate::http::clock::SystemClock::new()))
}

/// Returns none, since this build has no clock of its own.
#[cfg(not(feature = "tokio"))]
fn default_clock() -> Option<Arc<dyn Clock>> {
    None
}

/// Tells `tracing`, too, what the observer hears.
#[cfg(feature = "tracing")]
fn traced(observer: Arc<dyn Observer>) -> Arc<dyn Observer> {
    Arc::new(crate::http::tracing::Traced(observer))
}

/// Returns the observer alone, since this build has no `tracing`.
#[cfg(not(feature = "tracing"))]
fn traced(observer: Arc<dyn Observer>) -> Arc<dyn Observer> {
    observer
}
