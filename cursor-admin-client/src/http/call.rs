//! One call: what is asked, of which route and page.

use bytes::Bytes;
use serde_json::Value;

use super::gate::{Route, is_id};
use crate::error::{Error, Result};

/// One call: what to ask, and of which page.
pub(crate) struct Call {
    pub(crate) route: Route,
    pub(crate) page: Option<u32>,
    id: String,
    query: String,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn new(route: Route) -> Self {
        Self { route, page: None, id: String::new(), query: String::new(), body: Bytes::new() }
    }

    pub(crate) fn page(self, page: u32) -> Self {
        Self { page: Some(page), ..self }
    }

    /// Returns the id in the path.
    pub(crate) fn id(self, id: &str) -> Result<Self> {
        if is_id(id) {
            return Ok(Self { id: id.to_owned(), ..self });
        }
        let reason = "the id cannot be one; ids are made of letters, digits, `_` and `-`";
        Err(Error::config(self.route.operation(), reason))
    }

    /// Returns the question in the address, without the question mark.
    pub(crate) fn query(self, query: String) -> Self {
        Self { query, ..self }
    }

    /// Returns the question in the body: a JSON object with these fields, in this order.
    pub(crate) fn json(self, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        Self { body: format!("{{{}}}", fields.join(",")).into(), ..self }
    }

    pub(crate) fn path_and_query(&self) -> String {
        let path = self.route.path(&self.id);
        if self.query.is_empty() { path } else { format!("{path}?{}", self.query) }
    }
}
