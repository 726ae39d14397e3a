//! Cursor as a source of costs.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cost_model::{CostSource, Error, ErrorKind, Result, Timestamp, Window, WindowRead};
use cursor_admin_client::Client;

use crate::Mapping;

/// The most events that are read as one window; a window with more is refused if it can be split at a UTC midnight.
pub const EVENTS_MAX: u64 = 50_000;

/// Reads the usage events of one Cursor team as cost records.
pub struct CursorCostSource {
    client: Client,
    mapping: Mapping,
}

impl CursorCostSource {
    /// A source that reads with `client` and names the connection `account`.
    pub fn new(client: Client, account: impl Into<Arc<str>>) -> Self {
        Self { client, mapping: Mapping::new(account) }
    }
}

#[async_trait]
impl CostSource for CursorCostSource {
    async fn read(&self, window: Window) -> Result<WindowRead> {
        let mut request = self.client.usage_events(window.start().to_datetime(), window.end().to_datetime());
        if spans_midnight(window) {
            request = request.max_events(EVENTS_MAX);
        }
        let snapshot = request.snapshot().await.map_err(|error| match error.announced() {
            Some(announced) if error.is_too_large() => Error::window_too_large(announced),
            _ => Error::new(ErrorKind::Source, "cursor's usage events could not be read").with_source(error),
        })?;
        let unknown = snapshot.events.iter().filter(|event| Mapping::is_unknown_kind(event)).count();
        let records = snapshot.events.iter().map(|event| self.mapping.record(event)).collect();
        let mut read = WindowRead::new(window, records);
        read.announced = snapshot.announced.saturating_sub(snapshot.outside);
        read.requests = snapshot.requests;
        read.retries = snapshot.retries;
        read.unknown_kinds = u64::try_from(unknown).unwrap_or(u64::MAX);
        Ok(read)
    }
}

impl fmt::Debug for CursorCostSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorCostSource").field("mapping", &self.mapping).finish_non_exhaustive()
    }
}

/// Whether a UTC midnight lies inside, so that the window can be split there.
fn spans_midnight(window: Window) -> bool {
    Timestamp::from_millis(window.end().millis().saturating_sub(1))
        .is_ok_and(|last| last.date() > window.start().date())
}
