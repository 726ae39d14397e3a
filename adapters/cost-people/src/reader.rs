//! Reads an export into a snapshot.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use virtual_tags::Directory;

use crate::columns::{ColumnMeaning, ColumnUse, Columns, Stated, key, level};
use crate::dates::DateForm;
use crate::error::{Fault, Result};
use crate::finding::{FindingKind, Findings};
use crate::rows::{self, Row};
use crate::snapshot::{PersonRow, Snapshot};

/// Reads exports of people: tables in CSV, and JSON as SCIM, Okta, Microsoft Graph, Google and others answer it.
///
/// Columns are found by the names under which systems export them, and what was understood is returned with the people. Only
/// facts that are asked for are kept, so that a salary beside a department goes nowhere.
///
/// ```
/// use cost_people::{ColumnMeaning, PeopleReader};
///
/// let csv = b"Employee_ID,Email,Team_Name,Start_Date,Termination_Date,Salary\n\
///     17,ana@acme.test,Web,2024-03-01,,91000\n\
///     18,bo@acme.test,Data,2023-01-09,2026-09-30,87000\n";
/// let snapshot = PeopleReader::new("2026-10-05".parse()?).facts(["team"]).read(csv, "workday.csv")?;
/// assert_eq!((snapshot.people(), snapshot.active()), (2, 1));
/// let read: Vec<_> = snapshot.columns.iter().map(|column| column.meaning).collect();
/// assert_eq!(read, [
///     Some(ColumnMeaning::Id), Some(ColumnMeaning::Email), Some(ColumnMeaning::Fact), Some(ColumnMeaning::Joined), Some(ColumnMeaning::LastDay), None,
/// ]);
/// // The last day is a day at work, so the row holds until the day after.
/// assert_eq!(snapshot.rows[1].until, Some("2026-10-01".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PeopleReader {
    as_of: NaiveDate,
    dates: DateForm,
    stated: Stated,
}

cost_model::masked_debug!(PeopleReader { as_of, dates });

impl PeopleReader {
    /// Makes a reader for a file that was exported on a day. It keeps no facts and reads days that begin with the year.
    pub fn new(as_of: NaiveDate) -> Self {
        Self { as_of, dates: DateForm::default(), stated: Stated::default() }
    }

    /// Asks for facts: the names of columns, as they are or as words with underscores. `team` finds `Team`, `Team_Name` and
    /// `work.team`; `org_1` and on are the levels of a path of units.
    pub fn facts<T: Into<String>>(mut self, facts: impl IntoIterator<Item = T>) -> Self {
        self.stated.facts.extend(facts.into_iter().map(Into::into));
        self
    }

    /// Asks for facts that the file need not have.
    pub fn facts_if_there<T: Into<String>>(mut self, facts: impl IntoIterator<Item = T>) -> Self {
        self.stated.facts_if_there.extend(facts.into_iter().map(Into::into));
        self
    }

    /// States how days are written that do not begin with the year.
    pub fn dates(mut self, form: DateForm) -> Self {
        self.dates = form;
        self
    }

    /// States what a column means, whatever its name says.
    pub fn column(mut self, name: impl Into<String>, meaning: ColumnMeaning) -> Self {
        self.stated.meanings.push((name.into(), meaning));
        self
    }

    /// Reads a file; `file` names it in errors.
    ///
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File) for what is no export of people or lacks a fact that was asked for,
    /// [`ErrorKind::Dates`](crate::ErrorKind::Dates) for a day in a form that was not stated,
    /// [`ErrorKind::Contradiction`](crate::ErrorKind::Contradiction) where two rows contradict each other. All with the line.
    pub fn read(&self, bytes: &[u8], file: &str) -> Result<Snapshot> {
        let read = rows::read(bytes, file)?;
        let columns = Columns::find(&read.names, &self.stated, file)?;
        let mut findings = Findings::default();
        let reading = Reading { reader: self, columns: &columns, file };
        let mut lines = Vec::new();
        for row in &read.rows {
            match reading.person(row, &mut findings)? {
                Some(person) => lines.push((row.line, person)),
                None => findings.add(FindingKind::NoEmail, None, row.line),
            }
        }
        if let Some(line) = read.open_end {
            findings.add(FindingKind::OpenEnd, None, line);
        }
        reading.refuse_shared_emails(&lines)?;
        let rows = reading.settle(lines, &mut findings)?;
        Ok(Snapshot {
            as_of: self.as_of,
            facts: columns.facts,
            rows,
            columns: columns.uses,
            findings: findings.into_list(),
        })
    }
}

/// Statuses of people who are not there, as [`key`] spells them.
const INACTIVE: [&str; 15] = [
    "inactive",
    "deprovisioned",
    "suspended",
    "terminated",
    "disabled",
    "false",
    "no",
    "0",
    "left",
    "archived",
    "deactivated",
    "former",
    "leaver",
    "deleted",
    "resigned",
];

/// Statuses of people who are there.
const ACTIVE: [&str; 16] = [
    "active",
    "true",
    "yes",
    "1",
    "enabled",
    "current",
    "employed",
    "onleave",
    "leave",
    "provisioned",
    "staged",
    "recovery",
    "passwordexpired",
    "lockedout",
    "joined",
    "working",
];

/// A file that is being read.
struct Reading<'a> {
    reader: &'a PeopleReader,
    columns: &'a Columns,
    file: &'a str,
}

impl Reading<'_> {
    /// Reads what a row says; `None` where it has no address.
    fn person(&self, row: &Row, findings: &mut Findings) -> Result<Option<PersonRow>> {
        let mut person = PersonRow {
            id: self.texts(row, ColumnMeaning::Id).next().map(|(_, text)| text.to_owned()),
            emails: self.emails(row),
            joined: self.day(row, ColumnMeaning::Joined)?,
            from: self.day(row, ColumnMeaning::From)?,
            until: None,
            active: self.is_active(row, findings),
            facts: BTreeMap::new(),
        };
        if person.emails.is_empty() {
            return Ok(None);
        }
        let last_day = self.day(row, ColumnMeaning::LastDay)?;
        let status_since = self.day(row, ColumnMeaning::StatusSince)?;
        let stated = match last_day {
            Some(last) => last.succ_opt(),
            None => self.day(row, ColumnMeaning::Until)?,
        };
        person.until = match (stated, person.active) {
            (Some(until), _) => Some(until),
            (None, true) => None,
            // On the day itself they may still have worked.
            (None, false) => status_since.and_then(|day| day.succ_opt()).or_else(|| {
                findings.add(FindingKind::NoLastDay, None, row.line);
                Some(self.reader.as_of)
            }),
        };
        // A returner's file often still has the last day of the time before.
        if stated.is_some() && person.active && person.joined > person.until {
            findings.add(FindingKind::ReturnedSince, None, row.line);
            person.until = None;
        }
        if person.from.zip(person.until).is_some_and(|(from, until)| until < from) {
            return Err(Fault::Backward { file: self.file.to_owned(), line: row.line }.into());
        }
        self.read_facts(row, &mut person, findings);
        Ok(Some(person))
    }

    /// Returns the texts of a row in columns of a meaning, with the columns.
    fn texts<'r>(
        &'r self,
        row: &'r Row,
        meaning: ColumnMeaning,
    ) -> impl Iterator<Item = (&'r ColumnUse, &'r str)> {
        let uses = row.cells.iter().filter_map(|(name, text)| Some((self.columns.of(name)?, text.as_str())));
        uses.filter(move |(column, _)| column.meaning == Some(meaning))
    }

    /// Returns the addresses of a row, without those that are none, such as the login `ana`.
    fn emails(&self, row: &Row) -> Vec<String> {
        let mut emails: Vec<String> = Vec::new();
        let texts = self.texts(row, ColumnMeaning::Email).chain(self.texts(row, ColumnMeaning::OtherEmail));
        for (_, text) in texts {
            for each in text.split([';', ',', ' ']) {
                // Exchange writes `SMTP:ana@acme.test`.
                let each = each.rsplit(':').next().unwrap_or(each).trim_matches(['<', '>', '"']);
                let each = Directory::comparable_email(each);
                let is_address =
                    each.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
                if is_address && !emails.contains(&each) {
                    emails.push(each);
                }
            }
        }
        emails
    }

    fn day(&self, row: &Row, meaning: ColumnMeaning) -> Result<Option<NaiveDate>> {
        let Some((column, text)) = self.texts(row, meaning).next() else { return Ok(None) };
        // How systems write that there is no day.
        if ["0001-01-01", "9999-12-31"].iter().any(|none| text.starts_with(none))
            || ["-", "n/a", "null", "never"].contains(&text.to_lowercase().as_str())
        {
            return Ok(None);
        }
        let day = self.reader.dates.read(text);
        day.map(Some).ok_or_else(|| {
            let problem = self.reader.dates.refusal(text);
            Fault::Date { file: self.file.to_owned(), line: row.line, column: column.name.clone(), problem }
                .into()
        })
    }

    /// Returns whether somebody is there. A column such as `suspended` says when they are not.
    fn is_active(&self, row: &Row, findings: &mut Findings) -> bool {
        let Some((column, text)) = self.texts(row, ColumnMeaning::Status).next() else { return true };
        let (status, reversed) = (key(text), key(&column.name) == "suspended");
        if INACTIVE.contains(&status.as_str()) {
            return reversed;
        }
        if !ACTIVE.contains(&status.as_str()) {
            findings.add(FindingKind::UnknownStatus, Some(&column.name), row.line);
            return true;
        }
        !reversed
    }

    fn read_facts(&self, row: &Row, person: &mut PersonRow, findings: &mut Findings) {
        let path = self.texts(row, ColumnMeaning::OrgPath).next().map(|(_, text)| text).unwrap_or_default();
        let levels: Vec<&str> =
            path.split(['/', '>']).map(str::trim).filter(|unit| !unit.is_empty()).collect();
        for fact in &self.columns.facts {
            let mut in_columns =
                self.texts(row, ColumnMeaning::Fact).filter(|(column, _)| column.fact.as_ref() == Some(fact));
            let value = in_columns.next().map(|(_, text)| text);
            let of_level = level(fact).and_then(|level| levels.get(level.checked_sub(1)?).copied());
            match value.or(of_level) {
                Some(value) => {
                    person.facts.insert(fact.clone(), value.split_whitespace().collect::<Vec<_>>().join(" "));
                }
                // Not everybody is on the deeper levels of a path.
                None if level(fact).is_some_and(|level| level > 1) => {}
                None => findings.add(FindingKind::EmptyFact, Some(fact), row.line),
            }
        }
    }

    /// Refuses a file that gives one address to two people: whose charges are they?
    fn refuse_shared_emails(&self, lines: &[(u64, PersonRow)]) -> Result<()> {
        let mut owners: HashMap<&str, (u64, &PersonRow)> = HashMap::new();
        for (line, person) in lines {
            for email in &person.emails {
                let (other, owner) = *owners.entry(email).or_insert((*line, person));
                if !owner.is_same_person(person) {
                    return Err(Fault::SharedEmail { file: self.file.to_owned(), line: *line, other }.into());
                }
            }
        }
        Ok(())
    }

    /// Brings the rows of each person in the order of their days, and ends each where the next one begins.
    fn settle(&self, mut lines: Vec<(u64, PersonRow)>, findings: &mut Findings) -> Result<Vec<PersonRow>> {
        let who =
            |person: &PersonRow| (person.id.clone().or_else(|| person.emails.first().cloned()), person.from);
        lines.sort_by_key(|(line, person)| (who(person), *line));
        lines.dedup_by(|(line, row), (_, before)| {
            let is_twice = row == before;
            if is_twice {
                findings.add(FindingKind::RowTwice, None, *line);
            }
            is_twice
        });
        if self.ends_are_last_days(&lines, findings) {
            for (_, person) in &mut lines {
                person.until = person.until.and_then(|day| day.succ_opt());
            }
        }
        let mut settled: Vec<(u64, PersonRow)> = Vec::new();
        for (line, person) in lines {
            if let Some((other, before)) =
                settled.last_mut().filter(|(_, before)| before.is_same_person(&person))
            {
                self.end_where_next_begins((*other, before), (line, &person), findings)?;
            }
            settled.push((line, person));
        }
        Ok(settled.into_iter().map(|(_, person)| person).collect())
    }

    /// Returns whether a column named like first days after holds last days: each end lies one day before the same person's
    /// next row, and none on its first day.
    fn ends_are_last_days(&self, lines: &[(u64, PersonRow)], findings: &mut Findings) -> bool {
        let Some(column) = self.columns.first(ColumnMeaning::Until) else { return false };
        if self.reader.stated.meanings.iter().any(|(_, meaning)| *meaning == ColumnMeaning::Until) {
            return false;
        }
        let mut one_before = Vec::new();
        for pair in lines.windows(2) {
            let [(line, one), (_, next)] = pair else { continue };
            let (true, Some(until), Some(from)) = (one.is_same_person(next), one.until, next.from) else {
                continue;
            };
            if until.succ_opt() == Some(from) {
                one_before.push(*line);
            } else if until == from {
                return false;
            }
        }
        for line in &one_before {
            findings.add(FindingKind::InclusiveEnds, Some(&column.name), *line);
        }
        !one_before.is_empty()
    }

    /// Ends a row on the day on which the same person's next one begins, unless both claim more than that day.
    fn end_where_next_begins(
        &self,
        (other, before): (u64, &mut PersonRow),
        (line, next): (u64, &PersonRow),
        findings: &mut Findings,
    ) -> Result<()> {
        let contradiction = |remedy| Fault::TwoRows { file: self.file.to_owned(), line, other, remedy };
        let Some(from) = next.from.filter(|from| before.from != Some(*from)) else {
            return Err(contradiction("state the days on which each begins, or leave one of them").into());
        };
        match before.until {
            Some(until) if until == from.succ_opt().unwrap_or(from) => {
                findings.add(FindingKind::SameDayMove, None, other);
                before.until = Some(from);
            }
            Some(until) if until > from => {
                return Err(contradiction("let one end where the other begins").into());
            }
            Some(_) => {}
            None => before.until = Some(from),
        }
        Ok(())
    }
}
