//! `POST /teams/filtered-usage-events`.
//!
//! An answer is one page of the events that a request finds. Pages are cut after ordering, so
//! that events which arrive between two requests shift the rows; flaws of a page are put in here as well.

use std::ops::Range;

use crate::behaviour::Order;
use crate::endpoints::request::{EventQuery, Refusal, object};
use crate::endpoints::view::View;
use crate::events::TrueEvent;
use crate::faults::RowFlaw;
use crate::rng::Rng;
use crate::wire::{Object, array, event};

/// The places of the events that a request finds, oldest first.
/// Without filters, a range of places is enough, so that a page of millions of events costs only its own rows.
enum Found {
    /// Every event of a span: no filter is set.
    All(Range<usize>),
    /// The events that pass the filters.
    Some(Vec<usize>),
}

impl Found {
    /// Finds the events from `startDate` to `endDate`, both included, that the filters admit.
    fn by(query: &EventQuery, view: &View<'_>) -> Self {
        let list = view.list();
        let first = query.start.map_or(0, |start| list.older_than(start)).max(view.snapshot.first_served());
        let span = first
            ..query
                .end
                .map_or(list.len(), |end: i64| {
                    end.checked_add(1).map_or(list.len(), |ms| list.older_than(ms))
                })
                .max(first);
        if query.finds_all() {
            return Self::All(span);
        }
        Self::Some(span.filter(|place| list.get(*place).is_some_and(|event| query.admits(event))).collect())
    }

    /// Returns how many events were found.
    fn len(&self) -> usize {
        match self {
            Self::All(span) => span.len(),
            Self::Some(places) => places.len(),
        }
    }

    /// Returns the place of the event with that rank, from 0 for the oldest.
    fn place(&self, rank: usize) -> Option<usize> {
        match self {
            Self::All(span) => span.clone().nth(rank),
            Self::Some(places) => places.get(rank).copied(),
        }
    }

    /// Returns the places of some rows, in the order of the answer.
    fn rows(&self, rows: Range<usize>, order: Order) -> Vec<usize> {
        let whole = self.len();
        let rows = rows.start.min(whole)..rows.end.min(whole);
        let ranks: Vec<_> = match order {
            Order::NewestFirst => rows.map(|row| whole - 1 - row).collect(),
            Order::OldestFirst => rows.collect(),
            Order::Shuffled { seed } => {
                let mut ranks: Vec<_> = (0..whole).collect();
                Rng::new(seed).shuffle(&mut ranks);
                ranks.get(rows).unwrap_or_default().to_vec()
            }
        };
        ranks.into_iter().filter_map(|rank| self.place(rank)).collect()
    }
}

/// Answers one page of usage events. Source: <https://cursor.com/docs/account/teams/admin-api>, "Get Usage
/// Events Data".
///
/// Every page states the count of all events that the request finds, as the server holds them at that moment.
pub(crate) fn answer(view: &View<'_>, body: &[u8]) -> Result<String, Refusal> {
    let behaviour = &view.behaviour;
    let query = EventQuery::read(&object(body)?, view)?;
    let found = Found::by(&query, view);
    let paging = &query.paging;
    let pages = paging.pages(found.len());
    if behaviour.refuse_past_end && paging.page > pages.max(1) {
        return Err("page is behind the last page".to_owned());
    }
    let flaw = view.flaw;
    let mut json = String::new();
    let mut body = Object::open(&mut json);
    body.raw("totalUsageEventsCount", found.len() + usize::from(flaw == Some(RowFlaw::Count)));
    let mut pagination = Object::open(body.key("pagination"));
    if pages == 0 {
        pagination.raw("numPages", behaviour.pages_of_nothing);
    } else {
        pagination.raw("numPages", pages);
    }
    pagination.raw("currentPage", paging.page);
    pagination.raw("pageSize", paging.size);
    pagination.raw("hasNextPage", paging.page < pages || flaw == Some(RowFlaw::Empty));
    pagination.raw("hasPreviousPage", paging.page > 1);
    pagination.close();
    let name = if behaviour.display_list { "usageEventsDisplay" } else { "usageEvents" };
    let rows = page(&found, &query, view);
    array(body.key(name), rows.into_iter(), |out, row| event(out, row, behaviour));
    let mut period = Object::open(body.key("period"));
    period.raw("startDate", query.start.unwrap_or(view.range.0));
    period.raw("endDate", query.end.unwrap_or(view.now));
    period.close();
    body.close();
    Ok(json)
}

/// Returns the events of the page, with the flaw that the request is to meet.
fn page<'a>(found: &Found, query: &EventQuery, view: &'a View<'_>) -> Vec<&'a TrueEvent> {
    let (skip, size) = (query.paging.skip(), query.paging.size);
    let first = match view.flaw {
        Some(RowFlaw::Empty) => return Vec::new(),
        Some(RowFlaw::OneEarly) => skip.saturating_sub(1),
        Some(RowFlaw::OneLate) => skip.saturating_add(1),
        _ => skip,
    };
    let mut places = found.rows(first..first.saturating_add(size), view.behaviour.order);
    if view.flaw == Some(RowFlaw::Shuffled) {
        // Turned and then shuffled, so that two rows change places too.
        places.reverse();
        if let Some(rest) = places.get_mut(1..) {
            Rng::new(u64::try_from(skip).unwrap_or(0)).shuffle(rest);
        }
    }
    places.into_iter().filter_map(|place| view.list().get(place)).collect()
}
