//! The one place that sends requests, behind an allow-list.
//!
//! The method alone does not tell a read from a write: two of the reads are POST. So the list holds
//! pairs of method and path, and the transport is reachable from nowhere else.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use super::transport::{Transport, TransportError, TransportErrorKind};

/// Makes everything that is known of routes from one list.
macro_rules! routes {
    ($($name:ident: $method:literal $path:literal $operation:literal $query:expr;)*) => {
        /// Every request that this crate can send, as method and path. All of them only read. A part that
        /// begins with a colon means an id of letters, digits, `_` and `-`.
        pub const READ_ROUTES: [(&str, &str); Route::ALL.len()] = [$(($method, $path)),*];

        /// The routes, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Route { $($name),* }

        impl Route {
            const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the method, and the path with a colon before the name of an id.
            pub(crate) const fn method_and_path(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($method, $path)),* }
            }

            /// Returns what the call does, as errors and observers name it.
            pub(crate) const fn operation(self) -> &'static str {
                match self { $(Self::$name => $operation),* }
            }

            /// Returns what may be asked in the address.
            const fn query_names(self) -> &'static [&'static str] {
                match self { $(Self::$name => &$query),* }
            }
        }
    };
}

routes! {
    Members: "GET" "/teams/members" "reading members" [];
    Spend: "POST" "/teams/spend" "reading spend" [];
    UsageEvents: "POST" "/teams/filtered-usage-events" "reading usage events" [];
    BillingGroups: "GET" "/teams/groups" "reading billing groups" ["billingCycle"];
    BillingGroup: "GET" "/teams/groups/:groupId" "reading a billing group" ["billingCycle"];
    DirectoryGroups: "GET" "/teams/directory-groups" "reading directory groups" ["page", "pageSize"];
    DirectoryGroupMembers: "GET" "/teams/directory-groups/:groupId/members" "reading members of a directory group"
        ["page", "pageSize"];
    DailyUsage: "POST" "/teams/daily-usage-data" "reading daily usage" [];
    ModelProviders: "GET" "/teams/model-access/providers" "reading model providers" [];
}

impl Route {
    /// Returns the path with an id in its place. `id` must have passed `is_id`; routes without a place for one ignore
    /// it.
    pub(crate) fn path(self, id: &str) -> String {
        let parts: Vec<&str> = self
            .method_and_path()
            .1
            .split('/')
            .map(|part| if part.starts_with(':') { id } else { part })
            .collect();
        parts.join("/")
    }

    /// Returns whether a request is one of this route.
    ///
    /// A query must consist of names of this route alone, each with a value that passes `is_id`.
    fn allows(self, method: &str, path: &str, query: Option<&str>) -> bool {
        let (own_method, pattern) = self.method_and_path();
        own_method == method
            && path_matches(pattern, path)
            && query.is_none_or(|query| self.allows_query(query))
    }

    /// Returns whether every part of a query is one of this route.
    fn allows_query(self, query: &str) -> bool {
        query.split('&').all(|pair| {
            self.query_names()
                .iter()
                .any(|name: &&str| pair.split_once('=').is_some_and(|(n, value)| n == *name && is_id(value)))
        })
    }
}

/// Returns whether a text can be in an address as it is: it holds no slash, no dot and nothing encoded.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Compares part by part, so that an id can never span a slash.
fn path_matches(pattern: &str, path: &str) -> bool {
    let (mut expected, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (expected.next(), parts.next()) {
            (None, None) => return true,
            (Some(name), Some(id)) if name.starts_with(':') && is_id(id) => {}
            (Some(same), Some(part)) if same == part && !same.starts_with(':') => {}
            _ => return false,
        }
    }
}

/// Holds the transport and lets only the listed requests through to it.
#[derive(Debug)]
pub(crate) struct Gate {
    transport: Arc<dyn Transport>,
    /// The path of the base URL, which comes before every route.
    prefix: String,
}

impl Gate {
    /// Puts a transport behind the list.
    pub(crate) fn new(transport: Arc<dyn Transport>, prefix: String) -> Self {
        Self { transport, prefix }
    }

    /// Sends a request that is on the list, and refuses any other before the transport sees it.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if self.allows(&request) {
            self.transport.send(request).await
        } else {
            Err(TransportError::new(TransportErrorKind::Refused, "the request is not on the list of reads"))
        }
    }

    /// Returns whether a request is on the list.
    fn allows(&self, request: &Request<Bytes>) -> bool {
        let uri = request.uri();
        // The request as it is sent, not as it was meant: a bug in how a path is built must be stopped here, too.
        let Some(path) = uri.path().strip_prefix(&self.prefix) else { return false };
        let method = request.method().as_str();
        Route::ALL.iter().any(|route| route.allows(method, path, uri.query()))
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

    #[test]
    fn routes_and_patterns_are_the_same_list() {
        let listed: Vec<_> = Route::ALL.iter().map(|route| route.method_and_path()).collect();
        assert_eq!(listed, READ_ROUTES);
        assert!(is_id("team_group_01-Ab") && is_id(&"x".repeat(128)));
        for text in ["", "a/b", "..", "a.b", "a%2f", "a b", "a?b", "a#b", "\u{e9}", "a\n", &"x".repeat(129)] {
            assert!(!is_id(text), "{text:?}");
        }
    }

    #[tokio::test]
    async fn a_question_in_the_address_is_listed_too() {
        assert!(passes("", "GET", "/teams/groups?billingCycle=2026-07-01").await);
        assert!(passes("/proxy", "GET", "/proxy/teams/groups/g_1?billingCycle=2026-07-01").await);
    }

    #[tokio::test]
    async fn reads_pass_and_nothing_else_does() {
        for route in Route::ALL.iter().copied() {
            let (method, _) = route.method_and_path();
            let path = &route.path("group_1-A");
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
            ("GET", "/teams/groups/"),
            ("GET", "/teams/groups/."),
            ("GET", "/teams/groups/.."),
            ("GET", "/teams/groups/a.b"),
            ("GET", "/teams/groups/%2e%2e"),
            ("GET", "/teams/groups/a%2Fb"),
            ("GET", "/teams/groups/1/members"),
            ("GET", "/teams/groups/:groupId"),
            ("GET", "/teams/groups?billingCycle"),
            ("GET", "/teams/groups?billingCycle="),
            ("GET", "/teams/groups?billingCycle=2026-07-01&"),
            ("GET", "/teams/groups?billingCycle=2026-07-01&x=1"),
            ("GET", "/teams/groups?billingCycle=%32"),
            ("GET", "/teams/members?billingCycle=2026-07-01"),
            ("DELETE", "/teams/groups/1"),
            ("PUT", "/teams/model-access/providers"),
            ("PUT", "/teams/model-access/providers/1"),
            ("GET", "/teams/directory-groups//members"),
            ("GET", "/teams/directory-groups/../members"),
            ("GET", "/teams/directory-groups/1/members/2"),
            ("GET", "/teams/directory-groups?billingCycle=1"),
            ("POST", "/teams/directory-groups"),
            ("POST", "/teams/directory-groups/1/members"),
            ("PATCH", "/teams/directory-groups/1"),
            ("DELETE", "/teams/directory-groups/1"),
            ("POST", "/teams/groups/1/members"),
            ("DELETE", "/teams/groups/1/members"),
        ] {
            assert!(!passes("", method, path).await, "{method} {path}");
        }
    }
}
