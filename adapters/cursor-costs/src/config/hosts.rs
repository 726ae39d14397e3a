//! The hosts that a configuration may name, so that one found by chance sends a key nowhere else.

use std::net::IpAddr;

use http::Uri;

use crate::error::{Error, ErrorKind, Result};

const CURSOR: &str = "api.cursor.com";

/// The hosts that may be asked beside Cursor's own and this machine.
///
/// ```
/// use cursor_costs::config::AllowedHosts;
///
/// let hosts = AllowedHosts::new(["proxy.acme.test"]);
/// assert!(hosts.check("https://api.cursor.com").is_ok());
/// assert!(hosts.check("http://127.0.0.1:8080").is_ok());
/// assert!(hosts.check("https://proxy.acme.test/cursor").is_ok());
/// assert!(hosts.check("https://api.cursor.com.evil.test").is_err());
/// assert!(hosts.check("https://api.cursor.com@evil.test").is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// Allows these hosts as well.
    pub fn new<T: Into<String>>(hosts: impl IntoIterator<Item = T>) -> Self {
        Self(hosts.into_iter().map(Into::into).collect())
    }

    /// Checks the host of an address.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an address without a host, and for a host that is neither Cursor's, nor this machine, nor
    /// allowed.
    pub fn check(&self, url: &str) -> Result<()> {
        let host = host(url)?;
        let is_allowed = self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(&host));
        if host.eq_ignore_ascii_case(CURSOR) || is_this_machine(&host) || is_allowed {
            return Ok(());
        }
        let message = format!("the configuration names the host `{host}`, to which no key is sent unasked");
        Err(Error::new(ErrorKind::Config, message)
            .with_hint(format!("if you trust it, add --allow-host {host}")))
    }
}

/// Returns whether an address is on this machine.
pub(super) fn is_local(url: &str) -> bool {
    host(url).is_ok_and(|host| is_this_machine(&host))
}

fn host(url: &str) -> Result<String> {
    // A password or a token would be printed with the address.
    if url.contains(['@', '?', '#']) {
        let message = "`base_url` has a user, a query or a fragment: it is an address alone, and no secret stands in it";
        return Err(Error::new(ErrorKind::Config, message));
    }
    let uri: Option<Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).map(str::to_owned);
    host.ok_or_else(|| {
        Error::new(ErrorKind::Config, "`base_url` is not an address like https://api.cursor.com")
    })
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
