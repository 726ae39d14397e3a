//! Cursor as a source of costs.
//!
//! Each event is mapped while its page is read, so that a window is held as records only. The mapping lives as long
//! as the source, and sets of dimensions are shared from window to window.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cost_model::source::{Drift, Origin, ProviderSnapshot, SourceBatch, WindowCount};
use cost_model::{CostRecord, CostSource, Error, ErrorKind, Result, Timestamp, Window};
use cursor_admin_client::Client;
use cursor_admin_client::endpoints::usage_events::UsageEventRef;

use crate::{Mapping, observations};

/// The most events that are read as one window; a window with more is refused if it can be split at a UTC midnight.
///
/// A single day is read whatever it holds, up to the client's own limit.
pub const EVENTS_MAX: u64 = 50_000;

/// Reads the usage events of one Cursor team as cost records.
///
/// Windows may be read at the same time; they share the client's limits and one mapping.
#[derive(Debug)]
pub struct CursorCostSource {
    client: Client,
    /// Behind a lock, since windows may be read at the same time.
    mapping: Mutex<Mapping>,
}

/// What is kept of an event.
///
/// The client compares these at the edges of pages; a record has everything that tells two charges apart.
#[derive(PartialEq, Eq, Hash)]
struct Mapped {
    record: CostRecord,
    /// Whether the kind of the event is one that this release does not know.
    is_unknown_kind: bool,
}

impl CursorCostSource {
    /// Makes a source that reads with `client` and names the connection `account`.
    ///
    /// The account is the name that reports show; it is in no record id.
    pub fn new(client: Client, account: impl Into<Arc<str>>) -> Self {
        Self { client, mapping: Mutex::new(Mapping::new(account)) }
    }

    /// Locks the mapping. A panic of another thread leaves it usable: it only remembers texts, and no text half.
    fn mapping(&self) -> MutexGuard<'_, Mapping> {
        self.mapping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the record of an event, and whether its kind is unknown.
    fn map(&self, event: &UsageEventRef<'_>) -> Mapped {
        let mut mapping = self.mapping();
        Mapped { record: mapping.record(event), is_unknown_kind: mapping.is_unknown_kind(event) }
    }
}

#[async_trait]
impl CostSource for CursorCostSource {
    async fn read(&self, window: Window) -> Result<SourceBatch> {
        let mut request = self.client.usage_events(window.start().to_datetime(), window.end().to_datetime());
        // Windows are divided at midnights: what lies within a day is read however large it is.
        if spans_midnight(window) {
            request = request.max_events(EVENTS_MAX);
        }
        let snapshot = request.snapshot_map(|event| self.map(event)).await.map_err(|error| {
            match (error.kind(), error.announced()) {
                (cursor_admin_client::ErrorKind::TooLarge, Some(announced)) => {
                    Error::window_too_large(announced)
                }
                (cursor_admin_client::ErrorKind::Incomplete, _) => {
                    Error::new(ErrorKind::Incomplete, "cursor's usage events changed while they were read")
                        .with_source(error)
                }
                _ => Error::new(ErrorKind::Source, "cursor's usage events could not be read")
                    .with_source(error),
            }
        })?;
        let unknown = snapshot.events.iter().filter(|mapped| mapped.is_unknown_kind).count();
        let mut read = SourceBatch::new(window, into_records(snapshot.events));
        read.outside = into_records(snapshot.outside);
        read.origin = if snapshot.simulated { Origin::Demo } else { Origin::Provider };
        read.answered_at = snapshot.answered_at.map(Timestamp::from);
        read.announced = snapshot.announced;
        read.requests = snapshot.requests;
        read.retries = snapshot.retries;
        read.waited = snapshot.waited;
        let drift = snapshot.unknown_fields.into_iter();
        read.drift = drift.map(|field| Drift::new(field.path, field.json_type, field.count)).collect();
        read.unknown_kinds = u64::try_from(unknown).unwrap_or(u64::MAX);
        Ok(read)
    }

    /// Requests a single event, since every page announces the count.
    async fn count(&self, window: Window) -> Result<WindowCount> {
        let request = self.client.usage_events(window.start().to_datetime(), window.end().to_datetime());
        // Every page states the count, so that the smallest will do.
        let page = request.page_size(1).page(1).await.map_err(|error| failed("count usage events", error))?;
        let oldest = page.events.iter().map(|event| Timestamp::from(event.timestamp)).min();
        let mut counted = WindowCount::new(page.announced, oldest);
        counted.requests = u64::from(page.attempts);
        counted.retries = u64::from(page.attempts.saturating_sub(1));
        counted.waited = page.waited;
        Ok(counted)
    }

    /// Members, their spend in the current cycle, and billing groups where the plan has them.
    async fn observe(&self, at: Timestamp) -> Result<ProviderSnapshot> {
        let mut observed = ProviderSnapshot::at(at);
        let spend = self.client.spend().await.map_err(|error| failed("read what members spent", error))?;
        observed.cycle_start = spend.cycle_start.map(Timestamp::from);
        observed.spend = spend.members.iter().map(observations::spend).collect();
        let members = self.client.members().await.map_err(|error| failed("read the members", error))?;
        observed.members = members.rows.iter().map(observations::member).collect();
        // One more for the groups, whether or not the plan has any.
        observed.requests = spend.requests + members.requests + 1;
        match self.client.billing_groups(None).await {
            Ok(groups) => {
                observed.groups = observations::groups(&groups);
                observed.cycle_start = observed.cycle_start.or(groups.cycle.start.map(Timestamp::from));
                observed.cycle_end = groups.cycle.end.map(Timestamp::from);
            }
            // Only some plans have billing groups.
            Err(error) if error.is_plan_or_scope() || error.status() == Some(404) => {}
            Err(error) => return Err(failed("read the billing groups", error)),
        }
        Ok(observed)
    }
}

/// Returns the records alone, once the unknown kinds have been counted.
fn into_records(mapped: Vec<Mapped>) -> Vec<CostRecord> {
    mapped.into_iter().map(|mapped| mapped.record).collect()
}

/// Makes the error of a request, whose source says what Cursor answered.
fn failed(what: &str, error: cursor_admin_client::Error) -> Error {
    Error::new(ErrorKind::Source, format!("could not {what} at Cursor")).with_source(error)
}

/// Returns whether a UTC midnight lies inside, so that the window can be split there.
fn spans_midnight(window: Window) -> bool {
    Timestamp::from_millis(window.end().millis().saturating_sub(1))
        .is_ok_and(|last| last.date() > window.start().date())
}
