//! The client and its calls.
//!
//! Each call builds a request, sends it by the shared connection and returns typed rows; lists in pages go through
//! `listing`, usage events through `usage_events` and `snapshot`.

use chrono::{DateTime, NaiveDate, Utc};

use crate::endpoints::billing_groups::{self, BillingGroupDetails, BillingGroups};
use crate::endpoints::daily_usage::{self, DailyUsage, Who};
use crate::endpoints::directory_groups::{self, DirectoryGroup, DirectoryGroupMember};
use crate::endpoints::members::{self, Member};
use crate::endpoints::model_access::{self, ModelAccess};
use crate::endpoints::spend::SpendQuery;
use crate::endpoints::spend::{self, Spend};
use crate::error::Result;
use crate::http::connection::Connection;
use crate::listing::{self, Listing, Pages};

/// A client of Cursor's Admin API for one team's key. It can only read.
///
/// Dropping it ends nothing that is under way in a clone.
///
/// Endpoints, fields and units are those of <https://cursor.com/docs/account/teams/admin-api>, limits and
/// errors those of <https://cursor.com/docs/api>. [`not_promised`](crate::not_promised) lists what neither promises.
///
/// Cheap to clone; the clones share one transport and one count of requests. Its `Debug` shows the base URL and nothing else.
#[derive(Clone, Debug)]
pub struct Client {
    connection: Connection,
}

impl Client {
    /// Makes a client of a connection, which may be shared with other clones.
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Returns the connection, for the queries that outlive a call.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns a clone that skips rows that it cannot read, and returns them separately.
    ///
    /// The client itself is unchanged.
    ///
    /// A client is strict: one row of a list that cannot be read fails the call, so that no charge is
    /// lost unnoticed. A lenient one puts such rows into `bad_rows`, beside those that it read, each
    /// with its raw text for the caller alone; they count as received. Whoever sums the rows must look
    /// at `bad_rows` too. An answer that is not a list of rows still fails.
    #[must_use]
    pub fn lenient(&self) -> Self {
        Self::new(self.connection.with_lenience(true))
    }

    /// Returns a clone that fails where a row cannot be read, which is the default.
    /// For data that are added up, an error is better than a sum that lacks a row.
    #[must_use]
    pub fn strict(&self) -> Self {
        Self::new(self.connection.with_lenience(false))
    }

    /// Returns the team's members, by `GET /teams/members`
    /// (<https://cursor.com/docs/account/teams/admin-api>). People who have left are usually missing.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`](crate::ErrorKind).
    pub async fn members(&self) -> Result<Listing<Member>> {
        let call = members::request();
        let answer = self.connection.call(&call, members::decode).await?;
        self.connection.page_read(&call, &answer.value, None);
        let requests = u64::from(answer.attempts);
        let (rows, notes) = (answer.value, answer.notes);
        Ok(Pages { rows, announced: None, cycle_start: None, requests, notes }.into())
    }

    /// Returns what each member spent in the current billing cycle, by `POST /teams/spend`, all pages.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`](crate::ErrorKind); [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if the pages
    /// do not add up to the announced count in three reads.
    pub async fn spend(&self) -> Result<Spend> {
        self.spend_by(&SpendQuery::new()).await
    }

    /// Returns the same for the members that a query names, in its order. What is announced is then the
    /// number of those.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a page size of zero; else as
    /// [`Client::spend`].
    pub async fn spend_by(&self, query: &SpendQuery) -> Result<Spend> {
        Ok(listing::read_pages(&self.connection, |page| spend::request(query, page), spend::decode)
            .await?
            .into())
    }

    /// Returns the team's billing groups with what they spent, by `GET /teams/groups`, for the cycle that
    /// holds `day` or else the current one. No other call covers past cycles or states the end of a cycle. Cursor offers
    /// it on Enterprise plans.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`](crate::ErrorKind).
    pub async fn billing_groups(&self, day: Option<NaiveDate>) -> Result<BillingGroups> {
        let call = billing_groups::request(day);
        let answer = self.connection.call(&call, billing_groups::decode).await?;
        self.connection.page_read(&call, &answer.value.groups, None);
        let (unknown_fields, bad_rows) = (answer.notes.unknown.into_list(), answer.notes.bad_rows);
        Ok(BillingGroups { unknown_fields, bad_rows, ..answer.value })
    }

    /// Returns one billing group with its members' spend by day, by `GET /teams/groups/:groupId`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the id cannot be one; else as
    /// [`Client::billing_groups`].
    pub async fn billing_group(&self, id: &str, day: Option<NaiveDate>) -> Result<BillingGroupDetails> {
        let call = billing_groups::group_request(id, day)?;
        let answer = self.connection.call(&call, billing_groups::decode_group).await?;
        self.connection.page_read(&call, std::slice::from_ref(&answer.value.group), None);
        Ok(BillingGroupDetails { unknown_fields: answer.notes.unknown.into_list(), ..answer.value })
    }

    /// Returns the team's directory groups, by `GET /teams/directory-groups`, all pages. The groups are what
    /// is announced.
    ///
    /// # Errors
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if the pages do not add up in three
    /// reads; else of every kind that a call can have.
    pub async fn directory_groups(&self) -> Result<Listing<DirectoryGroup>> {
        Ok(listing::read_pages(
            &self.connection,
            |page| Ok(directory_groups::request(page)),
            directory_groups::decode,
        )
        .await?
        .into())
    }

    /// Returns the members of a directory group, by `GET /teams/directory-groups/:groupId/members`, all
    /// pages. The members are what is announced.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the id cannot be one; else as
    /// [`Client::directory_groups`].
    pub async fn directory_group_members(&self, id: &str) -> Result<Listing<DirectoryGroupMember>> {
        Ok(listing::read_pages(
            &self.connection,
            |page| directory_groups::members_request(id, page),
            directory_groups::decode_members,
        )
        .await?
        .into())
    }

    /// Returns the daily activity of the people who used Cursor in the half-open window `[start, end)`, by
    /// `POST /teams/daily-usage-data` in one request. Cursor accepts 30 days at most.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a window that is empty or longer than 30
    /// days; [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if a person's day came twice in
    /// each of three reads; else of every kind that a call can have.
    pub async fn daily_usage(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Listing<DailyUsage>> {
        self.daily_usage_by(start, end, Who::Active).await
    }

    /// Returns the same for everyone who was a member in the window, with a row for every day, by all pages.
    /// The people are what is announced, so the count of rows proves nothing; the pages must announce
    /// the same count and repeat no row.
    ///
    /// # Errors
    /// As [`Client::daily_usage`].
    pub async fn daily_usage_of_everyone(
        &self,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Listing<DailyUsage>> {
        self.daily_usage_by(start, end, Who::Everyone).await
    }

    /// Reads the days of those who were active, on one page, or of everyone, on all pages.
    async fn daily_usage_by(
        &self,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        who: Who,
    ) -> Result<Listing<DailyUsage>> {
        Ok(listing::read_pages(
            &self.connection,
            |page| daily_usage::request(start, end, who, page),
            daily_usage::decode,
        )
        .await?
        .into())
    }

    /// Returns the models that the team may use and their names for people, by
    /// `GET /teams/model-access/providers`. Cursor answers with 409 unless the team's model access is
    /// in the state `custom`.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`](crate::ErrorKind::Rejected) with status 409 in another state; else of
    /// every kind that a call can have.
    pub async fn model_access(&self) -> Result<ModelAccess> {
        let call = model_access::request();
        let answer = self.connection.call(&call, model_access::decode).await?;
        self.connection.page_read(&call, &answer.value.providers, None);
        let (unknown_fields, bad_rows) = (answer.notes.unknown.into_list(), answer.notes.bad_rows);
        Ok(ModelAccess { unknown_fields, bad_rows, ..answer.value })
    }
}
