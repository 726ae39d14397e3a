//! What one request sees: everything is read under one lock, so that an answer shows one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::behaviour::Behaviour;
use crate::company::{Company, Person};
use crate::events::EventList;
use crate::events::Snapshot;
use crate::faults::RowFlaw;

/// The data and settings that one request is answered from.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub(crate) company: &'a Company,
    /// The range of the generated data, in milliseconds; the company was founded when it begins.
    pub(crate) range: (i64, i64),
    pub(crate) snapshot: Snapshot,
    pub(crate) behaviour: Behaviour,
    /// The time of the server, in milliseconds since 1970.
    pub(crate) now: i64,
    /// Company emails of those removed by hand, and when.
    pub(crate) removed: Arc<BTreeMap<String, i64>>,
    /// What is to be spoilt about the rows of the page.
    pub(crate) flaw: Option<RowFlaw>,
}

impl View<'_> {
    /// Returns the events, those before the horizon too.
    pub(crate) fn list(&self) -> &EventList {
        &self.snapshot.list
    }

    /// Returns those on the team now, in the order of the company's lists.
    pub(crate) fn members(&self) -> Vec<&Person> {
        self.company
            .people
            .iter()
            .filter(|person: &&Person| person.works_at(self.now) && !self.removed.contains_key(&person.email))
            .collect()
    }
}
