//! The address of the API, checked once.

use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

/// A base URL that the key may be sent to.
///
/// Made once when a client is built, so that no call has to check it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    /// Scheme, host, port and path, without a slash at the end.
    pub(crate) text: String,
    /// The path alone, without a slash at the end.
    pub(crate) prefix: String,
    /// For messages.
    pub(crate) host_and_port: String,
    pub(crate) loopback: bool,
}

impl BaseUrl {
    /// Checks a URL. The reasons do not quote it: somebody may have put a key into it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.trim().parse().map_err(|_| "the base url is not a url")?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err("the base url must begin with https://");
        };
        let host = authority.host();
        // `Debug` and errors show the address, so that it must hold no secret.
        if authority.as_str().contains('@') {
            return Err("the base url must not hold a user name or a key");
        }
        if uri.query().is_some() || text.contains('#') {
            return Err("the base url must end with a host or a path");
        }
        let loopback = is_loopback(host);
        let port = match (scheme, authority.port_u16()) {
            (_, Some(port)) => port,
            (scheme, None) if *scheme == Scheme::HTTPS => 443,
            _ => 80,
        };
        if *scheme == Scheme::HTTP && !loopback {
            return Err("the base url must use https, since plain http is for loopback only");
        }
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return Err("the base url must begin with https://");
        }
        let prefix = uri.path().trim_end_matches('/').to_owned();
        let text = format!("{scheme}://{authority}{prefix}");
        Ok(Self { text, prefix, host_and_port: format!("{host}:{port}"), loopback })
    }
}

/// Returns why a proxy cannot be used for this address; `None` where it can.
///
/// The proxy's URL may hold a password and is not quoted.
#[cfg(feature = "reqwest")]
pub(crate) fn refuse_proxy(base: &BaseUrl, proxy: &str) -> Option<&'static str> {
    let uri = proxy.parse::<Uri>().ok();
    let known = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?)));
    match known {
        Some(("http" | "https", host)) if is_loopback(host) || base.text.starts_with("https://") => None,
        Some(("http" | "https", _)) => {
            Some("without TLS the proxy must be on loopback, since it sees the key")
        }
        _ => Some("the proxy must be a url that begins with http:// or https://"),
    }
}

/// Returns whether a host is this machine: `localhost`, or an address of loopback.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, kept, host_and_port, loopback) in [
            ("https://api.cursor.com", "https://api.cursor.com", "api.cursor.com:443", false),
            ("https://api.cursor.com/", "https://api.cursor.com", "api.cursor.com:443", false),
            (
                " https://gw.example.test:8443/cursor/ ",
                "https://gw.example.test:8443/cursor",
                "gw.example.test:8443",
                false,
            ),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000", "127.0.0.1:3000", true),
            ("http://127.1.2.3", "http://127.1.2.3", "127.1.2.3:80", true),
            ("http://[::1]:3000", "http://[::1]:3000", "[::1]:3000", true),
            ("http://LocalHost:3000", "http://LocalHost:3000", "LocalHost:3000", true),
        ] {
            let base = BaseUrl::parse(text).unwrap();
            assert_eq!(
                (base.text.as_str(), base.host_and_port.as_str(), base.loopback),
                (kept, host_and_port, loopback)
            );
        }
        for text in [
            "",
            "api.cursor.com",
            "/teams",
            "http://api.cursor.com",
            "http://127.0.0.1.example.test",
            "http://localhost.example.test",
            "http://128.0.0.1",
            "http://0.0.0.0",
            "http://2130706433",
            "ftp://127.0.0.1",
            "https://key_CANARY@api.cursor.com",
            "https://key_CANARY:@api.cursor.com",
            "https://api.cursor.com?x=1",
            "https://api.cursor.com/#x",
            "https://api cursor.com",
        ] {
            let reason = BaseUrl::parse(text).unwrap_err();
            assert!(!reason.contains("CANARY"), "{reason}");
        }
    }
}
