//! What is odd in a file of people and was read all the same.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something in a file that its user should look at. It names lines, never people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// What is odd.
    pub kind: FindingKind,
    /// The column that it is about, where it is about one.
    pub column: Option<String>,
    /// The lines that it is about; of JSON the numbers of the objects.
    pub lines: Vec<u64>,
}

/// What is odd in a file of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// Rows without an email, which are left out: no charge could find them.
    NoEmail,
    /// Rows that say what another row says already; they count once.
    RowTwice,
    /// A status that is neither known as active nor as inactive; the person counts as active.
    UnknownStatus,
    /// Days of a column that is named like first days after, but which are last days: each lies one day before the same
    /// person's next row. They are read as last days.
    InclusiveEnds,
    /// A row ends on the day on which the same person's next one begins. That day belongs to the next one.
    SameDayMove,
    /// People who have no value for a fact that was asked for.
    EmptyFact,
    /// People who are in several groups at once; they have no value.
    SeveralGroups,
    /// People whose last day lies before their first one and who are active: the last day is that of the time before they
    /// returned, and is left out.
    ReturnedSince,
    /// People who are inactive without a day; they count as gone since the day of the file.
    NoLastDay,
    /// The last row, if the file ends in it without a line feed: a file that was cut off there would look the same.
    OpenEnd,
}

impl FindingKind {
    /// Returns what the finding says, for a number of rows.
    fn says(self) -> &'static str {
        match self {
            Self::NoEmail => "without an email, left out",
            Self::RowTwice => "say what another row says, counted once",
            Self::UnknownStatus => "with a status that is not known, taken as active",
            Self::InclusiveEnds => "end one day before the same person's next row: read as last days",
            Self::SameDayMove => {
                "end on the day on which the same person's next row begins: that day goes to the next"
            }
            Self::EmptyFact => "without a value",
            Self::SeveralGroups => "in several groups at once, without a value",
            Self::ReturnedSince => "whose last day lies before their first: taken as back since the first",
            Self::OpenEnd => "at the end without a line feed: the file may have been cut off there",
            Self::NoLastDay => "inactive without a day: taken as gone since the day of the file",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        let rows = self.lines.len();
        write!(f, "{rows} {} {}", if rows == 1 { "row" } else { "rows" }, self.kind.says())?;
        let shown: Vec<String> = self.lines.iter().take(5).map(u64::to_string).collect();
        let more = if rows > shown.len() { ", ..." } else { "" };
        write!(f, " (line {}{more})", shown.join(", "))
    }
}

/// Findings as they are made, one for each kind and column.
#[derive(Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn add(&mut self, kind: FindingKind, column: Option<&str>, line: u64) {
        let same = |finding: &&mut Finding| finding.kind == kind && finding.column.as_deref() == column;
        match self.0.iter_mut().find(same) {
            Some(finding) => finding.lines.push(line),
            None => self.0.push(Finding { kind, column: column.map(str::to_owned), lines: vec![line] }),
        }
    }

    pub(crate) fn into_list(mut self) -> Vec<Finding> {
        for finding in &mut self.0 {
            finding.lines.sort_unstable();
        }
        self.0.sort_by(|one, other| (one.kind, &one.column).cmp(&(other.kind, &other.column)));
        self.0
    }
}
