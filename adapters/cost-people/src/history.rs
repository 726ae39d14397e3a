//! Snapshots of several days, put together to what held of each person on each day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use virtual_tags::Directory;

use crate::error::{Fault, Result};
use crate::snapshot::{PersonRow, Snapshot};

/// Snapshots of one directory, each of its day.
///
/// Most exports say how things are and not since when. What changed between two of them follows from comparing them; the order
/// in which they are added does not matter. For a day between two snapshots:
///
/// 1. A row of a later snapshot that states its own first day holds, the latest first: it knows what became known later.
/// 2. Else what the snapshot before says: who moved without a stated day has moved on the day of the next snapshot.
/// 3. Else what the next snapshot says: who is new there is taken to have been there since the snapshot before, or since their
///    first day at the company where that is stated; but not under an address that another person has had as well.
///
/// Who is missing in a snapshot or inactive has left: on the stated day, else on that of the snapshot. Their costs before that
/// stay theirs. Before the first snapshot holds what it says.
///
/// ```
/// use cost_model::Timestamp;
/// use cost_people::{History, PeopleReader};
///
/// let read = |day: &str, csv: &[u8]| {
///     PeopleReader::new(day.parse().unwrap()).facts(["team"]).read(csv, "people.csv")
/// };
/// let mut history = History::new();
/// history.add(read("2026-10-01", b"email,team\nana@acme.test,Data\n")?)?;
/// history.add(read("2026-09-01", b"email,team\nana@acme.test,Web\nbo@acme.test,Web\n")?)?;
/// let directory = history.directory("people")?;
/// let at = |day: &str| Timestamp::midnight(day.parse().unwrap());
/// assert_eq!(directory.fact("ana@acme.test", "team", at("2026-09-30")), Some("Web"));
/// assert_eq!(directory.fact("ana@acme.test", "team", at("2026-10-01")), Some("Data"));
/// assert_eq!(directory.fact("bo@acme.test", "team", at("2026-09-30")), Some("Web"));
/// assert_eq!(directory.fact("bo@acme.test", "team", at("2026-10-01")), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    snapshots: BTreeMap<NaiveDate, Snapshot>,
}

/// What held of a person, and for which days.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PersonSpan {
    /// The addresses under which charges of those days are theirs, the usual one first.
    pub emails: Vec<String>,
    /// The first day; `None`: since ever.
    pub from: Option<NaiveDate>,
    /// The first day on which it no longer held; `None`: until further notice.
    pub until: Option<NaiveDate>,
    /// The facts that have a value, by name.
    pub facts: BTreeMap<String, String>,
}

cost_model::masked_debug!(PersonSpan { from, until });

impl PersonSpan {
    /// Returns whether it holds on a day.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// Who one is, over all snapshots.
type PersonKey = String;

impl History {
    /// Makes a history without snapshots.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a snapshot. Returns whether it was new; the same one again changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::SameDay`](crate::ErrorKind::SameDay) where another snapshot of that day is there: which of the two holds
    /// would depend on the order.
    pub fn add(&mut self, snapshot: Snapshot) -> Result<bool> {
        match self.snapshots.get(&snapshot.as_of) {
            Some(known) if known.rows == snapshot.rows => Ok(false),
            Some(_) => Err(Fault::SameDay(snapshot.as_of).into()),
            None => {
                self.snapshots.insert(snapshot.as_of, snapshot);
                Ok(true)
            }
        }
    }

    /// Returns the snapshots in the order of their days.
    pub fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        self.snapshots.values()
    }

    /// Returns the facts that any of the snapshots was asked for.
    pub fn facts(&self) -> BTreeSet<&str> {
        self.snapshots().flat_map(|snapshot| &snapshot.facts).map(String::as_str).collect()
    }

    /// Returns what held of each person, in the order of people and days.
    pub fn spans(&self) -> Vec<PersonSpan> {
        let owners = self.owners();
        let people = self.people(&owners);
        let mut holders: HashMap<&str, BTreeSet<&PersonKey>> = HashMap::new();
        for (person, rows) in &people {
            for email in rows.iter().flat_map(|(_, row)| &row.emails) {
                holders.entry(email).or_default().insert(person);
            }
        }
        let days: Vec<NaiveDate> = self.snapshots.keys().copied().collect();
        let mut spans = Vec::new();
        for rows in people.values() {
            // An address that another person has had as well is theirs only while a row says so.
            let always: BTreeSet<&String> = rows
                .iter()
                .flat_map(|(_, row)| &row.emails)
                .filter(|email| holders.get(email.as_str()).is_some_and(|holders| holders.len() == 1))
                .collect();
            spans.extend(Person { rows, days: &days }.spans(&always));
        }
        spans
    }

    /// Returns the directory of all that held; `name` names it in errors.
    ///
    /// # Errors
    /// [`ErrorKind::Contradiction`](crate::ErrorKind::Contradiction) where two people have one address on the same day.
    pub fn directory(&self, name: &str) -> Result<Directory> {
        Directory::from_json(&self.to_json(), name).map_err(|source| Fault::TwoOwners(source).into())
    }

    /// Returns all that held in the form that [`Directory::from_json`] reads: an object for each address and span, with `email`,
    /// `from`, `to` and the facts.
    pub fn to_json(&self) -> String {
        // All facts in every row: a column that nobody has a value in is there all the same.
        let facts = self.facts();
        let mut rows = Vec::new();
        for span in self.spans() {
            for email in span.emails {
                let mut row = serde_json::Map::new();
                for fact in &facts {
                    let value = span.facts.get(*fact).cloned().unwrap_or_default();
                    row.insert((*fact).to_owned(), value.into());
                }
                row.insert("email".to_owned(), email.into());
                row.extend(span.from.map(|day| ("from".to_owned(), day.to_string().into())));
                row.extend(span.until.map(|day| ("to".to_owned(), day.to_string().into())));
                rows.push(serde_json::Value::Object(row));
            }
        }
        serde_json::Value::Array(rows).to_string()
    }

    /// Returns for each address the one id that rows with it have, so that a file without ids belongs to the same people.
    fn owners(&self) -> HashMap<&str, Option<&str>> {
        let mut owners: HashMap<&str, Option<&str>> = HashMap::new();
        for row in self.snapshots().flat_map(|snapshot| &snapshot.rows) {
            let Some(id) = row.id.as_deref() else { continue };
            for email in &row.emails {
                let owner = owners.entry(email).or_insert(Some(id));
                if *owner != Some(id) {
                    *owner = None;
                }
            }
        }
        owners
    }

    /// Returns the rows of each person with the day of their snapshot, in the order of both.
    fn people<'a>(
        &'a self,
        owners: &HashMap<&str, Option<&str>>,
    ) -> BTreeMap<PersonKey, Vec<(NaiveDate, &'a PersonRow)>> {
        let mut people: BTreeMap<PersonKey, Vec<(NaiveDate, &PersonRow)>> = BTreeMap::new();
        for snapshot in self.snapshots() {
            for row in &snapshot.rows {
                let email = row.emails.first().map(String::as_str).unwrap_or_default();
                let id = row.id.as_deref().or_else(|| owners.get(email).copied().flatten());
                // An id is never taken for an address.
                let person = id.map_or_else(|| format!("@ {email}"), |id| format!("# {id}"));
                people.entry(person).or_default().push((snapshot.as_of, row));
            }
        }
        people
    }
}

/// A person in all snapshots.
struct Person<'a> {
    /// With the days of their snapshots, in order.
    rows: &'a [(NaiveDate, &'a PersonRow)],
    /// The days of all snapshots, in order.
    days: &'a [NaiveDate],
}

impl<'a> Person<'a> {
    /// Returns what held, from the days on which anything may change.
    fn spans(&self, always: &BTreeSet<&String>) -> Vec<PersonSpan> {
        let stated = self.rows.iter().flat_map(|(_, row)| [row.from, row.joined, row.until]);
        let changes: BTreeSet<NaiveDate> = stated.flatten().chain(self.days.iter().copied()).collect();
        let mut spans: Vec<PersonSpan> = Vec::new();
        let mut start = None;
        let ends = changes.iter().copied().map(Some).chain([None]);
        for end in ends {
            let day = start.or_else(|| end.and_then(|end: NaiveDate| end.pred_opt()));
            if let Some((row, is_inferred)) = day.and_then(|day| self.row_on(day)) {
                let mut emails = row.emails.clone();
                // Who has a colleague's former address has not had it before they are seen with it.
                emails.retain(|email| !is_inferred || always.contains(email));
                emails.extend(
                    always.iter().filter(|email| !row.emails.contains(email)).map(|email| (*email).clone()),
                );
                match spans.last_mut() {
                    Some(last) if last.until == start && last.emails == emails && last.facts == row.facts => {
                        last.until = end;
                    }
                    _ => spans.push(PersonSpan { emails, from: start, until: end, facts: row.facts.clone() }),
                }
            }
            start = end;
        }
        spans
    }

    /// Returns the row that holds on a day, by the three rules of [`History`], and whether by the last one.
    fn row_on(&self, day: NaiveDate) -> Option<(&'a PersonRow, bool)> {
        let before = self.days.iter().rev().find(|as_of| **as_of <= day);
        let next = self.days.iter().find(|as_of| **as_of > day);
        let dated = self.rows.iter().rev().filter(|(as_of, row)| *as_of > day && row.from.is_some());
        let later = dated.map(|(_, row)| *row).find(|row| row.holds(day));
        let earlier = self.rows_of(before).find(|row| row.holds(day));
        let known = later.or(earlier).map(|row| (row, false));
        known.or_else(|| self.rows_of(next).find(|row| row.holds(day)).map(|row| (row, before.is_some())))
    }

    /// Returns the rows in the snapshot of a day, if there is one.
    fn rows_of(&self, as_of: Option<&NaiveDate>) -> impl Iterator<Item = &'a PersonRow> + use<'a> {
        let as_of = as_of.copied();
        self.rows.iter().filter(move |(of, _)| Some(*of) == as_of).map(|(_, row)| *row)
    }
}
