//! Which members' spend is asked for, and in which order.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::http::gate::Route;

/// What the members are ordered by (`sortBy` in <https://cursor.com/docs/account/teams/admin-api>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpendOrder {
    /// By the person, which moves least while the pages are read.
    #[default]
    User,
    /// By the amount.
    Amount,
    /// By a date that Cursor does not explain; its own default.
    Date,
}

/// A question for spend; all of it may be left as it is. The answer always covers the current billing
/// cycle: the endpoint takes no dates.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct SpendQuery {
    search: Option<String>,
    order: SpendOrder,
    descending: bool,
    page_size: u32,
}

crate::redact::masked_debug!(SpendQuery { order, descending, page_size });

/// No maximum is documented; this is what other clients send.
const PAGE_SIZE: u32 = 100;

impl Default for SpendQuery {
    fn default() -> Self {
        Self { search: None, order: SpendOrder::User, descending: false, page_size: PAGE_SIZE }
    }
}

impl SpendQuery {
    /// All members, by the person, 100 to a page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only members with this text in their name or email.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }

    /// The order.
    pub fn order(mut self, order: SpendOrder) -> Self {
        self.order = order;
        self
    }

    /// The other way round.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Members per page. Cursor documents neither a default nor a maximum.
    pub fn page_size(mut self, members: u32) -> Self {
        self.page_size = members;
        self
    }

    /// Returns the fields of the request for a page.
    pub(crate) fn fields(&self, page: u32) -> Result<Vec<(&'static str, Value)>> {
        if self.page_size == 0 {
            return Err(Error::config(Route::Spend.operation(), "the page size must be at least 1"));
        }
        let order = match self.order {
            SpendOrder::User => "user",
            SpendOrder::Amount => "amount",
            SpendOrder::Date => "date",
        };
        let direction = if self.descending { "desc" } else { "asc" };
        let mut fields = vec![
            ("page", page.into()),
            ("pageSize", self.page_size.into()),
            ("sortBy", order.into()),
            ("sortDirection", direction.into()),
        ];
        fields.extend(self.search.as_deref().map(|text| ("searchTerm", text.into())));
        Ok(fields)
    }
}
