//! The one place that sends requests, behind an allow-list.
//!
//! The method alone does not tell a read from a write: two of the reads are POST. So the list holds
//! pairs of method and path, and the transport is reachable from nowhere else.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use crate::transport::{Transport, TransportError, TransportErrorKind};

/// Every request that this crate can send, as method and path. All of them only read.
pub const READ_ROUTES: [(&str, &str); 3] =
    [("GET", "/teams/members"), ("POST", "/teams/spend"), ("POST", "/teams/filtered-usage-events")];

/// The routes, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    Members,
    Spend,
    UsageEvents,
}

impl Route {
    pub(crate) const fn method_and_path(self) -> (&'static str, &'static str) {
        let [members, spend, usage_events] = READ_ROUTES;
        match self {
            Self::Members => members,
            Self::Spend => spend,
            Self::UsageEvents => usage_events,
        }
    }

    pub(crate) const fn operation(self) -> &'static str {
        match self {
            Self::Members => "reading members",
            Self::Spend => "reading spend",
            Self::UsageEvents => "reading usage events",
        }
    }
}

/// Holds the transport and lets only the listed requests through to it.
#[derive(Debug)]
pub(crate) struct Gate {
    transport: Arc<dyn Transport>,
    /// The path of the base URL, which stands before every route.
    prefix: String,
}

impl Gate {
    pub(crate) fn new(transport: Arc<dyn Transport>, prefix: String) -> Self {
        Self { transport, prefix }
    }

    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if self.allows(&request) {
            self.transport.send(request).await
        } else {
            Err(TransportError::new(TransportErrorKind::Refused, "the request is not on the list of reads"))
        }
    }

    fn allows(&self, request: &Request<Bytes>) -> bool {
        let uri = request.uri();
        let Some(path) = uri.path().strip_prefix(&self.prefix) else { return false };
        uri.query().is_none() && READ_ROUTES.contains(&(request.method().as_str(), path))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;

    use super::*;

    #[derive(Debug, Default)]
    struct Counter(AtomicUsize);

    #[async_trait]
    impl Transport for Counter {
        async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(Response::new(Bytes::new()))
        }
    }

    async fn passes(prefix: &str, method: &str, path: &str) -> bool {
        let counter = Arc::new(Counter::default());
        let gate = Gate::new(counter.clone(), prefix.to_owned());
        let uri = format!("https://api.cursor.com{path}");
        let sent = gate.send(Request::builder().method(method).uri(uri).body(Bytes::new()).unwrap()).await;
        assert_eq!(sent.is_ok(), counter.0.load(Ordering::SeqCst) == 1);
        sent.is_ok()
    }

    #[tokio::test]
    async fn reads_pass_and_nothing_else_does() {
        for (method, path) in READ_ROUTES {
            assert!(passes("", method, path).await);
            assert!(passes("/proxy", method, &format!("/proxy{path}")).await);
            assert!(!passes("/proxy", method, path).await);
        }
        for (method, path) in [
            ("POST", "/teams/members"),
            ("GET", "/teams/spend"),
            ("PUT", "/teams/spend"),
            ("DELETE", "/teams/members"),
            ("POST", "/teams/user-spend-limit"),
            ("POST", "/teams/user-spend-limits"),
            ("POST", "/teams/remove-member"),
            ("POST", "/settings/repo-blocklists/repos/upsert"),
            ("DELETE", "/settings/repo-blocklists/repos/1"),
            ("POST", "/teams/groups"),
            ("PATCH", "/teams/groups/1"),
            ("POST", "/teams/directory-groups/1/members/bulk-remove"),
            ("PUT", "/teams/model-access/configuration"),
            ("POST", "/teams/spend/"),
            ("POST", "/teams/spend?x=1"),
            ("POST", "/teams/../teams/spend"),
            ("POST", "//teams/spend"),
            ("GET", "/"),
        ] {
            assert!(!passes("", method, path).await, "{method} {path}");
        }
    }
}
