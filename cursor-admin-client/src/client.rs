//! The client and what it can be asked.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use http::HeaderValue;
use secrecy::SecretString;

use crate::base_url::BaseUrl;
use crate::billing_groups::{self, BillingGroupDetails, BillingGroups};
use crate::builder::ClientBuilder;
use crate::clock::Clock;
use crate::daily_usage::{self, DailyUsage, Who};
use crate::deadline::Deadline;
use crate::directory_groups::{self, DirectoryGroup, DirectoryGroupMember};
use crate::error::Result;
use crate::gate::Gate;
use crate::listing::Listing;
use crate::members::{self, Member};
use crate::model_access::{self, ModelAccess};
use crate::observer::Observer;
use crate::pacing::Pacer;
use crate::retry::RetryPolicy;
use crate::retry_budget::RetryMeter;
use crate::spend::{self, Spend};
use crate::spend_query::SpendQuery;
use crate::usage_events::UsageEvents;

/// A client of Cursor's Admin API for one team's key. It can only read.
///
/// Endpoints, fields and units are those of <https://cursor.com/docs/account/teams/admin-api>, limits and
/// errors those of <https://cursor.com/docs/api>. What neither promises is told in
/// [`not_promised`](crate::not_promised).
///
/// Cheap to clone; the clones share one transport and one count of requests. Its `Debug` shows the base URL and nothing else.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
    /// Of the call that this clone was made for.
    running: Deadline,
    lenient: bool,
}

pub(crate) struct Inner {
    pub(crate) gate: Gate,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: RetryPolicy,
    pub(crate) retries: RetryMeter,
    /// How long one call may take.
    pub(crate) deadline: Option<Duration>,
    pub(crate) pacer: Pacer,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) base: BaseUrl,
    pub(crate) key: SecretString,
    pub(crate) authorization: HeaderValue,
    /// The key as it stands in the header, to be masked in what a server says.
    pub(crate) encoded_key: SecretString,
    pub(crate) jitter: Jitter,
}

impl Client {
    /// Starts a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), running: Deadline::default(), lenient: false }
    }

    /// A clone for a call of several requests, which share one deadline from now on.
    pub(crate) fn started(&self) -> Self {
        Self { running: self.deadline(), ..self.clone() }
    }

    /// A clone that goes on past rows that it cannot read.
    ///
    /// A client is strict: one row of a list that cannot be read fails the call, so that no charge is
    /// lost unnoticed. A lenient one puts such rows into `bad_rows`, beside those that it read, each
    /// with its raw text for the caller alone; they count as received. Whoever sums the rows must look
    /// at `bad_rows` too. An answer that is no list of rows fails all the same.
    #[must_use]
    pub fn lenient(&self) -> Self {
        Self { lenient: true, ..self.clone() }
    }

    /// A clone that fails where a row cannot be read, as clients do from the start.
    #[must_use]
    pub fn strict(&self) -> Self {
        Self { lenient: false, ..self.clone() }
    }

    pub(crate) fn is_lenient(&self) -> bool {
        self.lenient
    }

    pub(crate) fn deadline(&self) -> Deadline {
        if self.running.is_set() {
            return self.running;
        }
        Deadline::starting(self.inner.clock.now(), self.inner.deadline)
    }

    /// The team's members, by `GET /teams/members`
    /// (<https://cursor.com/docs/account/teams/admin-api>). People who have left are usually missing.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`](crate::ErrorKind).
    pub async fn members(&self) -> Result<Listing<Member>> {
        members::read(self).await
    }

    /// What each member spent in the current billing cycle, by `POST /teams/spend`, all pages.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`](crate::ErrorKind); [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if the pages
    /// do not add up to the announced count in three reads.
    pub async fn spend(&self) -> Result<Spend> {
        self.spend_by(&SpendQuery::new()).await
    }

    /// The same for the members that a query asks for, in its order. What is announced is then the
    /// number of those.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a page size of zero; else as
    /// [`Client::spend`].
    pub async fn spend_by(&self, query: &SpendQuery) -> Result<Spend> {
        spend::read(&self.started(), query).await
    }

    /// The team's billing groups with what they spent, by `GET /teams/groups`, for the cycle that
    /// holds `day` or else the current one. It is the only answer that tells past cycles and when a
    /// cycle ends. Cursor has it on Enterprise plans.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`](crate::ErrorKind).
    pub async fn billing_groups(&self, day: Option<NaiveDate>) -> Result<BillingGroups> {
        billing_groups::read_all(self, day).await
    }

    /// One billing group with its members' spend by day, by `GET /teams/groups/:groupId`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the id cannot be one; else as
    /// [`Client::billing_groups`].
    pub async fn billing_group(&self, id: &str, day: Option<NaiveDate>) -> Result<BillingGroupDetails> {
        billing_groups::read_one(self, id, day).await
    }

    /// The team's directory groups, by `GET /teams/directory-groups`, all pages. The groups are what
    /// is announced.
    ///
    /// # Errors
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if the pages do not add up in three
    /// reads; else of every kind that a call can have.
    pub async fn directory_groups(&self) -> Result<Listing<DirectoryGroup>> {
        directory_groups::read(self).await
    }

    /// The members of a directory group, by `GET /teams/directory-groups/:groupId/members`, all
    /// pages. The members are what is announced.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the id cannot be one; else as
    /// [`Client::directory_groups`].
    pub async fn directory_group_members(&self, id: &str) -> Result<Listing<DirectoryGroupMember>> {
        directory_groups::read_members(self, id).await
    }

    /// What the people who used Cursor did, day by day, in the half-open window `[start, end)`, by
    /// `POST /teams/daily-usage-data` in one request. Cursor takes 30 days at most.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a window that is empty or longer than 30
    /// days; [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if a person's day came twice in
    /// each of three reads; else of every kind that a call can have.
    pub async fn daily_usage(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Listing<DailyUsage>> {
        daily_usage::read(self, (start, end), Who::Active).await
    }

    /// The same for everyone who was a member in the window, with a row for every day, by all pages.
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
        daily_usage::read(self, (start, end), Who::Everyone).await
    }

    /// The models that the team may use and their names for people, by
    /// `GET /teams/model-access/providers`. Cursor answers with 409 unless the team's model access is
    /// in the state `custom`.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`](crate::ErrorKind::Rejected) with status 409 in another state; else of
    /// every kind that a call can have.
    pub async fn model_access(&self) -> Result<ModelAccess> {
        model_access::read(self).await
    }

    /// The usage events of the half-open window `[start, end)`, by
    /// `POST /teams/filtered-usage-events`. Nothing is sent until one of its functions is called.
    ///
    /// Cursor's bounds are inclusive milliseconds; the window is sent as the first millisecond that
    /// lies in it and the last one. Cursor says that the data are gathered by the hour, and allows 60
    /// requests a minute. An empty old window does not prove that nothing was used: how long events
    /// are kept is not promised.
    pub fn usage_events(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> UsageEvents {
        UsageEvents::new(self.clone(), start, end)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.inner.base.text).finish_non_exhaustive()
    }
}

/// Random numbers for waits: splitmix64, seeded by the standard library. They guard nothing.
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(RandomState::new().build_hasher().finish()))
    }

    pub(crate) fn next(&self) -> u32 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(u32::MAX)
    }
}
