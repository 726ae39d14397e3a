//! Exports as companies have them, and what becomes of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod exports;
mod histories;
mod mistakes;
mod previews;

use cost_people::{PeopleReader, Snapshot};

/// Reads a file of 2026-10-05 that has to be readable.
fn read(reader: impl FnOnce(PeopleReader) -> PeopleReader, text: &str) -> Snapshot {
    let day = "2026-10-05".parse().unwrap();
    reader(PeopleReader::new(day)).read(text.as_bytes(), "people").unwrap()
}

/// Returns the rows as text: emails, days and facts.
fn rows(snapshot: &Snapshot) -> Vec<String> {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let facts = |facts: &std::collections::BTreeMap<String, String>| {
        facts.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    let text = |row: &cost_people::PersonRow| {
        format!("{} {}..{} {}", row.emails.join("+"), day(row.start()), day(row.until), facts(&row.facts))
    };
    snapshot.rows.iter().map(text).collect()
}
