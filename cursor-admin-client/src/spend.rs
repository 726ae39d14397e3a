//! `POST /teams/spend`.

use std::collections::HashSet;
use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::call::{Answer, Call};
use crate::cents::Cents;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Decoded;
use crate::gate::Route;
use crate::notes::{BadRow, Notes};
use crate::rows;
use crate::spend_query::SpendQuery;
use crate::unknown::{UnknownField, UnknownFields};
use crate::wire::Fields;

/// What the team's members spent in the current billing cycle
/// (<https://cursor.com/docs/account/teams/admin-api>).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spend {
    /// One entry per member.
    pub members: Vec<MemberSpend>,
    /// When the billing cycle began. Its end is not told.
    pub cycle_start: Option<DateTime<Utc>>,
    /// How many members were announced.
    pub total_members: u64,
    /// How many HTTP requests it took, retries and repeated reads included.
    pub requests: u64,
    /// Fields that this release does not read.
    pub unknown_fields: Vec<UnknownField>,
    /// Rows that could not be read; always none unless the client is [lenient](crate::Client::lenient).
    pub bad_rows: Vec<BadRow>,
}

impl Spend {
    fn received(&self) -> u64 {
        u64::try_from(self.members.len().saturating_add(self.bad_rows.len())).unwrap_or(u64::MAX)
    }
}

/// What one member spent. Everything may be missing. `Debug` leaves out whatever names the person.
#[derive(Clone, PartialEq, Eq, Hash)]
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
    /// A limit in dollars set for this member; 0 stands for none.
    pub hard_limit_override_dollars: Option<Decimal>,
    /// The monthly limit in dollars.
    pub monthly_limit_dollars: Option<Decimal>,
    /// The limit in dollars that holds in the end.
    pub effective_per_user_limit_dollars: Option<Decimal>,
    /// How many numbers of this entry had digits too fine to keep and were rounded half-even.
    pub rounded_amounts: u32,
}

impl fmt::Debug for MemberSpend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberSpend")
            .field("user_id", &self.user_id)
            .field("spend_cents", &self.spend_cents)
            .field("overall_spend_cents", &self.overall_spend_cents)
            .field("included_spend_cents", &self.included_spend_cents)
            .finish_non_exhaustive()
    }
}

const PAGES_MAX: u32 = 10_000;
const READS_MAX: u32 = 3;

struct Page {
    members: Vec<MemberSpend>,
    cycle_start: Option<DateTime<Utc>>,
    total_members: Option<u64>,
    total_pages: Option<u64>,
}

pub(crate) async fn read(client: &Client, query: &SpendQuery) -> Result<Spend> {
    let mut requests = 0;
    let mut reads = 1;
    loop {
        let (spend, complete) = read_once(client, query, &mut requests).await?;
        if complete {
            return Ok(spend);
        }
        if reads == READS_MAX {
            let received = spend.received();
            let detail = format!("{received} of {} members came in {reads} reads", spend.total_members);
            return Err(Error::new(ErrorKind::Incomplete, Route::Spend.operation(), detail)
                .with_counts(spend.total_members, Some(received)));
        }
        reads += 1;
    }
}

/// Reads all pages, and says whether they add up. The pages are an offset into a moving list, sorted
/// by user so that it moves little; a shift shows as a member listed twice or a changed count.
async fn read_once(client: &Client, query: &SpendQuery, requests: &mut u64) -> Result<(Spend, bool)> {
    let mut spend = Spend {
        members: Vec::new(),
        cycle_start: None,
        total_members: 0,
        requests: 0,
        unknown_fields: Vec::new(),
        bad_rows: Vec::new(),
    };
    let mut unknown = UnknownFields::default();
    let mut steady = true;
    for number in 1..=PAGES_MAX {
        let Answer { value: page, attempts, notes: noted } = read_page(client, query, number).await?;
        *requests += u64::from(attempts);
        spend.requests = *requests;
        let empty = page.members.is_empty() && noted.bad_rows.is_empty();
        spend.members.extend(page.members);
        spend.bad_rows.extend(noted.bad_rows);
        unknown.merge(noted.unknown.into_list());
        let received = spend.received();
        let announced = page.total_members.unwrap_or(received);
        if number == 1 {
            spend.total_members = announced;
            spend.cycle_start = page.cycle_start;
        }
        steady &= announced == spend.total_members && page.cycle_start == spend.cycle_start;
        let more = page.total_pages.map_or(received < announced, |pages| u64::from(number) < pages);
        if !more || (empty && received >= announced) {
            break;
        }
    }
    spend.unknown_fields = unknown.into_list();
    let complete = steady && spend.received() == spend.total_members && all_distinct(&spend.members);
    Ok((spend, complete))
}

fn all_distinct(members: &[MemberSpend]) -> bool {
    let mut seen = HashSet::new();
    members.iter().filter_map(|m| m.user_id.as_deref().or(m.email.as_deref())).all(|id| seen.insert(id))
}

async fn read_page(client: &Client, query: &SpendQuery, page: u32) -> Result<Answer<Page>> {
    let call = Call::new(Route::Spend).page(page).body(query.body(page)?);
    let answer = client.call(&call, decode).await?;
    client.page_read(&call, &answer.value.members, answer.value.total_members);
    Ok(answer)
}

fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Page> {
    let (members, mut fields) = rows::required(body, "teamMemberSpend", notes, |fields, _| member(fields))?;
    let page = Page {
        members,
        cycle_start: fields.take("subscriptionCycleStart")?.instant()?,
        total_members: fields.take("totalMembers")?.count()?,
        total_pages: fields.take("totalPages")?.count()?,
    };
    notes.unknown.note("", &fields);
    Ok(page)
}

impl MemberSpend {
    /// Reads one entry from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        Fields::of_text(text)
            .and_then(|mut fields| member(&mut fields))
            .map_err(|fault| Error::decode("reading a member's spend", fault))
    }
}

fn member(fields: &mut Fields<'_>) -> Decoded<MemberSpend> {
    let mut rounded = 0;
    Ok(MemberSpend {
        user_id: fields.take("userId")?.id()?,
        name: fields.take("name")?.id()?,
        email: fields.take("email")?.id()?,
        role: fields.take("role")?.id()?,
        spend_cents: fields.take("spendCents")?.cents(&mut rounded)?,
        overall_spend_cents: fields.take("overallSpendCents")?.cents(&mut rounded)?,
        included_spend_cents: fields.take("includedSpendCents")?.cents(&mut rounded)?,
        fast_premium_requests: fields.take("fastPremiumRequests")?.count()?,
        hard_limit_override_dollars: fields.take("hardLimitOverrideDollars")?.decimal(&mut rounded)?,
        monthly_limit_dollars: fields.take("monthlyLimitDollars")?.decimal(&mut rounded)?,
        effective_per_user_limit_dollars: fields
            .take("effectivePerUserLimitDollars")?
            .decimal(&mut rounded)?,
        rounded_amounts: rounded,
    })
}
