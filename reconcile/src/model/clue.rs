//! Clues: where to look for what is unexplained.

use std::fmt;

use cost_model::output::{counted, for_terminal};
use cost_model::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::evidence::FalsePositiveRate;

/// Something that fits an unexplained difference, and what to do about it. It is no explanation: nothing is moved by it.
///
/// `Display` is one sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Clue {
    /// The lines of the invoice file that it is about; none if it is about charges that are on no line.
    pub lines: Vec<u64>,
    /// The amount at stake.
    pub amount: Money,
    /// What fits.
    pub kind: ClueKind,
    /// How many such hits chance alone would give, if a search found it. Searches with more than one in twenty are left
    /// out.
    #[serde(rename = "coincidences", default, skip_serializing_if = "Option::is_none")]
    pub false_positives: Option<FalsePositiveRate>,
}

/// What fits an unexplained difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClueKind {
    /// Hardly any line fits the charges.
    AnotherInvoice {
        /// How many lines fit.
        fit: u64,
    },
    /// The lines count more calls than are held.
    MoreCalls {
        /// How many more.
        calls: u64,
    },
    /// The lines count fewer calls than are held.
    FewerCalls {
        /// How many fewer.
        calls: u64,
    },
    /// The lines count the calls that are held, and ask for another amount.
    SameCalls,
    /// Charges that are on no line.
    UnclaimedUsage {
        /// How many.
        records: u64,
    },
    /// The charges of one UTC day come to the difference, or to half of it with the wrong sign.
    Day(Timestamp),
    /// The charges of one UTC hour do.
    Hour(Timestamp),
    /// Two neighbouring digits of the line's amount are the wrong way round.
    TransposedDigits,
    /// The line is a round percentage more or less than was charged, such as `19 % more`.
    Percentage(String),
    /// The charges up to an instant come to the line.
    UpTo(Timestamp),
    /// The line is right if one model costs a round percentage more or less.
    OneModel {
        /// The provider's id of the model.
        model: String,
        /// Such as `25 % more`.
        percentage: String,
    },
    /// Lines that are equal.
    EqualLines,
}

impl Clue {
    pub(crate) fn new(lines: Vec<u64>, amount: Money, kind: ClueKind) -> Self {
        Self { lines, amount, kind, false_positives: None }
    }
}

impl Clue {
    /// Its lines, as the subject of a sentence.
    fn subject(&self) -> String {
        const LISTED: usize = 5;
        match &self.lines[..] {
            [] => "no line".to_owned(),
            [one] => format!("line {one}"),
            few if few.len() <= LISTED => {
                format!("lines {}", few.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            many => format!("{} lines", many.len()),
        }
    }

    /// What fits, and what to do.
    fn sentence(&self) -> String {
        let subject = self.subject();
        let count = if self.lines.len() == 1 { "counts" } else { "count" };
        match &self.kind {
            ClueKind::AnotherInvoice { fit } => format!(
                "hardly any line fits ({fit} of {}): this is probably the invoice of another connection or period, look \
                 for the right one",
                self.lines.len()
            ),
            ClueKind::MoreCalls { calls } => {
                format!("{subject} {count} {} more than are held: run an audit", counted(*calls, "call"))
            }
            ClueKind::FewerCalls { calls } => format!(
                "{subject} {count} {} fewer than are held: ingest these days again, and look for them on the next invoice",
                counted(*calls, "call")
            ),
            ClueKind::SameCalls => {
                format!("{subject} {count} the calls that are held for another amount: ask for the price")
            }
            ClueKind::UnclaimedUsage { records } => {
                format!("{} on no line: look for them on another invoice", counted(*records, "charge"))
            }
            ClueKind::Day(day) => {
                format!("the charges of {} are what {subject} differs by: ingest that day again", day.date())
            }
            ClueKind::Hour(hour) => format!(
                "the charges of the hour from {hour} are what {subject} differs by: ingest that day again"
            ),
            ClueKind::TransposedDigits => {
                format!("two digits of {subject} seem to be swapped: ask who issued the invoice")
            }
            ClueKind::Percentage(percentage) => {
                format!(
                    "{subject} is {percentage} than was charged: look for a tax, a discount or a currency"
                )
            }
            ClueKind::UpTo(instant) => {
                format!(
                    "the charges up to {instant} are the amount of {subject}: ask for the cut-off of the invoice"
                )
            }
            ClueKind::OneModel { model, percentage } => {
                format!("{subject} is right if {} costs {percentage}: compare its price", for_terminal(model))
            }
            ClueKind::EqualLines => format!("{subject} equals another line: ask whether it was billed twice"),
        }
    }
}

impl fmt::Display for Clue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        if let Some(false_positives) = self.false_positives {
            write!(
                f,
                " (a false positive in at most {} of 100)",
                false_positives.millionths().div_ceil(10_000)
            )?;
        }
        Ok(())
    }
}
