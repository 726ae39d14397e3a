//! `POST /teams/spend`: the spend of members in the current billing cycle.
//!
//! The answer is about the current cycle alone and in cents; limits are in dollars. Entries are counted and must not
//! repeat, by which a list that moved while it was read is noticed.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::decode::{self, BadRow, Cents, Decoded, Finished, Notes, UnknownField, object};
use crate::error::{Error, Result};
use crate::http::call::Call;
use crate::http::gate::Route;
use crate::listing::{More, Page, Pages, Row};

/// The spend of the team's members in the current billing cycle
/// (<https://cursor.com/docs/account/teams/admin-api>).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spend {
    /// One entry per member.
    ///
    /// In the order that the query asks for.
    pub members: Vec<MemberSpend>,
    /// When the billing cycle began. The answer does not state its end.
    pub cycle_start: Option<DateTime<Utc>>,
    /// The number of members announced.
    pub total_members: u64,
    /// The number of HTTP requests that it took, retries and repeated reads included.
    pub requests: u64,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
    /// Rows that could not be read; always none unless the client is [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
}

impl From<Pages<MemberSpend>> for Spend {
    fn from(pages: Pages<MemberSpend>) -> Self {
        Self {
            total_members: pages.announced.unwrap_or(pages.received()),
            members: pages.rows,
            cycle_start: pages.cycle_start,
            requests: pages.requests,
            unknown_fields: pages.notes.unknown.into_list(),
            bad_rows: pages.notes.bad_rows,
        }
    }
}

/// The spend of one member in the current billing cycle, in US cents.
///
/// What `spend_cents` means has changed, and answers do not say which meaning they have: compare it with the events
/// of a person before relying on it. Every field may be missing. `Debug` leaves out whatever names the person.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MemberSpend {
    /// `user_...`, or a number before mid-2026.
    pub user_id: Option<String>,
    /// The name; empty ones count as missing.
    pub name: Option<String>,
    /// The email address, as sent.
    pub email: Option<String>,
    /// `owner`, `member`, `free-owner` or another word.
    pub role: Option<String>,
    /// Cents spent on demand. Before spring 2026 included use was in it.
    pub spend_cents: Option<Cents>,
    /// Cents on demand and included together; since spring 2026.
    pub overall_spend_cents: Option<Cents>,
    /// Cents of included use; seen in 2026 but not documented.
    pub included_spend_cents: Option<Cents>,
    /// Premium requests, a count of older plans.
    pub fast_premium_requests: Option<u64>,
    /// A limit in dollars set for this member; 0 means none.
    pub hard_limit_override_dollars: Option<Decimal>,
    /// The monthly limit in dollars.
    pub monthly_limit_dollars: Option<Decimal>,
    /// The limit in dollars that holds in the end.
    pub effective_per_user_limit_dollars: Option<Decimal>,
    /// The number of amounts of this entry that had digits too fine to keep and were rounded half-even.
    pub rounded_amounts: u32,
}

crate::redact::masked_debug!(MemberSpend { user_id, spend_cents, overall_spend_cents, included_spend_cents });

impl Row for MemberSpend {
    const COUNTED: bool = true;

    fn identity(&self) -> Option<String> {
        self.user_id.clone().or_else(|| self.email.clone())
    }
}

/// Returns the request for a page of a query.
pub(crate) fn request(query: &SpendQuery, page: u32) -> Result<Call> {
    Ok(Call::new(Route::Spend).page(page).json(query.fields(page)?))
}

/// Reads a page. Where the number of pages is not stated, the announced count decides when the last one has
/// come.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Page<MemberSpend>> {
    let answer: Answer = decode::read_answer(body, notes)?;
    Ok(Page {
        rows: answer.members,
        announced: answer.total_members,
        more: answer.total_pages.map_or(More::UntilAnnounced, More::UntilPage),
        cycle_start: answer.cycle_start,
    })
}

/// The answer as it is sent.
#[derive(Default)]
struct Answer {
    members: Vec<MemberSpend>,
    cycle_start: Option<DateTime<Utc>>,
    total_members: Option<u64>,
    total_pages: Option<u64>,
}

object! { Answer {
    required { "teamMemberSpend" => members: list, }
    "subscriptionCycleStart" => cycle_start: instant,
    "totalMembers" => total_members: count,
    "totalPages" => total_pages: count,
}}

impl MemberSpend {
    /// Reads one entry from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        decode::read_row(text).map_err(|fault| Error::decode("reading a member's spend", fault))
    }
}

object! { MemberSpend {
    "userId" => user_id: id,
    "name" => name: id,
    "email" => email: id,
    "role" => role: id,
    "spendCents" => spend_cents: cents,
    "overallSpendCents" => overall_spend_cents: cents,
    "includedSpendCents" => included_spend_cents: cents,
    "fastPremiumRequests" => fast_premium_requests: count,
    "hardLimitOverrideDollars" => hard_limit_override_dollars: decimal,
    "monthlyLimitDollars" => monthly_limit_dollars: decimal,
    "effectivePerUserLimitDollars" => effective_per_user_limit_dollars: decimal,
}
    fn finish(&mut self, rounded: &mut u32) -> Finished {
        self.rounded_amounts = std::mem::take(rounded);
        Ok(())
    }
}

/// The order of the members (`sortBy` in <https://cursor.com/docs/account/teams/admin-api>).
/// It matters for reading all pages: an order that changes while they are read shifts rows from one page to another.
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

/// A query for spend; every part has a default. The answer always covers the current billing cycle: the endpoint takes no
/// dates.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct SpendQuery {
    search: Option<String>,
    order: SpendOrder,
    descending: bool,
    page_size: u32,
}

crate::redact::masked_debug!(SpendQuery { order, descending, page_size });

/// Members per page. No maximum is documented; this is what other clients send.
const PAGE_SIZE: u32 = 100;

impl Default for SpendQuery {
    fn default() -> Self {
        Self { search: None, order: SpendOrder::User, descending: false, page_size: PAGE_SIZE }
    }
}

impl SpendQuery {
    /// Makes a query for all members, ordered by person, 100 to a page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the same query, limited to members with this text in their name or email.
    /// The server searches; how it compares is not documented.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }

    /// Sets the order.
    /// By person is the default.
    pub fn order(mut self, order: SpendOrder) -> Self {
        self.order = order;
        self
    }

    /// Returns the same query, in descending order.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Sets the number of members per page. Cursor documents neither a default nor a maximum.
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
