//! What a file says of people, as of a day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::columns::ColumnUse;
use crate::error::{Fault, Result};
use crate::finding::Finding;

/// What an export says of people, as of the day on which it was made.
///
/// Made by [`PeopleReader`](crate::PeopleReader), kept as JSON, compared and put together by [`History`](crate::History).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// The day that the file is of: what it says holds from then on, until the next one.
    pub as_of: NaiveDate,
    /// The facts that were asked for.
    pub facts: Vec<String>,
    /// The rows, in the order of people and days.
    pub rows: Vec<PersonRow>,
    /// What was made of each column.
    pub columns: Vec<ColumnUse>,
    /// What is odd.
    pub findings: Vec<Finding>,
}

cost_model::masked_debug!(Snapshot { as_of, facts, columns, rows: |it| it.rows.len() });

/// What holds of a person for some days.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersonRow {
    /// What stays when the addresses change, if the file has it.
    pub id: Option<String>,
    /// The addresses in lower case, the one by which the person is known first.
    pub emails: Vec<String>,
    /// The first day at the company, if the file has it.
    pub joined: Option<NaiveDate>,
    /// The first day on which the row holds, if the file says so.
    pub from: Option<NaiveDate>,
    /// The first day on which the row holds no more. Of a person who is inactive it is always there.
    pub until: Option<NaiveDate>,
    /// Whether the person is there on the day of the file.
    pub active: bool,
    /// The facts that have a value, by name.
    pub facts: BTreeMap<String, String>,
}

cost_model::masked_debug!(PersonRow { joined, from, until, active });

impl Snapshot {
    /// Returns the snapshot as JSON, as it is kept.
    ///
    /// # Errors
    /// [`ErrorKind::Kept`](crate::ErrorKind::Kept), which does not happen to a snapshot that a reader has made.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string(self).map_err(Fault::Kept)?)
    }

    /// Reads a snapshot that was kept.
    ///
    /// # Errors
    /// [`ErrorKind::Kept`](crate::ErrorKind::Kept) for anything else.
    pub fn from_json(json: &str) -> Result<Self> {
        Ok(serde_json::from_str(json).map_err(Fault::Kept)?)
    }

    /// Returns every address and id in the rows, each once.
    pub fn names(&self) -> BTreeSet<&str> {
        let ids = self.rows.iter().filter_map(|row| row.id.as_deref());
        ids.chain(self.rows.iter().flat_map(|row| &row.emails).map(String::as_str)).collect()
    }

    /// Returns the same snapshot with other texts in place of addresses and ids, so that it can be kept without them. What `rename`
    /// has nothing for is left out, and with it a row that has no address any more.
    pub fn renamed(mut self, rename: impl Fn(&str) -> Option<String>) -> Self {
        for row in &mut self.rows {
            row.id = row.id.as_deref().and_then(&rename);
            row.emails = row.emails.iter().filter_map(|email| rename(email)).collect();
        }
        self.rows.retain(|row| !row.emails.is_empty());
        self
    }

    /// Counts the people, each once.
    pub fn people(&self) -> usize {
        self.rows.chunk_by(PersonRow::is_same_person).count()
    }

    /// Counts the people who are there on the day of the file.
    pub fn active(&self) -> usize {
        let people = self.rows.chunk_by(PersonRow::is_same_person);
        people.filter(|rows| rows.iter().any(|row| row.holds(self.as_of))).count()
    }
}

impl PersonRow {
    /// Returns whether two rows are of one person: of the same id, or where one has none, the same address.
    pub(crate) fn is_same_person(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (Some(one), Some(other)) => one == other,
            _ => self.emails.first() == other.emails.first(),
        }
    }

    /// Returns the first day that the row is known to hold from: its own, or that at the company.
    pub fn start(&self) -> Option<NaiveDate> {
        self.from.or(self.joined)
    }

    /// Returns whether the row holds on a day.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.start().is_none_or(|start| start <= day) && self.until.is_none_or(|until| day < until)
    }
}
