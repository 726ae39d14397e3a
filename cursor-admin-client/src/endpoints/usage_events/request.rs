//! The request for a page of usage events.

use chrono::{DateTime, Utc};

use super::filter::EventFilter;
use crate::error::{Error, Result};
use crate::http::call::Call;
use crate::http::gate::Route;
use crate::window;

/// The largest page that Cursor gives.
const PAGE_SIZE_MAX: u32 = 1000;

/// Which events are requested, and how many to a page.
#[derive(Clone, Debug)]
pub(crate) struct EventQuery {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    pub(crate) page_size: u32,
    pub(crate) filter: EventFilter,
}

impl EventQuery {
    /// Makes the query for all events of a half-open window, without a filter.
    pub(crate) fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self { start, end, page_size: PAGE_SIZE_MAX, filter: EventFilter::default() }
    }

    /// Returns whether a moment lies in the window.
    pub(crate) fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }

    /// Returns the request for a page.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for an empty window, a page size that is not allowed,
    /// and page 0.
    pub(crate) fn request(&self, page: u32) -> Result<Call> {
        let call = Call::new(Route::UsageEvents).page(page);
        let refuse = |reason: &'static str| Error::config(call.route.operation(), reason);
        let (first, last) = window::inclusive_millis(self.start, self.end).map_err(refuse)?;
        if !(1..=PAGE_SIZE_MAX).contains(&self.page_size) {
            return Err(refuse("the page size must lie between 1 and 1000"));
        }
        if page == 0 {
            return Err(refuse("pages are numbered from 1"));
        }
        let window = [("startDate", first.into()), ("endDate", last.into())];
        let page = [("page", page.into()), ("pageSize", self.page_size.into())];
        Ok(call.json(window.into_iter().chain(page).chain(self.filter.fields())))
    }
}
