//! The transport over reqwest.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};

use crate::http::base_url::{BaseUrl, refuse_proxy};
use crate::http::network::Network;

use super::{Transport, TransportError, TransportErrorKind};

/// The largest answer taken, after decompression. A page of 1000 events is below 1 MiB.
const BODY_MAX: usize = 64 << 20;
/// How long connecting may take; a shorter timeout of an attempt counts before it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests with reqwest: no redirects, no retries, plain HTTP only to loopback.
pub(crate) struct ReqwestTransport {
    client: reqwest::Client,
    body_max: usize,
}

crate::redact::masked_debug!(ReqwestTransport {});

impl ReqwestTransport {
    /// Makes a transport. The reasons that it gives for a failure quote nothing: a proxy's URL may hold a password.
    pub(crate) fn new(network: &Network, base: &BaseUrl) -> Result<Self, &'static str> {
        let timeout = network.timeout();
        let mut builder = reqwest::Client::builder()
            // A redirect would send the key to an address that nobody has checked.
            .redirect(reqwest::redirect::Policy::none())
            // Retries of the library below would be in no budget and in no count.
            .retry(reqwest::retry::never())
            .https_only(!base.loopback)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .timeout(timeout);
        if let Some(url) = network.proxy() {
            if let Some(reason) = refuse_proxy(base, url) {
                return Err(reason);
            }
            builder = builder.proxy(reqwest::Proxy::all(url).map_err(|_| "the proxy's url cannot be used")?);
        } else if base.loopback {
            // A proxy that the environment names would see the key, which goes to this machine without TLS.
            builder = builder.no_proxy();
        }
        let builder = trusting(builder, network)?;
        let client = builder
            .build()
            .map_err(|_| "the http transport cannot be set up; are its certificates right?")?;
        Ok(Self { client, body_max: BODY_MAX })
    }

    /// Sends a request and takes the answer in pieces, no more of it than `body_max`.
    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(fault)?;
        let mut answer = self.client.execute(request).await.map_err(fault)?;
        let announced = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        // The length is only the server's word, so that little is reserved for it.
        let mut body = BytesMut::with_capacity(announced.min(1 << 20));
        if announced > self.body_max {
            return Err(self.too_large());
        }
        while let Some(chunk) = answer.chunk().await.map_err(fault)? {
            // Without a length, or with compression, only what has come says how long the answer is.
            if body.len().saturating_add(chunk.len()) > self.body_max {
                return Err(self.too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        std::mem::swap(response.headers_mut(), answer.headers_mut());
        Ok(response)
    }

    /// Makes the error of an answer beyond the limit.
    fn too_large(&self) -> TransportError {
        let limit = self.body_max >> 20;
        TransportError::new(TransportErrorKind::TooLarge, format!("the answer is larger than {limit} MiB"))
    }
}

/// Adds the certificates to those that the system trusts.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
fn trusting(
    mut builder: reqwest::ClientBuilder,
    network: &Network,
) -> Result<reqwest::ClientBuilder, &'static str> {
    for pem in network.roots() {
        match reqwest::Certificate::from_pem_bundle(pem) {
            Ok(roots) if !roots.is_empty() => builder = builder.tls_certs_merge(roots),
            _ => return Err("the root certificates are not certificates in PEM"),
        }
    }
    Ok(builder)
}

/// Returns the builder as it is, since this build has no TLS.
#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
#[expect(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
fn trusting(builder: reqwest::ClientBuilder, _: &Network) -> Result<reqwest::ClientBuilder, &'static str> {
    Ok(builder)
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.exchange(request).await
    }
}

/// Words an error by its cause. The URL is taken out of the source: it may hold an id.
fn fault(error: reqwest::Error) -> TransportError {
    let (kind, message) = if error.is_timeout() {
        (TransportErrorKind::Timeout, "the time for one attempt is over")
    } else if error.is_builder() {
        (TransportErrorKind::Refused, "the request cannot be sent")
    } else if error.is_connect() {
        (TransportErrorKind::Connect, "the connection could not be made")
    } else {
        (TransportErrorKind::Interrupted, "the connection broke")
    };
    TransportError::new(kind, message).with_source(error.without_url())
}
