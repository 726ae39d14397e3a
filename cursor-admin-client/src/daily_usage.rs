//! `POST /teams/daily-usage-data`.

use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::fault::Decoded;
use crate::gate::Route;
use crate::listing::{self, Listing, Page, Row, pagination};
use crate::notes::Notes;
use crate::rows;
use crate::usage_events::first_milli;
use crate::wire::Fields;

/// What one person did on one day. There is no money in it. Everything may be missing. `Debug`
/// leaves out the email.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DailyUsage {
    /// `user_...`, or a number before mid-2026; since early 2026.
    pub user_id: Option<String>,
    /// The email address, as sent.
    pub email: Option<String>,
    /// The day, in UTC.
    pub day: Option<NaiveDate>,
    /// Whether the person used Cursor on that day.
    pub is_active: Option<bool>,
    /// Lines added, by whatever means.
    pub total_lines_added: Option<u64>,
    /// Lines deleted, by whatever means.
    pub total_lines_deleted: Option<u64>,
    /// Suggested lines added.
    pub accepted_lines_added: Option<u64>,
    /// Lines deleted by a suggestion.
    pub accepted_lines_deleted: Option<u64>,
    /// Suggestions applied.
    pub total_applies: Option<u64>,
    /// Suggestions accepted.
    pub total_accepts: Option<u64>,
    /// Suggestions rejected.
    pub total_rejects: Option<u64>,
    /// Completions shown.
    pub total_tabs_shown: Option<u64>,
    /// Completions accepted.
    pub total_tabs_accepted: Option<u64>,
    /// Requests of the composer.
    pub composer_requests: Option<u64>,
    /// Requests of the chat.
    pub chat_requests: Option<u64>,
    /// Requests of the agent.
    pub agent_requests: Option<u64>,
    /// Uses of the command bar.
    pub cmdk_usages: Option<u64>,
    /// Uses of Bugbot.
    pub bugbot_usages: Option<u64>,
    /// How many events were included in the plan: a count of events, not of request units.
    pub subscription_included_requests: Option<u64>,
    /// How many events were charged by use: a count of events, not of request units.
    pub usage_based_requests: Option<u64>,
    /// How many events used a key of one's own.
    pub api_key_requests: Option<u64>,
    /// The model used most.
    pub most_used_model: Option<String>,
    /// The kind of file that most suggestions were applied to, such as `.rs`.
    pub apply_most_used_extension: Option<String>,
    /// The kind of file that most completions were accepted in.
    pub tab_most_used_extension: Option<String>,
    /// The version of Cursor.
    pub client_version: Option<String>,
}

impl fmt::Debug for DailyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DailyUsage")
            .field("user_id", &self.user_id)
            .field("day", &self.day)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

impl Row for DailyUsage {
    /// A page counts people, each of whom has a row for every day.
    const COUNTED: bool = false;

    fn identity(&self) -> Option<String> {
        let person = self.user_id.as_deref().or(self.email.as_deref())?;
        Some(format!("{} {person}", self.day?))
    }
}

/// People per page.
const PAGE_SIZE: u32 = 500;
const SPAN_MAX: TimeDelta = TimeDelta::days(30);

/// Whose days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Active,
    Everyone,
}

pub(crate) async fn read(
    client: &Client,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    who: Who,
) -> Result<Listing<DailyUsage>> {
    let refuse = |reason: &'static str| Error::config(Route::DailyUsage.operation(), reason);
    let (first, last) = (first_milli(start), first_milli(end).saturating_sub(1));
    if first > last {
        return Err(refuse("the window is empty; its start must lie before its end"));
    }
    if end - start > SPAN_MAX {
        return Err(refuse("the window is longer than 30 days; read it in parts"));
    }
    let call = |page| {
        let call = Call::new(Route::DailyUsage);
        Ok(match who {
            Who::Active => call.body(format!(r#"{{"startDate":{first},"endDate":{last}}}"#)),
            Who::Everyone => call.page(page).body(format!(
                r#"{{"startDate":{first},"endDate":{last},"page":{page},"pageSize":{PAGE_SIZE}}}"#
            )),
        })
    };
    listing::read(client, call, decode).await
}

fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Page<DailyUsage>> {
    let (rows, mut fields) = rows::required(body, "data", notes, |fields, _| row(fields))?;
    let (announced, has_next) = pagination(&mut fields, "totalUsers", notes)?;
    fields.ignore(&["period"])?;
    notes.unknown.note("", &fields);
    Ok(Page { rows, announced, has_next })
}

impl DailyUsage {
    /// Reads one row from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        Fields::of_text(text)
            .and_then(|mut fields| row(&mut fields))
            .map_err(|fault| Error::decode("reading a day of use", fault))
    }
}

fn row(fields: &mut Fields<'_>) -> Decoded<DailyUsage> {
    let midnight = fields.take("date")?.instant()?;
    let day = fields.take("day")?.date()?.or(midnight.map(|at| at.date_naive()));
    let mut count = |name| fields.take(name)?.count();
    let counted = DailyUsage {
        total_lines_added: count("totalLinesAdded")?,
        total_lines_deleted: count("totalLinesDeleted")?,
        accepted_lines_added: count("acceptedLinesAdded")?,
        accepted_lines_deleted: count("acceptedLinesDeleted")?,
        total_applies: count("totalApplies")?,
        total_accepts: count("totalAccepts")?,
        total_rejects: count("totalRejects")?,
        total_tabs_shown: count("totalTabsShown")?,
        total_tabs_accepted: count("totalTabsAccepted")?,
        composer_requests: count("composerRequests")?,
        chat_requests: count("chatRequests")?,
        agent_requests: count("agentRequests")?,
        cmdk_usages: count("cmdkUsages")?,
        bugbot_usages: count("bugbotUsages")?,
        subscription_included_requests: count("subscriptionIncludedReqs")?,
        usage_based_requests: count("usageBasedReqs")?,
        api_key_requests: count("apiKeyReqs")?,
        ..DailyUsage::default()
    };
    Ok(DailyUsage {
        user_id: fields.take("userId")?.id()?,
        email: fields.take("email")?.id()?,
        day,
        is_active: fields.take("isActive")?.flag()?,
        most_used_model: fields.take("mostUsedModel")?.id()?,
        apply_most_used_extension: fields.take("applyMostUsedExtension")?.id()?,
        tab_most_used_extension: fields.take("tabMostUsedExtension")?.id()?,
        client_version: fields.take("clientVersion")?.id()?,
        ..counted
    })
}
