//! Finds likely mistakes in a directory that can be read.
//!
//! Nothing here is an error: each of these directories can be read and gives an answer for every charge, only
//! most likely another one than its author meant.

use std::collections::HashMap;

use cost_model::Timestamp;

use crate::dates::parse_date;
use crate::directory::lookup::Directory;
use crate::directory::source::{DatedRow, DirectorySource, PersonRows};
use crate::finding::{Finding, FindingKind};
use crate::names::{email_fault, fold_name, lowercase};

/// The number of findings of a kind that are listed at most; the last says how many more there are.
const LISTED_MAX: usize = 20;

/// Names, folded by [`fold_name`], of columns that hold the days between which a row holds.
///
/// These are how exports of HR systems name such columns. Only a hint: it makes a finding, and no column is
/// read as a date because of it.
const DATE_WORDS: [&str; 20] = [
    "start",
    "startdate",
    "end",
    "enddate",
    "validfrom",
    "validto",
    "validuntil",
    "effectivefrom",
    "effectiveto",
    "effectivedate",
    "hiredate",
    "termdate",
    "terminationdate",
    "leavedate",
    "lastday",
    "firstday",
    "since",
    "until",
    "dateto",
    "datefrom",
];

impl Directory {
    /// Finds what is likely wrong with the directory: ends that seem to be last days, days between two rows of a person,
    /// columns of dates that are not read as dates, cells that are no email, rows on the same days whose emails differ
    /// only in letter case, and columns with nearly the same name.
    ///
    /// No finding names a person. Of many findings of one kind the first 20 are listed, and the last says how many more
    /// there are.
    ///
    /// ```
    /// let people = virtual_tags::Directory::from_csv(
    ///     b"email,team,from,to\nana@acme.test,Web,2026-01-01,2026-07-30\nana@acme.test,Ops,2026-07-31,\n",
    ///     "people.csv",
    /// )?;
    /// let finding = people.check()[0].to_string();
    /// assert!(finding.starts_with("people.csv:2: `to` is probably the last day"), "{finding}");
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for source in &self.sources {
            let people = source.sorted_people();
            findings.extend(listed(malformed_emails(source, &people)));
            findings.extend(listed(emails_alike(source, &people)));
            findings.extend(listed(gaps(source, &people)));
            findings.extend(self.unread_dates(source, &people));
        }
        findings.extend(self.near_equal_columns());
        findings
    }

    /// Finds columns that hold nothing but dates, or are named like one that does.
    ///
    /// Without the finding, an export whose columns are named `start` and `end` is read as rows that hold for
    /// all time.
    fn unread_dates(&self, source: &DirectorySource, people: &[PersonRows<'_>]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (fact, column) in self.facts.iter().zip(&source.columns) {
            let Some(column) = *column else { continue };
            let entries = people.iter().flat_map(|person| person.entries);
            let mut values = entries
                .filter_map(|entry| Some((entry.line, entry.values.get(column)?.as_ref()?)))
                .peekable();
            let first = values.peek().map(|(line, _)| *line);
            let named = DATE_WORDS.contains(&&*fold_name(fact));
            if first.is_some() && (values.all(|(_, value)| parse_date(value).is_some()) || named) {
                let message = format!(
                    "`{fact}` is a column of dates, but only `from`, `to` and `recorded_at` are read as dates: its rows hold \
                     for all time; rename it to `from` or `to` (the first day that no longer holds) if they should not"
                );
                findings.push(Finding::new(FindingKind::UnreadDates, source.line_place(1).as_ref(), message));
            }
        }
        findings
    }

    /// Finds columns whose names people read as one, such as `team` and `Team`, of any two sources.
    fn near_equal_columns(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (number, fact) in self.facts.iter().enumerate() {
            let earlier = self.facts.iter().take(number).find(|other| fold_name(other) == fold_name(fact));
            findings.extend(earlier.map(|earlier| {
                let message =
                    format!("the columns `{earlier}` and `{fact}` have nearly the same name; keep one");
                let place = self.sources.iter().find_map(|source| source.line_place(1));
                Finding::new(FindingKind::NearEqualKeys, place.as_ref(), message)
            }));
        }
        findings
    }
}

/// Finds names that look like emails and are none, one finding for each person at their first line.
fn malformed_emails(source: &DirectorySource, people: &[PersonRows<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for person in people {
        if let (Some(fault), Some(line)) =
            (email_fault(person.email), person.entries.iter().map(|entry| entry.line).min())
        {
            let message =
                format!("the email {fault}, so that no charge finds this row; write the address alone");
            findings.push(Finding::new(
                FindingKind::MalformedEmail,
                source.line_place(line).as_ref(),
                message,
            ));
        }
    }
    findings.sort_by_key(|finding| finding.place.as_ref().and_then(|place| place.line));
    findings
}

/// Finds rows that hold on the same days and whose emails differ only in letter case.
///
/// Who writes the email in either way gets the values of that row, and who writes it in a third way those of
/// none.
fn emails_alike(source: &DirectorySource, people: &[PersonRows<'_>]) -> Vec<Finding> {
    let mut alike: HashMap<String, Vec<&DatedRow>> = HashMap::new();
    for person in people.iter().filter(|person| source.is_alike(person.email)) {
        alike.entry(lowercase(person.email)).or_default().extend(person.entries);
    }
    let mut findings = Vec::new();
    for mut entries in alike.into_values() {
        entries.sort_by_key(|entry| entry.line);
        for (number, entry) in entries.iter().enumerate() {
            // Rows of exactly the same email never share days.
            let mut earlier = entries.iter().take(number);
            if let Some(other) = earlier.find(|other| other.span.overlaps(&entry.span)) {
                let message = format!(
                    "the email differs from that of line {} only in letter case, and both rows hold on the same days; keep the \
                     one that is right, or let one end where the other starts",
                    other.line
                );
                findings.push(Finding::new(
                    FindingKind::EmailsAlike,
                    source.line_place(entry.line).as_ref(),
                    message,
                ));
            }
        }
    }
    findings.sort_by_key(|finding| finding.place.as_ref().and_then(|place| place.line));
    findings
}

/// The end of one row of a person and the start of the next, where the second is not the day of the first.
struct Gap<'a> {
    before: &'a DatedRow,
    after: &'a DatedRow,
    /// Whether it is a day from midnight to midnight, as between a last day and the next first one.
    is_a_day: bool,
}

/// Finds days between two rows of a person on which none holds.
///
/// Where every gap is of one day and no two rows touch, the file takes `to` for the last day; that is one
/// finding for the file in place of one for each person.
fn gaps(source: &DirectorySource, people: &[PersonRows<'_>]) -> Vec<Finding> {
    let (mut gaps, mut touching) = (Vec::new(), false);
    for person in people {
        let mut entries: Vec<_> = person.entries.iter().collect();
        entries.sort_by_key(|entry| entry.span.from);
        for pair in entries.windows(2) {
            let [before, after] = *pair else { continue };
            let Some((end, start)) = before.span.to.zip(after.span.from) else { continue };
            if end < start {
                let is_a_day = is_midnight(end) && end.date().succ_opt() == Some(start.date());
                gaps.push(Gap { before, after, is_a_day: is_a_day && is_midnight(start) });
            } else {
                touching = true;
            }
        }
    }
    gaps.sort_by_key(|gap| gap.before.line);
    let one_day = gaps.iter().filter(|gap| gap.is_a_day).count();
    let mut findings = Vec::new();
    // Where no row starts on the day on which the one before ends, the ends are those of another convention.
    if let (false, Some(first)) = (touching, gaps.iter().find(|gap| gap.is_a_day)) {
        let message = format!(
            "`to` is probably the last day: {one_day} times a person's next row starts on the day after it, and none on the day \
             itself. Here it is the first day that no longer holds, so that each of them has no owner for a day, and whoever left \
             lost theirs; write the day after the last day"
        );
        let place = source.line_place(first.before.line);
        findings.push(Finding::new(FindingKind::InclusiveEnds, place.as_ref(), message));
        gaps.retain(|gap| !gap.is_a_day);
    }
    for Gap { before, after, .. } in gaps {
        let Some((end, start)) = before.span.to.zip(after.span.from) else { continue };
        let message = format!(
            "from {} until {} no row of this person holds: line {} starts only then; let one end where the other starts, unless \
             the person was away",
            written(end),
            written(start),
            after.line
        );
        let place = source.line_place(before.line);
        findings.push(Finding::new(FindingKind::PersonGap, place.as_ref(), message));
    }
    findings
}

/// Returns whether an instant is the first of a UTC day.
fn is_midnight(at: Timestamp) -> bool {
    Timestamp::midnight(at.date()) == at
}

/// Returns the day of a midnight, else the instant.
fn written(at: Timestamp) -> String {
    if is_midnight(at) { at.date().to_string() } else { at.to_string() }
}

/// Returns the first findings of a long list; the last says how many more there are.
fn listed(mut findings: Vec<Finding>) -> Vec<Finding> {
    let more = findings.len().saturating_sub(LISTED_MAX);
    findings.truncate(LISTED_MAX);
    if let Some(last) = findings.last_mut().filter(|_| more > 0) {
        last.message = format!("{} ({more} more such rows)", last.message);
    }
    findings
}
