//! The transport over reqwest.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};

use super::{Transport, TransportError, TransportErrorKind};

/// The largest answer taken, after decompression. A page of 1000 events is below 1 MiB.
const BODY_MAX: usize = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests with reqwest: no redirects, no retries, plain HTTP only to loopback.
pub(crate) struct ReqwestTransport {
    client: reqwest::Client,
    body_max: usize,
}

impl ReqwestTransport {
    pub(crate) fn new(timeout: Duration, loopback: bool) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .https_only(!loopback)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .timeout(timeout);
        if loopback {
            builder = builder.no_proxy();
        }
        Ok(Self { client: builder.build()?, body_max: BODY_MAX })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(fault)?;
        let mut answer = self.client.execute(request).await.map_err(fault)?;
        let announced = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut body = BytesMut::with_capacity(announced.min(1 << 20));
        if announced > self.body_max {
            return Err(self.too_large());
        }
        while let Some(chunk) = answer.chunk().await.map_err(fault)? {
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

    fn too_large(&self) -> TransportError {
        let limit = self.body_max >> 20;
        TransportError::new(TransportErrorKind::TooLarge, format!("the answer is larger than {limit} MiB"))
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.exchange(request).await
    }
}

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
