//! Reports as text, CSV and JSON.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::dimension::Dimension;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::UnknownValue;
use crate::money::{Metric, Money, Rounding, TokenType};
use crate::output::{CsvWriter, TextTable, amount, for_terminal, grouped};
use crate::store::Gap;
use crate::time::Timestamp;

use super::Totals;
use super::rows::{Report, Row, RowKind};

/// A column of figures.
/// Columns only choose what is shown: rows are ordered by the [measure](super::Measure) of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Column {
    /// One of the four costs.
    Cost(Metric),
    /// One of the four costs in the period compared with.
    PreviousCost(Metric),
    /// Tokens of one type.
    Tokens(TokenType),
    /// All tokens.
    AllTokens,
    /// Request units.
    Requests,
    /// Usage, in whatever unit.
    Usage,
    /// The number of charges.
    Records,
}

impl Column {
    /// The usual columns: number of charges, and effective, billed and list cost.
    pub const COSTS: [Self; 4] =
        [Self::Records, Self::Cost(Metric::Effective), Self::Cost(Metric::Billed), Self::Cost(Metric::List)];

    /// Tokens by type, all tokens, and effective cost.
    pub const TOKENS: [Self; 6] = [
        Self::Tokens(TokenType::Input),
        Self::Tokens(TokenType::Output),
        Self::Tokens(TokenType::CacheWrite),
        Self::Tokens(TokenType::CacheRead),
        Self::AllTokens,
        Self::Cost(Metric::Effective),
    ];

    /// Returns the column's heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Cost(metric) => metric.name(),
            Self::PreviousCost(Metric::Effective) => "previous effective",
            Self::PreviousCost(Metric::Billed) => "previous billed",
            Self::PreviousCost(Metric::List) => "previous list",
            Self::PreviousCost(Metric::Contracted) => "previous contracted",
            Self::Tokens(token_type) => token_type.name(),
            Self::AllTokens => "all tokens",
            Self::Requests => "requests",
            Self::Usage => "usage",
            Self::Records => "events",
        }
    }

    /// Returns the exact figure.
    fn figure(self, totals: &Totals, previous: Option<&Totals>) -> Result<String> {
        Ok(match self {
            Self::Cost(metric) => totals.get(metric).amount.to_string(),
            Self::PreviousCost(metric) => {
                previous.map(|totals| totals.get(metric).amount.to_string()).unwrap_or_default()
            }
            Self::Tokens(token_type) => totals.tokens.get(token_type).to_string(),
            Self::AllTokens => totals.tokens.total()?.to_string(),
            Self::Requests => totals.requests.to_string(),
            Self::Usage => totals.stated_usage()?.to_string(),
            Self::Records => totals.records.to_string(),
        })
    }

    /// Returns the figure as it is shown to people.
    fn shown(self, totals: &Totals, previous: Option<&Totals>) -> Result<String> {
        match self.money(totals, previous) {
            Some(money) => Ok(amount(money)),
            None => Ok(grouped(self.figure(totals, previous)?)),
        }
    }

    fn money(self, totals: &Totals, previous: Option<&Totals>) -> Option<Money> {
        match self {
            Self::Cost(metric) => Some(totals.get(metric).amount),
            Self::PreviousCost(metric) => previous.map(|totals| totals.get(metric).amount),
            _ => None,
        }
    }
}

impl Report {
    /// Returns the report as a table for people: costs with two decimals, thousands separators, a line of totals, and below
    /// it remarks on gaps, absent amounts and estimates. The table is as wide as its names; see [`Self::to_text_within`].
    ///
    /// Each figure is the rounding of its own exact value, so that the same amount is the same in every table; where the
    /// rounded rows do not add up to the rounded total, a line below says by how much. Names are neutralised by
    /// [`for_terminal`], and truncated where they are long.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when a figure leaves its range.
    pub fn to_text(&self, columns: &[Column]) -> Result<String> {
        self.to_text_within(columns, usize::MAX)
    }

    /// Returns the report as [`Self::to_text`] does, with names truncated so that the table fits into `width` columns of a
    /// terminal where that is possible without truncating a figure.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when a figure leaves its range.
    pub fn to_text_within(&self, columns: &[Column], width: usize) -> Result<String> {
        let mut table = TextTable::new()
            .within(width)
            .text(self.bin.map(|_| "from"))
            .text(self.group_by.iter().map(Dimension::heading))
            .figures(columns.iter().map(|column| column.heading()));
        for row in &self.rows {
            let shown = columns.iter().map(|column| column.shown(&row.totals, row.previous.as_deref()));
            table.row(self.labels(row).into_iter().map(Ok).chain(shown).collect::<Result<Vec<_>>>()?);
        }
        table.rule();
        let previous = self.previous.as_ref().map(|previous| &previous.total);
        let mut last = vec![String::new(); usize::from(self.bin.is_some()) + self.group_by.len()];
        if let Some(first) = last.first_mut() {
            "total".clone_into(first);
        }
        let by_unit = self.group_by.contains(&Dimension::UsageUnit);
        let totals = columns.iter().map(|column| match column {
            // Usage in several units has no total.
            Column::Usage if by_unit => Ok(String::new()),
            _ => column.shown(&self.total, previous),
        });
        table.row(last.into_iter().map(Ok).chain(totals).collect::<Result<Vec<_>>>()?);
        let mut text = table.to_string();
        for remark in self.rounding_remark(columns)?.into_iter().chain(self.remarks()) {
            text.push_str(&for_terminal(&remark));
            text.push('\n');
        }
        Ok(text)
    }

    /// Returns the report as CSV with exact figures, a line of headings and one line for each row, without a total. Names are
    /// neutralised by [`for_csv`](crate::output::for_csv).
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when a figure leaves its range.
    pub fn to_csv(&self, columns: &[Column]) -> Result<String> {
        let headings =
            self.bin.map(|_| "from").into_iter().chain(self.group_by.iter().map(Dimension::heading));
        let headings = headings.chain(columns.iter().map(|column| column.heading()));
        let mut writer = CsvWriter::new(Vec::new(), headings).map_err(not_csv)?;
        for row in &self.rows {
            let figures = columns.iter().map(|column| column.figure(&row.totals, row.previous.as_deref()));
            let cells = self.labels(row).into_iter().map(Ok).chain(figures).collect::<Result<Vec<_>>>()?;
            writer.row(cells).map_err(not_csv)?;
        }
        let bytes = writer.finish().map_err(not_csv)?;
        String::from_utf8(bytes).map_err(|error| not_csv(std::io::Error::other(error)))
    }

    fn labels(&self, row: &Row) -> Vec<String> {
        let bin = row.bin.map(|bin| self.bin_label(bin));
        let keys = row.keys.iter().enumerate().map(|(index, key)| match (row.kind, key) {
            (RowKind::Other(groups), _) if index == 0 => format!("(other: {groups})"),
            (RowKind::Other(_), _) => String::new(),
            (_, Some(key)) => key.to_string(),
            (_, None) => "(none)".to_owned(),
        });
        bin.into_iter().chain(keys).collect()
    }

    /// Returns a day where steps start at midnight, else the instant.
    fn bin_label(&self, bin: Timestamp) -> String {
        let local = bin.to_datetime().with_timezone(&self.zone);
        if local.time() == chrono::NaiveTime::MIN {
            return local.date_naive().to_string();
        }
        local.format("%Y-%m-%d %H:%M").to_string()
    }

    /// Says by how much rounded rows miss the rounded total, where the exact rows add up to the exact total.
    fn rounding_remark(&self, columns: &[Column]) -> Result<Option<String>> {
        let mut missed = Vec::new();
        let previous_total = self.previous.as_ref().map(|previous| &previous.total);
        for column in columns {
            let Some(total) = column.money(&self.total, previous_total) else { continue };
            let rows = self.rows.iter();
            let rows = rows.filter_map(|row| column.money(&row.totals, row.previous.as_deref()));
            let rows: Vec<Money> = rows.collect();
            if Money::sum(rows.iter().copied())? != total {
                // Running totals have no sum.
                continue;
            }
            let rounded = rows.iter().map(|amount| amount.rounded(CENTS, Rounding::HalfUp));
            let sum = Money::sum(rounded.collect::<Result<Vec<_>>>()?)?;
            let difference = sum.checked_sub(total.rounded(CENTS, Rounding::HalfUp)?)?;
            if !difference.is_zero() {
                missed.push(format!("{} in {}", amount(difference), column.heading()));
            }
        }
        Ok((!missed.is_empty()).then(|| {
            format!("rows are rounded each on its own; they differ from the total by {}", missed.join(", "))
        }))
    }

    /// Returns what the figures leave open: amounts not stated, parts of the range that are not final, and estimates.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for metric in [Metric::Effective, Metric::Billed, Metric::List] {
            let missing = self.total.get(metric).missing;
            if missing > 0 {
                let (events, state) = if missing == 1 { ("event", "states") } else { ("events", "state") };
                remarks.push(format!("{} {events} {state} no {metric} cost", grouped(missing)));
            }
        }
        for Gap { connection, window, state } in &self.gaps {
            let whose = connection.as_ref().map(|connection| format!(" of {connection}")).unwrap_or_default();
            remarks.push(format!("{}{whose}: {window}", state.name()));
        }
        remarks.extend(self.unknown_values.iter().map(ToString::to_string));
        if self.estimated {
            remarks.push(
                "costs by token type are estimates by list prices; they add up to what was charged"
                    .to_owned(),
            );
        }
        remarks
    }
}

/// Costs are shown in whole cents.
const CENTS: u32 = 2;

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let group_by: Vec<&str> = self.group_by.iter().map(Dimension::heading).collect();
        let mut report = serializer.serialize_struct("Report", 11)?;
        report.serialize_field("currency", &self.currency)?;
        report.serialize_field("window", &self.window)?;
        report.serialize_field("measure", &self.measure.to_string())?;
        report.serialize_field("group_by", &group_by)?;
        report.serialize_field("rows", &self.rows)?;
        report.serialize_field("total", &self.total)?;
        report.serialize_field("previous_window", &self.previous.as_ref().map(|previous| previous.window))?;
        report.serialize_field("previous_total", &self.previous.as_ref().map(|previous| previous.total))?;
        report.serialize_field("gaps", &self.gaps)?;
        report.serialize_field("estimated", &self.estimated)?;
        report.serialize_field("unknown_values", &self.unknown_values)?;
        report.end()
    }
}

impl Serialize for UnknownValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut unknown = serializer.serialize_struct("UnknownValue", 3)?;
        unknown.serialize_field("field", &self.dimension.to_string())?;
        unknown.serialize_field("value", &**self.value())?;
        unknown.serialize_field("suggestion", &self.suggestion.as_deref())?;
        unknown.end()
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let keys: Vec<Option<&str>> = self.keys.iter().map(Option::as_deref).collect();
        let other = match self.kind {
            RowKind::Group => None,
            RowKind::Other(groups) => Some(groups),
        };
        let mut row = serializer.serialize_struct("Row", 5)?;
        row.serialize_field("from", &self.bin)?;
        row.serialize_field("keys", &keys)?;
        row.serialize_field("other_groups", &other)?;
        row.serialize_field("totals", &self.totals)?;
        row.serialize_field("previous", &self.previous)?;
        row.end()
    }
}

/// Returns the error of a report that could not be written as CSV.
fn not_csv(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Value, "the report is not CSV").with_source(error)
}
