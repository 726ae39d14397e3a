//! `POST /teams/daily-usage-data`.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::decode::{self, Decoded, Finished, Notes, object};
use crate::error::{Error, Result};
use crate::http::call::Call;
use crate::http::gate::Route;
use crate::listing::{Page, Pagination, Row};
use crate::window;

/// The activity of one person on one day, without amounts of money. Every field may be missing. `Debug` leaves out the
/// email.
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
    /// The number of events included in the plan: a count of events, not of request units.
    pub subscription_included_requests: Option<u64>,
    /// The number of events charged by usage: a count of events, not of request units.
    pub usage_based_requests: Option<u64>,
    /// The number of events that used the user's own provider key.
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

crate::redact::masked_debug!(DailyUsage { user_id, day, is_active });

impl Row for DailyUsage {
    /// A page counts people, each of whom has a row for every day.
    const COUNTED: bool = false;

    fn identity(&self) -> Option<String> {
        let person = self.user_id.as_deref().or(self.email.as_deref())?;
        Some(format!("{} {person}", self.day?))
    }
}

/// People per page.
///
/// Each brings a row for every day of the window, so that a page may have some 15,000 rows.
const PAGE_SIZE: u32 = 500;
/// The longest window that Cursor accepts, <https://cursor.com/docs/account/teams/admin-api>.
const SPAN_MAX: TimeDelta = TimeDelta::days(30);

/// Whose days are requested.
///
/// Everyone takes pages, and without pages Cursor lists the active ones alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Active,
    Everyone,
}

/// Returns the request for a page of the half-open window. The people who were active come on one page.
pub(crate) fn request(start: DateTime<Utc>, end: DateTime<Utc>, who: Who, page: u32) -> Result<Call> {
    let call = Call::new(Route::DailyUsage);
    let refuse = |reason: &'static str| Error::config(call.route.operation(), reason);
    let (first, last) = window::inclusive_millis(start, end).map_err(refuse)?;
    if end - start > SPAN_MAX {
        return Err(refuse("the window is longer than 30 days; read it in parts"));
    }
    let window = [("startDate", first.into()), ("endDate", last.into())];
    Ok(match who {
        Who::Active => call.json(window),
        Who::Everyone => {
            let page_fields = [("page", page.into()), ("pageSize", PAGE_SIZE.into())];
            call.page(page).json(window.into_iter().chain(page_fields))
        }
    })
}

/// Reads a page. What is announced is the number of people.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Decoded<Page<DailyUsage>> {
    let Answer { rows, pagination } = decode::read_answer(body, notes)?;
    let rows = rows.into_iter().map(|row: DayRow| row.usage).collect();
    Page::new(rows, pagination.and_then(|pagination| pagination.total_users), pagination)
}

/// The answer as it is sent.
#[derive(Default)]
struct Answer {
    rows: Vec<DayRow>,
    pagination: Option<Pagination>,
}

object! { Answer {
    required { "data" => rows: list, }
    "pagination" => pagination: object,
    ignored: "period";
}}

impl DailyUsage {
    /// Reads one row from its JSON text, as a row of an answer is read.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the field that cannot be read.
    pub fn from_json(text: &str) -> Result<Self> {
        let row = decode::read_row::<DayRow>(text);
        Ok(row.map_err(|fault| Error::decode("reading a day of use", fault))?.usage)
    }
}

/// A row while it is read.
#[derive(Default)]
struct DayRow {
    usage: DailyUsage,
    /// Midnight of the day, under its older name.
    midnight: Option<DateTime<Utc>>,
}

object! { DayRow {
    "date" => midnight: instant,
    in usage {
        "userId" => user_id: id,
        "email" => email: id,
        "day" => day: day,
        "isActive" => is_active: flag,
        "totalLinesAdded" => total_lines_added: count,
        "totalLinesDeleted" => total_lines_deleted: count,
        "acceptedLinesAdded" => accepted_lines_added: count,
        "acceptedLinesDeleted" => accepted_lines_deleted: count,
        "totalApplies" => total_applies: count,
        "totalAccepts" => total_accepts: count,
        "totalRejects" => total_rejects: count,
        "totalTabsShown" => total_tabs_shown: count,
        "totalTabsAccepted" => total_tabs_accepted: count,
        "composerRequests" => composer_requests: count,
        "chatRequests" => chat_requests: count,
        "agentRequests" => agent_requests: count,
        "cmdkUsages" => cmdk_usages: count,
        "bugbotUsages" => bugbot_usages: count,
        "subscriptionIncludedReqs" => subscription_included_requests: count,
        "usageBasedReqs" => usage_based_requests: count,
        "apiKeyReqs" => api_key_requests: count,
        "mostUsedModel" => most_used_model: id,
        "applyMostUsedExtension" => apply_most_used_extension: id,
        "tabMostUsedExtension" => tab_most_used_extension: id,
        "clientVersion" => client_version: id,
    }
}
    fn finish(&mut self, _: &mut u32) -> Finished {
        self.usage.day = self.usage.day.or(self.midnight.map(|at| at.date_naive()));
        Ok(())
    }
}
