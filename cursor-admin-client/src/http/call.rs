//! One call: what is asked, of which route and page.

use bytes::Bytes;
use serde_json::Value;

use super::gate::{Route, is_id};
use crate::error::{Error, Result};

/// One call: what to ask, and of which page.
///
/// It holds nothing of the key, and can be sent any number of times.
pub(crate) struct Call {
    pub(crate) route: Route,
    pub(crate) page: Option<u32>,
    id: String,
    query: String,
    pub(crate) body: Bytes,
}

impl Call {
    /// Makes a call of a route without an id, a query or a body.
    pub(crate) fn new(route: Route) -> Self {
        Self { route, page: None, id: String::new(), query: String::new(), body: Bytes::new() }
    }

    /// Returns the same call for a page, as errors and observers name it.
    pub(crate) fn page(self, page: u32) -> Self {
        Self { page: Some(page), ..self }
    }

    /// Returns the same call with an id in its path.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a text that could change the path.
    pub(crate) fn id(self, id: &str) -> Result<Self> {
        if is_id(id) {
            return Ok(Self { id: id.to_owned(), ..self });
        }
        let reason = "the id cannot be one; ids are made of letters, digits, `_` and `-`";
        Err(Error::config(self.route.operation(), reason))
    }

    /// Returns the same call with a query in its address, without the question mark.
    pub(crate) fn query(self, query: String) -> Self {
        Self { query, ..self }
    }

    /// Returns the same call with a body: a JSON object with these fields, in this order.
    pub(crate) fn json(self, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        Self { body: format!("{{{}}}", fields.join(",")).into(), ..self }
    }

    /// Returns what follows the base URL.
    pub(crate) fn path_and_query(&self) -> String {
        let path = self.route.path(&self.id);
        if self.query.is_empty() { path } else { format!("{path}?{}", self.query) }
    }
}
