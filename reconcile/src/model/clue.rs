//! Clues: where to look for what is unexplained.

use std::fmt;

use cost_model::output::{counted, for_terminal};
use cost_model::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::evidence::FalsePositiveRate;

/// A clue to an unexplained difference, and what to do about it. It is not an explanation: it changes no step and no amount.
///
/// `Display` is one sentence without its full stop.
///
/// ```
/// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
/// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
/// # use reconcile::{BillingRules, Case, Invoice};
/// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
/// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
/// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// # let at = Timestamp::midnight("2026-09-20".parse()?);
/// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
/// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
/// # charge.edit(|set| set.service_id = Some("model-a".into()));
/// # let mut ledger = Ledger::builder(Currency::USD);
/// # ledger.push(&charge)?;
/// # let ledger = ledger.build();
/// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
/// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
/// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
/// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
/// invoice.lines[0].amount = "0.26".parse()?; // two digits swapped
/// invoice.lines[0].amount = "6.02".parse()?;
/// let bridge = Case::new(&ledger, &invoice, &rules).explain()?.reconciliation;
/// assert!(!bridge.unexplained.is_zero());
/// assert!(bridge.clues.iter().all(|clue| clue.lines == [1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Clue {
    /// The lines of the invoice file that it is about; none if it is about charges that are on no line.
    pub lines: Vec<u64>,
    /// The amount at stake.
    pub amount: Money,
    /// The pattern that fits the difference.
    pub kind: ClueKind,
    /// The expected number of false positives, if a search found it; above one in twenty there is no clue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_positives: Option<FalsePositiveRate>,
}

/// The pattern that fits an unexplained difference.
///
/// A pattern is a hint of where to look, not a cause: the amount stays unexplained until somebody finds out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClueKind {
    /// Hardly any line fits the charges.
    AnotherInvoice {
        /// The number of lines that fit.
        fit: u64,
    },
    /// The lines count more calls than are held.
    MoreCalls {
        /// The number of calls counted beyond those held.
        calls: u64,
    },
    /// The lines count fewer calls than are held.
    FewerCalls {
        /// The number of calls held beyond those counted.
        calls: u64,
    },
    /// The lines count the calls that are held, and bill another amount.
    SameCalls,
    /// Charges that are on no line.
    UnclaimedUsage {
        /// How many charges no line bills.
        records: u64,
    },
    /// The charges of one UTC day add up to the difference, or to half of it with the wrong sign.
    Day(Timestamp),
    /// The charges of one UTC hour add up to the difference, or to half of it with the wrong sign.
    Hour(Timestamp),
    /// Two neighbouring digits of the line's amount are the wrong way round.
    TransposedDigits,
    /// The line is a round percentage more or less than was charged, such as `19 % more`.
    Percentage(String),
    /// The charges up to an instant add up to the line.
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
    /// Makes a clue without a rate of false positives.
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

    /// Returns what fits, and what to do.
    ///
    /// The words say what fits and where to look, and never what the cause is: a clue proves nothing.
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
